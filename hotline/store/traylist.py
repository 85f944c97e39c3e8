"""The tray as it is listed, judged by one officer only, and told of when it lies too long."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.domain.people import Actor
from hotline.store.cipher import Cipher
from hotline.store.interests import tells
from hotline.store.lettersread import open_facts
from hotline.store.mailtables import LetterRow

LISTED = (
    "id mailbox size received_at outcome problem number marks tray tray_at facts judged_at judged_by"
    " judgement attempts original_id sha256"
).split()
# What the machine settled by itself, and a person may take up all the same.
BY_ITSELF = ("automatic", "bounce")


@dataclass(frozen=True)
class Lying:
    """A letter as the tray shows it; subject and sender as they were read, for masking."""

    id: int
    mailbox: str
    size: int
    received_at: datetime
    outcome: str
    problem: str | None
    number: str | None
    marks: list[list[str]]
    tray: str | None
    tray_at: datetime | None
    judged_at: datetime | None
    judged_by: str | None
    judgement: str | None
    attempts: int
    sha256: str
    subject: str = ""
    sender: str = ""
    sender_name: str = ""


def _lying(row: Any, cipher: Cipher) -> Lying:
    facts = open_facts(cipher, row.id, row.facts)
    plain = {name: getattr(row, name) for name in LISTED if name not in ("facts", "original_id")}
    told = {name: facts.get(name, "") for name in ("subject", "sender", "sender_name")}
    return Lying(**plain, **told)


def _columns() -> Any:
    return select(*(getattr(LetterRow, name) for name in LISTED))


async def listed(
    connection: AsyncConnection,
    cipher: Cipher,
    *,
    kinds: Sequence[str],
    actor: Actor,
    page: tuple[int | None, int],
) -> list[Lying]:
    """`kinds`: reasons of the tray, or outcomes of what was settled by itself; newest first, so
    many below an id; none of a case that the actor is kept out of."""
    below, limit = page
    outcomes = [kind for kind in kinds if kind in BY_ITSELF]
    wanted = LetterRow.tray.in_(kinds) | (
        LetterRow.outcome.in_(outcomes) & LetterRow.judged_at.is_(None)
    )
    query = _columns().where(wanted, tells(actor, LetterRow.number))
    if below is not None:
        query = query.where(LetterRow.id < below)
    found = await connection.execute(query.order_by(LetterRow.id.desc()).limit(limit))
    return [_lying(row, cipher) for row in found]


async def one(connection: AsyncConnection, cipher: Cipher, letter_id: int) -> Lying | None:
    found = await connection.execute(_columns().where(LetterRow.id == letter_id))
    row = found.one_or_none()
    return _lying(row, cipher) if row is not None else None


async def claim(connection: AsyncConnection, letter_id: int, by: str, at: datetime) -> bool:
    """Locks by writing first; False: somebody has judged it meanwhile, or it is not to be judged."""
    open_ = LetterRow.tray.is_not(None) | (
        LetterRow.outcome.in_(BY_ITSELF) & LetterRow.judged_at.is_(None)
    )
    changed = await connection.execute(
        update(LetterRow).where(LetterRow.id == letter_id, open_).values(judged_at=at, judged_by=by)
    )
    return changed.rowcount == 1


async def judged(
    connection: AsyncConnection, letter_id: int, judgement: str, *, ends: bool = False
) -> None:
    """`ends`: it leaves the tray by this; otherwise where it lies now was settled before."""
    values: dict[str, Any] = {"judgement": judgement}
    if ends:
        values["tray"] = None
    await connection.execute(update(LetterRow).where(LetterRow.id == letter_id).values(**values))


async def standing(connection: AsyncConnection) -> tuple[int, datetime | None]:
    """How many lie in the tray, and since when the oldest does."""
    found = await connection.execute(
        select(func.count(), func.min(LetterRow.tray_at)).where(LetterRow.tray.is_not(None))
    )
    row = found.one()
    return row[0], row[1]


async def to_tell(connection: AsyncConnection, before: datetime, at: datetime) -> Sequence[Any]:
    """Those that lie there since before a moment and were not told of; marked as told by this."""
    found = await connection.execute(
        update(LetterRow)
        .where(
            LetterRow.tray.is_not(None),
            LetterRow.tray_at <= before,
            LetterRow.alarmed_at.is_(None),
        )
        .values(alarmed_at=at)
        .returning(LetterRow.id, LetterRow.tray)
        .execution_options(synchronize_session=False)
    )
    return found.all()
