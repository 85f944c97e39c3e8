"""Letters as they came: written down before anybody is told so, leased to be read, settled once."""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from channels.message import Delivery
from hotline.store.cipher import Cipher, Unreadable
from hotline.store.counters import count
from hotline.store.mailtables import LetterRow
from hotline.store.outbox import database_now

CHANNEL = "mailbox"
Clash = IntegrityError  # of two letters of one identity settled at once, the second meets this
NO_ENVELOPE: Mapping[str, Any] = {"sender": None, "recipients": [], "peer": ""}
LEASE = timedelta(seconds=30)
TRIES = 3

INSERT = {
    dialect.dialect.name: dialect.insert(LetterRow.__table__)
    .on_conflict_do_nothing(index_elements=["mailbox", "uidvalidity", "uid"])
    .returning(LetterRow.id)
    for dialect in (sqlite, postgresql)
}


@dataclass(frozen=True)
class Taken:
    """A letter in a reader's hand."""

    id: int
    mailbox: str
    raw: bytes = field(repr=False)
    sha256: str
    envelope: Mapping[str, Any]
    department: str | None
    received_at: datetime
    attempts: int
    outcome: str
    tray: str | None
    locked: bool = False  # no key of ours opens it


async def keep(
    connection: AsyncConnection,
    cipher: Cipher,
    delivery: Delivery,
    department: str | None,
    at: datetime,
) -> int | None:
    """None: it was there already. A letter that is only a beginning goes straight to the tray."""
    digest = hashlib.sha256(delivery.raw).hexdigest()
    envelope = {
        "sender": delivery.sender,
        "recipients": list(delivery.recipients),
        "peer": delivery.peer,
    }
    cut = delivery.cut is not None
    values: dict[str, Any] = {
        "mailbox": delivery.mailbox,
        "uidvalidity": delivery.uidvalidity,
        "uid": delivery.uid,
        "sha256": digest,
        "size": delivery.cut or len(delivery.raw),
        "raw": cipher.seal(delivery.raw, f"letter.raw.{digest}"),
        "envelope": cipher.lock(json.dumps(envelope), f"letter.envelope.{digest}"),
        "department": department,
        "received_at": at,
        "outcome": "quarantined" if cut else "pending",
        "attempts": 0,
        "next_at": None if cut else at,
        "problem": "信件超过大小上限，只取了开头，原件在邮箱里" if cut else None,
        "tray": "large" if cut else None,
        "tray_at": at if cut else None,
        "marks": [],
    }
    made = await connection.execute(INSERT[connection.dialect.name].values(**values))
    letter_id = made.scalar_one_or_none()
    if letter_id is not None and cut:
        await count(connection, at, CHANNEL, "quarantined")
    return letter_id


async def adopt(connection: AsyncConnection, delivery: Delivery, digest: str) -> bool:
    """A mailbox that was numbered anew shows what was taken before: it is the same letter."""
    old = (
        select(func.min(LetterRow.id))
        .where(
            LetterRow.mailbox == delivery.mailbox,
            LetterRow.sha256 == digest,
            LetterRow.uidvalidity != delivery.uidvalidity,
        )
        .scalar_subquery()
    )
    changed = await connection.execute(
        update(LetterRow)
        .where(LetterRow.id == old)
        .values(uidvalidity=delivery.uidvalidity, uid=delivery.uid)
    )
    return changed.rowcount == 1


async def stored(
    connection: AsyncConnection, mailbox: str, uidvalidity: int, above: int
) -> Collection[int]:
    found = await connection.execute(
        select(LetterRow.uid).where(
            LetterRow.mailbox == mailbox,
            LetterRow.uidvalidity == uidvalidity,
            LetterRow.uid > above,
        )
    )
    return {int(uid) for uid in found.scalars() if uid is not None}


def _free(connection: AsyncConnection, at: datetime) -> Any:
    """Of a letter: it waits to be read, and nobody has it in hand."""
    free = LetterRow.lease_until.is_(None) | (LetterRow.lease_until <= database_now(connection))
    return and_(LetterRow.outcome == "pending", LetterRow.next_at <= at, free)


async def any_due(connection: AsyncConnection, at: datetime) -> bool:
    """Whether a letter waits to be read; an empty tray is asked about several times a second."""
    found = await connection.execute(select(LetterRow.id).where(_free(connection, at)).limit(1))
    return found.first() is not None


async def take(
    connection: AsyncConnection, cipher: Cipher, at: datetime, limit: int
) -> Sequence[Taken]:
    """Leases the oldest that wait to be read; whoever dies with one in hand holds up no other."""
    due = (
        select(LetterRow.id)
        .where(_free(connection, at))
        .order_by(LetterRow.next_at, LetterRow.id)
        .limit(limit)
    )
    if connection.dialect.name != "sqlite":
        due = due.with_for_update(skip_locked=True)
    leased = await connection.execute(
        update(LetterRow)
        .where(LetterRow.id.in_(due.scalar_subquery()))
        .values(lease_until=database_now(connection, LEASE))
        .returning(*LetterRow.__table__.c)
        .execution_options(synchronize_session=False)
    )
    return sorted((_taken(row, cipher) for row in leased), key=lambda one: one.id)


async def one(connection: AsyncConnection, cipher: Cipher, letter_id: int) -> Taken | None:
    found = await connection.execute(
        select(*LetterRow.__table__.c).where(LetterRow.id == letter_id)
    )
    row = found.one_or_none()
    return _taken(row, cipher) if row is not None else None


def _taken(row: Any, cipher: Cipher) -> Taken:
    """One that no key opens must not keep the others from being read."""
    raw, envelope, locked = b"", NO_ENVELOPE, False
    try:
        raw = cipher.unseal(row.raw, f"letter.raw.{row.sha256}")
        envelope = json.loads(cipher.unlock(row.envelope, f"letter.envelope.{row.sha256}"))
    except Unreadable:
        locked = True
    plain = ("id", "mailbox", "sha256", "department", "received_at", "attempts", "outcome", "tray")
    told = {name: getattr(row, name) for name in plain}
    return Taken(**told, raw=raw, envelope=envelope, locked=locked)


async def claim(connection: AsyncConnection, letter_id: int, outcome: str = "pending") -> bool:
    """Locks by writing first; False when somebody else has settled it meanwhile."""
    changed = await connection.execute(
        update(LetterRow)
        .where(LetterRow.id == letter_id, LetterRow.outcome == outcome)
        .values(lease_until=None)
    )
    return changed.rowcount == 1


async def settle(connection: AsyncConnection, letter: Taken, outcome: str, **facts: Any) -> None:
    """Gives a claimed letter its outcome. One with a receipt is counted by that, the others here."""
    await connection.execute(
        update(LetterRow)
        .where(LetterRow.id == letter.id)
        .values(outcome=outcome, next_at=None, lease_until=None, **facts)
    )
    if letter.outcome != "pending":  # out of the tray: what it was counted as is taken back
        await count(connection, letter.received_at, CHANNEL, letter.outcome, -1)
    if facts.get("intake_id") is None:
        await count(connection, letter.received_at, CHANNEL, outcome)


async def put_off(
    connection: AsyncConnection, letter: Taken, until: datetime, problem: str | None = None
) -> None:
    """Not now: after a failure (`problem`, counted), or because its case is still being made."""
    values: dict[str, Any] = {"next_at": until, "lease_until": None}
    if problem is not None:
        values |= {"attempts": LetterRow.attempts + 1, "problem": problem}
    await connection.execute(
        update(LetterRow)
        .where(LetterRow.id == letter.id, LetterRow.outcome == "pending")
        .values(**values)
    )


async def earlier(connection: AsyncConnection, letter: Taken, identity: str | None) -> int | None:
    """An earlier letter of the same bytes, or of the same id and content."""
    same = (LetterRow.sha256 == letter.sha256) & (LetterRow.id < letter.id)
    if identity:
        same |= (LetterRow.identity == identity) & (LetterRow.id != letter.id)
    found = await connection.execute(
        select(LetterRow.id)
        .where(same, LetterRow.outcome != "duplicate")
        .order_by(LetterRow.id)
        .limit(1)
    )
    return found.scalar_one_or_none()


async def recent(connection: AsyncConnection, sender_hash: str, since: datetime) -> int:
    """How many letters this sender wrote since."""
    found = await connection.execute(
        select(func.count())
        .select_from(LetterRow)
        .where(LetterRow.sender_hash == sender_hash, LetterRow.received_at >= since)
    )
    return int(found.scalar_one())


async def backlog(connection: AsyncConnection) -> tuple[int, datetime | None]:
    found = await connection.execute(
        select(func.count(), func.min(LetterRow.received_at)).where(LetterRow.outcome == "pending")
    )
    row = found.one()
    return row[0], row[1]
