"""What the watch asks of the database: rungs that are due, the ledger of those taken, the tick log."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Integer, Table, bindparam, exists, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from escalation.promise import Step
from escalation.watch import Outcome
from hotline.domain.case import Case
from hotline.store.cursors import Paged, Place, behind
from hotline.store.database import AwareDateTime
from hotline.store.ledgers import StumbleRow, TickRow
from hotline.store.tables import CaseRow, DeadlineRow, RungRow

# Built once: the watch asks these every second, a replay tens of thousands of times.
WAITING = select(DeadlineRow.next_at).order_by(DeadlineRow.next_at, DeadlineRow.id)
DUE = (
    WAITING.with_only_columns(
        DeadlineRow.id, DeadlineRow.case_id, DeadlineRow.climbed, DeadlineRow.next_at
    )
    .where(DeadlineRow.next_at <= bindparam("now", type_=AwareDateTime()))
    .limit(bindparam("most", type_=Integer()))
)
# A rung that failed is put off, so that it costs the others nothing; its row stays as it is.
PUT_OFF = exists().where(
    StumbleRow.deadline_id == DeadlineRow.id,
    StumbleRow.ended_at.is_(None),
    StumbleRow.retry_at > bindparam("now", type_=AwareDateTime()),
)
DUE = DUE.where(~PUT_OFF)
ENTER = insert(cast(Table, RungRow.__table__))
NEXT = WAITING.where(DeadlineRow.next_at.is_not(None)).limit(1)


async def due(
    connection: AsyncConnection, now: datetime, limit: int
) -> Sequence[tuple[int, int, int, datetime]]:
    """(deadline id, case id, climbed, next_at) in due order; the index on next_at is the schedule."""
    found = await connection.execute(DUE, {"now": now, "most": limit})
    return [(row.id, row.case_id, row.climbed, row.next_at) for row in found]


def taken(case: Case, place: tuple[int, int], step: Step, now: datetime) -> dict[str, Any]:
    """The ledger row of a rung that the case has just climbed.

    `place` is the deadline's running number in the case, and the rung's in the deadline.
    """
    n, rung = place
    outcome = "skipped" if step.skipped else "overtaken" if step.overtaken else "notified"
    return {
        "case_id": case.id,
        "deadline_n": n,
        "rung": rung,
        "level": step.level,
        "kind": step.kind,
        "rung_at": step.at,
        "climbed_at": now,
        "outcome": outcome,
        "entry_seq": case.last_seq,
    }


async def enter(connection: AsyncConnection, rungs: Sequence[dict[str, Any]]) -> None:
    """The rows are unique: a rung of a deadline is taken once, or the transaction fails."""
    if rungs:
        await connection.execute(ENTER, rungs)


async def log_tick(connection: AsyncConnection, node: str, at: datetime, outcome: Outcome) -> None:
    await connection.execute(
        insert(TickRow).values(
            node=node,
            at=at,
            climbed=outcome.climbed,
            gone=outcome.gone,
            failed=list(outcome.failed),
        )
    )


async def last_tick(connection: AsyncConnection) -> datetime | None:
    """When the watch said last that it is awake, by its clock of then; set back, that is no maximum."""
    newest = select(TickRow.at).order_by(TickRow.id.desc()).limit(1)
    return (await connection.execute(newest)).scalar_one_or_none()


async def latest_tick(connection: AsyncConnection) -> datetime | None:
    """The latest moment in its log: later than now where a clock was set back since."""
    return (await connection.execute(select(func.max(TickRow.at)))).scalar_one_or_none()


async def next_moment(connection: AsyncConnection) -> datetime | None:
    """When the next rung falls due, over all cases."""
    return (await connection.execute(NEXT)).scalar_one_or_none()


async def late(connection: AsyncConnection, before: datetime) -> tuple[int, datetime | None]:
    """Rungs that should have been taken before a moment and were not."""
    found = await connection.execute(
        select(func.count(), func.min(DeadlineRow.next_at)).where(DeadlineRow.next_at < before)
    )
    row = found.one()
    return row[0], row[1]


async def closed_before(
    connection: AsyncConnection, moment: datetime, after: Place, limit: int
) -> Paged[str]:
    """Numbers of cases that were closed before the moment, oldest first."""
    closed = CaseRow.closed_at
    found = await connection.execute(
        select(closed, CaseRow.id, CaseRow.number)
        .where(CaseRow.state == "closed", closed <= moment, behind(closed, CaseRow.id, after))
        .order_by(closed, CaseRow.id)
        .limit(limit)
    )
    rows = found.all()
    ended = (rows[-1].closed_at, rows[-1].id) if len(rows) == limit else None
    return [row.number for row in rows], ended
