"""Takes a citizen's words out of a case for good; numbers, states, moments and hashes stay.

What was locked is locked anew around nothing, so that no key opens it again; what was chained keeps
its hash, so that the chain still holds: `verify` knows an erased case by its row here and by the act
in the chain of acts, and takes neither without the other.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import delete, exists, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.domain.privacy import GONE
from hotline.store import casesearch, copies, files, sheets
from hotline.store.calltables import CallCaseRow, CallEventRow, CallRow
from hotline.store.cipher import Cipher
from hotline.store.decisiontables import DecisionRow
from hotline.store.ledgers import AttachmentRow, IdentityRow, LabelRow, OutboxRow
from hotline.store.mailtables import LetterRow
from hotline.store.ordertables import OrderRow
from hotline.store.privacytables import ErasureRow, PrivacyRequestRow
from hotline.store.repeattables import SignatureKeyRow, SignatureRow
from hotline.store.tables import AnswerRow, CaseRow, EntryRow, IntakeRow, PartRow, RequestRow

NOTHING = {"erased": True}
BLANK = ("endorsed", "reply", "outcome", "rating", "notes")
# What an entry's facts keep: words of closed sets, numbers and moments say nothing of anybody.
KEPT = frozenset(
    "state type topic urgency department district level round due_at party language".split()
)


@dataclass(frozen=True)
class Erased:
    """What was done: the case, up to which entry, and files that no row knows any more."""

    case_id: int
    number: str
    at: datetime
    why: str
    through: int
    digests: tuple[str, ...]


async def erase(
    connection: AsyncConnection, cipher: Cipher, number: str, why: str, at: datetime
) -> Erased | None:
    """In the caller's transaction; None when there is no such case, or nothing left in it."""
    if connection.dialect.name == "sqlite":  # what is freed is overwritten, not only forgotten
        await connection.execute(text("PRAGMA secure_delete=ON"))
    # Locked, so that of two who erase it at once the second finds it done.
    mine = select(CaseRow).where(CaseRow.number == number).with_for_update()
    row = (await connection.execute(mine)).one_or_none()
    done = select(ErasureRow.case_id).where(ErasureRow.number == number)
    if row is None or (await connection.execute(done)).first() is not None:
        return None
    case_id, last = row.id, row.last_seq
    await _identity(connection, cipher, case_id)
    await casesearch.forget(connection, [case_id])
    await _case(connection, case_id, row.details)
    await copies.erase(connection, case_id, number)
    await _entries(connection, case_id)
    await _receipts(connection, cipher, case_id)
    await _around(connection, cipher, case_id, number)
    digests = await _files(connection, case_id)
    made = {"case_id": case_id, "number": number, "at": at, "why": why, "through": last}
    await connection.execute(insert(ErasureRow).values(**made))
    return Erased(case_id, number, at, why, last, tuple(digests))


async def _identity(connection: AsyncConnection, cipher: Cipher, case_id: int) -> None:
    nobody: dict[str, Any] = {n: None for n in ("name", "phone", "email", "address", "id_number")}
    nobody |= {"phone_hash": None, "email_hash": None, "masked": {}}
    nobody["words"] = cipher.lock("{}", f"identity.words.{case_id}")
    await connection.execute(
        update(IdentityRow).where(IdentityRow.case_id == case_id).values(nobody)
    )


async def _case(connection: AsyncConnection, case_id: int, details: dict[str, Any]) -> None:
    bare = {**details, **{name: {} if name == "notes" else None for name in BLANK}}
    told: dict[str, Any] = {"title": GONE, "content": GONE, "suggestions": {}, "details": bare}
    told["worded"] = True  # the search takes it in no more
    told["version"] = CaseRow.version + 1  # who has the case open must look again
    await connection.execute(update(CaseRow).where(CaseRow.id == case_id).values(told))
    await connection.execute(
        update(RequestRow).where(RequestRow.case_id == case_id).values(reason=GONE)
    )
    await connection.execute(
        update(PartRow).where(PartRow.case_id == case_id).values(text=GONE, report=None)
    )
    orders = dict.fromkeys(("answer", "verdict", "plan", "withdrawn", "appeal", "ruling"))
    await connection.execute(
        update(OrderRow).where(OrderRow.case_id == case_id).values(text=GONE, **orders)
    )


async def _entries(connection: AsyncConnection, case_id: int) -> None:
    lines = await connection.execute(
        select(EntryRow.seq, EntryRow.before, EntryRow.after, EntryRow.public).where(
            EntryRow.case_id == case_id
        )
    )
    for line in lines.all():
        told: dict[str, Any] = {"before": _bare(line.before), "after": _bare(line.after)}
        told |= {"text": "", "public": GONE if line.public else None}
        mine = (EntryRow.case_id == case_id) & (EntryRow.seq == line.seq)
        await connection.execute(update(EntryRow).where(mine).values(told))


def _bare(facts: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in facts.items() if k in KEPT or isinstance(v, bool | int | float)}


async def _receipts(connection: AsyncConnection, cipher: Cipher, case_id: int) -> None:
    """What came in, by whichever way; what was answered under its key goes by its hash."""
    nothing = json.dumps(NOTHING)
    found = await connection.execute(
        select(IntakeRow.id, IntakeRow.channel, IntakeRow.key, IntakeRow.content_hash).where(
            IntakeRow.case_id == case_id
        )
    )
    for row in found.all():
        raw = cipher.lock(nothing, f"intake.raw.{row.channel}.{row.key}")
        await connection.execute(update(IntakeRow).where(IntakeRow.id == row.id).values(raw=raw))
        await connection.execute(
            delete(AnswerRow).where(AnswerRow.request_hash == row.content_hash)
        )
        letters = await connection.execute(
            select(LetterRow.id, LetterRow.sha256, LetterRow.facts).where(
                LetterRow.intake_id == row.id
            )
        )
        for letter in letters.all():
            told = {"raw": cipher.seal(b"", f"letter.raw.{letter.sha256}"), "facts": None}
            told["envelope"] = cipher.lock("{}", f"letter.envelope.{letter.sha256}")
            if letter.facts is not None:
                told["facts"] = cipher.lock("{}", f"letter.facts.{letter.id}")
            await connection.execute(
                update(LetterRow).where(LetterRow.id == letter.id).values(told)
            )


async def _around(connection: AsyncConnection, cipher: Cipher, case_id: int, number: str) -> None:
    """Notices, signatures, what the classifier was taught, requests, score sheets, calls of the case."""
    silent = {"text": "", "address": None, "sealed": None}
    await connection.execute(update(OutboxRow).where(OutboxRow.about == number).values(silent))
    for table in (SignatureKeyRow, SignatureRow, LabelRow):
        await connection.execute(delete(table).where(table.case_id == case_id))
    await connection.execute(
        update(DecisionRow).where(DecisionRow.case_id == case_id).values(facts={})
    )
    asked = select(PrivacyRequestRow.id).where(PrivacyRequestRow.case_id == case_id)
    for request_id in (await connection.execute(asked)).scalars().all():
        words = cipher.lock("{}", f"privacy_request.words.{request_id}")
        mine = update(PrivacyRequestRow).where(PrivacyRequestRow.id == request_id)
        await connection.execute(mine.values(words=words))
    await sheets.forget(connection, "number", number)
    calls = select(CallCaseRow.call_id).where(CallCaseRow.number == number)
    for call_id in (await connection.execute(calls)).scalars().all():
        await forget_caller(connection, cipher, call_id)
        await _events(connection, cipher, call_id)


async def forget_caller(connection: AsyncConnection, cipher: Cipher, call_id: str) -> None:
    """Who called is forgotten; that there was a call, and how long, is not."""
    await sheets.forget(connection, "call_id", call_id)
    row = (
        await connection.execute(select(CallRow.locked).where(CallRow.call_id == call_id))
    ).one_or_none()
    if row is None:
        return
    place = f"calls.locked.{call_id}"
    told = {
        name: type(value)() for name, value in json.loads(cipher.unlock(row.locked, place)).items()
    }
    locked = cipher.lock(json.dumps(told), place)
    nobody = {"locked": locked, "masked": "", "number_hash": None}
    await connection.execute(update(CallRow).where(CallRow.call_id == call_id).values(nobody))


async def _events(connection: AsyncConnection, cipher: Cipher, call_id: str) -> None:
    events = select(CallEventRow.event_id).where(CallEventRow.call_id == call_id)
    for event_id in (await connection.execute(events)).scalars().all():
        raw = cipher.lock("{}", f"call_event.raw.{event_id}")
        mine = update(CallEventRow).where(CallEventRow.event_id == event_id)
        await connection.execute(mine.values(raw=raw, folded=True))


async def _files(connection: AsyncConnection, case_id: int) -> Sequence[str]:
    """The rows are gone; the bytes go, after the commit, where no other row has the same."""
    mine = select(AttachmentRow.sha256).where(AttachmentRow.case_id == case_id)
    digests = set((await connection.execute(mine)).scalars())
    await connection.execute(delete(AttachmentRow).where(AttachmentRow.case_id == case_id))
    shared = select(AttachmentRow.sha256).where(AttachmentRow.sha256.in_(digests))
    return sorted(digests - set((await connection.execute(shared)).scalars()))


def unlink(folder: Path, digests: Sequence[str]) -> None:
    for digest in digests:
        files.path(folder, digest).unlink(missing_ok=True)


async def numbers(connection: AsyncConnection) -> dict[str, tuple[datetime, str, int]]:
    """Every erased case: when, why, and through which entry."""
    found = await connection.execute(select(*ErasureRow.__table__.c))
    return {row.number: (row.at, row.why, row.through) for row in found}


async def here_again(connection: AsyncConnection, numbers: Sequence[str]) -> list[str]:
    """Those of the numbers whose case is there and was not erased."""
    gone = exists().where(ErasureRow.case_id == CaseRow.id)
    found = await connection.execute(
        select(CaseRow.number).where(CaseRow.number.in_(numbers), ~gone).order_by(CaseRow.number)
    )
    return list(found.scalars())


async def erased_ids(
    connection: AsyncConnection, span: tuple[int, int] | None = None
) -> dict[int, int]:
    """Case id -> the last entry that is empty; of all cases, or from one id to another."""
    wanted = select(ErasureRow.case_id, ErasureRow.through)
    if span:
        wanted = wanted.where(ErasureRow.case_id.between(*span))
    found = await connection.execute(wanted)
    return {row.case_id: row.through for row in found}
