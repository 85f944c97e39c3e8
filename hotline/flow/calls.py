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
from hotline.store import calls, oldcalls, seats
from hotline.store.callbox import Told
from hotline.store.callrows import event_to_json
from hotline.store.cipher import Unreadable
from hotline.store.work import Work

log = structlog.get_logger(__name__)

BATCH = 50  # events: a batch holds up who writes for some tens of milliseconds
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
    try:
        waiting, implied, changed = await _fold_oldest(centre, limit)
    except UNREADABLE as error:
        log.error("calls.unreadable", error=type(error).__name__, exc_info=error)
        waiting, implied, changed = await _fold_one_by_one(centre, limit)
    centre.callbox.changed.extend(changed)
    if implied:
        await heard(centre, implied, "desk")
    if centre.callbox.has_refusals:
        async with centre.work() as work:
            await centre.callbox.write_refusals(work.connection, work.at)
    return waiting


Folded = tuple[int, list[CallEvent], list[calls.Call]]  # events taken up; what follows; records


async def _fold_oldest(centre: Centre, limit: int) -> Folded:
    async with centre.work() as work:
        waiting = await calls.unfolded(work.connection, limit)
        implied, changed = await _fold(centre, work, waiting)
    return len(waiting), implied, changed


async def _fold_one_by_one(centre: Centre, limit: int) -> Folded:
    """One of them cannot be read: the others are folded all the same, and it is counted."""
    implied, changed = list[CallEvent](), list[calls.Call]()
    async with centre.work() as work:
        waiting = await calls.unfolded(work.connection, limit)
        for call_id in sorted({row.call_id for row in waiting}):
            rows = [row for row in waiting if row.call_id == call_id]
            try:
                async with work.connection.begin_nested():
                    found = await _fold(centre, work, rows)
            except UNREADABLE:
                await calls.mark_folded(work.connection, [row.id for row in rows])
                centre.callbox.refuse("unreadable")
            else:
                implied += found[0]
                changed += found[1]
    return len(waiting), implied, changed


async def _fold(
    centre: Centre, work: Work, rows: Sequence[Any]
) -> tuple[list[CallEvent], list[calls.Call]]:
    """Returns what the records imply for the seats of our own desks, and the records."""
    implied, changed = list[CallEvent](), list[calls.Call]()
    lived = [row for row in rows if row.kind != Kind.AGENT_STATE.value]
    told = [row for row in rows if row.kind == Kind.AGENT_STATE.value]
    await seats.stand(work.connection, told)
    call_ids = sorted({row.call_id for row in lived})
    if call_ids:
        ours = await seating.stations(work)
        past = oldcalls.past(work.at, centre.recordings_days)
        versions = await calls.lock(work.connection, call_ids, work.at, past)
        folded = await calls.refold(work.connection, centre.cipher, versions, work.at)
        await missed.follow(centre, work, folded)
        for record, call in folded:
            implied += seating.implied(record, ours)
            changed.append(call)
    if rows:
        await calls.mark_folded(work.connection, [row.id for row in rows])
    return implied, changed


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
