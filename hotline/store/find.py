"""Lists of cases by cursor, filtered and sorted; an actor's view decides what is found at all."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.domain.access import SEES_ALL
from hotline.domain.people import Actor
from hotline.domain.state import ENDED, OPEN, OWED, State
from hotline.domain.words import Role
from hotline.store import casesearch, cursors
from hotline.store.casesearch import Near
from hotline.store.interests import not_kept_out
from hotline.store.tables import CaseRow, PartRow

LISTED = (
    "id number version state type topic urgency channel received_at title district lead level due_at closed_at"
).split()
SORTS = {
    "-received_at": (CaseRow.received_at, True),
    "received_at": (CaseRow.received_at, False),
    "due_at": (CaseRow.due_at, False),
    "-due_at": (CaseRow.due_at, True),
}
MOST = 200
SIGNED = (
    State.PROCESSING,
    State.SUSPENDED,
    State.REPLY_REVIEW,
    State.FOLLOW_UP,
    State.CLOSED,
    State.ARCHIVED,
)


@dataclass(frozen=True)
class Wanted:
    """What a list is asked for; an empty field does not narrow it."""

    state: tuple[str, ...] = ()
    department: str = ""
    type: str = ""
    topic: str = ""  # a level or a path of levels
    urgency: str = ""
    level: int | None = None  # at least
    overdue: bool | None = None
    district: str = ""
    q: str = ""
    words: tuple[str, ...] = ()  # what was typed, as terms: see flow.casewords
    caller: str = ""  # the keyed hash of a telephone number
    sort: str = "-received_at"
    cursor: str = ""
    limit: int = 50


@dataclass(frozen=True)
class Found:
    """One page of a list."""

    rows: list[dict[str, Any]]
    next_cursor: str | None


def visible(actor: Actor) -> ColumnElement[bool] | None:
    """None: every case; otherwise the condition that leaves only what the actor may see."""
    if actor.role in (Role.SYSTEM, Role.OPERATOR):
        return None
    if actor.role in SEES_ALL:
        return not_kept_out(actor)
    if not actor.of_department or not actor.units:
        return false()
    units = sorted(actor.units)
    part = exists().where(
        PartRow.case_id == CaseRow.id, PartRow.department.in_(units), PartRow.state != "dropped"
    )
    return and_(or_(CaseRow.lead.in_(units), part), not_kept_out(actor))


async def find(connection: AsyncConnection, actor: Actor, wanted: Wanted, now: datetime) -> Found:
    """Keyset paging: no row twice and none missed while new cases come in."""
    column, falling = SORTS.get(wanted.sort, SORTS["-received_at"])
    limit = min(max(wanted.limit, 1), MOST)
    beyond = cursors.read(wanted.cursor, ids=1) if wanted.cursor else None
    ways: list[Near | None] = [None]
    if wanted.words and column is CaseRow.received_at and connection.dialect.name == "sqlite":
        ways = [Near(falling, beyond and (beyond[0], beyond[1])), None]
    rows: list[dict[str, Any]] = []
    for near in ways:  # the near hits first; all of them where those do not fill the page
        query = _query(connection.dialect.name, actor, wanted, now, near=near)
        found = await connection.execute(_paged(query, (column, falling), beyond).limit(limit + 1))
        rows = [dict(row._mapping) for row in found]
        if len(rows) > limit:
            break
    more = len(rows) > limit
    rows = rows[:limit]
    return Found(rows, cursors.give(rows[-1][column.key], rows[-1]["id"]) if more else None)


def _query(
    dialect: str, actor: Actor, wanted: Wanted, now: datetime, *, near: Near | None
) -> Select[Any]:
    conditions = _conditions(actor, wanted, now)
    if wanted.q.strip():
        conditions.append(_matches(wanted, dialect, near))
    return select(*(getattr(CaseRow, name) for name in LISTED)).where(*conditions)


def _paged(
    query: Select[Any], sort: tuple[Any, bool], beyond: tuple[Any, ...] | None
) -> Select[Any]:
    column, falling = sort
    if column is CaseRow.due_at:
        query = query.where(CaseRow.due_at.is_not(None))
    if beyond:
        at, row_id = beyond
        further = column < at if falling else column > at
        tie = CaseRow.id < row_id if falling else CaseRow.id > row_id
        query = query.where(or_(further, and_(column == at, tie)))
    order = (column.desc(), CaseRow.id.desc()) if falling else (column, CaseRow.id)
    return query.order_by(*order)


async def of_ids(
    connection: AsyncConnection, ids: Sequence[int], actor: Actor
) -> list[dict[str, Any]]:
    """The cases with these row ids that the actor may know of, as a list shows them, newest first."""
    query: Select[Any] = select(*(getattr(CaseRow, name) for name in LISTED))
    query = query.where(not_kept_out(actor))
    found = await connection.execute(
        query.where(CaseRow.id.in_(ids)).order_by(CaseRow.received_at.desc(), CaseRow.id.desc())
    )
    return [dict(row._mapping) for row in found]


def _conditions(actor: Actor, wanted: Wanted, now: datetime) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    seen = visible(actor)
    if seen is not None:
        conditions.append(seen)
    if wanted.state:
        conditions.append(CaseRow.state.in_(_states(wanted.state)))
    for name in ("type", "urgency", "district"):
        if getattr(wanted, name):
            conditions.append(getattr(CaseRow, name) == getattr(wanted, name))
    if wanted.department:
        conditions.append(CaseRow.lead == wanted.department)
    if wanted.topic:
        below = CaseRow.topic.startswith(wanted.topic + "/", autoescape=True)
        conditions.append(or_(CaseRow.topic == wanted.topic, below))
    if wanted.level is not None:
        conditions.append(CaseRow.level >= wanted.level)
    if wanted.overdue is not None:
        late = and_(CaseRow.due_at < now, CaseRow.state.in_([state.value for state in OWED]))
        conditions.append(late if wanted.overdue else ~late)
    if wanted.caller:
        conditions.append(_may_know(actor, casesearch.of_telephone(wanted.caller)))
    return conditions


def _states(asked: tuple[str, ...]) -> list[str]:
    groups = {"open": OPEN, "ended": ENDED}
    return [name for word in asked for name in sorted(groups.get(word, {word}))]


def _matches(wanted: Wanted, dialect: str, near: Near | None) -> ColumnElement[bool]:
    """A number by its beginning, with or without its dash; anything else by its words."""
    q = wanted.q.strip()
    if q[:8].isdigit() and len(q) <= 16:
        number = q if "-" in q or len(q) <= 8 else f"{q[:8]}-{q[8:]}"
        if len(number) >= 15:
            return CaseRow.number == number
        if dialect == "sqlite":  # by the index, which LIKE does not use there
            return CaseRow.number.between(number, number + "~")
        return CaseRow.number.startswith(number, autoescape=True)
    return casesearch.matching(dialect, wanted.words, q, near)


def _may_know(actor: Actor, condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """A department may know whose a case is only once it has signed; the centre relays before."""
    if actor.role in SEES_ALL:
        return condition
    signed = CaseRow.state.in_([state.value for state in SIGNED])
    return and_(condition, CaseRow.lead.in_(sorted(actor.units)), signed)


async def counts(connection: AsyncConnection, actor: Actor) -> dict[str, int]:
    """How many open cases the actor sees in each state: the work at hand, not all history."""
    query = select(CaseRow.state, func.count()).where(CaseRow.state.in_([s.value for s in OPEN]))
    seen = visible(actor)
    if seen is not None:
        query = query.where(seen)
    found = await connection.execute(query.group_by(CaseRow.state))
    return {row[0]: row[1] for row in found}
