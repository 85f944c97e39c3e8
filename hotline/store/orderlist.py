"""Lists of supervision orders by cursor, filtered and counted; only of cases the actor may see."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.domain.order import LIVE, AppealState
from hotline.domain.people import Actor
from hotline.store import cursors
from hotline.store.find import MOST, Found, visible
from hotline.store.ordertables import OrderRow
from hotline.store.tables import CaseRow

SORTS = {"due_at": (OrderRow.due_at, False), "-issued_at": (OrderRow.issued_at, True)}
OF_CASE = {
    "case": CaseRow.number,
    "title": CaseRow.title,
    "urgency": CaseRow.urgency,
    "lead": CaseRow.lead,
}
COLUMNS = [*OrderRow.__table__.c, *(column.label(name) for name, column in OF_CASE.items())]


@dataclass(frozen=True)
class OrdersWanted:
    """What the list is asked for; an empty field does not narrow it."""

    state: tuple[str, ...] = ()  # states, or live and appealed
    level: int | None = None
    department: str = ""
    cause: str = ""
    overdue: bool = False
    q: str = ""  # an order's or a case's number, or their beginning
    sort: str = "-issued_at"
    cursor: str = ""
    limit: int = 50


async def find(
    connection: AsyncConnection, actor: Actor, wanted: OrdersWanted, now: datetime
) -> Found:
    """Keyset paging, as the lists of cases have it."""
    column, falling = SORTS.get(wanted.sort, SORTS["-issued_at"])
    limit = min(max(wanted.limit, 1), MOST)
    conditions = [*_conditions(actor, wanted, now), column.is_not(None)]
    place = tuple_(column, OrderRow.case_id, OrderRow.id)
    if wanted.cursor:
        last = tuple_(*cursors.read(wanted.cursor, ids=2))
        conditions.append(place < last if falling else place > last)
    order = [one.desc() if falling else one for one in (column, OrderRow.case_id, OrderRow.id)]
    found = await connection.execute(_joined().where(*conditions).order_by(*order).limit(limit + 1))
    rows = [dict(row._mapping) for row in found]
    more = len(rows) > limit
    rows = rows[:limit]
    last_row = rows[-1] if rows else {}
    given = (
        cursors.give(last_row[column.key], last_row["case_id"], last_row["id"]) if more else None
    )
    return Found(rows, given)


def _joined() -> Select[Any]:
    return select(*COLUMNS).join(CaseRow, CaseRow.id == OrderRow.case_id)


def _conditions(actor: Actor, wanted: OrdersWanted, now: datetime) -> list[ColumnElement[bool]]:
    seen = visible(actor)
    conditions = [] if seen is None else [seen]
    if wanted.state:
        conditions.append(or_(*(_state(word) for word in wanted.state)))
    for name in ("level", "department", "cause"):
        told = getattr(wanted, name)
        if told not in (None, ""):
            conditions.append(getattr(OrderRow, name) == told)
    if wanted.overdue:
        waits = OrderRow.state.in_(["issued", "returned"])
        # Without a unit nobody owes the answer, and its clock stands.
        conditions.append(and_(OrderRow.due_at < now, waits, CaseRow.lead.is_not(None)))
    if wanted.q:
        numbered = OrderRow.number.contains(wanted.q, autoescape=True)
        conditions.append(or_(CaseRow.number.startswith(wanted.q, autoescape=True), numbered))
    return conditions


def _state(word: str) -> ColumnElement[bool]:
    if word == "live":
        return OrderRow.state.in_([state.value for state in LIVE])
    if word == "appealed":
        return OrderRow.appeal_state == AppealState.OPEN.value
    return OrderRow.state == word


async def count(
    connection: AsyncConnection, actor: Actor, wanted: OrdersWanted, now: datetime
) -> int:
    """How many orders the list has over all its pages."""
    column, _ = SORTS.get(wanted.sort, SORTS["-issued_at"])
    query = select(func.count()).select_from(OrderRow)
    query = query.join(CaseRow, CaseRow.id == OrderRow.case_id)
    query = query.where(*_conditions(actor, wanted, now), column.is_not(None))
    return int((await connection.execute(query)).scalar_one())


async def counts(connection: AsyncConnection, actor: Actor) -> dict[int, int]:
    """How many orders bind at each level, of those the actor sees."""
    query = (
        select(OrderRow.level, func.count())
        .join(CaseRow, CaseRow.id == OrderRow.case_id)
        .where(_state("live"))
    )
    seen = visible(actor)
    if seen is not None:
        query = query.where(seen)
    found = await connection.execute(query.group_by(OrderRow.level).order_by(OrderRow.level))
    return {row[0]: row[1] for row in found}
