"""What a paper says: dates as an office writes them, who is addressed, what was left undone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from escalation import promise as run
from escalation.promise import Promise
from hotline.domain import causes, past, perform
from hotline.domain.acts import centre as acts
from hotline.domain.acts import department
from hotline.domain.acts.citizen import Urge
from hotline.domain.case import Case
from hotline.domain.people import SYSTEM, citizen
from hotline.domain.promises import Step
from hotline.domain.supervision import Remind
from hotline.domain.words import Cause, Role
from hotline.reports import papers, papers_facts
from hotline.reports.papers import PaperKind
from hotline.reports.papers_facts import Place, Told
from tests.makers import MONDAY, TREE, a_case, a_sign, an_officer, rules

PLACE = Place("云溪市", TREE)
TUESDAY = MONDAY + timedelta(days=1)


def dispatched(*, signed: bool = True) -> Case:
    case = a_case()
    dispatcher = Step(an_officer(Role.DISPATCHER), MONDAY, rules())
    for facts in (acts.Accept(), acts.Transfer(department="zjj")):
        perform.perform(case, facts, dispatcher)
    clerk = Step(an_officer(Role.CLERK, "zjj"), MONDAY, rules())
    if signed:
        perform.perform(case, a_sign(), clerk)
    return case


def climbed(case: Case, promise: Promise, part: str = "") -> None:
    """The watch takes every rung of the promise up to its end."""
    n = case.live(promise, part)
    assert n is not None
    due = case.deadlines[n].due_at
    case.deadlines[n], steps = run.take(case.deadlines[n], due)
    for step in steps:
        told = Remind(
            level=step.level,
            kind=step.kind,
            promise=promise.value,
            rung_at=step.at.isoformat(),
            notifies=step.notifies,
            overtaken=step.overtaken,
            skipped=step.skipped,
        )
        perform.perform(case, told, Step(SYSTEM, due, rules()))


def reminded(case: Case) -> Told:
    entry = past.reminder(case.entries)
    assert entry is not None
    return papers_facts.of_reminder(case, entry, case.entries, PLACE)


def test_moments_are_written_as_an_office_writes_them() -> None:
    for at, said in (
        (datetime(2026, 12, 7, 16, 0, tzinfo=UTC), "2026年12月7日24时"),
        (datetime(2026, 12, 31, 16, 0, tzinfo=UTC), "2026年12月31日24时"),
        (datetime(2026, 12, 8, 1, 5, tzinfo=UTC), "2026年12月8日9时05分"),
        (datetime(2026, 12, 8, 7, 0, tzinfo=UTC), "2026年12月8日15时"),
        (None, "无"),
    ):
        assert papers_facts.moment(at) == said


def test_the_facts_are_just_the_places_that_a_template_may_have() -> None:
    case = dispatched()
    ordered(case, 3)
    told = paper_of(case)
    assert told.facts.keys() == papers.places(told.kind).keys()
    climbed(case, Promise.REPLY)
    told = reminded(case)
    assert told.facts.keys() == papers.places(PaperKind.REMINDER).keys()


def ordered(case: Case, level: int, at: datetime = TUESDAY, **changes: Any) -> None:
    """One more order of the case."""
    role = Role.DIRECTOR if level >= 4 else Role.SUPERVISOR
    facts = {"cause": Cause.OTHER, "text": "限期办结。", **changes}
    told = acts.Supervise(level=level, **facts)
    perform.perform(case, told, Step(an_officer(role), at, rules()))


def paper_of(case: Case, order: int = 1) -> Told:
    return papers_facts.of_order(case, case.orders[order - 1], case.entries, PLACE)


def test_what_an_instruction_rests_on_is_named() -> None:
    case = dispatched()
    told = {"cause": Cause.INSTRUCTION, "given_by": "分管副市长", "document": "批示第3号"}
    ordered(case, 4, **told)
    assert paper_of(case).facts["cause"] == "领导批示（分管副市长，批示第3号）"


def test_an_order_handed_over_is_addressed_to_the_unit_that_has_it_now() -> None:
    case = dispatched()
    ordered(case, 3, MONDAY)
    assert paper_of(case).facts["answer_by"] == "2026年11月26日24时"
    dispatcher = Step(an_officer(Role.DISPATCHER), TUESDAY, rules())
    for facts in (acts.Recall(reason="派错"), acts.Transfer(department="cgj")):
        perform.perform(case, facts, dispatcher)
    told = paper_of(case).facts
    assert (told["to"], told["copies"]) == ("城管局", "城管局负责人、督办员")
    assert (told["issued"], told["answer_by"]) == ("2026年11月24日", "2026年11月27日24时")
    assert told["dispatched"] == "2026年11月24日10时" and told["state"] == "待签收"


def test_a_unit_that_does_not_sign_is_asked_to_sign() -> None:
    case = dispatched(signed=False)
    climbed(case, Promise.SIGN)
    climbed(case, Promise.CONTACT)  # due at the same moment
    facts = reminded(case).facts
    assert facts["cause"] == "截至2026年11月24日24时仍未签收"
    assert facts["demand"] == "请立即签收办理。" and facts["state"] == "待签收"


def test_the_citizens_second_urging_turns_the_light_red_before_the_due_moment() -> None:
    case = dispatched()
    for _ in range(2):
        step = Step(citizen(), TUESDAY, rules())
        perform.perform(case, Urge(), step)
        causes.follow(case, Urge(), step)
    assert reminded(case).facts["cause"] == "经诉求人2次催办，截至2026年11月24日10时仍未得到答复"


def test_an_order_of_a_case_that_no_unit_has_goes_to_who_dispatches() -> None:
    case = a_case()
    ordered(case, 3)
    facts = paper_of(case).facts
    assert (facts["to"], facts["copies"], facts["dispatched"]) == ("派单员", "督办员", "无")


def test_the_red_light_of_a_part_is_told_to_the_unit_that_has_the_part() -> None:
    case = dispatched()
    clerk = Step(an_officer(Role.CLERK, "zjj"), MONDAY, rules())
    perform.perform(case, department.Cohandle(departments=("cgj",), text="协助", days=2), clerk)
    climbed(case, Promise.FINISH, "part-1")
    facts = reminded(case).facts
    assert facts["to"] == "城管局" and facts["copies"] == "城管局负责人、住建局"
    assert "其中交由你单位协助办理的部分" in facts["cause"]


def test_the_red_light_of_an_order_names_the_order() -> None:
    case = dispatched()
    ordered(case, 2)
    case.orders[0].number = "督〔2026〕0007号"
    climbed(case, Promise.ORDER, "1")
    facts = reminded(case).facts
    assert facts["cause"].endswith("仍未回复督办（督〔2026〕0007号）")
    assert facts["demand"] == "请立即回复督办。"


def test_an_urging_makes_a_reminder_only_after_the_due_moment_and_once_a_day() -> None:
    case = dispatched()
    due = case.due_at
    assert due is not None

    def urged(at: datetime) -> None:
        perform.perform(case, Urge(), Step(citizen(), at, rules()))

    urged(due - timedelta(days=2))
    assert past.reminder(case.entries) is None
    urged(due + timedelta(hours=9))
    first = past.reminder(case.entries)
    urged(due + timedelta(hours=10))  # kept and batched: the unit is not shown it
    assert first is not None and past.reminder(case.entries) == first
    assert "经诉求人2次催办，截至2026年12月8日9时" in reminded(case).facts["cause"]


def test_the_centres_own_delay_is_no_reminder_to_a_unit() -> None:
    case = a_case()
    climbed(case, Promise.DISPATCH)
    assert past.reminder(case.entries) is None


def test_a_light_that_was_overtaken_or_passed_over_told_nobody() -> None:
    case = dispatched()
    climbed(case, Promise.REPLY)
    entry = past.reminder(case.entries)
    assert entry is not None
    for word in ("overtaken", "skipped"):
        silent = [
            replace(one, after={**one.after, word: True}) if one == entry else one
            for one in case.entries
        ]
        assert past.reminder(silent) is None


def test_of_what_turned_red_at_one_moment_the_citizens_own_promise_comes_first() -> None:
    case = dispatched()
    climbed(case, Promise.CONTACT)
    contact = past.reminder(case.entries)
    climbed(case, Promise.REPLY)
    reply = past.reminder(case.entries)
    assert contact is not None and reply is not None
    moment = reply.at
    for order in ((contact, reply), (reply, contact)):
        known = [replace(one, seq=n, at=moment) for n, one in enumerate(order, 1)]
        dated = [*[one for one in case.entries if one not in (contact, reply)], *known]
        found = past.reminder(dated)
        assert found is not None and found.after["promise"] == Promise.REPLY


@pytest.mark.parametrize("level", [2, 3, 4, 5, 6])
def test_the_level_is_told_in_chinese_and_chooses_the_paper(level: int) -> None:
    case = dispatched()
    ordered(case, level)
    told = paper_of(case)
    assert told.facts["level"] == "零一二三四五六"[level] + "级"
    assert told.kind is PaperKind.of_level(level)
