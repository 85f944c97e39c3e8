"""Repeats that were missed: cases made at the same moment, or while nothing could be looked up."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from classifiers import similar
from classifiers.similar import Signature
from hotline.flow import repeats as flow
from hotline.flow.centre import Centre
from hotline.flow.repeats import Asked
from hotline.flow.storm import storm
from hotline.store import catalogue, receipts, repeats

BATCH, ROUNDS = 20, 25  # cases a transaction, transactions a tick
BEHIND = 1000  # ids that are looked through again for what was committed out of order
PLACE = "repeats.signed_to"


async def sweep(centre: Centre) -> int:
    """Signs what nothing is known by, looks at what came meanwhile, forgets what is old.

    Safe to run twice and on several nodes: a pair is written once, a second look changes nothing.
    """
    if await _storms(centre):
        return 0  # looking for repeats is what waits first
    since = centre.now() - timedelta(days=centre.recent_days)
    await _sign_rest(centre, since)
    swept = taken = BATCH
    while taken == BATCH and swept <= BATCH * ROUNDS:
        taken = await _sweep_some(centre)
        swept += taken
    return swept - BATCH + await _forget(centre, since)


async def _storms(centre: Centre) -> bool:
    """By what waits, not by what this process saw: triage may be another's."""
    async with centre.look() as view:
        waiting, oldest = await receipts.backlog(view.connection)
    return centre.storm.raging or storm(waiting, oldest, view.at)


async def _sweep_some(centre: Centre) -> int:
    found = []
    async with centre.look() as view:
        rows = await repeats.unswept(view.connection, BATCH)
        for row in rows:
            hashes = tuple(one for one in (row.phone_hash, row.email_hash) if one)
            callers = () if flow.guarded(row) else hashes
            told = Asked(row.title, row.content, row.received_at, row.district, callers, row.id)
            signature = similar.unpack(row.packed)
            if signature is not None:
                alike = await flow.look(centre, view, told, signature)
                found += [flow.row_of(row.id, one, view.at, "sweep") for one in alike]
    if rows:
        async with centre.work() as work:
            await repeats.sweep(work.connection, [row.id for row in rows])
            await repeats.note(work.connection, found)
    return len(rows)


async def _sign_rest(centre: Centre, since: datetime) -> None:
    most = BATCH * ROUNDS
    async with centre.look() as view:
        told = await catalogue.setting(view.connection, PLACE) or {}
        after = int(told.get("id", 0))
        rows = await repeats.unsigned(view.connection, after, since, most)
        seen = rows[-1].id if len(rows) == most else await repeats.newest(view.connection)
    done = max(seen - BEHIND, after)
    if not rows and done - after < BEHIND:
        return
    for first in range(0, len(rows), BATCH):
        some = rows[first : first + BATCH]
        signatures = await asyncio.to_thread(_signatures, centre, some)
        async with centre.work() as work:
            for row, signature in zip(some, signatures, strict=True):
                await repeats.keep(work.connection, row.id, row.received_at, signature)
    async with centre.work() as work:
        await catalogue.put_setting(work.connection, PLACE, {"id": done})


def _signatures(centre: Centre, rows: Sequence[Any]) -> list[Signature]:
    """Made before the writer is asked for: it is held for a handful of rows, not for all of them."""
    told = [Asked(row.title, row.content, row.received_at, row.district) for row in rows]
    return [flow.signed(centre, one) for one in told]


async def _forget(centre: Centre, since: datetime) -> int:
    async with centre.look() as view:
        old = await repeats.old(view.connection, since, BATCH * ROUNDS)
    if old:
        async with centre.work() as work:
            await repeats.forget(work.connection, old)
    return len(old)
