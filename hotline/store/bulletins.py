"""Bulletins (公告): what callers will ask about today, by topic, place and words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.store.calltables import BulletinRow


@dataclass(frozen=True)
class Bulletin:
    """One bulletin as it stands on the board."""

    id: int
    title: str
    text: str
    topic: str
    district: str
    words: str
    starts_at: datetime
    ends_at: datetime
    by: str
    at: datetime
    withdrawn_at: datetime | None


NAMES = [one.name for one in fields(Bulletin)]


def _bulletin(row: Any) -> Bulletin:
    return Bulletin(**{name: getattr(row, name) for name in NAMES})


async def add(connection: AsyncConnection, told: Mapping[str, Any]) -> int:
    made = await connection.execute(insert(BulletinRow).values(**told).returning(BulletinRow.id))
    return int(made.scalar_one())


async def withdraw(connection: AsyncConnection, bulletin_id: int, at: datetime) -> bool:
    done = await connection.execute(
        update(BulletinRow)
        .where(BulletinRow.id == bulletin_id, BulletinRow.withdrawn_at.is_(None))
        .values(withdrawn_at=at)
    )
    return done.rowcount == 1


async def live(connection: AsyncConnection, at: datetime) -> Sequence[Bulletin]:
    """What is on the board at a moment, newest first."""
    found = await connection.execute(
        select(*BulletinRow.__table__.c)
        .where(
            BulletinRow.withdrawn_at.is_(None),
            BulletinRow.starts_at <= at,
            BulletinRow.ends_at > at,
        )
        .order_by(BulletinRow.id.desc())
        .limit(100)
    )
    return [_bulletin(row) for row in found]


async def listed(connection: AsyncConnection, below: int | None, limit: int) -> Sequence[Bulletin]:
    wanted = select(*BulletinRow.__table__.c)
    if below is not None:
        wanted = wanted.where(BulletinRow.id < below)
    found = await connection.execute(wanted.order_by(BulletinRow.id.desc()).limit(limit))
    return [_bulletin(row) for row in found]
