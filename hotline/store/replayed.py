"""What a replay asks of the database: which records are in, and what came of them."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import String, cast, func, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection

from escalation.promise import Deadline
from hotline.domain.state import OPEN
from hotline.store.ledgers import TickRow
from hotline.store.ordertables import OrderRow
from hotline.store.rows import deadline_from
from hotline.store.tables import CaseRow, DeadlineRow, EntryRow, IntakeRow, PartRow, RungRow

PAGE = 500
KEYS = "replay:"  # what the keys of replayed receipts begin with


@dataclass(frozen=True)
class Climbed:
    """A rung that was taken; `unit`: who owes the part of the work that it is about."""

    at: datetime
    level: int
    kind: str
    promise: str
    told: bool
    unit: str | None = None


@dataclass(frozen=True)
class Issued:
    """An order that was issued, and to whom it went."""

    at: datetime
    level: int
    recipients: tuple[str, ...]


@dataclass(frozen=True)
class Outcome:
    """A replayed case as its report needs it."""

    number: str
    type: str
    urgency: str
    topic: str
    department: str | None
    level: int | None
    due_at: datetime
    limit_n: int
    limit_unit: str
    source: str
    override: str | None
    steps: tuple[Climbed, ...]
    orders: tuple[Issued, ...]
    promise: Deadline  # the citizen's, whole: what its due moment is explained from


async def known(connection: AsyncConnection, keys: str = KEYS) -> dict[str, str]:
    """The receipts whose keys begin so: key to number."""
    found = await connection.execute(
        select(IntakeRow.key, IntakeRow.number).where(IntakeRow.key.startswith(keys))
    )
    return {row.key: row.number for row in found}


async def others(connection: AsyncConnection) -> int:
    """Receipts and cases that no replay brought in."""
    receipts = select(func.count()).where(IntakeRow.key.not_like(f"{KEYS}%"))
    cases = (
        select(func.count())
        .select_from(CaseRow)
        .outerjoin(IntakeRow, IntakeRow.number == CaseRow.number)
        .where(IntakeRow.id.is_(None))
    )
    return sum([(await connection.execute(query)).scalar_one() for query in (receipts, cases)])


async def watched(connection: AsyncConnection, since: datetime, but: str) -> bool:
    """Has any watch looked lately, but the one that is named?"""
    found = await connection.execute(
        select(TickRow.id).where(TickRow.at >= since, TickRow.node != but).limit(1)
    )
    return found.first() is not None


async def latest(connection: AsyncConnection) -> datetime | None:
    """How far a replay that was cut off had come."""
    queries = [func.max(column) for column in (IntakeRow.received_at, EntryRow.at, TickRow.at)]
    moments = [(await connection.execute(select(query))).scalar_one() for query in queries]
    return max((moment for moment in moments if moment), default=None)


async def open_cases(connection: AsyncConnection) -> set[str]:
    states = [state.value for state in OPEN]
    found = await connection.execute(select(CaseRow.number).where(CaseRow.state.in_(states)))
    return set(found.scalars())


async def outcomes(connection: AsyncConnection) -> AsyncIterator[Outcome]:
    """Every case with its citizen's promise and the rungs that were climbed, in order."""
    last = 0
    while True:
        page = await connection.execute(
            select(CaseRow)
            .with_only_columns(
                CaseRow.id,
                CaseRow.number,
                CaseRow.type,
                CaseRow.urgency,
                CaseRow.topic,
                CaseRow.lead,
                CaseRow.level,
            )
            .where(CaseRow.id > last)
            .order_by(CaseRow.id)
            .limit(PAGE)
        )
        found = page.all()
        if not found:
            return
        span = (found[0].id, found[-1].id)
        promises = await _promises(connection, span)
        steps, orders = await _steps(connection, span), await _orders(connection, span)
        for row in found:
            climbed = steps.get(row.id, []), orders.get(row.id, [])
            yield _outcome(row, promises[row.id], *climbed)
        last = found[-1].id


async def _promises(connection: AsyncConnection, span: tuple[int, int]) -> dict[int, Any]:
    """The latest promise of a reply, by case."""
    found = await connection.execute(
        select(*DeadlineRow.__table__.c)
        .where(DeadlineRow.case_id.between(*span), DeadlineRow.promise == "reply")
        .order_by(DeadlineRow.case_id, DeadlineRow.n)
    )
    return {row.case_id: row for row in found}


async def _steps(connection: AsyncConnection, span: tuple[int, int]) -> dict[int, list[Any]]:
    found = await connection.execute(
        select(
            RungRow.case_id,
            RungRow.climbed_at,
            RungRow.level,
            RungRow.kind,
            DeadlineRow.promise,
            RungRow.outcome,
            PartRow.department,
        )
        .join(
            DeadlineRow,
            (DeadlineRow.case_id == RungRow.case_id) & (DeadlineRow.n == RungRow.deadline_n),
        )
        .outerjoin(
            PartRow,
            (PartRow.case_id == RungRow.case_id)
            & (DeadlineRow.part == literal("part-") + cast(PartRow.id, String)),
        )
        .where(RungRow.case_id.between(*span), RungRow.outcome != "skipped")
        .order_by(RungRow.case_id, RungRow.climbed_at, RungRow.entry_seq)
    )
    listed: dict[int, list[Any]] = {}
    for row in found:
        listed.setdefault(row.case_id, []).append(row)
    return listed


async def _orders(connection: AsyncConnection, span: tuple[int, int]) -> dict[int, list[Any]]:
    found = await connection.execute(
        select(OrderRow.case_id, OrderRow.issued_at, OrderRow.level, OrderRow.recipients)
        .where(OrderRow.case_id.between(*span))
        .order_by(OrderRow.case_id, OrderRow.id)
    )
    listed: dict[int, list[Any]] = {}
    for row in found:
        listed.setdefault(row.case_id, []).append(row)
    return listed


def _outcome(row: Any, promise: Any, steps: list[Any], orders: list[Any]) -> Outcome:
    return Outcome(
        number=row.number,
        type=row.type,
        urgency=row.urgency,
        topic=row.topic,
        department=row.lead,
        level=row.level,
        due_at=promise.due_at,
        limit_n=promise.limit_n,
        limit_unit=promise.limit_unit,
        source=promise.source,
        override=promise.override,
        steps=tuple(
            Climbed(
                step.climbed_at,
                step.level,
                step.kind,
                step.promise,
                step.outcome == "notified",
                step.department,
            )
            for step in steps
        ),
        orders=tuple(
            Issued(order.issued_at, order.level, tuple(order.recipients)) for order in orders
        ),
        promise=deadline_from(promise),
    )
