"""What time and new versions bring to running cases: resumed, counted anew, moved to other terms."""

import asyncio
from datetime import UTC, date, datetime, timedelta

import pytest

from escalation.calendar import ZONE, WorkCalendar
from escalation.promise import Deadline, Promise
from escalation.watch import Watch
from hotline.commands import recount as command
from hotline.config import Settings
from hotline.domain.acts import centre as acts
from hotline.domain.acts import department
from hotline.domain.case import Case
from hotline.domain.people import OPERATOR
from hotline.domain.words import Cause, Granted, Pause, Role
from hotline.flow import work
from hotline.flow.centre import Centre
from hotline.flow.recount import recount, recount_provisional, resume_due
from hotline.flow.supervise import CaseAgenda
from hotline.store import ledger
from hotline.wiring import MovingClock, load_terms
from tests.conftest import a_centre
from tests.flow.test_work import DISPATCHER, clerk, dispatched
from tests.makers import a_sign, an_officer

DIRECTOR = an_officer(Role.DIRECTOR)
LATE = datetime(2026, 12, 28, 2, 0, tzinfo=UTC)  # ten working days from here lie in 2027


def later_list(centre: Centre) -> None:
    """The State Council has published: 1 and 4 January are free, the 9th is worked."""
    days = {date(2027, 1, 1): False, date(2027, 1, 4): False, date(2027, 1, 9): True}
    centre.calendar = WorkCalendar(days, (2004, 2027), name="list to 2027")
    use(centre)


def use(centre: Centre) -> None:
    rules = centre.rules
    centre.rules = type(rules)(centre.terms, centre.calendar, rules.tree, rules.own)


async def case_of(centre: Centre, number: str) -> Case:
    return (await work.view(centre, number, DISPATCHER)).case


def reply(case: Case) -> Deadline:
    found = case.latest(Promise.REPLY)
    assert found is not None
    return found


async def recounts(centre: Centre, number: str) -> list[str | None]:
    _, entries = await work.timeline(centre, number, DISPATCHER)
    return [entry.public for entry in entries if entry.action.value == "recount"]


async def test_an_order_is_due_when_its_own_clock_says_after_a_recount_as_well(
    centre: Centre, clock: MovingClock
) -> None:
    number = await late_case(centre, clock)
    facts = acts.Supervise(
        level=5, cause=Cause.MEDIA, text="请核实报道", outlet="市晚报", document="路灯"
    )
    await work.act(centre, number, facts, an_officer(Role.DIRECTOR))
    before = await case_of(centre, number)
    later_list(centre)
    await recount_provisional(centre)
    case = await case_of(centre, number)
    clocked = case.latest(Promise.ORDER, str(case.orders[0].id))
    assert clocked is not None and case.orders[0].due_at == clocked.due_at
    assert case.orders[0].due_at != before.orders[0].due_at


async def late_case(centre: Centre, clock: MovingClock, key: str = "k") -> str:
    clock.move_to(LATE)
    return await dispatched(centre, key=key)


async def test_when_the_list_arrives_provisional_deadlines_are_counted_anew_once(
    any_centre: Centre, clock: MovingClock
) -> None:
    number = await late_case(any_centre, clock)
    before = reply(await case_of(any_centre, number))
    assert before.provisional and await recount_provisional(any_centre) == 0
    later_list(any_centre)
    done = await asyncio.gather(*(recount_provisional(any_centre) for _ in range(3)))
    assert sum(done) == 1  # three watches, one recount
    after = reply(await case_of(any_centre, number))
    assert not after.provisional and after.due_at == before.due_at + timedelta(days=1)
    told = await recounts(any_centre, number)
    assert len(told) == 1 and "按新公布的放假安排" in (told[0] or "")
    assert f"{after.due_at.astimezone(ZONE).day}日" in (told[0] or "")


async def test_lights_past_the_list_are_counted_anew_although_the_end_is_certain(
    any_centre: Centre, clock: MovingClock
) -> None:
    clock.move_to(datetime(2026, 12, 17, 2, 0, tzinfo=UTC))  # ten working days end with the year
    number = await dispatched(any_centre)
    before = reply(await case_of(any_centre, number))
    assert not before.provisional and before.rungs[-1].at == datetime(2027, 1, 8, tzinfo=ZONE)
    later_list(any_centre)
    done = await asyncio.gather(*(recount_provisional(any_centre) for _ in range(3)))
    assert sum(done) == 1 and await recount_provisional(any_centre) == 0
    after = reply(await case_of(any_centre, number))
    assert after.due_at == before.due_at
    assert after.rungs[-1].at == datetime(2027, 1, 10, tzinfo=ZONE)  # the 9th is worked
    assert await recounts(any_centre, number) == [None], "the citizen's day is what it was"
    verdict = await ledger.verify(any_centre.store, any_centre.cipher, any_centre.files, clock())
    assert verdict.broken == []


async def test_a_dry_run_says_what_would_move_and_moves_nothing(
    centre: Centre, clock: MovingClock
) -> None:
    number = await late_case(centre, clock)
    before = await case_of(centre, number)
    later_list(centre)
    found = await recount(centre, dry=True, actor=OPERATOR)
    assert [one["number"] for one in found.cases] == [number]
    assert {one["promise"] for one in found.cases[0]["moved"]} >= {"reply", "finish"}
    after = await case_of(centre, number)
    assert after.version == before.version and after.deadlines == before.deadlines


async def test_a_new_list_moves_no_deadline_that_was_certain(
    centre: Centre, clock: MovingClock
) -> None:
    number = await dispatched(centre)
    before = (await case_of(centre, number)).deadlines
    later_list(centre)
    assert await recount_provisional(centre) == 0
    assert (await case_of(centre, number)).deadlines == before


async def test_new_terms_move_a_running_case_only_by_an_explicit_recorded_act(
    any_centre: Centre,
) -> None:
    number = await dispatched(any_centre)
    before = reply(await case_of(any_centre, number))
    any_centre.terms = load_terms("shandong-2020")
    use(any_centre)
    assert (await recount(any_centre)).cases == []
    await work.act(any_centre, number, department.Note(text="进展"), DISPATCHER)
    assert reply(await case_of(any_centre, number)) == before
    found = await recount(any_centre, adopt_terms=True, actor=OPERATOR)
    assert [one["number"] for one in found.cases] == [number]
    after = reply(await case_of(any_centre, number))
    assert after.terms_version == any_centre.terms.version and after.limit_n == 5
    assert after.started_at == before.started_at and after.due_at < before.due_at
    _, entries = await work.timeline(any_centre, number, DISPATCHER)
    last = entries[-1]
    assert (last.action.value, last.role) == ("recount", "operator")
    assert last.after["terms"] == any_centre.terms.version and "现行办理时限" in (last.public or "")
    assert (await recount(any_centre, adopt_terms=True)).cases == []


async def suspended(centre: Centre, until: date) -> str:
    number = await dispatched(centre)
    unit = clerk(centre, (await case_of(centre, number)).lead or "")
    await work.act(centre, number, a_sign(), unit)
    ask = department.Suspend(
        reason_code=Pause.AWAIT_TEST, reason="检测", resume_on=until, evidence="委托书"
    )
    await work.act(centre, number, ask, unit)
    told = acts.Grant(request=1, verdict=Granted.GRANTED, reason="同意")
    await work.act(centre, number, told, DIRECTOR)
    return number


async def test_a_suspension_ends_by_itself_on_its_day_even_after_an_outage(
    any_centre: Centre, clock: MovingClock
) -> None:
    number = await suspended(any_centre, date(2026, 12, 1))
    clock.move_to(datetime(2026, 11, 30, 15, 59, tzinfo=UTC))  # a minute before midnight
    assert await resume_due(any_centre) == 0
    clock.move_to(datetime(2026, 12, 3, 1, 0, tzinfo=UTC))  # nobody watched for two days
    assert sum(await asyncio.gather(*(resume_due(any_centre) for _ in range(3)))) == 1
    case = await case_of(any_centre, number)
    assert case.state.value == "processing"
    assert reply(case).pauses[0].end == datetime(2026, 12, 1, tzinfo=ZONE)
    assert reply(case).due_at == datetime(2026, 12, 16, tzinfo=ZONE)


async def test_a_light_already_shown_is_not_shown_again_under_new_terms_and_all_still_verifies(
    centre: Centre, clock: MovingClock
) -> None:
    number = await suspended(centre, date(2026, 12, 1))
    watch = Watch(CaseAgenda(centre))
    clock.move_to(datetime(2026, 12, 1, 1, 0, tzinfo=UTC))
    assert await resume_due(centre) == 1
    clock.move_to(reply(await case_of(centre, number)).rungs[0].at)
    await watch.tick(clock())
    shown = reply(await case_of(centre, number)).climbed
    assert shown == 1
    clock.move_to(clock() + timedelta(seconds=1))
    centre.terms = load_terms("shandong-2020")
    use(centre)
    assert len((await recount(centre, adopt_terms=True)).cases) == 1
    moved = reply(await case_of(centre, number))
    assert moved.limit_n == 5 and len(moved.pauses) == 1 and moved.rungs[0].skipped
    clock.move_to(clock() + timedelta(seconds=1))
    await watch.tick(clock())
    _, entries = await work.timeline(centre, number, DISPATCHER)
    halves = [
        one for one in entries if one.after.get("promise") == "reply" and one.after["rung"] == 0
    ]
    assert [one.after["skipped"] for one in halves] == [False, True]
    verdict = await ledger.verify(centre.store, centre.cipher, centre.files, clock())
    assert verdict.broken == []


async def test_the_command_lists_moves_and_is_recorded(
    sqlite_url: str, tmp_path: object, clock: MovingClock, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = Settings(database_url=sqlite_url, data=tmp_path)  # type: ignore[arg-type]
    centre = await a_centre(sqlite_url, settings.folder, clock)
    number = await dispatched(centre)
    await centre.close()
    other = settings.dispatch.model_copy(update={"profile": "shandong-2020"})
    settings = settings.model_copy(update={"dispatch": other})
    assert await command.run(settings) == 0
    assert "0 件" in capsys.readouterr().out
    assert await command.run(settings, dry=True, adopt_terms=True) == 0
    said = capsys.readouterr().out
    assert number in said and "未写入" in said and "→" in said
    assert await command.run(settings, adopt_terms=True) == 0
    assert "已重算 / counted anew：1 件" in capsys.readouterr().out
