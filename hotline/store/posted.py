"""Letters written to citizens, and the addresses they came back from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.domain.people import Actor
from hotline.store.interests import tells
from hotline.store.mailtables import MarkedAddressRow, PostedRow

MARKED = (
    MarkedAddressRow.hash,
    MarkedAddressRow.number,
    MarkedAddressRow.reason,
    MarkedAddressRow.at,
)


def _new(connection: AsyncConnection, table: Any) -> Any:
    return (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(table.__table__)


async def record(connection: AsyncConnection, **facts: Any) -> None:
    put = _new(connection, PostedRow).values(**facts)
    await connection.execute(put.on_conflict_do_nothing(index_elements=["message_id"]))


async def address_of(connection: AsyncConnection, message_id: str) -> str | None:
    """The keyed hash of the address that one of our letters went to."""
    found = await connection.execute(
        select(PostedRow.address_hash).where(PostedRow.message_id == message_id)
    )
    return found.scalar_one_or_none()


async def ids_of_case(connection: AsyncConnection, number: str, limit: int = 5) -> list[str]:
    """Message-IDs of what was written about a case, oldest first."""
    found = await connection.execute(
        select(PostedRow.message_id)
        .where(PostedRow.number == number)
        .order_by(PostedRow.at.desc(), PostedRow.message_id)
        .limit(limit)
    )
    return list(found.scalars())[::-1]


async def receipts_since(
    connection: AsyncConnection, address_hash: str, at: datetime, span: timedelta
) -> int:
    """How many receipts went to an address lately: what answers for itself is stopped by this."""
    found = await connection.execute(
        select(func.count())
        .select_from(PostedRow)
        .where(
            PostedRow.address_hash == address_hash,
            PostedRow.kind == "receipt",
            PostedRow.at >= at - span,
        )
    )
    return int(found.scalar_one())


async def mark(
    connection: AsyncConnection, address_hash: str, number: str | None, reason: str, at: datetime
) -> None:
    put = _new(connection, MarkedAddressRow).values(
        hash=address_hash, number=number, reason=reason, at=at
    )
    await connection.execute(put.on_conflict_do_nothing(index_elements=["hash"]))


async def marked(connection: AsyncConnection, address_hash: str) -> str | None:
    """Why the address is not written to; None: it may be."""
    found = await connection.execute(
        select(MarkedAddressRow.reason).where(MarkedAddressRow.hash == address_hash)
    )
    return found.scalar_one_or_none()


async def marked_of_case(connection: AsyncConnection, number: str) -> str | None:
    """Why letters about this case came back; shown where the case is."""
    found = await connection.execute(
        select(MarkedAddressRow.reason).where(MarkedAddressRow.number == number).limit(1)
    )
    return found.scalar_one_or_none()


@dataclass(frozen=True)
class Marked:
    """An address that is not written to; `number` is the case whose letter came back."""

    hash: str
    number: str | None
    reason: str
    at: datetime


async def all_marked(
    connection: AsyncConnection, actor: Actor, skip: int, limit: int
) -> Sequence[Marked]:
    """Newest first, without those of a case that the actor is kept out of."""
    newest = MarkedAddressRow.at.desc(), MarkedAddressRow.hash
    known = tells(actor, MarkedAddressRow.number)
    asked = select(*MARKED).where(known).order_by(*newest).offset(skip).limit(limit)
    return [Marked(*row) for row in await connection.execute(asked)]


async def one_marked(connection: AsyncConnection, address_hash: str) -> Marked | None:
    asked = select(*MARKED).where(MarkedAddressRow.hash == address_hash)
    row = (await connection.execute(asked)).one_or_none()
    return Marked(*row) if row is not None else None


async def unmark(connection: AsyncConnection, address_hash: str) -> None:
    """Its owner writes from it, or somebody knows that it works again."""
    await connection.execute(delete(MarkedAddressRow).where(MarkedAddressRow.hash == address_hash))
