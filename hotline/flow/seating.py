"""Agents' states (坐席状态) as the desk, the switch and the calls tell them; the queue board now."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from channels.telephone.events import CallEvent, Kind
from channels.telephone.events import Seat as State
from channels.telephone.fold import CallRecord, Outcome, Phase
from hotline.domain.errors import NotAllowed, NotPossible
from hotline.domain.people import Actor
from hotline.domain.words import Named, Role
from hotline.flow.centre import Centre
from hotline.flow.phone import DESK
from hotline.store import calllist, missed, seats
from hotline.store.calllist import Asked
from hotline.store.calls import Call
from hotline.store.seats import Seat
from hotline.store.work import Work

AFTER_CALL = timedelta(seconds=60)  # of writing up, before the next call may ring
BOARD = frozenset({Role.SHIFT_LEAD, Role.DIRECTOR, Role.SUPERVISOR})


class Standing(Named):
    """How an agent stands, in the field's words."""

    READY = "ready", "示闲", "ready"
    BUSY = "busy", "通话中", "busy"
    BREAK = "break", "小休", "on a break"
    AFTER_CALL = "after_call", "话后整理", "after-call work"
    OFFLINE = "offline", "下线", "offline"


async def stand(
    centre: Centre, actor: Actor, state: Standing, extension: str | None
) -> list[CallEvent]:
    """What the agent tells of the own seat, as an event like the switch's; and at which telephone."""
    if actor.role not in DESK:
        raise NotAllowed("只有坐席人员可以切换坐席状态。", "For agents at the telephones only.")
    async with centre.work() as work:
        if extension:
            await seats.sit(work.connection, actor.name, extension, work.at)
        agent = await seats.station(work.connection, actor.name)
        if not agent and state is not Standing.OFFLINE:
            raise NotPossible("请先填写分机号。", "Tell your extension first.", field="extension")
        before = await seats.one(work.connection, (agent or actor.name,))
        at = max(work.at, before.since + timedelta(microseconds=1)) if before else work.at
    told = CallEvent(
        event_id=f"desk:{secrets.token_hex(8)}",
        call_id="",
        kind=Kind.AGENT_STATE,
        at=at,
        agent=agent or actor.name,
        state=State(state.value),
    )
    return [told]


def implied(record: CallRecord, stations: frozenset[str]) -> list[CallEvent]:
    """What a call says of the seats of our own desks: busy in it, writing it up after it."""
    if record.outcome is not Outcome.ANSWERED or record.answered_at is None:
        return []
    found = []
    for agent in record.agents[-1:]:
        if agent not in stations:
            continue
        if record.phase is Phase.ENDED and record.ended_at is not None:
            told, at, mark = State.AFTER_CALL, record.ended_at, "after"
        else:
            told, at, mark = State.BUSY, record.answered_at, "busy"
        event_id = f"{mark}:{agent}:{record.call_id}"[:120]
        found.append(CallEvent(event_id, "", Kind.AGENT_STATE, at, agent=agent, state=told))
    return found


async def written_up(centre: Centre) -> list[CallEvent]:
    """Seats whose time for writing up is over: ready again, from the moment it was over."""
    async with centre.look() as look:
        found = await seats.since(look.connection, State.AFTER_CALL.value, look.at - AFTER_CALL)
    return [
        CallEvent(
            f"ready:{seat.agent}:{seat.since.timestamp():.3f}"[:120],
            "",
            Kind.AGENT_STATE,
            seat.since + AFTER_CALL,
            agent=seat.agent,
            state=State.READY,
        )
        for seat in found
    ]


async def seat_of(centre: Centre, actor: Actor) -> tuple[Seat | None, str]:
    """The actor's own seat, and the extension that was told last."""
    async with centre.look() as look:
        keys = await seats.keys(look.connection, actor.name)
        seat = await seats.one(look.connection, keys)
        return seat, await seats.station(look.connection, actor.name)


@dataclass(frozen=True)
class Board:
    """The hall at this moment (队列看板)."""

    at: datetime
    queues: Sequence[dict[str, Any]]
    seats: Sequence[Seat]
    calls: Sequence[Call]
    missed_open: int
    missed_late: int


async def board(centre: Centre) -> Board:
    async with centre.look() as look:
        connection, at = look.connection, look.at
        open_, _ = await calllist.listed(connection, Asked(phase="open", limit=500))
        everyone = await seats.listed(connection)
        waiting, late = await missed.count_open(connection, at)
    return Board(
        at=at,
        queues=_queues(open_, at),
        seats=everyone,
        calls=open_,
        missed_open=waiting,
        missed_late=late,
    )


def _queues(open_: Sequence[Call], at: datetime) -> list[dict[str, Any]]:
    """Each queue's calls that nobody has answered yet, and how long the first has waited."""
    found: dict[str, list[Call]] = {}
    for call in open_:
        if call.direction == "in":
            found.setdefault(call.queue or "-", []).append(call)
    return [
        {
            "queue": name,
            "waiting": sum(one.answered_at is None for one in calls),
            "talking": sum(one.answered_at is not None for one in calls),
            "longest_s": max(
                (_waits(one, at) for one in calls if one.answered_at is None), default=0
            ),
        }
        for name, calls in sorted(found.items())
    ]


def _waits(call: Call, at: datetime) -> int:
    return max(0, int((at - (call.queued_at or call.offered_at)).total_seconds()))


async def stations(work: Work) -> frozenset[str]:
    """What a switch may call the agents who sit at desks of ours."""
    return await seats.known(work.connection)
