"""Typical cases as they are kept: lists for staff and the public, one for a change, support."""

from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import Table, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.domain.article import Stage
from hotline.domain.people import Actor
from hotline.store.interests import tells
from hotline.store.typicaltables import TypicalRow, TypicalSupportRow

TABLE, SUPPORT = (cast(Table, row.__table__) for row in (TypicalRow, TypicalSupportRow))
T = TABLE.c


async def add(connection: AsyncConnection, values: dict[str, Any]) -> int:
    made = await connection.execute(insert(TABLE).values(**values).returning(T.id))
    return int(made.scalar_one())


async def change(connection: AsyncConnection, typical_id: int, **values: Any) -> None:
    wanted = update(TABLE).where(T.id == typical_id)
    await connection.execute(wanted.values(revision=T.revision + 1, **values))


async def one(connection: AsyncConnection, typical_id: int) -> Any | None:
    return (await connection.execute(select(*T).where(T.id == typical_id))).one_or_none()


async def locked(connection: AsyncConnection, typical_id: int) -> Any | None:
    """For a change: written first, so that a second one waits on both databases."""
    await connection.execute(update(TABLE).where(T.id == typical_id).values(supports=T.supports))
    return await one(connection, typical_id)


async def of_case(connection: AsyncConnection, number: str) -> int | None:
    """The typical case made of a case that is not withdrawn."""
    wanted = select(T.id).where(T.number == number, T.stage != Stage.WITHDRAWN.value)
    return (await connection.execute(wanted)).scalars().first()


async def listed(
    connection: AsyncConnection, actor: Actor, stage: str, below: int | None, limit: int
) -> Sequence[Any]:
    """Newest first; those of cases that somebody is kept out of are left out."""
    wanted = select(*T).where(tells(actor, T.number)).order_by(T.id.desc()).limit(limit)
    if stage:
        wanted = wanted.where(T.stage == stage)
    if below is not None:
        wanted = wanted.where(T.id < below)
    return list(await connection.execute(wanted))


async def released(
    connection: AsyncConnection, q: str, below: int | None, limit: int
) -> Sequence[Any]:
    """What the public reads, newest first; `q`: words that all stand in it."""
    wanted = select(*T).where(T.stage == Stage.RELEASED.value).order_by(T.id.desc()).limit(limit)
    for word in q.split()[:5]:
        texts = (T.title, T.problem, T.handling, T.topic)
        wanted = wanted.where(or_(*(one.icontains(word, autoescape=True) for one in texts)))
    if below is not None:
        wanted = wanted.where(T.id < below)
    return list(await connection.execute(wanted))


async def about(connection: AsyncConnection, topics: Sequence[str], limit: int) -> Sequence[Any]:
    """Released ones of any of the topics, the newest first."""
    wanted = select(*T).where(T.stage == Stage.RELEASED.value, T.topic.in_(list(topics)))
    return list(await connection.execute(wanted.order_by(T.id.desc()).limit(limit)))


async def support(connection: AsyncConnection, typical_id: int, key: str, at: Any) -> bool:
    """Once a key; the row was locked before. False: it was counted already."""
    known = select(SUPPORT.c.key).where(SUPPORT.c.typical_id == typical_id, SUPPORT.c.key == key)
    if (await connection.execute(known)).first() is not None:
        return False
    await connection.execute(insert(SUPPORT).values(typical_id=typical_id, key=key, at=at))
    count = select(func.count()).where(SUPPORT.c.typical_id == typical_id).scalar_subquery()
    await connection.execute(update(TABLE).where(T.id == typical_id).values(supports=count))
    return True
