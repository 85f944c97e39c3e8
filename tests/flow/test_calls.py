"""Raw events are kept before they are acknowledged, folded in batches, and every missed call is a promise."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text, update

from channels.message import Contact
from channels.telephone.events import CallEvent, Kind, Seat
from channels.telephone.rehearsal import calls as rehearsed
from escalation.watch import Watch
from hotline.domain.errors import NotAllowed, NotPossible
from hotline.domain.people import Actor
from hotline.domain.words import Role
from hotline.flow import calls, intake, missed, phone, work
from hotline.flow.centre import Centre
from hotline.flow.missed import Tried, TryOutcome
from hotline.flow.missedladder import MissedAgenda
from hotline.store import calllist, counters, missedtries, seats
from hotline.store import calls as rows
from hotline.store.calllist import Asked
from hotline.store.calls import opened
from hotline.store.calltables import CallEventRow, CallRow
from hotline.store.ledgers import OutboxRow
from hotline.wiring import MovingClock
from tests.channels.telephone.disorder import arriving, flat, hang_ups_lost, table
from tests.makers import MONDAY, a_complaint, an_officer

NUMBER = "13800001234"


def event(call: str, kind: Kind, second: float, leg: str = "a", **more: Any) -> CallEvent:
    facts = {"leg_id": f"{call}.{leg}", "from_": NUMBER, "to": "12345", **more}
    at = MONDAY + timedelta(seconds=second)
    return CallEvent(f"{call}-{kind.value}-{second}-{leg}", call, kind, at, **facts)


def abandoned(call: str = "c1", second: float = 0, **more: Any) -> list[CallEvent]:
    return [
        event(call, Kind.OFFERED, second, **more),
        event(call, Kind.QUEUED, second + 1, queue="热线", **more),
        event(call, Kind.ENDED, second + 40, cause="cancel", **more),
    ]


def answered(call: str, second: float, **more: Any) -> list[CallEvent]:
    return [
        event(call, Kind.OFFERED, second, **more),
        event(call, Kind.ANSWERED, second + 9, "b", agent="8001", **more),
        event(call, Kind.ENDED, second + 99, **more),
    ]


async def told(centre: Centre, events: Sequence[CallEvent]) -> None:
    """Taken in posts of a few, and folded."""
    for place in range(0, len(events), 300):
        await calls.heard(centre, events[place : place + 300], "webhook")
    while await calls.fold_pending(centre):
        pass


async def kept(centre: Centre) -> dict[str, Any]:
    async with centre.look() as look:
        found, cursor = await calllist.listed(look.connection, Asked(limit=10_000))
        assert cursor is None
        return {
            call.call_id: {
                **{k: v for k, v in call.__dict__.items() if k not in UNLIKE},
                **opened(centre.cipher, call),
            }
            for call in found
        }


UNLIKE = ("version", "changed_at", "locked")


@pytest.mark.slow
async def test_a_call_is_kept_with_its_number_locked(any_centre: Centre) -> None:
    await told(any_centre, answered("c1", 0))
    (call,) = (await kept(any_centre)).values()
    assert (call["outcome"], call["wait_s"], call["agent"]) == ("answered", 9.0, "8001")
    assert (call["masked"], call["from"]) == ("138****1234", NUMBER)
    async with any_centre.look() as look:
        rows = await look.connection.execute(select(CallEventRow.raw))
        locked = await look.connection.execute(select(CallRow.locked))
        assert not [raw for raw in [*rows.scalars(), *locked.scalars()] if NUMBER.encode() in raw]


async def test_an_agent_sees_the_callers_identity_during_the_call_and_half_an_hour_after(
    centre: Centre, clock: MovingClock
) -> None:
    """Of the caller's cases, whoever filed them; of nobody else's, whatever the call is tied to."""
    mine, other = [
        (await intake.receive(centre, a_complaint(key, contact=Contact("", phone)))).number
        for key, phone in (("a", NUMBER), ("b", "13900005678"))
    ]
    while await intake.triage_pending(centre):
        pass
    agent, another = (an_officer(Role.AGENT, name=name) for name in ("agent", "another"))

    async def sees(who: Actor, number: str = mine) -> bool:
        try:
            return bool(await work.reveal(centre, number, ("phone",), "核实", who))
        except NotAllowed:
            return False

    began = (clock.at - MONDAY).total_seconds()
    offered, taken, over = answered("c1", began)
    await told(centre, [offered])
    assert not await sees(agent), "not answered yet"
    await told(centre, [replace(taken, agent="agent")])
    assert await sees(agent) and not await sees(another)
    await phone.tie(centre, agent, "c1", other, "linked")
    assert not await sees(agent, other)
    await told(centre, [over])
    clock.move_to(over.at + phone.AFTER)
    assert await sees(agent)
    clock.move_to(over.at + phone.AFTER + timedelta(seconds=1))
    assert not await sees(agent)


@pytest.mark.slow
async def test_the_desks_are_told_of_calls_as_they_lie_in_the_table(any_centre: Centre) -> None:
    offered, *rest = answered("c1", 0)
    await told(any_centre, [offered, *answered("c2", 5)])
    await told(any_centre, rest)
    async with any_centre.look() as look:
        found, _ = await calllist.listed(look.connection, Asked(limit=10))
    last = {call.call_id: call for call in any_centre.callbox.changed}
    assert last == {call.call_id: call for call in found}
    assert {call.call_id: call.version for call in found} == {"c1": 2, "c2": 1}


async def test_a_known_event_changes_nothing(any_centre: Centre) -> None:
    events = answered("c1", 0)
    assert await calls.take(any_centre, [(one, {}) for one in events], "webhook") == calls.Taken(
        3, 0
    )
    forged = [replace(one, agent="8002") for one in events]
    again = await calls.take(any_centre, [(one, {}) for one in forged * 2], "webhook")
    assert again == calls.Taken(0, 6)
    await told(any_centre, [])
    assert (await kept(any_centre))["c1"]["agent"] == "8001"
    async with any_centre.look() as look:
        counted = await counters.today(look.connection, look.at)
    assert {(name, n) for channel, name, n in counted if channel == "call_events"} == {
        ("accepted", 3),
        ("duplicate", 6),
    }


@pytest.mark.slow
async def test_a_storm_of_events_ends_in_the_ordered_runs_table(any_centre: Centre) -> None:
    events = hang_ups_lost(flat(rehearsed(5, 60, MONDAY)), 5)
    await told(any_centre, arriving(events, 5))
    found, wanted = await kept(any_centre), table(events)
    assert set(found) == set(wanted)
    for call_id, record in wanted.items():
        assert found[call_id]["wait_s"] == record.wait_s, call_id
        assert found[call_id]["outcome"] == record.outcome.value
        assert found[call_id]["ended_at"] == record.ended_at
        assert len(found[call_id]["recordings"]) == len(record.recordings)


@pytest.mark.slow
async def test_a_call_nobody_tells_anything_of_is_swept_after_two_hours(
    centre: Centre, clock: MovingClock
) -> None:
    await told(centre, answered("c1", 0)[:2])
    clock.move_to(MONDAY + timedelta(hours=1, minutes=59))
    assert await calls.sweep(centre) == 0
    clock.move_to(MONDAY + timedelta(hours=2, minutes=1))
    assert await calls.sweep(centre) == 1
    await told(centre, [])
    found = (await kept(centre))["c1"]
    assert (found["flags"], found["phase"]) == (["no_end"], "ended")
    assert await calls.sweep(centre) == 0


async def test_one_unreadable_event_stops_only_its_own_call(centre: Centre) -> None:
    await calls.heard(centre, [*answered("bad", 0), *answered("good", 5)], "webhook")
    async with centre.work() as work:
        broken = update(CallEventRow).where(CallEventRow.event_id == "bad-offered-0-a")
        await work.connection.execute(broken.values(raw=b"k1:" + b"\x00" * 40))
    await told(centre, [])
    assert set(await kept(centre)) == {"good"}
    async with centre.look() as look:
        left = select(func.count()).select_from(CallEventRow)
        assert (await look.connection.execute(left)).scalar_one() == 6


@pytest.mark.slow
async def test_the_newest_word_of_a_seat_stands_whatever_came_last(centre: Centre) -> None:
    def seat(second: int, state: Seat) -> CallEvent:
        at = MONDAY + timedelta(seconds=second)
        return CallEvent(f"s{second}", "", Kind.AGENT_STATE, at, agent="8001", state=state)

    await told(centre, [seat(9, Seat.BREAK)])
    await told(centre, [seat(1, Seat.READY), seat(5, Seat.BUSY)])
    async with centre.look() as look:
        (found,) = await seats.listed(look.connection)
    assert (found.state, found.since) == ("break", MONDAY + timedelta(seconds=9))


async def waiting(centre: Centre) -> list[missed.Listed]:
    return await missed.waiting(centre)


async def test_an_abandoned_call_is_a_promise_of_half_an_hour(any_centre: Centre) -> None:
    await told(any_centre, abandoned())
    (found,) = await waiting(any_centre)
    assert found.task.due_at == MONDAY + timedelta(minutes=30, seconds=40)
    assert (found.task.masked, found.task.reason, found.calls) == ("138****1234", "abandoned", 1)


@pytest.mark.slow
@pytest.mark.parametrize("cause", ["after_hours", "overload", "system_fault"])
async def test_so_is_one_that_met_a_closed_or_a_full_house(centre: Centre, cause: str) -> None:
    await told(centre, [event("c1", Kind.OFFERED, 0), event("c1", Kind.ENDED, 1, cause=cause)])
    assert len(await waiting(centre)) == 1


@pytest.mark.slow
async def test_a_number_that_rings_again_in_vain_has_one_promise(any_centre: Centre) -> None:
    await told(any_centre, abandoned("c1", 0))
    await told(any_centre, abandoned("c2", 300, from_="+86 138-0000-1234"))
    (found,) = await waiting(any_centre)
    assert found.calls == 2 and found.task.due_at == MONDAY + timedelta(minutes=30, seconds=40)
    assert found.task.last_at == MONDAY + timedelta(seconds=340)


@pytest.mark.slow
async def test_a_withheld_number_cannot_be_called_back(centre: Centre) -> None:
    await told(centre, abandoned(from_="anonymous"))
    assert await waiting(centre) == []


async def ended(centre: Centre) -> list[tuple[str | None, int]]:
    found = await missed.listed(centre, state="closed")
    return [(one.task.ended_by, one.task.tries) for one in found]


@pytest.mark.slow
async def test_a_call_out_that_is_answered_keeps_the_promise(any_centre: Centre) -> None:
    await told(any_centre, abandoned())
    ends = {"direction": "out", "from_": "12345", "to": NUMBER}
    await told(any_centre, answered("o1", 600, **ends))
    assert await waiting(any_centre) == [] and await ended(any_centre) == [("reached", 1)]


@pytest.mark.slow
async def test_so_does_a_second_call_of_the_citizen_that_is_answered(centre: Centre) -> None:
    await told(centre, abandoned())
    await told(centre, answered("c2", 100))
    assert await waiting(centre) == [] and await ended(centre) == [("rang_again", 0)]


@pytest.mark.slow
async def test_three_calls_out_in_vain_end_it(centre: Centre) -> None:
    await told(centre, abandoned())
    ends = {"direction": "out", "from_": "12345", "to": NUMBER}
    for n in range(3):
        vain = [
            event(f"o{n}", Kind.OFFERED, 200 + n, **ends),
            event(f"o{n}", Kind.ENDED, 230 + n, cause="no_answer", **ends),
        ]
        await told(centre, vain)
        await told(centre, [replace(vain[1], event_id=f"again{n}")])  # told of twice
    assert await ended(centre) == [("tried", 3)]


@pytest.mark.slow
async def test_an_answer_that_arrives_late_takes_the_promise_back(centre: Centre) -> None:
    call = answered("c1", 0)
    await told(centre, [call[0], call[2]])
    assert len(await waiting(centre)) == 1
    await told(centre, [call[1]])
    assert await waiting(centre) == [] and await ended(centre) == [("answered", 0)]


@pytest.mark.slow
async def test_whoever_was_spoken_to_before_the_missed_call_was_told_of_needs_no_call(
    centre: Centre,
) -> None:
    await told(centre, answered("c2", 100))
    await told(centre, abandoned("c1", 0))
    assert await waiting(centre) == []


@pytest.mark.slow
async def test_a_call_missed_long_ago_is_history(centre: Centre, clock: MovingClock) -> None:
    clock.move_to(MONDAY + timedelta(days=3))
    await told(centre, abandoned())
    assert await waiting(centre) == []


@pytest.mark.slow
async def test_tries_by_hand_end_it_at_the_third_or_when_somebody_answers(centre: Centre) -> None:
    agent = an_officer(Role.AGENT)
    await told(centre, abandoned("c1", 0))
    (one,) = await waiting(centre)
    for _ in range(2):
        again = await missed.tried(centre, agent, one.task.id, Tried(TryOutcome.NO_ANSWER))
    assert again.task.state == "open"
    with pytest.raises(NotPossible):
        await missed.tried(centre, agent, one.task.id, Tried(TryOutcome.BUSY, seen=0))
    last = await missed.tried(centre, agent, one.task.id, Tried(TryOutcome.BUSY, seen=2))
    assert (last.task.state, last.task.ended_by, len(last.tries)) == ("closed", "tried", 3)
    with pytest.raises(NotPossible):
        await missed.tried(centre, agent, one.task.id, Tried(TryOutcome.REACHED))


async def notices(centre: Centre) -> list[tuple[str, int]]:
    async with centre.look() as look:
        wanted = select(OutboxRow.audience, OutboxRow.level, OutboxRow.subject)
        found = await look.connection.execute(wanted.order_by(OutboxRow.id))
        return [(row.audience, row.level) for row in found if "漏接" in row.subject]


@pytest.mark.slow
async def test_the_watch_climbs_its_ladder_once_to_the_shift_lead_then_to_supervision(
    any_centre: Centre, clock: MovingClock
) -> None:
    await told(any_centre, abandoned())
    watch = Watch(MissedAgenda(any_centre))
    climbed: dict[int, list[tuple[str, int]]] = {}
    seen = 0
    for minute in range(1, 90):
        clock.move_to(MONDAY + timedelta(minutes=minute))
        for _ in range(2):  # a second watch finds nothing left to do
            await watch.tick(clock())
        now = await notices(any_centre)
        if len(now) > seen:
            climbed[minute], seen = now[seen:], len(now)
    assert climbed == {
        21: [("role:agent", 1), ("role:shift_lead", 1)],
        31: [("role:shift_lead", 2), ("role:callback", 2)],
        61: [("role:shift_lead", 3), ("role:supervisor", 3), ("role:director", 3)],
    }


@pytest.mark.slow
async def test_a_promise_that_was_kept_climbs_no_further(
    centre: Centre, clock: MovingClock
) -> None:
    await told(centre, abandoned())
    await told(centre, answered("c2", 600))
    clock.move_to(MONDAY + timedelta(hours=3))
    await Watch(MissedAgenda(centre)).tick(clock())
    assert await notices(centre) == []


@pytest.mark.slow
async def test_a_watch_that_slept_tells_only_the_highest_rung(
    centre: Centre, clock: MovingClock
) -> None:
    await told(centre, [*abandoned("c1"), *abandoned("c2", from_="13900001234")])
    clock.move_to(MONDAY + timedelta(hours=3))
    await Watch(MissedAgenda(centre)).tick(clock())
    assert [level for _, level in await notices(centre)] == [3, 3, 3]


@pytest.mark.slow
async def test_what_was_sent_is_kept_whole(centre: Centre) -> None:
    one = event("c1", Kind.OFFERED, 0)
    await calls.take(centre, [(one, {"vendor_extra": "甲"})], "webhook")
    async with centre.look() as look:
        raw = (await look.connection.execute(select(CallEventRow.raw))).scalar_one()
    body = json.loads(centre.cipher.unlock(raw, f"call_event.raw.{one.event_id}"))
    assert body["sent"] == {"vendor_extra": "甲"}


@pytest.mark.slow
async def test_tries_of_nothing_are_nothing(centre: Centre) -> None:
    async with centre.look() as look:
        assert await missedtries.tries_of(look.connection, []) == {}


async def test_what_waits_is_found_by_its_own_small_index(any_centre: Centre) -> None:
    """However many events were folded already; the sabotaged question is the same in other words."""
    plans = []
    for condition in (rows.UNFOLDED, ~CallEventRow.folded):
        wanted = select(CallEventRow.id).where(condition).order_by(CallEventRow.id).limit(1)
        async with any_centre.look() as look:
            if look.connection.dialect.name != "sqlite":
                return  # PostgreSQL plans by the size of a table, and this one is small
            asked = wanted.compile(look.connection, compile_kwargs={"literal_binds": True})
            told = await look.connection.execute(text(f"EXPLAIN QUERY PLAN {asked}"))
            plans.append(" ".join(str(row) for row in told))
    assert "ix_call_event_unfolded" in plans[0] and "ix_call_event_unfolded" not in plans[1]
