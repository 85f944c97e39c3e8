"""What would grow for ever goes in its time; what is young, held or counted stays, and all checks hold."""

import random
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Table, insert, text, update

from channels.telephone.events import Kind, Seat
from escalation.watch import Watch
from hotline.flow import calls, housekeeping, missed, privacy
from hotline.flow.centre import Centre
from hotline.flow.housekeeping import Gone
from hotline.flow.supervise import CaseAgenda
from hotline.reports import callqueries
from hotline.reports.queries import Period
from hotline.store import calllist, doors, ledger, nights, oldcalls, ticklog
from hotline.store import missed as tasks
from hotline.store.calls import opened
from hotline.store.casechecks import GRACE, Ticks
from hotline.store.facttables import FactOpenRow
from hotline.store.ledgers import DoorRow, TickRow
from hotline.store.tables import EntryRow, RungRow
from hotline.wiring import MovingClock
from tests.flow.orders_support import DIRECTOR, ask, in_hand
from tests.flow.test_calls import abandoned, answered, event, told
from tests.makers import MONDAY
from tests.store.test_callers import plan_of

HOURS, DAYS = timedelta(hours=1), timedelta(days=1)


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Several batches where one would do."""
    monkeypatch.setattr(housekeeping, "BATCH", 3)
    monkeypatch.setattr(housekeeping, "PAGE", 50)
    monkeypatch.setattr(housekeeping, "PAUSE", 0.0)


async def planted(centre: Centre, table: Any, rows: Sequence[dict[str, Any]]) -> None:
    async with centre.store.write() as connection:
        made: Table = table.__table__
        await connection.execute(insert(made), list(rows))


async def sound(centre: Centre) -> bool:
    return (await ledger.verify(centre.store, centre.cipher, centre.files, centre.now())).ok


async def test_wrong_guesses_are_forgotten_when_their_lock_is_over(
    any_centre: Centre, clock: MovingClock
) -> None:
    async def guesses(key: str, times: int = 1) -> None:
        async with any_centre.work() as work:
            for _ in range(times):
                await doors.wrong_guess(work.connection, key, work.at, 5)

    for n in range(8):
        await guesses(f"number:{n}")
    clock.move_to(clock.at + timedelta(minutes=50))
    await guesses("account:shut", 5)
    await guesses("number:3")
    clock.move_to(clock.at + timedelta(minutes=11))
    assert await housekeeping.keep(any_centre) == Gone(doors=7)
    keys = [row[0] for row in await ask(any_centre, "SELECT key FROM door ORDER BY key")]
    assert keys == ["account:shut", "number:3"]
    assert await housekeeping.keep(any_centre) == Gone()


async def test_what_stood_open_on_a_day_is_kept_as_long_as_a_rebuild_compares_with_it(
    any_centre: Centre, clock: MovingClock
) -> None:
    today, row = clock.at.date(), {"state": "accepted", "age_days": 1, "overdue": False}
    days = [today - DAYS * n for n in (400, 36, 35, 1)]
    rows = [{**row, "day": day, "case_id": n} for day in days for n in range(1, 8)]
    await planted(any_centre, FactOpenRow, rows)
    assert await housekeeping.keep(any_centre) == Gone(nights=14)
    left = await ask(any_centre, "SELECT day, count(*) FROM fact_open GROUP BY day ORDER BY day")
    assert [(str(day), n) for day, n in left] == [(str(days[2]), 7), (str(days[3]), 7)]


def looked(start: datetime, seconds: Sequence[float]) -> Iterator[dict[str, Any]]:
    for second in seconds:
        at = start + timedelta(seconds=second)
        yield {"node": "n", "at": at, "climbed": 0, "gone": 0, "failed": []}


async def looks(centre: Centre) -> list[datetime]:
    async with centre.look() as look:
        found = await ticklog.page(look.connection, None, centre.now() + DAYS, 100_000)
    return [row.at for row in found]


@pytest.mark.parametrize("seed", range(3))
async def test_the_log_of_the_watch_is_thinned_and_answers_every_question_as_before(
    any_centre: Centre, clock: MovingClock, seed: int
) -> None:
    """Rungs taken in time and late, over gaps and in them, by chance; and it ends: again, nothing goes."""
    chance, start = random.Random(seed), clock.at
    await in_hand(any_centre)
    busy = [n + chance.random() for n in range(0, 14_000, 3) if not 4_000 < n < 6_000]
    await planted(any_centre, TickRow, list(looked(start, sorted(busy))))
    rungs = []
    for n in range(120):
        end = chance.uniform(0, 14_500)
        since = end - chance.choice([0.5, 61.0, 63.0, 90.0, 2_100.0, 5_000.0])
        told = {"level": 1, "kind": "remind", "outcome": "notified", "entry_seq": 2}
        at = {"rung_at": since, "climbed_at": end}
        moments = {name: start + timedelta(seconds=second) for name, second in at.items()}
        rungs.append({"case_id": 1, "deadline_n": 90, "rung": n, **told, **moments})
    await planted(any_centre, RungRow, rungs)
    stretches = [(max(one["rung_at"], start), one["climbed_at"] - GRACE) for one in rungs]

    async def answers() -> list[bool]:
        log = Ticks([at.timestamp() for at in await looks(any_centre)])
        return [log.between(*one) for one in stretches]

    before = await answers()
    assert True in before and False in before
    clock.move_to(start + DAYS * 40)
    await planted(any_centre, TickRow, list(looked(clock.at, [0])))  # it looks to this day
    gone = await housekeeping.keep(any_centre)
    for _ in range(9):
        gone.looks += (await housekeeping.keep(any_centre)).looks
    left = await looks(any_centre)
    assert await answers() == before and len(left) == len(busy) + 1 - gone.looks < 150
    assert (await housekeeping.keep(any_centre)) == Gone()


async def test_a_rung_that_an_entry_moved_could_be_seen_from_then_on(
    any_centre: Centre, clock: MovingClock
) -> None:
    start, second = clock.at, timedelta(seconds=1)
    await in_hand(any_centre)
    async with any_centre.store.write() as connection:
        before = (EntryRow.case_id == 1) & (EntryRow.seq == 1)
        moved = update(EntryRow).where(before).values(at=start + 2000 * second)
        await connection.execute(moved)
    await planted(any_centre, TickRow, list(looked(start, range(0, 3000, 10))))
    rung = {"level": 1, "kind": "remind", "outcome": "notified", "entry_seq": 2}
    at = {"rung_at": start + 100 * second, "climbed_at": start + 2095 * second}
    await planted(any_centre, RungRow, [{"case_id": 1, "deadline_n": 90, "rung": 0, **rung, **at}])
    clock.move_to(start + DAYS * 40)
    await planted(any_centre, TickRow, list(looked(clock.at, [0])))
    await housekeeping.keep(any_centre)
    left = [(at - start).total_seconds() for at in await looks(any_centre)]
    assert 2000.0 in left and 100.0 not in left


async def test_a_month_of_looks_stays_whole_and_of_a_watch_that_stands_still_the_last_one(
    any_centre: Centre, clock: MovingClock
) -> None:
    await planted(any_centre, TickRow, list(looked(clock.at, range(0, 300, 10))))
    clock.move_to(clock.at + DAYS * 29)
    assert (await housekeeping.keep(any_centre)).looks == 0
    clock.move_to(clock.at + DAYS * 400)
    assert (await housekeeping.keep(any_centre)).looks == 0, "its month ends with its last look"


async def test_a_rung_that_was_taken_late_or_left_is_found_by_verify_ever_after(
    any_centre: Centre, clock: MovingClock
) -> None:
    class Blind(CaseAgenda):
        """Looks and logs that it looked, and takes nothing."""

        async def due(self, now: object, limit: int) -> list[object]:  # type: ignore[override]
            return []

    await in_hand(any_centre)
    (due,) = (await ask(any_centre, "SELECT min(next_at) FROM deadline"))[0]
    due = due if isinstance(due, datetime) else datetime.fromisoformat(due + "+00:00")
    clock.move_to(due - timedelta(minutes=due.minute) + HOURS)
    for agenda in [Blind] * 9 + [CaseAgenda] * 9:
        clock.move_to(clock.at + timedelta(seconds=50))
        await Watch(agenda(any_centre)).tick(clock.at)
    assert not await sound(any_centre)
    for _ in range(3):
        clock.move_to(clock.at + DAYS * 20)
        await Watch(CaseAgenda(any_centre)).tick(clock.at)
    assert (await housekeeping.keep(any_centre)).looks > 8
    assert not await sound(any_centre), "late then, and told for ever"


async def test_raw_events_go_with_the_recordings_time_and_callers_of_no_case_with_them(
    any_centre: Centre, clock: MovingClock
) -> None:
    period = Period(MONDAY - DAYS, MONDAY + DAYS, MONDAY + DAYS)
    filed, held = [await in_hand(any_centre, key) for key in ("filed", "held")]
    old = {"asked": 0, "filed": 200, "held": 400, "missed": 600}
    for name, second in old.items():
        await told(any_centre, (abandoned if name == "missed" else answered)(name, second))
    seat = event("", Kind.AGENT_STATE, 700, agent="8001", state=Seat.READY)
    await told(any_centre, [seat])
    async with any_centre.work() as work:
        for name in ("filed", "held"):
            tie = {"call_id": name, "number": {"filed": filed, "held": held}[name], "kind": "filed"}
            await calllist.link(work.connection, {**tie, "at": work.at, "by": "agent"})
        await tasks.close(work.connection, 1, missed.EndedBy.TRIED.value, work.at)
        before = await callqueries.calls(work.connection, period, None)
    await privacy.hold(any_centre, DIRECTOR, held, "行政诉讼")
    clock.move_to(MONDAY + DAYS * 729)
    assert (await housekeeping.keep(any_centre)).events == 0
    late = (clock.at - MONDAY).total_seconds()
    await told(any_centre, answered("young", late))
    clock.move_to(MONDAY + DAYS * 731)
    gone = await housekeeping.keep(any_centre)
    assert (gone.events, gone.callers, gone.numbers) == (10, 2, 1)
    left = await ask(any_centre, "SELECT DISTINCT call_id FROM call_event ORDER BY call_id")
    assert [row[0] for row in left] == ["held", "young"]
    for name, known in {"asked": "", "missed": "", "filed": "138****1234"}.items():
        async with any_centre.look() as look:
            call = await calllist.one(look.connection, name)
        assert call is not None and (call.masked, bool(call.number_hash)) == (known, bool(known))
        assert bool(opened(any_centre.cipher, call)["from"]) is bool(known)
    async with any_centre.look() as look:
        assert await tasks.number(look.connection, any_centre.cipher, 1) == ""
        assert await callqueries.calls(look.connection, period, None) == before, "figures stay"
    assert await sound(any_centre) and (await housekeeping.keep(any_centre)) == Gone()


async def test_an_event_that_is_told_again_after_years_does_not_pass_for_the_whole_call(
    any_centre: Centre, clock: MovingClock
) -> None:
    events = answered("c1", 0)
    await told(any_centre, events)
    clock.move_to(MONDAY + DAYS * 731)
    assert (await housekeeping.keep(any_centre)).events == 3
    await told(any_centre, events[:1])
    assert await calls.fold_pending(any_centre) == 0
    async with any_centre.look() as look:
        call = await calllist.one(look.connection, "c1")
    assert call is not None and (call.outcome, call.masked, call.talk_s) == ("answered", "", 90.0)


async def test_events_that_wait_and_calls_that_go_on_stay_whatever_their_age(
    any_centre: Centre, clock: MovingClock
) -> None:
    await told(any_centre, answered("open", 0)[:1])
    await calls.heard(any_centre, answered("unfolded", 0), "webhook")
    clock.move_to(MONDAY + DAYS * 3000)
    assert await housekeeping.keep(any_centre) == Gone()


async def test_however_short_recordings_are_kept_events_are_for_half_a_year(
    any_centre: Centre, clock: MovingClock
) -> None:
    any_centre.recordings_days = 1
    await told(any_centre, answered("c1", 0))
    clock.move_to(MONDAY + DAYS * 183)
    assert await housekeeping.keep(any_centre) == Gone()
    clock.move_to(MONDAY + DAYS * 185)
    assert (await housekeeping.keep(any_centre)).events == 3


async def test_a_stop_leaves_the_rest_to_the_next_hour(
    any_centre: Centre, clock: MovingClock
) -> None:
    await planted(any_centre, DoorRow, [{"key": "a", "wrong": 1, "since": clock.at}])
    clock.move_to(clock.at + DAYS)
    any_centre.stopping.set()
    assert await housekeeping.keep(any_centre) == Gone()
    any_centre.stopping.clear()
    assert await housekeeping.keep(any_centre) == Gone(doors=1)


async def test_what_may_go_is_found_by_an_index(any_centre: Centre, clock: MovingClock) -> None:
    at, days = clock.at, [date(2020, 1, 1) + DAYS * n for n in range(3000)]
    open_ = {"case_id": 1, "state": "accepted", "age_days": 1, "overdue": False}
    await planted(any_centre, FactOpenRow, [{**open_, "day": day} for day in days])
    guesses = [{"key": f"{n}", "wrong": 1, "since": at + HOURS * n} for n in range(3000)]
    await planted(any_centre, DoorRow, guesses)
    await planted(any_centre, TickRow, list(looked(at, range(0, 3000 * 3600, 3600))))
    await in_hand(any_centre)
    rung = {"case_id": 1, "deadline_n": 90, "level": 1, "kind": "remind", "outcome": "notified"}
    rung |= {"entry_seq": 2, "rung_at": at}
    rungs = [{**rung, "rung": n, "climbed_at": at + HOURS * n} for n in range(3000)]
    await planted(any_centre, RungRow, rungs)
    asked = {
        "ix_door_since": doors.stale(at, 9),
        "ix_rung_climbed_at": ticklog.taken_between(at, at + HOURS),
        "ix_tick_at": ticklog.looks(at, at + HOURS, 9),
        "ix_missed_numbered": tasks.numbered(at, 9),
        "call_event": oldcalls.oldest(7, 9),
        "fact_open": nights.oldest(days[9]),
    }
    async with any_centre.store.write() as connection:
        await connection.execute(text("ANALYZE"))
        if connection.dialect.name == "postgresql":  # small tables are read whole, unless forbidden
            await connection.execute(text("SET LOCAL enable_seqscan = off"))
        for name, wanted in asked.items():
            plan = await plan_of(connection, wanted)
            assert name in plan and not [w for w in ("SCAN ", "Seq Scan") if w in plan], plan
