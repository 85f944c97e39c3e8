"""Public consultations and polls as they are kept; a person's vote stands once."""

from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import Table, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.domain.poll import PollStage
from hotline.store.ledgers import IdentityRow
from hotline.store.polltables import PollRow, PollVoteRow

TABLE, VOTES = (cast(Table, row.__table__) for row in (PollRow, PollVoteRow))
P, V = TABLE.c, VOTES.c


async def add(connection: AsyncConnection, values: dict[str, Any]) -> int:
    made = await connection.execute(insert(TABLE).values(**values).returning(P.id))
    return int(made.scalar_one())


async def change(connection: AsyncConnection, poll_id: int, **values: Any) -> None:
    await connection.execute(update(TABLE).where(P.id == poll_id).values(**values))


async def one(connection: AsyncConnection, poll_id: int) -> Any | None:
    return (await connection.execute(select(*P).where(P.id == poll_id))).one_or_none()


async def locked(connection: AsyncConnection, poll_id: int) -> Any | None:
    """For a change: written first, so that a second one waits on both databases."""
    await change(connection, poll_id, voters=P.voters)
    return await one(connection, poll_id)


async def listed(
    connection: AsyncConnection, public: bool, below: int | None, limit: int
) -> Sequence[Any]:
    """Newest first; the public sees no draft."""
    wanted = select(*P).order_by(P.id.desc()).limit(limit)
    if public:
        wanted = wanted.where(P.stage != PollStage.DRAFT.value)
    if below is not None:
        wanted = wanted.where(P.id < below)
    return list(await connection.execute(wanted))


async def vote(
    connection: AsyncConnection, poll_id: int, key: str, answers: list[Any], at: Any
) -> bool:
    """Once a key; the poll was locked before. False: this person has voted."""
    known = select(V.key).where(V.poll_id == poll_id, V.key == key)
    if (await connection.execute(known)).first() is not None:
        return False
    row = {"poll_id": poll_id, "key": key, "answers": answers, "at": at}
    await connection.execute(insert(VOTES).values(**row))
    count = select(func.count()).where(V.poll_id == poll_id).scalar_subquery()
    await change(connection, poll_id, voters=count)
    return True


async def votes(connection: AsyncConnection, poll_id: int) -> list[list[Any]]:
    found = await connection.execute(select(V.answers).where(V.poll_id == poll_id).order_by(V.at))
    return list(found.scalars())


async def person(connection: AsyncConnection, case_id: int) -> str | None:
    """Who is behind a case: the keyed hash of the telephone, which all cases of one person share."""
    wanted = select(IdentityRow.phone_hash).where(IdentityRow.case_id == case_id)
    return (await connection.execute(wanted)).scalar_one_or_none()
