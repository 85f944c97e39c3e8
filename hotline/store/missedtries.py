"""Tries to call back, only ever added; and how many calls a task stands for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.store.calltables import OPEN_MISSED, MissedCallRow, MissedRow, MissedTryRow


@dataclass(frozen=True)
class Try:
    n: int
    at: datetime
    by: str
    outcome: str
    text: str


async def add_try(
    connection: AsyncConnection, missed_id: int, told: Mapping[str, Any], seen: int | None
) -> int | None:
    """The try's number, written first so that of two who try at once each sees the other's.

    None: the task is over, or somebody tried meanwhile, or the switch told of this call before.
    """
    where = (MissedRow.id == missed_id) & OPEN_MISSED
    if seen is not None:
        where &= MissedRow.tries == seen
    if told.get("call_id"):
        known = select(MissedTryRow.n).where(MissedTryRow.call_id == told["call_id"])
        if (await connection.execute(known)).first() is not None:
            return None
    taken = await connection.execute(
        update(MissedRow).where(where).values(tries=MissedRow.tries + 1).returning(MissedRow.tries)
    )
    n = taken.scalar_one_or_none()
    if n is not None:
        await connection.execute(insert(MissedTryRow).values(missed_id=missed_id, n=n, **told))
    return n


async def tries_of(connection: AsyncConnection, ids: Sequence[int]) -> dict[int, list[Try]]:
    found: dict[int, list[Try]] = {one: [] for one in ids}
    wanted = select(*MissedTryRow.__table__.c).where(MissedTryRow.missed_id.in_(ids))
    for row in await connection.execute(wanted.order_by(MissedTryRow.missed_id, MissedTryRow.n)):
        found[row.missed_id].append(Try(row.n, row.at, row.by, row.outcome, row.text))
    return found


async def calls_of(connection: AsyncConnection, ids: Sequence[int]) -> dict[int, int]:
    """How many calls each task stands for."""
    wanted = select(MissedCallRow.missed_id, func.count()).where(MissedCallRow.missed_id.in_(ids))
    found = await connection.execute(wanted.group_by(MissedCallRow.missed_id))
    return {row[0]: row[1] for row in found}
