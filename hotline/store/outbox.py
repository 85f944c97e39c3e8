"""Post a message in the same transaction; lease a batch; mark sent or failed, by the lease's fence.

A lease runs by the database's clock: the clocks of two nodes may differ, theirs is one. It is
renewed right before a message is handed over, and whoever comes after it has lapsed changes
nothing. What remains is the moment between handing over and marking: a sender that dies or
sleeps there has its message sent again, under the same Message-ID.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Interval, func, literal, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.store.cipher import Cipher
from hotline.store.ledgers import OutboxRow

LEASE = timedelta(seconds=60)
# Growing gaps between tries; after the last the message is parked for a person to look at.
GAPS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240, 720))
SPREAD = 11  # hundredths by which gaps differ, so that an outage's messages do not return as one


@dataclass(frozen=True)
class Message:
    """What somebody is told: `audience` is role:<role>, unit:<department>, or mail:<one of them>."""

    message_id: str
    audience: str
    about: str
    subject: str
    text: str
    level: int | None = None
    not_before: datetime | None = None  # quiet hours, cooldown
    promise: str | None = None  # of a reminder: the promise, or the cause that is not one of time
    digest: str | None = None  # told in this digest only
    address: str = ""  # where it leaves to; kept encrypted
    sealed: str = ""  # all of a citizen's letter, kept encrypted until it has left


@dataclass(frozen=True)
class Leased:
    """A message in a sender's hand: who holds it, and the fence by which that is proved."""

    id: int
    owner: str
    fence: int
    attempts: int
    message: Message
    locked: bytes | None = None  # the address, opened only to hand over
    sealed: bytes | None = None  # the whole letter, likewise

    def address(self, cipher: Cipher) -> str:
        return cipher.unlock(self.locked, _place(self.message)) if self.locked else ""

    def letter(self, cipher: Cipher) -> str:
        return cipher.unlock(self.sealed, _seal(self.message)) if self.sealed else ""


def _seal(message: Message) -> str:
    return f"outbox.sealed.{message.message_id}"


def _place(message: Message) -> str:
    return f"outbox.address.{message.message_id}"


POST = {
    dialect.dialect.name: dialect.insert(OutboxRow.__table__).on_conflict_do_nothing(
        index_elements=["message_id"]
    )
    for dialect in (sqlite, postgresql)
}


async def post(
    connection: AsyncConnection,
    messages: Sequence[Message],
    at: datetime,
    *,
    leaves: bool,
    cipher: Cipher | None = None,
) -> None:
    """Once per message id. `leaves`: a sender must carry them out of the database, to `address`."""
    posted = [
        {**one.__dict__, **_locked(cipher, one), **_state(one, at, leaves)} for one in messages
    ]
    if posted:
        await connection.execute(POST[connection.dialect.name], posted)


def _state(message: Message, at: datetime, leaves: bool) -> dict[str, Any]:
    """A sender's message waits by its next try; one for a desk is held until its time."""
    begun = {"created_at": at, "attempts": 0, "next_at": None, "fence": 0}
    held = message.not_before is not None and message.not_before > at
    if held and (message.digest is not None or not leaves):
        return {**begun, "state": "held"}
    if leaves:
        return {**begun, "state": "waiting", "next_at": message.not_before if held else at}
    return {**begun, "state": "sent"}


def _locked(cipher: Cipher | None, message: Message) -> dict[str, bytes | None]:
    if not message.address and not message.sealed:
        return {"address": None, "sealed": None}
    assert cipher is not None, "an address is kept encrypted, or not at all"
    sealed = cipher.lock(message.sealed, _seal(message)) if message.sealed else None
    return {"address": cipher.lock(message.address, _place(message)), "sealed": sealed}


def database_now(connection: AsyncConnection, plus: timedelta = timedelta()) -> Any:
    """The database's own clock as an expression, in the form in which its moments are kept."""
    if connection.dialect.name == "sqlite":
        return func.strftime("%Y-%m-%d %H:%M:%f000", "now", f"{plus.total_seconds():+.3f} seconds")
    return func.clock_timestamp() + literal(plus, Interval())


async def take(
    connection: AsyncConnection, owner: str, at: datetime, limit: int
) -> Sequence[Leased]:
    """Leases messages whose next try is due and that nobody holds; a dead sender's lease lapses."""
    now = database_now(connection)
    free = OutboxRow.lease_until.is_(None) | (OutboxRow.lease_until <= now)
    due = (
        select(OutboxRow.id)
        .where(OutboxRow.next_at <= at, free)
        .order_by(OutboxRow.next_at, OutboxRow.id)
        .limit(limit)
    )
    if connection.dialect.name != "sqlite":
        due = due.with_for_update(skip_locked=True)
    leased = await connection.execute(
        update(OutboxRow)
        .where(OutboxRow.id.in_(due.scalar_subquery()))
        .values(
            lease_owner=owner,
            lease_until=database_now(connection, LEASE),
            fence=OutboxRow.fence + 1,
        )
        .returning(*OutboxRow.__table__.c)
        .execution_options(synchronize_session=False)
    )
    return sorted((_leased(row) for row in leased), key=lambda one: one.id)


def _leased(row: Any) -> Leased:
    told = Message(row.message_id, row.audience, row.about, row.subject, row.text, row.level)
    return Leased(row.id, row.lease_owner, row.fence, row.attempts, told, row.address, row.sealed)


def _held(lease: Leased) -> Any:
    return (
        (OutboxRow.id == lease.id)
        & (OutboxRow.lease_owner == lease.owner)
        & (OutboxRow.fence == lease.fence)
    )


async def hold(connection: AsyncConnection, lease: Leased) -> bool:
    """Renews the lease and counts the try; false: it has lapsed, and may be another's by now."""
    held = await connection.execute(
        update(OutboxRow)
        .where(_held(lease), OutboxRow.lease_until > database_now(connection))
        .values(
            lease_until=database_now(connection, LEASE),
            attempts=OutboxRow.attempts + 1,
        )
    )
    return held.rowcount == 1


FREE: dict[str, Any] = {"lease_owner": None, "lease_until": None}


async def sent(connection: AsyncConnection, lease: Leased) -> bool:
    """False: the lease was lost meanwhile, nothing is changed."""
    done = {"state": "sent", "next_at": None, "problem": None, "address": None, "sealed": None}
    marked = await connection.execute(update(OutboxRow).where(_held(lease)).values(**done, **FREE))
    return marked.rowcount == 1


async def failed(
    connection: AsyncConnection, lease: Leased, problem: str, at: datetime, *, final: bool
) -> bool:
    """Tries again after a growing gap; a permanent failure, or the last gap passed, parks it."""
    values: dict[str, Any] = {"problem": problem}
    if final or lease.attempts >= len(GAPS):
        values |= {"state": "parked", "next_at": None, "address": None, "sealed": None}
    else:
        spread = 1 + lease.id % SPREAD / 100
        values |= {"next_at": at + GAPS[lease.attempts] * spread}
    marked = await connection.execute(
        update(OutboxRow).where(_held(lease)).values(**values, **FREE)
    )
    return marked.rowcount == 1


async def give_back(connection: AsyncConnection, lease: Leased) -> bool:
    """Whoever comes next may take it at once, as if it had not been tried."""
    values = {"attempts": lease.attempts, **FREE}
    given = await connection.execute(update(OutboxRow).where(_held(lease)).values(**values))
    return given.rowcount == 1


async def length(connection: AsyncConnection) -> tuple[int, datetime | None]:
    """How many messages wait, and since when the oldest does."""
    found = await connection.execute(
        select(func.count(), func.min(OutboxRow.created_at)).where(OutboxRow.next_at.is_not(None))
    )
    row = found.one()
    return row[0], row[1]


async def parked(connection: AsyncConnection) -> int:
    """How many messages nobody could be given; they wait for a person to look."""
    found = await connection.execute(
        # Written out, so that the small index serves whatever plan is kept.
        select(func.count()).select_from(OutboxRow).where(text("state = 'parked'"))
    )
    return int(found.scalar_one())
