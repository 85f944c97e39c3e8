"""In which order a list of cases stands (排序), and the place where a page of it ended."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Select, and_, case, literal, or_, tuple_

from hotline.domain.state import OPEN, OWED
from hotline.domain.words import Urgency
from hotline.store import cursors
from hotline.store.tables import CaseRow

PRESSING = "pressing"
NEVER = datetime(9999, 1, 1, tzinfo=UTC)  # no reply is owed any more: after all that are
RANK = case(
    (CaseRow.urgency == Urgency.CRITICAL.value, 0),
    (CaseRow.urgency == Urgency.URGENT.value, 1),
    else_=2,
).label("pressing_rank")
OWED_BY = case(
    (
        and_(CaseRow.state.in_(sorted(OWED)), CaseRow.due_at.is_not(None)),
        CaseRow.due_at,
    ),
    else_=literal(NEVER, CaseRow.due_at.type),
).label("pressing_due")


@dataclass(frozen=True)
class Sort:
    """By a moment and then the row's id, which no two share; `falling`: the latest first."""

    moment: Any
    falling: bool = False

    def paged(self, query: Select[Any], cursor: str) -> Select[Any]:
        if self.moment is CaseRow.due_at:
            query = query.where(CaseRow.due_at.is_not(None))
        if cursor:
            at, row_id = self.place(cursor)
            further = self.moment < at if self.falling else self.moment > at
            tie = CaseRow.id < row_id if self.falling else CaseRow.id > row_id
            query = query.where(or_(further, and_(self.moment == at, tie)))
        order = (self.moment, CaseRow.id)
        return query.order_by(*((one.desc() for one in order) if self.falling else order))

    def place(self, cursor: str) -> tuple[Any, ...]:
        return cursors.read(cursor, ids=1)

    def ended(self, row: Mapping[str, Any]) -> str:
        return cursors.give(row[self.moment.key], row["id"])


@dataclass(frozen=True)
class Pressing(Sort):
    """特急, 紧急, the rest, and of each what is owed first; open cases only, so never all history."""

    moment: Any = OWED_BY

    def paged(self, query: Select[Any], cursor: str) -> Select[Any]:
        query = query.add_columns(RANK, OWED_BY).where(CaseRow.state.in_(sorted(OPEN)))
        if cursor:
            at, rank, row_id = self.place(cursor)
            beyond = tuple_(literal(rank), literal(at, CaseRow.due_at.type), literal(row_id))
            query = query.where(tuple_(RANK, OWED_BY, CaseRow.id) > beyond)
        return query.order_by(RANK, OWED_BY, CaseRow.id)

    def place(self, cursor: str) -> tuple[Any, ...]:
        return cursors.read(cursor, ids=2)

    def ended(self, row: Mapping[str, Any]) -> str:
        return cursors.give(row["pressing_due"], row["pressing_rank"], row["id"])


SORTS: dict[str, Sort] = {
    "-received_at": Sort(CaseRow.received_at, falling=True),
    "received_at": Sort(CaseRow.received_at),
    "due_at": Sort(CaseRow.due_at),
    "-due_at": Sort(CaseRow.due_at, falling=True),
    PRESSING: Pressing(),
}
NEWEST = "-received_at"
