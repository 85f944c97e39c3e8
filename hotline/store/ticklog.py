"""The log of the watch, thinned: of each hour long ago the last look stays.

`verify` asks of it one thing alone (I5): whether the watch looked between the moment at which it could
see a rung and the one at which it took it, less a minute. A stretch that ends in an hour later than one
of its looks has that hour's last one in it; of a stretch that ends in the same hour the first look stays
as well. So every question has the answer that it had before, and a year is nine thousand rows.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.store.casechecks import GRACE
from hotline.store.ledgers import TickRow
from hotline.store.tables import EntryRow, RungRow

KEPT = timedelta(days=30)  # whole for so long: at work the watch looks each second
HOUR = 3600


async def old_before(connection: AsyncConnection, now: datetime) -> datetime | None:
    """Up to where it may be thinned; counted from the last look, if the watch stands still since."""
    latest = (await connection.execute(select(func.max(TickRow.at)))).scalar_one_or_none()
    return min(now, latest) - KEPT if latest else None


async def page(
    connection: AsyncConnection, since: datetime | None, before: datetime, limit: int
) -> list[Any]:
    """The oldest looks from `since` on, in order."""
    return list(await connection.execute(looks(since, before, limit)))


def looks(since: datetime | None, before: datetime, limit: int) -> Any:
    wanted = select(TickRow.id, TickRow.at).where(TickRow.at < before)
    if since is not None:
        wanted = wanted.where(TickRow.at >= since)
    return wanted.order_by(TickRow.at, TickRow.id).limit(limit)


async def superfluous(connection: AsyncConnection, looks: Sequence[Any]) -> list[int]:
    """Those of a page, by id, that no question needs."""
    newest = (await connection.execute(select(func.max(TickRow.id)))).scalar_one()
    gone = []
    for _, found in groupby(looks, key=lambda one: one.at.timestamp() // HOUR):
        hour = list(found)
        if len(hour) > 1:
            stretches = await _stretches(connection, hour[0].at, hour[-1].at)
            needed = {newest, hour[-1].id, *_first_of_each(hour, stretches)}
            gone += [one.id for one in hour if one.id not in needed]
    return gone


def _first_of_each(
    looks: Sequence[Any], stretches: Sequence[tuple[datetime, datetime]]
) -> Iterator[int]:
    for since, until in stretches:
        first = next((one for one in looks if one.at >= since), None)
        if first is not None and first.at <= until:
            yield first.id


async def _stretches(
    connection: AsyncConnection, first: datetime, last: datetime
) -> list[tuple[datetime, datetime]]:
    """From when a rung could be seen until it was taken, less the grace: those that end between these
    looks."""
    found = await connection.execute(taken_between(first + GRACE, last + GRACE))
    told = [(max(row.rung_at, row.at or row.rung_at), row.climbed_at - GRACE) for row in found]
    return [(since, until) for since, until in told if since <= until]


def taken_between(first: datetime, last: datetime) -> Any:
    """The rungs, each with the entry before its own: an entry may have moved the deadline."""
    earlier = (EntryRow.case_id == RungRow.case_id) & (EntryRow.seq == RungRow.entry_seq - 1)
    return (
        select(RungRow.rung_at, RungRow.climbed_at, EntryRow.at)
        .select_from(RungRow)
        .outerjoin(EntryRow, earlier)
        .where(RungRow.climbed_at >= first, RungRow.climbed_at <= last)
    )


async def forget(connection: AsyncConnection, ids: Sequence[int]) -> int:
    return (await connection.execute(delete(TickRow).where(TickRow.id.in_(ids)))).rowcount
