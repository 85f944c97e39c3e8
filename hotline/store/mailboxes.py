"""How far each mailbox was looked into, and which cannot be: remembered, told of once, mended."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from channels.message import Standing
from hotline.store.mailtables import MailboxRow

BEFORE = timedelta(days=1)  # servers tell the day of arrival by their own clock and zone
ALARM_AFTER = timedelta(minutes=2)


async def standing(connection: AsyncConnection, mailbox: str) -> Standing | None:
    row = await one(connection, mailbox)
    if row is None or row.uidvalidity is None:
        return None
    return Standing(row.uidvalidity, row.began, row.last_uid, row.since)


async def one(connection: AsyncConnection, mailbox: str) -> Any:
    found = await connection.execute(
        select(*MailboxRow.__table__.c).where(MailboxRow.name == mailbox)
    )
    return found.one_or_none()


async def renew(
    connection: AsyncConnection, mailbox: str, uidvalidity: int, began: int
) -> Standing:
    """Letters there already are taken if nobody has read them; after a mailbox was numbered anew,
    also what came since the last look, read or not."""
    known = await one(connection, mailbox)
    looked = known.looked_at if known is not None else None
    since = looked - BEFORE if looked is not None else None
    made = Standing(uidvalidity, began, 0, since)
    await _put(
        connection,
        mailbox,
        {"uidvalidity": uidvalidity, "began": began, "last_uid": 0, "since": since},
    )
    return made


async def stand(
    connection: AsyncConnection, mailbox: str, standing: Standing, at: datetime
) -> None:
    """Only forward, and well again."""
    await connection.execute(
        update(MailboxRow)
        .where(MailboxRow.name == mailbox, MailboxRow.uidvalidity == standing.uidvalidity)
        .values(
            last_uid=standing.last_uid,
            looked_at=at,
            broken_since=None,
            problem=None,
            alarmed_at=None,
        )
    )


async def broken(connection: AsyncConnection, mailbox: str, problem: str, at: datetime) -> None:
    known = await one(connection, mailbox)
    since = known.broken_since if known is not None and known.broken_since else at
    await _put(connection, mailbox, {"broken_since": since, "problem": problem})


async def _put(connection: AsyncConnection, mailbox: str, values: dict[str, Any]) -> None:
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    begun = {"name": mailbox, "began": 0, "last_uid": 0, **values}
    put = dialect.insert(MailboxRow.__table__).values(**begun)
    await connection.execute(put.on_conflict_do_update(index_elements=["name"], set_=values))


async def to_tell(connection: AsyncConnection, at: datetime) -> Sequence[Any]:
    """Mailboxes broken for some minutes of which nobody was told; marked as told by this."""
    found = await connection.execute(
        update(MailboxRow)
        .where(MailboxRow.broken_since <= at - ALARM_AFTER, MailboxRow.alarmed_at.is_(None))
        .values(alarmed_at=at)
        .returning(*MailboxRow.__table__.c)
        .execution_options(synchronize_session=False)
    )
    return found.all()


async def listed(connection: AsyncConnection) -> Sequence[Any]:
    found = await connection.execute(select(*MailboxRow.__table__.c).order_by(MailboxRow.name))
    return found.all()
