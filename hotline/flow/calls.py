"""A call's life beside its case: kept raw, folded, swept; acknowledged before anything is thought."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog

from channels.telephone.events import SWEPT, CallEvent, Kind
from hotline.domain.people import Actor
from hotline.flow import missed, seating
from hotline.flow.centre import Centre
from hotline.store import calls, seats
from hotline.store.callbox import Told
from hotline.store.callrows import event_to_json
from hotline.store.cipher import Unreadable
from hotline.store.work import Work

log = structlog.get_logger(__name__)

BATCH = 200
SILENT = timedelta(hours=2)  # after which a call without an end is closed and flagged
UNREADABLE = (Unreadable, ValueError, KeyError, TypeError)


@dataclass(frozen=True)
class Taken:
    """What a teller is told: how many events were new, how many known before."""

    accepted: int
    duplicates: int


async def take(
    centre: Centre,
    told: Sequence[tuple[CallEvent, Mapping[str, Any]]],
    source: str,
) -> Taken:
    """On disk when it returns; folded afterwards."""
    at = centre.now()
    kept = await centre.callbox.keep([Told(event, sent, source, at) for event, sent in told])
    return Taken(kept, len(told) - kept)


async def heard(centre: Centre, told: Sequence[CallEvent], source: str) -> None:
    """What a live line to a switch delivers."""
    await take(centre, [(event, event_to_json(event)) for event in told], source)


async def fold_pending(centre: Centre, limit: int = BATCH) -> int:
    """Folds the oldest raw events into their calls' records; returns how many it took up.

    A call that cannot be folded stops only itself: it is logged, counted and passed over, and its
    raw events stay.
    """
    centre.callbox.kept.clear()
    async with centre.look() as look:  # an idle telephone does not hold up who writes
        if not await calls.any_unfolded(look.connection) and not centre.callbox.has_refusals:
            return 0
    async with centre.work() as work:
        waiting = await calls.unfolded(work.connection, limit)
        if centre.callbox.has_refusals:
            await centre.callbox.write_refusals(work.connection, work.at)
        implied = await _fold_all(centre, work, waiting)
    if implied:
        await heard(centre, implied, "desk")
    return len(waiting)


async def _fold_all(centre: Centre, work: Work, waiting: Sequence[Any]) -> list[CallEvent]:
    try:
        async with work.connection.begin_nested():
            return await _fold(centre, work, waiting)
    except UNREADABLE as error:
        log.error("calls.unreadable", error=type(error).__name__, exc_info=error)
    found = []
    for call_id in sorted({row.call_id for row in waiting}):
        alone = [row for row in waiting if row.call_id == call_id]
        found += await _fold_alone(centre, work, alone)
    return found


async def _fold_alone(centre: Centre, work: Work, rows: Sequence[Any]) -> list[CallEvent]:
    try:
        async with work.connection.begin_nested():
            return await _fold(centre, work, rows)
    except UNREADABLE:
        await calls.mark_folded(work.connection, [row.id for row in rows])
        centre.callbox.refuse("unreadable")
        return []


async def _fold(centre: Centre, work: Work, rows: Sequence[Any]) -> list[CallEvent]:
    """Returns what the records imply for the seats of our own desks."""
    if not rows:
        return []
    implied: list[CallEvent] = []
    lived = [row for row in rows if row.kind != Kind.AGENT_STATE.value]
    told = [row for row in rows if row.kind == Kind.AGENT_STATE.value]
    await seats.stand(work.connection, told)
    call_ids = sorted({row.call_id for row in lived})
    if call_ids:
        ours = await seating.stations(work)
        await calls.lock(work.connection, call_ids, work.at)
        folded = await calls.refold(work.connection, centre.cipher, call_ids)
        await missed.follow(centre, work, folded)
        for record, call in folded:
            implied += seating.implied(record, ours)
            centre.callbox.changed.append(call)
    await calls.mark_folded(work.connection, [row.id for row in rows])
    return implied


def _swept(call_id: str) -> str:
    """One a call, however often it is swept; a call's own id may be as long as an event's."""
    return "sweep:" + hashlib.sha256(call_id.encode()).hexdigest()[:40]


async def sweep(centre: Centre) -> int:
    """Calls nobody has told anything of for two hours are closed, by an event like any other."""
    async with centre.look() as look:
        lost = await calls.silent(look.connection, look.at - SILENT)
    ends = [
        CallEvent(_swept(call_id), call_id, Kind.ENDED, centre.now(), cause=SWEPT)
        for call_id in lost
    ]
    if ends:
        await heard(centre, ends, "sweep")
    return len(ends)


async def stand(
    centre: Centre, actor: Actor, state: seating.Standing, extension: str | None = None
) -> None:
    """An agent's own word of the own seat, kept like a switch's; it stands when this returns."""
    await heard(centre, await seating.stand(centre, actor, state, extension), "desk")
    while await fold_pending(centre):
        pass


async def seats_ready(centre: Centre) -> int:
    """Ends the after-call work whose time is over."""
    over = await seating.written_up(centre)
    if over:
        await heard(centre, over, "desk")
    return len(over)
