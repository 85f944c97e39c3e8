"""Rules that fail are told to people, and their cases wait for one; versions, drills, both databases."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from hotline.domain.errors import NotAllowed, NotPossible
from hotline.domain.people import Department
from hotline.domain.state import State
from hotline.domain.words import Role
from hotline.flow import intake, notify, rules, rulewatch, trial
from hotline.flow.centre import Centre
from hotline.store import alarms, catalogue, rulebooks
from hotline.store.rulebooks import Edition
from hotline.wiring import MovingClock
from tests.conftest import a_centre
from tests.flow.orders_support import ask, case_of, unbroken
from tests.makers import a_complaint, an_officer
from tests.support.readers import SaysSo

LEAD, SYSTEMS = an_officer(Role.SHIFT_LEAD), an_officer(Role.SYSADMIN)
BAD = {"id": "bad", "words": "(没有右括号", "department": "cgj"}
SLOW = {"id": "slow", "words": r"(啊|啊啊|\w)+[!?]$", "department": "cgj"}


@pytest.fixture
async def sure(url: str, tmp_path: Path, clock: MovingClock) -> Any:
    """A centre whose classifier is sure of everything: cases go by themselves."""
    made = await a_centre(url, tmp_path, clock, make_reader=lambda city: SaysSo())
    yield made
    await made.close()


async def received(centre: Centre, key: str = "k", **changes: Any) -> str:
    receipt = await intake.receive(
        centre, a_complaint(key, received_at=centre.now(), **{"place": None, **changes})
    )
    while await intake.triage_pending(centre):
        pass
    return receipt.number


async def sabotage(centre: Centre, *first: dict[str, Any], **changes: Any) -> None:
    """What no check would let through, written past it into the database."""
    now = await rules.edition(centre)
    made = replace(now, rules=[*first, *now.rules], **changes)
    async with centre.work() as work:
        await rulebooks.publish(work.connection, made, work.at, "a hand in the database")
    assert await rulewatch.follow(centre)


async def told(centre: Centre, role: Role = Role.DISPATCHER) -> list[str]:
    found = await notify.desk_messages(centre, an_officer(role))
    return [str(one["subject"]) for one in found if "失灵" in str(one["subject"])]


async def open_alarms(centre: Centre) -> Iterable[str]:
    async with centre.look() as look:
        return [one["key"] for one in await alarms.listed(look.connection)]


@pytest.mark.slow
async def test_with_sound_rules_a_sure_case_goes_and_nobody_is_alarmed(sure: Centre) -> None:
    case = await case_of(sure, await received(sure))
    assert (case.state, case.lead) == (State.DISPATCHED, "cgj")
    assert await rulewatch.watch(sure) == 0
    assert await told(sure) == [] and await unbroken(sure) == []


@pytest.mark.slow
@pytest.mark.parametrize("rule", [BAD, SLOW], ids=["wrong", "endless"])
async def test_a_sabotaged_rule_raises_the_alarm_and_its_cases_wait_for_a_dispatcher(
    sure: Centre, rule: dict[str, Any]
) -> None:
    await sabotage(sure, rule)
    for n in range(3):
        number = await received(sure, f"k{n}", title="路灯", content="啊" * 2000)
        case = await case_of(sure, number)
        assert (case.state, case.lead) == (State.REGISTERED, None)
        assert rule["id"] in case.suggestions["route"]["reason"]
    for role in rulewatch.TOLD:  # once, however many cases met it
        assert await told(sure, role) == [f"派单规则失灵：{rule['id']}"]
    assert await ask(sure, "SELECT times FROM alarm") == [(3,)]
    assert await unbroken(sure) == []


@pytest.mark.slow
async def test_a_notice_of_an_alarm_that_never_was_is_found_by_verify(sure: Centre) -> None:
    await sabotage(sure, BAD)
    await received(sure)
    async with sure.work() as work:
        await work.connection.execute(text("DELETE FROM alarm"))
    broken = await unbroken(sure)
    assert broken and all("I7 alarm.1." in one for one in broken)


@pytest.mark.slow
async def test_the_check_finds_a_broken_rule_before_any_case_meets_it(sure: Centre) -> None:
    await sabotage(sure, BAD)
    assert await rulewatch.watch(sure) == 1
    assert await rulewatch.watch(sure) == 1
    assert await told(sure, Role.SYSADMIN) == ["派单规则失灵：bad"]


async def test_a_rule_whose_test_fails_stands_back_and_is_told(sure: Centre) -> None:
    now = await rules.edition(sure)
    elsewhere = {"rule": "manhole", "topic": "城市管理/市政设施/井盖缺失破损"}
    elsewhere |= {"text": "井盖没了", "department": "zjj", "district": ""}
    await sabotage(sure, examples=[*now.examples, elsewhere])
    case = await case_of(sure, await received(sure, content="井盖没了，路灯也不亮"))
    assert case.state is State.REGISTERED and "测试" in case.suggestions["route"]["reason"]
    assert await told(sure) == ["派单规则失灵：manhole"]
    # A rule that has nothing to do with it goes on.
    other = {"id": "first", "words": "喷泉", "department": "cgj"}
    await sabotage(sure, other)
    assert (await case_of(sure, await received(sure, "k2", content="喷泉不喷"))).lead == "cgj"


@pytest.mark.slow
async def test_a_unit_that_is_dissolved_is_noticed_without_a_new_version(sure: Centre) -> None:
    async with sure.work() as work:
        gone = replace(sure.rules.tree.departments["scjg"], dispatchable=False)
        await catalogue.put_departments(work.connection, [Department(**gone.__dict__)])
    assert await rulewatch.watch(sure) > 0
    assert len(list(await open_alarms(sure))) > 5
    async with sure.work() as work:
        back = replace(gone, dispatchable=True)
        await catalogue.put_departments(work.connection, [back])
    assert await rulewatch.watch(sure) == 0
    assert not await open_alarms(sure)


@pytest.mark.slow
async def test_mending_the_rules_ends_the_alarm(sure: Centre) -> None:
    good = await rules.edition(sure)
    await sabotage(sure, BAD)
    await received(sure)
    await rulewatch.watch(sure)
    assert await open_alarms(sure)
    await rules.publish(sure, LEAD, replace(good, version=2, note="改正"))
    await rulewatch.watch(sure)
    assert not await open_alarms(sure)
    assert (await case_of(sure, await received(sure, "k2"))).lead == "cgj"


@pytest.mark.slow
async def test_rules_with_errors_are_not_put_in_force_and_all_errors_are_told(
    any_centre: Centre,
) -> None:
    now = await rules.edition(any_centre)
    made = replace(now, rules=[BAD, {"id": "x", "department": "nobody"}, *now.rules])
    with pytest.raises(rules.Unsound) as refused:
        await rules.publish(any_centre, LEAD, made)
    assert {"bad", "x"} <= {one.rule for one in refused.value.findings}
    assert (await rules.edition(any_centre)).version == 1


@pytest.mark.slow
async def test_who_puts_rules_in_force_stands_on_record_and_the_version_in_every_decision(
    sure: Centre,
) -> None:
    now = await rules.edition(sure)
    first = {"id": "fountain", "words": "喷泉", "department": "cgj", "reason": "喷泉由城管维护"}
    made = replace(now, rules=[first, *now.rules], note="新增喷泉")
    assert await rules.publish(sure, LEAD, made) == 2
    number = await received(sure, content="广场喷泉不喷水")
    found = await ask(sure, "SELECT rules, duty FROM decision")
    assert [tuple(row) for row in found] == [(2, "fountain")]
    ((about,),) = await ask(sure, "SELECT about FROM act WHERE act = 'rules_published'")
    assert "fountain" in str(about)
    decisions, traced = await rules.trace(sure, await case_of(sure, number))
    assert [(one.rule.id, one.sign.name) for one in traced] == [("fountain", "FITS")]
    assert decisions[0]["why"] == "sure"


@pytest.mark.slow
async def test_an_older_page_overwrites_nothing(any_centre: Centre) -> None:
    now = await rules.edition(any_centre)
    await rules.publish(any_centre, LEAD, now)
    with pytest.raises(NotPossible, match="刚被他人修改"):
        await rules.publish(any_centre, LEAD, now)


async def test_only_who_answers_for_the_shift_changes_rules(any_centre: Centre) -> None:
    now = await rules.edition(any_centre)
    for role in (Role.DISPATCHER, Role.SYSADMIN, Role.CLERK):
        with pytest.raises(NotAllowed):
            await rules.publish(any_centre, an_officer(role), now)


@pytest.mark.slow
async def test_a_node_follows_what_another_put_in_force(
    sure: Centre, url: str, tmp_path: Path, clock: MovingClock
) -> None:
    other = await a_centre(url, tmp_path, clock, make_reader=lambda city: SaysSo())
    await rules.publish(other, LEAD, await rules.edition(other))
    assert sure.city.book.version == 1
    assert await rulewatch.follow(sure) and sure.city.book.version == 2
    assert not await rulewatch.follow(sure)
    await other.close()


async def test_a_dry_run_tells_what_would_move_and_changes_nothing(sure: Centre) -> None:
    numbers = [await received(sure, f"k{n}") for n in range(3)]
    before = await ask(sure, "SELECT count(*) FROM entry")
    now = await rules.edition(sure)
    first = {"id": "lamps", "words": "路灯", "department": "zjj"}
    made = replace(now, rules=[first, *now.rules])
    found = await trial.dry_run(sure, rules.book_of(made), 30)
    assert (found.cases, found.moved_in_all, found.right_before, found.right_after) == (3, 3, 3, 0)
    assert {one.number for one in found.moved} == set(numbers)
    assert found.ways == {("cgj", "zjj"): 3}
    assert await ask(sure, "SELECT count(*) FROM entry") == before
    assert (await rules.edition(sure)).version == 1
    same = await trial.dry_run(sure, sure.city.book, 30)
    assert (same.cases, same.moved_in_all) == (3, 0)


async def test_a_dry_run_counts_the_cases_on_which_a_rule_would_fail(sure: Centre) -> None:
    await received(sure)
    book = rules.book_of(Edition(1, [BAD]))
    found = await trial.dry_run(sure, book, 30)
    assert (found.failed, found.moved[0].after) == (1, None)


async def test_a_list_comes_back_from_its_own_files_as_it_was(any_centre: Centre) -> None:
    now = await rules.edition(any_centre)
    again = rules.brought(
        now, rules.rules_csv(now).encode(), rules.tests_csv(now).encode("gb18030", "ignore"), ""
    )
    assert list(again.rules) == list(now.rules) and list(again.examples) == list(now.examples)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"id,words\nx,y\n", "缺少列"),
        (b"\xff\xfe\x00\x81", "编码"),
        (b"id,department\n" + b"x,cgj\n" * 5001, "最多"),
        (b'id,department\n"x,cgj\n', "CSV 有误"),
    ],
)
def test_a_file_that_is_none_is_told_in_words(body: bytes, said: str) -> None:
    with pytest.raises(NotPossible, match=said):
        rules.read_rules(body)
