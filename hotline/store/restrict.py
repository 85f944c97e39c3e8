"""Numbers held to a rule: asked for, approved by another, expiring; found by keyed hash."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.store.calltables import CallActRow, CallRow, RestrictionRow


@dataclass(frozen=True)
class Restriction:
    """A restriction as it stands; the number itself stays locked."""

    id: int
    number_hash: str
    masked: str
    rule: str
    reason: str
    days: int
    call_id: str
    asked_by: str
    asked_at: datetime
    state: str
    ruled_by: str | None
    ruled_at: datetime | None
    ruling: str | None
    until: datetime | None


NAMES = [one.name for one in fields(Restriction)]


def _restriction(row: Any) -> Restriction:
    return Restriction(**{name: getattr(row, name) for name in NAMES})


async def add(connection: AsyncConnection, told: Mapping[str, Any]) -> int:
    made = await connection.execute(
        insert(RestrictionRow).values(**told, state="asked").returning(RestrictionRow.id)
    )
    return int(made.scalar_one())


async def change(
    connection: AsyncConnection, restriction_id: int, seen: str, told: Mapping[str, Any]
) -> bool:
    """False: it does not stand as it was seen."""
    done = await connection.execute(
        update(RestrictionRow)
        .where(RestrictionRow.id == restriction_id, RestrictionRow.state == seen)
        .values(**told)
    )
    return done.rowcount == 1


async def one(connection: AsyncConnection, restriction_id: int) -> Restriction | None:
    found = await connection.execute(
        select(*RestrictionRow.__table__.c).where(RestrictionRow.id == restriction_id)
    )
    row = found.one_or_none()
    return _restriction(row) if row else None


async def of_number(
    connection: AsyncConnection, number_hash: str, at: datetime
) -> Restriction | None:
    """The one in force; what has expired holds nobody."""
    found = await connection.execute(
        select(*RestrictionRow.__table__.c)
        .where(
            RestrictionRow.number_hash == number_hash,
            RestrictionRow.state == "approved",
            RestrictionRow.until > at,
        )
        .order_by(RestrictionRow.until.desc())
        .limit(1)
    )
    row = found.one_or_none()
    return _restriction(row) if row else None


async def asked_for(connection: AsyncConnection, number_hash: str) -> bool:
    found = await connection.execute(
        select(RestrictionRow.id)
        .where(RestrictionRow.number_hash == number_hash, RestrictionRow.state == "asked")
        .limit(1)
    )
    return found.first() is not None


async def listed(
    connection: AsyncConnection, state: str, below: int | None, limit: int
) -> Sequence[Restriction]:
    wanted = select(*RestrictionRow.__table__.c)
    if state:
        wanted = wanted.where(RestrictionRow.state == state)
    if below is not None:
        wanted = wanted.where(RestrictionRow.id < below)
    found = await connection.execute(wanted.order_by(RestrictionRow.id.desc()).limit(limit))
    return [_restriction(row) for row in found]


async def warned(connection: AsyncConnection, number_hash: str) -> bool:
    """Somebody with this number was warned in a call."""
    found = await connection.execute(
        select(CallActRow.id)
        .join(CallRow, CallRow.call_id == CallActRow.call_id)
        .where(CallRow.number_hash == number_hash, CallActRow.kind == "warn")
        .limit(1)
    )
    return found.first() is not None
