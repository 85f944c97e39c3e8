"""Read-only SQL: counts and delays of a period, by whatever they are asked by."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, func, null, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.domain.state import ENDED, OPEN, OWED, Action
from hotline.store.ordertables import OrderRow
from hotline.store.tables import CaseRow, DeadlineRow, EntryRow

# Another round may be the citizen's, who reopened it: that is no 重办.
REWORKED = exists().where(
    EntryRow.case_id == CaseRow.id, EntryRow.action.in_([Action.REWORK.value, Action.EXPOSE.value])
)

BY = {
    "department": CaseRow.lead,
    "topic": CaseRow.topic,
    "type": CaseRow.type,
    "channel": CaseRow.channel,
    "urgency": CaseRow.urgency,
    "state": CaseRow.state,
    "district": CaseRow.district,
    "party": CaseRow.party,
    "language": CaseRow.language,
}


@dataclass(frozen=True)
class Period:
    """From `start` up to, not including, `end`; `units` narrows to departments."""

    start: datetime
    end: datetime
    now: datetime
    units: Sequence[str] | None = None

    def within(self, column: Any) -> ColumnElement[bool]:
        inside = and_(column >= self.start, column < self.end)
        return inside if self.units is None else and_(inside, CaseRow.lead.in_(self.units))


def _sum(condition: ColumnElement[bool]) -> Any:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


async def cases(
    connection: AsyncConnection, period: Period, by: str | None
) -> list[dict[str, Any]]:
    """Cases received in the period, by how they stand."""
    late = and_(
        CaseRow.due_at.is_not(None),
        CaseRow.due_at < func.coalesce(CaseRow.closed_at, period.now),
    )
    columns = [
        func.count().label("received"),
        _sum(CaseRow.state.in_([s.value for s in OPEN])).label("open"),
        _sum(CaseRow.state.in_([s.value for s in ENDED])).label("ended"),
        _sum(CaseRow.state.in_(["closed", "archived"])).label("closed"),
        _sum(CaseRow.state == "answered").label("answered"),
        _sum(CaseRow.state == "not_accepted").label("not_accepted"),
        _sum(CaseRow.state == "transferred").label("transferred"),
        _sum(CaseRow.state == "merged").label("merged"),
        _sum(CaseRow.state == "terminated").label("terminated"),
        _sum(CaseRow.dispatched_at.is_not(None)).label("dispatched"),
        _sum(and_(CaseRow.state.in_([s.value for s in OWED]), late)).label("overdue"),
        _sum(and_(CaseRow.round > 1, REWORKED)).label("reworked"),
        _sum(CaseRow.level >= 3).label("supervised"),
    ]
    return await _grouped(connection, columns, period.within(CaseRow.received_at), by)


async def _grouped(
    connection: AsyncConnection, columns: list[Any], where: ColumnElement[bool], by: str | None
) -> list[dict[str, Any]]:
    if by is None:
        found = await connection.execute(select(*columns).where(where))
    else:
        key = BY[by]
        found = await connection.execute(
            select(key.label("key"), *columns).where(where).group_by(key).order_by(key)
        )
    return [dict(row._mapping) for row in found]


async def promises(
    connection: AsyncConnection, period: Period, by: str | None = None
) -> list[dict[str, Any]]:
    """Promises made in the period and what became of them; `key` is the promise, or what they are
    asked by with the promise beside it."""
    ended = func.coalesce(DeadlineRow.ended_at, period.now)
    live = DeadlineRow.state.in_(["running", "paused"])
    keys = _keys(by, DeadlineRow.promise, "promise")
    columns = [
        *keys,
        func.count().label("made"),
        _sum(and_(DeadlineRow.state == "kept", ended <= DeadlineRow.due_at)).label("kept"),
        _sum(and_(DeadlineRow.state == "kept", ended > DeadlineRow.due_at)).label("kept_late"),
        _sum(and_(live, DeadlineRow.due_at < period.now)).label("overdue"),
        _sum(and_(live, DeadlineRow.due_at >= period.now)).label("running"),
        _sum(DeadlineRow.state == "dropped").label("dropped"),
    ]
    found = await connection.execute(
        select(*columns)
        .join(CaseRow, CaseRow.id == DeadlineRow.case_id)
        .where(period.within(DeadlineRow.started_at))
        .group_by(*keys)
        .order_by(*keys)
    )
    return [dict(row._mapping) for row in found]


def _keys(by: str | None, own: Any, name: str) -> list[Any]:
    """A report's own rows, or the same inside each of what it is asked by."""
    return [own.label("key")] if by is None else [BY[by].label("key"), own.label(name)]


async def orders(
    connection: AsyncConnection, period: Period, by: str | None = None
) -> list[dict[str, Any]]:
    """Supervision orders issued in the period, by level, as promises are."""
    keys = _keys(by, OrderRow.level, "level")
    columns = [
        *keys,
        func.count().label("issued"),
        _sum(OrderRow.state.in_(["issued", "returned"])).label("unanswered"),
        _sum(OrderRow.state == "answered").label("answered"),
        _sum(OrderRow.state == "accepted").label("accepted"),
        _sum(OrderRow.state == "frozen").label("frozen"),
        _sum(OrderRow.state == "withdrawn").label("withdrawn"),
    ]
    found = await connection.execute(
        select(*columns)
        .join(CaseRow, CaseRow.id == OrderRow.case_id)
        .where(period.within(OrderRow.issued_at))
        .group_by(*keys)
        .order_by(*keys)
    )
    return [dict(row._mapping) for row in found]


async def said(
    connection: AsyncConnection, period: Period, by: str | None = None
) -> list[dict[str, Any]]:
    """What citizens themselves said in the period, oldest first: case, source, and the facts;
    `key` is what it is asked by."""
    key = (BY[by] if by else null()).label("key")
    found = await connection.execute(
        select(EntryRow.case_id, EntryRow.action, EntryRow.after, key)
        .join(CaseRow, CaseRow.id == EntryRow.case_id)
        .where(period.within(EntryRow.at), EntryRow.action.in_(["rate", "follow_up"]))
        .order_by(EntryRow.case_id, EntryRow.seq)
    )
    return [
        {**row.after, "case": row.case_id, "source": row.action, "key": row.key} for row in found
    ]
