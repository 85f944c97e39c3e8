"""What would grow for ever and is asked for no more goes, each hour, a little at a time.

Wrong guesses whose lock is over; nights' lists that no rebuild compares with; looks of the watch that
no check needs; raw events of calls past the time of their recordings, with the numbers of those who
called about no case. Receipts, timelines, acts and reveals stay: chains and equations count them.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

import structlog

from hotline.domain.people import SYSTEM
from hotline.domain.shanghai import city_day
from hotline.flow.centre import Centre
from hotline.store import acts, doors, missed, nights, oldcalls, ticklog
from hotline.store.work import Work

log = structlog.get_logger(__name__)
BATCH = 100  # rows a transaction: who writes waits some tens of milliseconds behind it
PAGE = 1000  # looks of the watch; nothing is opened or written of them
PAUSE = 0.1  # seconds between two batches: requests go first


@dataclass
class Gone:
    """How many rows went."""

    doors: int = 0
    nights: int = 0
    looks: int = 0
    numbers: int = 0  # of call-back tasks
    events: int = 0
    callers: int = 0  # of calls


async def keep(centre: Centre) -> Gone:
    """Takes away all that may go by now; what a stop leaves is the next hour's."""
    today, before = city_day(centre.now()), oldcalls.past(centre.now(), centre.recordings_days)
    gone = Gone(
        doors=await _until_none(centre, lambda w: doors.forget(w.connection, w.at, BATCH)),
        nights=await _until_none(
            centre, lambda w: nights.forget(w.connection, nights.oldest_kept(today), BATCH)
        ),
        looks=await _looks(centre),
        numbers=await _until_none(
            centre, lambda w: missed.forget_numbers(w.connection, w.cipher, before, BATCH)
        ),
    )
    await _calls(centre, before, gone)
    if gone != Gone():
        log.info("housekeeping.gone", **vars(gone))
    return gone


async def _until_none(centre: Centre, some: Callable[[Work], Awaitable[int]]) -> int:
    """Batch after batch, each in its own transaction, with room for others in between."""
    total = 0
    while not centre.stopping.is_set():
        async with centre.work() as work:
            taken = await some(work)
        total += taken
        if not taken:
            break
        await asyncio.sleep(PAUSE)
    return total


async def _looks(centre: Centre) -> int:
    total, since = 0, None
    async with centre.look() as look:
        before = await ticklog.old_before(look.connection, look.at)
    while before is not None and not centre.stopping.is_set():
        async with centre.look() as look:
            page = await ticklog.page(look.connection, since, before, PAGE)
            ids = await ticklog.superfluous(look.connection, page)
        if ids:
            async with centre.work() as work:
                total += await ticklog.forget(work.connection, ids)
        if len(page) < PAGE or page[-1].at == since:
            break
        since = page[-1].at
        await asyncio.sleep(PAUSE)
    return total


async def _calls(centre: Centre, before: datetime, gone: Gone) -> None:
    above = 0
    async with centre.look() as look:
        held = await oldcalls.on_hold(look.connection)
    while not centre.stopping.is_set():
        async with centre.look() as look:
            page = await oldcalls.page(look.connection, above, BATCH)
        rows = [row for row in page if oldcalls.over(row, before, held)]
        if rows:
            async with centre.work() as work:
                if not gone.events:  # once a run, with the first that goes
                    about = {"before": before.isoformat()}
                    await acts.record(work.connection, work.at, SYSTEM, "calls_expired", about)
                gone.callers += await oldcalls.forget(work.connection, work.cipher, rows)
            gone.events += len(rows)
        if len(page) < BATCH or all(row.received_at >= before for row in page):
            return
        above = page[-1].id
        await asyncio.sleep(PAUSE)
