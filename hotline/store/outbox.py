"""Post a message in the same transaction; take a batch; mark sent or failed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.store.ledgers import OutboxRow

LEASE = timedelta(seconds=60)
# Growing gaps between tries; after the last the message is parked for a person to look at.
GAPS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240, 720))


@dataclass(frozen=True)
class Message:
    """What somebody is told: `audience` is citizen, role:<role> or unit:<department>."""

    message_id: str
    audience: str
    about: str
    subject: str
    text: str
    level: int | None = None
    not_before: datetime | None = None  # quiet hours, cooldown
    promise: str | None = None  # of a reminder: the promise, or the cause that is not one of time
    digest: str | None = None  # told in this digest only


POST = {
    dialect.dialect.name: dialect.insert(OutboxRow.__table__).on_conflict_do_nothing(
        index_elements=["message_id"]
    )
    for dialect in (sqlite, postgresql)
}


async def post(
    connection: AsyncConnection, messages: Sequence[Message], at: datetime, *, leaves: bool
) -> None:
    """Once per message id. `leaves` says that a sender must carry them out of the database."""
    if messages:
        posted = [{**message.__dict__, **_state(message, at, leaves)} for message in messages]
        await connection.execute(POST[connection.dialect.name], posted)


def _state(message: Message, at: datetime, leaves: bool) -> dict[str, Any]:
    """A sender's message waits by its next try; one for a desk is held until its time."""
    begun = {"created_at": at, "attempts": 0, "next_at": None}
    held = message.not_before is not None and message.not_before > at
    if held and (message.digest is not None or not leaves):
        return {**begun, "state": "held"}
    if leaves:
        return {**begun, "state": "waiting", "next_at": message.not_before if held else at}
    return {**begun, "state": "sent"}


async def take(connection: AsyncConnection, at: datetime, limit: int) -> Sequence[Any]:
    """Leases the messages that are due; the lease is the next try, so a dead sender loses none."""
    due = (
        select(OutboxRow.id)
        .where(OutboxRow.next_at <= at)
        .order_by(OutboxRow.next_at, OutboxRow.id)
        .limit(limit)
    )
    if connection.dialect.name != "sqlite":
        due = due.with_for_update(skip_locked=True)
    leased = await connection.execute(
        update(OutboxRow)
        .where(OutboxRow.id.in_(due.scalar_subquery()))
        .values(next_at=at + LEASE, attempts=OutboxRow.attempts + 1)
        .returning(*OutboxRow.__table__.c)
    )
    return leased.all()


async def sent(connection: AsyncConnection, message_id: int) -> None:
    await connection.execute(
        update(OutboxRow)
        .where(OutboxRow.id == message_id)
        .values(state="sent", next_at=None, problem=None)
    )


async def failed(
    connection: AsyncConnection, row: Any, problem: str, at: datetime, *, final: bool
) -> None:
    """Tries again after a growing gap; a permanent failure, or the last gap passed, parks it."""
    park = final or row.attempts > len(GAPS)
    values: dict[str, Any] = {"problem": problem}
    if park:
        values |= {"state": "parked", "next_at": None}
    else:
        values |= {"next_at": at + GAPS[row.attempts - 1]}
    await connection.execute(update(OutboxRow).where(OutboxRow.id == row.id).values(**values))


async def length(connection: AsyncConnection) -> tuple[int, datetime | None]:
    """How many messages wait, and since when the oldest does."""
    found = await connection.execute(
        select(func.count(), func.min(OutboxRow.created_at)).where(OutboxRow.next_at.is_not(None))
    )
    row = found.one()
    return row[0], row[1]
