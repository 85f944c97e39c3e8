"""Every encrypted value under a new key, while the hotline runs; a page at a time, none twice."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from sqlalchemy import and_, bindparam, func, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.store.calltables import CallEventRow, CallRow, MissedRow, RestrictionRow
from hotline.store.cipher import Cipher
from hotline.store.database import Store
from hotline.store.facttables import ReportListRow
from hotline.store.ledgers import AttachmentRow, IdentityRow, OfficerRow, OutboxRow
from hotline.store.mailtables import LetterRow
from hotline.store.privacytables import PrivacyRequestRow
from hotline.store.standby import RosterRow
from hotline.store.tables import AnswerRow, IntakeRow

PAGE, LEAST = 200, 20  # values a transaction, at most and at least: a slow disk has few of them
HELD = 0.005  # seconds that a transaction may hold the one writer: a page is made as large
RESTS = 10.0  # times as long as a page took: nobody waits for the end of a rotation
YIELDS = 20.0  # times as long as it waited for the writer: somebody else writes
LONGEST = 5.0  # seconds of rest after a page: a rotation goes on in any crowd


@dataclass(frozen=True)
class Sealed:
    """A column of locked values, and the place that each is bound to."""

    table: Any
    column: str
    place: Callable[[Any], str]
    beside: tuple[str, ...] = ()  # columns that the place is made of
    page: int = 0  # fewer at once, where each is large


def _identity(column: str) -> Sealed:
    return Sealed(IdentityRow, column, lambda row: f"identity.{column}.{row.case_id}", ("case_id",))


SEALED = (
    *map(_identity, ("name", "phone", "email", "address", "id_number", "words")),
    Sealed(IntakeRow, "raw", lambda r: f"intake.raw.{r.channel}.{r.key}", ("channel", "key")),
    Sealed(AnswerRow, "body", lambda r: f"answer.body.{r.scope}.{r.key}", ("scope", "key")),
    Sealed(AttachmentRow, "name", lambda r: f"attachment.name.{r.token}", ("token",)),
    Sealed(
        OfficerRow,
        "first_password",
        lambda r: f"officer.first_password.{r.username}",
        ("username",),
    ),
    Sealed(OfficerRow, "email", lambda r: f"officer.email.{r.username}", ("username",)),
    Sealed(OfficerRow, "factor_secret", lambda r: f"officer.factor.{r.id}", ("id",)),
    Sealed(OutboxRow, "address", lambda r: f"outbox.address.{r.message_id}", ("message_id",)),
    Sealed(OutboxRow, "sealed", lambda r: f"outbox.sealed.{r.message_id}", ("message_id",)),
    Sealed(LetterRow, "raw", lambda r: f"letter.raw.{r.sha256}", ("sha256",), 4),
    Sealed(LetterRow, "envelope", lambda r: f"letter.envelope.{r.sha256}", ("sha256",)),
    Sealed(LetterRow, "facts", lambda r: f"letter.facts.{r.id}", ("id",)),
    Sealed(CallEventRow, "raw", lambda r: f"call_event.raw.{r.event_id}", ("event_id",)),
    Sealed(CallRow, "locked", lambda r: f"calls.locked.{r.call_id}", ("call_id",)),
    Sealed(MissedRow, "locked", lambda r: f"missed.number.{r.number_hash}", ("number_hash",)),
    Sealed(
        RestrictionRow,
        "locked",
        lambda r: f"restriction.number.{r.number_hash}",
        ("number_hash",),
    ),
    Sealed(
        ReportListRow,
        "address",
        lambda r: f"report_list.address.{r.kind}.{r.unit}.{r.name}",
        ("kind", "unit", "name"),
    ),
    Sealed(PrivacyRequestRow, "words", lambda r: f"privacy_request.words.{r.id}", ("id",)),
    Sealed(RosterRow, "people", lambda r: f"roster.people.{r.department}", ("department",)),
)


@dataclass
class Pace:
    """How large a page may be, and how long to rest after it, by how the last one went."""

    page: int = LEAST
    rest: float = 0.0  # seconds

    def went(self, worked: float, waited: float, held: float) -> None:
        """Seconds: of the whole page; of waiting for the writer; of holding it."""
        if held > HELD:
            self.page = max(LEAST, self.page // 2)
        elif held < HELD / 2:
            self.page = min(PAGE, self.page * 2)
        self.rest = min(LONGEST, (worked - waited) * RESTS + waited * YIELDS)


async def rotate(store: Store, cipher: Cipher) -> AsyncIterator[int]:
    """How many values a page brought under the current key, until none is left under another.

    Twice over: what was being written under the old key while the new one came is met again. After
    each page it rests, so that who waits for the database or the processor gets most of both: the
    longer the page took, and longest where it had itself to wait for the writer.
    """
    pace = Pace()
    for _ in range(2):
        for sealed in SEALED:
            after: Any = ()
            while after is not None:
                after, moved = await _page(store, cipher, sealed, after, pace)
                yield moved
                if after is not None:
                    await asyncio.sleep(pace.rest)


async def _page(
    store: Store, cipher: Cipher, sealed: Sealed, after: Any, pace: Pace
) -> tuple[Any, int]:
    """Rows after `after` in the order of their keys; the last one's key, if there may be more.

    Looked for and locked anew before the transaction that writes: nobody waits for that. A row
    that changed meanwhile is left as it is, and met again.
    """
    began = perf_counter()
    table = sealed.table.__table__
    columns, keys = table.c, list(table.primary_key.columns)
    locked, most = columns[sealed.column], min(pace.page, sealed.page or PAGE)
    wanted = select(*keys, *(columns[name] for name in sealed.beside), locked.label("locked"))
    wanted = wanted.where(locked.is_not(None), ~_under(locked, cipher.current))
    if after:
        wanted = wanted.where(tuple_(*keys) > after)
    async with store.read() as connection:
        rows = (await connection.execute(wanted.order_by(*keys).limit(most))).all()
    names = [f"key_{n}" for n in range(len(keys))]
    told = [{**dict(zip(names, row, strict=False)), **_anew(cipher, sealed, row)} for row in rows]
    mine = and_(*(key == bindparam(name) for key, name in zip(keys, names, strict=True)))
    one = update(table).where(mine, locked == bindparam("was"))
    asked = perf_counter()
    granted = asked
    if told:
        async with store.write() as connection:
            granted = perf_counter()
            await connection.execute(one.values({sealed.column: bindparam("anew")}), told)
    over = perf_counter()
    pace.went(over - began, granted - asked, over - granted)
    return tuple(rows[-1][: len(keys)]) if len(rows) == most else None, len(rows)


def _anew(cipher: Cipher, sealed: Sealed, row: Any) -> dict[str, bytes]:
    place = sealed.place(row)
    return {"was": row.locked, "anew": cipher.seal(cipher.unseal(row.locked, place), place)}


def _under(locked: Any, name: str) -> Any:
    """By the key's name in front of the value, without reading the value."""
    begins = f"{name}:".encode("ascii")
    return func.substr(locked, 1, len(begins)) == begins


async def left(connection: AsyncConnection, cipher: Cipher) -> int:
    """Values under other keys than the current one."""
    cipher.refresh()
    found = 0
    for sealed in SEALED:
        locked = sealed.table.__table__.c[sealed.column]
        counted = select(func.count()).where(locked.is_not(None), ~_under(locked, cipher.current))
        found += int((await connection.execute(counted)).scalar_one())
    return found
