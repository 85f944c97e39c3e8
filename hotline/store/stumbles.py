"""Rungs that could not be taken: how often each was tried, when again, and what ended it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, exists, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from escalation import audit
from hotline.domain.people import Actor
from hotline.store.interests import not_kept_out, tells
from hotline.store.ledgers import StumbleRow
from hotline.store.tables import CaseRow, DeadlineRow

STUMBLES = cast(Table, StumbleRow.__table__)
LIVE = STUMBLES.c.ended_at.is_(None)


@dataclass(frozen=True)
class Stumble:
    """One more failure of a rung, as it now stands."""

    id: int
    case_id: int
    attempts: int
    first_at: datetime
    problem: str
    alarms: bool  # this is the failure after which somebody must be told


def _again(dialect: Any) -> Any:
    made = dialect.insert(STUMBLES)
    put = {
        "attempts": STUMBLES.c.attempts + 1,
        "last_at": made.excluded.last_at,
        "problem": made.excluded.problem,
    }
    upsert = made.on_conflict_do_update(
        index_elements=["deadline_id"], index_where=StumbleRow.ended_at.is_(None), set_=put
    )
    return upsert.returning(*STUMBLES.c)


AGAIN = {dialect.dialect.name: _again(dialect) for dialect in (sqlite, postgresql)}


async def stumbled(
    connection: AsyncConnection, place: tuple[int, int], problem: str, at: datetime
) -> Stumble:
    """Counts one more failure of a deadline (`place`: deadline id, case id), and puts it off."""
    deadline_id, case_id = place
    told = {
        "deadline_id": deadline_id,
        "case_id": case_id,
        "first_at": at,
        "last_at": at,
        "attempts": 1,
        "problem": problem,
        "retry_at": at,
    }
    row = (await connection.execute(AGAIN[connection.dialect.name], told)).one()
    alarms = row.alarmed_at is None and row.attempts >= audit.ALARM_AFTER
    values: dict[str, Any] = {"retry_at": audit.next_try(row.attempts, at)}
    if alarms:
        values["alarmed_at"] = at
    await connection.execute(update(STUMBLES).where(STUMBLES.c.id == row.id).values(**values))
    return Stumble(row.id, row.case_id, row.attempts, row.first_at, problem, alarms)


async def recovered(
    connection: AsyncConnection,
    deadlines: Collection[int],
    at: datetime,
    *,
    cases: Collection[int] = (),
) -> None:
    """They were climbed after all, with all that was due of their cases; or somebody else did it."""
    if deadlines or cases:
        mended = STUMBLES.c.deadline_id.in_(deadlines) | STUMBLES.c.case_id.in_(cases)
        await connection.execute(update(STUMBLES).where(mended, LIVE).values(ended_at=at))


async def forget_idle(connection: AsyncConnection, at: datetime) -> None:
    """A deadline that runs no more has nothing left to stumble over."""
    runs = exists().where(
        DeadlineRow.id == STUMBLES.c.deadline_id, DeadlineRow.next_at.is_not(None)
    )
    await connection.execute(update(STUMBLES).where(LIVE, ~runs).values(ended_at=at))


async def retry_now(
    connection: AsyncConnection, stumble_id: int, actor: Actor, at: datetime
) -> bool:
    """By hand, after the cause was mended: the next look of the watch tries it; False: gone, or of
    a case that the actor is kept out of."""
    known = select(CaseRow.id).where(not_kept_out(actor))
    found = await connection.execute(
        update(STUMBLES)
        .where(STUMBLES.c.id == stumble_id, LIVE, STUMBLES.c.case_id.in_(known))
        .values(retry_at=at)
        .returning(STUMBLES.c.id)
    )
    return found.first() is not None


async def standing(connection: AsyncConnection) -> tuple[int, int, datetime | None]:
    """How many rungs stumble now, the most attempts of one, and since when the oldest does."""
    found = await connection.execute(
        select(func.count(), func.max(STUMBLES.c.attempts), func.min(STUMBLES.c.first_at)).where(
            LIVE
        )
    )
    row = found.one()
    return row[0], row[1] or 0, row[2]


async def listed(
    connection: AsyncConnection, actor: Actor, limit: int = 50
) -> Sequence[dict[str, Any]]:
    """Those that stumble now, the oldest first, with their case's number; not of what the reader is
    kept out of."""
    found = await connection.execute(
        select(*STUMBLES.c, CaseRow.number)
        .join(CaseRow, CaseRow.id == STUMBLES.c.case_id)
        .where(LIVE, tells(actor, CaseRow.number))
        .order_by(STUMBLES.c.first_at, STUMBLES.c.id)
        .limit(limit)
    )
    return [dict(row._mapping) for row in found]


async def case_of(connection: AsyncConnection, case_id: int) -> tuple[str, int]:
    """Number and last entry of a case that may not be readable as a whole."""
    found = await connection.execute(
        select(CaseRow.number, CaseRow.last_seq).where(CaseRow.id == case_id)
    )
    row = found.one()
    return row.number, row.last_seq
