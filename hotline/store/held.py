"""Notices that wait: for the end of quiet hours, of a cooldown, or for the day's digest.

A held row is released by being written anew, so that it stands at the top of its desk when it is
told; a digest is made from its rows in the transaction that folds them. Either is done whole.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, Update, bindparam, delete, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.domain.timing import LATE_COMERS
from hotline.store.ledgers import OutboxRow

OUTBOX = cast(Table, OutboxRow.__table__)
MOST = 500
# Built once: every rung that is taken asks it.
REMINDERS = select(
    OUTBOX.c.id,
    OUTBOX.c.audience,
    OUTBOX.c.promise,
    OUTBOX.c.level,
    OUTBOX.c.not_before,
    OUTBOX.c.created_at,
    OUTBOX.c.state,
).where(
    OUTBOX.c.about == bindparam("about"),
    OUTBOX.c.promise.is_not(None),
    OUTBOX.c.digest.is_(None),
    OUTBOX.c.state != "overtaken",
)


@dataclass(frozen=True)
class Reminder:
    """A reminder about a case, told or waiting."""

    id: int
    audience: str
    promise: str
    level: int
    at: datetime
    waits: bool


async def reminders(connection: AsyncConnection, about: str) -> Sequence[Reminder]:
    """Of one case, but for those told in a digest and those overtaken."""
    found = await connection.execute(REMINDERS, {"about": about})
    return [
        Reminder(
            id=row.id,
            audience=row.audience,
            promise=row.promise,
            level=row.level or 0,
            at=row.not_before or row.created_at,
            waits=row.state == "held",
        )
        for row in found
    ]


async def overtake(connection: AsyncConnection, ids: Collection[int]) -> None:
    """A higher reminder of the same promise came while these still waited."""
    if ids:
        await connection.execute(
            update(OUTBOX)
            .where(OUTBOX.c.id.in_(ids), OUTBOX.c.state == "held")
            .values(state="overtaken")
        )


async def lift(
    connection: AsyncConnection, about: str, promises: Collection[str] | None, at: datetime
) -> None:
    """What is not true any more is not told: promises that ended (None: all of the case's)."""
    waits = or_(
        OUTBOX.c.state == "held",
        (OUTBOX.c.state == "waiting") & (OUTBOX.c.not_before > at) & (OUTBOX.c.attempts == 0),
    )
    ended = update(OUTBOX).where(OUTBOX.c.about == about, OUTBOX.c.promise.is_not(None), waits)
    if promises is not None:
        ended = ended.where(OUTBOX.c.promise.in_(sorted(promises)))
    await connection.execute(ended.values(state="overtaken", next_at=None))


async def readdress(
    connection: AsyncConnection, message_id: str, audience: str, not_before: datetime
) -> None:
    """A notice that still waits is for somebody else now."""
    told = {"audience": audience, "not_before": not_before}
    await connection.execute(_waiting(message_id).values(told))


async def drop(connection: AsyncConnection, message_id: str) -> None:
    """A notice that still waits is told to nobody any more."""
    await connection.execute(_waiting(message_id).values(state="overtaken"))


def _waiting(message_id: str) -> Update:
    return update(OUTBOX).where(OUTBOX.c.message_id == message_id, OUTBOX.c.state == "held")


async def release(connection: AsyncConnection, at: datetime) -> int:
    """Single notices whose time has come; returns how many."""
    due = (
        select(OUTBOX.c.id)
        .where(OUTBOX.c.state == "held", OUTBOX.c.digest.is_(None), OUTBOX.c.not_before <= at)
        .order_by(OUTBOX.c.not_before, OUTBOX.c.id)
        .limit(MOST)
    )
    if connection.dialect.name != "sqlite":
        due = due.with_for_update(skip_locked=True)
    taken = await connection.execute(
        delete(OUTBOX).where(OUTBOX.c.id.in_(due.scalar_subquery())).returning(*OUTBOX.c)
    )
    rows = sorted(taken, key=lambda row: int(row.id))
    anew = [{**_plain(row), "created_at": at, "state": "sent"} for row in rows]
    if anew:
        await connection.execute(insert(OUTBOX), anew)
    return len(anew)


def _plain(row: Any) -> dict[str, Any]:
    return {name: value for name, value in row._mapping.items() if name != "id"}


async def due_digests(connection: AsyncConnection, at: datetime) -> Sequence[str]:
    found = await connection.execute(
        select(OUTBOX.c.digest)
        .where(
            OUTBOX.c.state == "held",
            OUTBOX.c.digest.is_not(None),
            OUTBOX.c.not_before <= at - LATE_COMERS,
        )
        .distinct()
        .limit(MOST)
    )
    return sorted(found.scalars())


async def fold(connection: AsyncConnection, digest: str) -> list[dict[str, Any]]:
    """Takes the rows of a digest, each once whoever else folds; oldest first."""
    taken = await connection.execute(
        update(OUTBOX)
        .where(OUTBOX.c.digest == digest, OUTBOX.c.state == "held")
        .values(state="folded")
        .returning(*OUTBOX.c)
    )
    return sorted((dict(row._mapping) for row in taken), key=lambda row: int(row["id"]))
