"""What waits for triage: raw receipts opened again, claimed once, and given their outcome."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from sqlalchemy import String, bindparam, cast, func, literal, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.domain.people import Actor
from hotline.domain.words import Role
from hotline.store.cipher import Cipher
from hotline.store.database import AwareDateTime
from hotline.store.tables import CaseRow, IntakeRow

TRIES = 3  # that a receipt gets before it holds up others no longer
NOTES = ("call_id", "notice", "letter", "mailbox", "unit", "said_topic")


@dataclass(frozen=True)
class Opened:
    """A raw receipt, opened for triage; lives no longer than the unit of work."""

    number: str
    channel: str
    title: str
    content: str
    received_at: datetime
    clock_from: datetime  # what the promises count from
    type: str | None
    district: str
    anonymous: bool
    confidential: bool
    party: str
    language: str
    identity: Mapping[str, str]
    attachments: Sequence[str]
    notes: Mapping[str, str]
    filed_by: Actor | None
    goes_by_itself: bool
    backdated: bool


async def pending(connection: AsyncConnection, limit: int) -> list[int]:
    """The oldest that wait; behind them those that could not be opened so far."""
    found = await connection.execute(
        select(IntakeRow.id)
        .where(IntakeRow.outcome == "pending")
        .order_by(IntakeRow.attempts >= TRIES, IntakeRow.id)
        .limit(limit)
    )
    return list(found.scalars())


async def backlog(connection: AsyncConnection) -> tuple[int, datetime | None]:
    """How many receipts wait for triage, and since when the oldest does; not those that wait for
    their key: no calm would make an end of them."""
    found = await connection.execute(
        select(func.count(), func.min(IntakeRow.received_at)).where(
            IntakeRow.outcome == "pending", IntakeRow.attempts < TRIES
        )
    )
    row = found.one()
    return row[0], row[1]


async def open_raw(connection: AsyncConnection, cipher: Cipher, intake_id: int) -> Opened | None:
    """The receipt as it came, or None when it has its outcome already."""
    found = await connection.execute(
        select(*IntakeRow.__table__.c).where(
            IntakeRow.id == intake_id, IntakeRow.outcome == "pending"
        )
    )
    row = found.one_or_none()
    if row is None:
        return None
    raw = json.loads(cipher.unlock(row.raw, f"intake.raw.{row.channel}.{row.key}"))
    facts, contact, place = raw.get("facts") or {}, raw.get("contact") or {}, raw.get("place") or {}
    sent_at = datetime.fromisoformat(raw["sent_at"]) if raw.get("sent_at") else None
    backdated = bool(facts.get("backdate") and sent_at)
    notes = {name: str(facts[name]) for name in NOTES if facts.get(name)}
    if sent_at:
        notes["sent_at"] = sent_at.isoformat()
    if place.get("lon") is not None and place.get("lat") is not None:
        notes["lon"], notes["lat"] = str(place["lon"]), str(place["lat"])
    return Opened(
        number=row.number,
        channel=row.channel,
        title=raw["title"],
        content=raw["content"],
        received_at=row.received_at,
        clock_from=sent_at if backdated and sent_at else row.received_at,
        type=raw.get("type"),
        district=place.get("district") or "",
        anonymous=bool(raw.get("anonymous")),
        confidential=bool(raw.get("confidential")),
        party=raw.get("party") or "citizen",
        language=raw.get("language") or "",
        identity=_words({**contact, "address": place.get("address")}),
        attachments=[item["token"] for item in raw.get("attachments") or ()],
        notes=notes,
        filed_by=_filed_by(facts),
        goes_by_itself=not facts.get("filed_by"),
        backdated=backdated,
    )


def _words(contact: Mapping[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in contact.items() if value}


def _filed_by(facts: Mapping[str, str]) -> Actor | None:
    if not facts.get("filed_by"):
        return None
    return Actor(Role(facts["role"]), facts["filed_by"], origin=facts.get("origin", ""))


async def claim(connection: AsyncConnection, intake_id: int) -> bool:
    """Locks by writing first; False when somebody else has triaged it meanwhile."""
    changed = await connection.execute(
        update(IntakeRow)
        .where(IntakeRow.id == intake_id, IntakeRow.outcome == "pending")
        .values(attempts=IntakeRow.attempts + 1)
        .returning(IntakeRow.id)
    )
    return changed.scalar_one_or_none() is not None


async def attempts(connection: AsyncConnection, intake_id: int) -> int:
    found = await connection.execute(select(IntakeRow.attempts).where(IntakeRow.id == intake_id))
    return int(found.scalar_one())


async def tried(connection: AsyncConnection, intake_id: int, problem: str) -> int:
    changed = await connection.execute(
        update(IntakeRow)
        .where(IntakeRow.id == intake_id)
        .values(attempts=IntakeRow.attempts + 1, problem=problem)
        .returning(IntakeRow.attempts)
    )
    return int(changed.scalar_one())


@dataclass(frozen=True)
class Slip:
    """What a citizen's number leads to, before and after triage."""

    number: str
    code_number: str  # the number that the query code was given out with
    query_hash: str
    received_at: datetime
    case_id: int | None


NEVER = literal(datetime.fromtimestamp(0, UTC), AwareDateTime())
SLIP = select(cast(bindparam("wanted"), String(40)).label("number")).subquery()
LEADS_TO = (  # one statement and one row for a number that is there, and for one that is not
    select(
        IntakeRow.id,
        func.coalesce(IntakeRow.query_hash, "").label("query_hash"),
        func.coalesce(IntakeRow.received_at, NEVER).label("received_at"),
        IntakeRow.case_id,
        CaseRow.previous,
    )
    .select_from(SLIP)
    .outerjoin(IntakeRow, IntakeRow.number == SLIP.c.number)
    .outerjoin(CaseRow, CaseRow.number == SLIP.c.number)
)


async def slip(connection: AsyncConnection, number: str) -> Slip | None:
    """A case split off, or going on from another, opens with the code of the first."""
    asked = number
    for _ in range(10):
        row = (await connection.execute(LEADS_TO, {"wanted": number})).one()
        found = Slip(asked, number, row.query_hash, row.received_at, row.case_id)
        if row.id is not None:
            if asked == number:
                return found
            return replace(found, case_id=await _case_id(connection, asked))
        number = row.previous or ""
        if not number:
            return None
    return None


async def _case_id(connection: AsyncConnection, number: str) -> int | None:
    return (
        await connection.execute(select(CaseRow.id).where(CaseRow.number == number))
    ).scalar_one_or_none()
