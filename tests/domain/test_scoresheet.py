"""The score sheet's arithmetic and the lot: what is counted, what is lacking, who is drawn."""

import tomllib
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline import seed
from hotline.domain import inspection, scoresheet
from hotline.domain.errors import NotPossible
from hotline.domain.inspection import Candidate, Plan, Stratum, Subject
from hotline.domain.scoresheet import BadRubric, Incomplete, Mark, Said

SHIPPED: dict[str, Any] = tomllib.loads(seed.inspection())
CASES, CALLS = (scoresheet.rubric(SHIPPED, one) for one in (Subject.CASE, Subject.CALL))
TODAY = date(2026, 11, 23)


def full(rules: scoresheet.Rubric = CASES, **changes: Mark) -> dict[str, Mark]:
    return {one.code: Mark(one.points) for one in rules.criteria} | changes


def test_the_shipped_criteria_weigh_a_hundred_and_come_back_from_the_store_as_they_were() -> None:
    for subject, rules in ((Subject.CASE, CASES), (Subject.CALL, CALLS)):
        assert sum(one.points for one in rules.criteria) == 100
        assert scoresheet.rubric(scoresheet.kept(rules, subject), subject) == rules
    assert scoresheet.FALSE_CLOSURE in {one.code for one in CASES.faults}


def test_the_total_is_in_a_hundred_of_what_applies_and_a_serious_fault_makes_it_nothing() -> None:
    assert scoresheet.score(CASES, Said(full())).total == 100
    basis = Mark(None, applies=False)  # 10 points that do not apply
    marks = full(basis=basis, facts=Mark(5, note="没有写核查时间"))
    found = scoresheet.score(CASES, Said(marks))
    assert (found.had, found.of, found.total) == (80, 90, 89)
    failed = scoresheet.score(CASES, Said(marks, {"leak": "告诉了被投诉人"}))
    assert (failed.had, failed.total, failed.failed) == (80, 0, True)


@given(st.lists(st.tuples(st.integers(0, 10), st.booleans()), min_size=7, max_size=7))
def test_no_total_leaves_its_hundred(told: list[tuple[int, bool]]) -> None:
    marks = {
        one.code: Mark(min(points, one.points), applies or not one.optional)
        for one, (points, applies) in zip(CASES.criteria, told, strict=True)
    }
    found = scoresheet.score(CASES, Said(marks))
    assert 0 <= found.total <= 100 and found.had <= found.of <= 100


def lacks(said: Said, *, whole: bool = True) -> dict[str, str]:
    try:
        scoresheet.check(CASES, said, whole=whole)
    except Incomplete as error:
        return {one.field: one.zh for one in error.lacks}
    return {}


def test_a_sheet_says_all_that_it_lacks_at_once_and_a_draft_may_lack_it() -> None:
    marks = full(facts=Mark(5), wording=Mark(None))
    said = Said(marks, {"false_closure": ""})
    told = lacks(said)
    assert set(told) == {"facts_note", "wording", "false_closure_note", "evidence"}
    assert "“事实清楚”扣了分，请写明依据。" in told.values()
    assert lacks(said, whole=False) == {}


def test_points_beyond_the_criterion_and_unknown_ones_are_not_even_kept() -> None:
    told = lacks(Said(full(facts=Mark(16), signing=Mark(-1), magic=Mark(5))), whole=False)
    assert set(told) == {"facts", "signing", "magic"} and "0 至 15" in told["facts"]
    assert set(lacks(Said(full(facts=Mark(None, applies=False))))) == {"facts"}
    assert lacks(Said(full(contact=Mark(None, applies=False)))) == {}
    assert set(lacks(Said(full(), note="长" * 1001), whole=False)) == {"note"}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"criteria": [{"code": "a", "zh": "甲", "points": 99}]}, "应为 100"),
        ({"criteria": [{"code": "a", "zh": "甲", "points": 50}] * 2}, "不能重复"),
        ({"criteria": [{"code": "甲", "zh": "甲", "points": 100}]}, "英文字母"),
        ({"criteria": [{"code": "a", "points": 100}]}, "须有 code"),
    ],
)
def test_criteria_that_cannot_be_scored_by_say_what_to_mend(
    change: dict[str, Any], told: str
) -> None:
    with pytest.raises(BadRubric, match=told):
        scoresheet.rubric({"case": change}, Subject.CASE)
    with pytest.raises(BadRubric, match="缺少"):
        scoresheet.rubric({}, Subject.CALL)


def found(cgj: int = 300, zjj: int = 30, tiny: int = 1, signs: int = 12) -> list[Candidate]:
    routine = [("cgj", n) for n in range(cgj)] + [("zjj", n) for n in range(zjj)]
    routine += [("tiny", n) for n in range(tiny)]
    told = [Candidate(f"{unit}-{n:04}", unit, Stratum.ROUTINE) for unit, n in routine]
    told += [Candidate(f"s-{n:04}", "cgj", Stratum.SIGN, ("rushed",)) for n in range(signs)]
    return [*told, Candidate("d-0001", "zjj", Stratum.DISCONTENT, ("poor",))]


def test_half_is_drawn_where_something_points_and_nobody_is_left_out() -> None:
    drawn = inspection.drawn(Plan(Subject.CASE, TODAY, TODAY, size=20), found(), "seed")
    kinds = [one.stratum for one in drawn]
    assert kinds.count(Stratum.ROUTINE) in (10, 11) and Stratum.DISCONTENT in kinds
    assert {one.whose for one in drawn} == {"cgj", "zjj", "tiny"}
    share = inspection.drawn(Plan(Subject.CASE, TODAY, TODAY, share=10), found(signs=0), "seed")
    assert len(share) in range(34, 37)  # a tenth of 332, and one each of who had none
    few = inspection.drawn(Plan(Subject.CASE, TODAY, TODAY, size=9999), found(), "seed")
    assert len(few) == len(found())


def test_the_same_lot_draws_the_same_in_the_same_order_and_another_others() -> None:
    plan, pool = Plan(Subject.CASE, TODAY, TODAY, size=20), found()
    one = inspection.drawn(plan, pool, "a")
    assert one == inspection.drawn(plan, pool[::-1], "a") != inspection.drawn(plan, pool, "b")
    assert [x.key for x in one] != sorted(x.key for x in one), "scored in the order of the lot"
    told = inspection.strata(pool, one)
    assert sum(row["drawn"] for row in told) == len(one)
    assert sum(row["of"] for row in told) == len(pool)


@pytest.mark.parametrize(
    ("plan", "field"),
    [
        (Plan(Subject.CASE, TODAY, date(2026, 11, 22), 5), "last"),
        (Plan(Subject.CASE, TODAY, date(2026, 11, 24), 5), "last"),
        (Plan(Subject.CASE, date(2024, 1, 1), TODAY, 5), "first"),
        (Plan(Subject.CASE, TODAY, TODAY), "size"),
        (Plan(Subject.CASE, TODAY, TODAY, 5, 5), "size"),
    ],
)
def test_a_plan_that_cannot_be_drawn_names_the_field(plan: Plan, field: str) -> None:
    with pytest.raises(NotPossible) as refused:
        inspection.check_plan(plan, TODAY, [])
    assert refused.value.field == field
