"""Lists of cases by cursor, filtered and sorted; an actor's view decides what is found at all."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.domain.access import SEES_ALL
from hotline.domain.people import Actor
from hotline.domain.shanghai import midnight
from hotline.domain.state import ENDED, OPEN, OWED, TO_ROUTE, State
from hotline.domain.words import Role
from hotline.store import casesearch, lights
from hotline.store.casesearch import Near
from hotline.store.casesorts import NEWEST, SORTS, Sort
from hotline.store.interests import not_kept_out
from hotline.store.tables import CaseRow, PartRow

LISTED = (
    "id number version state type topic urgency channel party language received_at title district lead"
    " level due_at closed_at"
).split()
GROUPS = {"open": OPEN, "ended": ENDED, "to_route": TO_ROUTE}
MOST = 200
NOBODY = "none"
NUMBERED = re.compile(r"[0-9]{8}-?[0-9]{0,6}")  # a case's number or its beginning
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
    department: str = ""  # NOBODY: those that no department has yet
    type: str = ""
    topic: str = ""  # a level or a path of levels
    urgency: str = ""
    level: int | None = None  # at least
    overdue: bool | None = None
    district: str = ""
    channel: str = ""
    party: str = ""
    language: str = ""
    since: datetime | None = None  # received then or later
    until: datetime | None = None  # received before
    weeks: int = 0  # of so many weeks before instead, at the same weekday and time
    light: str = ""  # one of lights.KINDS that came on today
    coming: str = ""  # a rung within the hour: its level, or lights.ANY
    q: str = ""
    words: tuple[str, ...] = ()  # what was typed, as terms: see flow.casewords
    caller: str = ""  # the keyed hash of a telephone number
    sort: str = NEWEST
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
    sort = SORTS.get(wanted.sort, SORTS[NEWEST])
    limit = min(max(wanted.limit, 1), MOST)
    rows: list[dict[str, Any]] = []
    whole = False
    for ids, whole in await _ways(connection, wanted, sort):
        query = _query(actor, wanted, now, connection.dialect.name, ids=ids)
        found = await connection.execute(sort.paged(query, wanted.cursor).limit(limit + 1))
        rows = [dict(row._mapping) for row in found]
        if whole or len(rows) > limit:
            break
    more = len(rows) > limit
    rows = rows[:limit]
    return Found(rows, sort.ended(rows[-1]) if more else None)


async def _ways(
    connection: AsyncConnection, wanted: Wanted, sort: Sort
) -> list[tuple[list[int] | None, bool]]:
    """The nearest hits first, and all of them where those may not fill the page."""
    every: tuple[list[int] | None, bool] = (None, True)
    if not wanted.words or sort.moment is not CaseRow.received_at:
        return [every]
    place = sort.place(wanted.cursor) if wanted.cursor else None
    near = Near(sort.falling, place and (place[0], place[1]))
    ids, whole = await casesearch.nearest(connection, wanted.words, wanted.q.strip(), near)
    return [(ids, True)] if whole else [(ids, False), every]


def _query(
    actor: Actor, wanted: Wanted, now: datetime, dialect: str, *, ids: list[int] | None
) -> Select[Any]:
    """`ids`: what the words were found in already; None to look for them all."""
    conditions = narrowed(actor, wanted, now)
    if ids is not None:
        conditions.append(CaseRow.id.in_(ids))
    elif wanted.q.strip():
        conditions.append(_matches(wanted, dialect))
    return select(*(getattr(CaseRow, name) for name in LISTED)).where(*conditions)


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


def narrowed(actor: Actor, wanted: Wanted, now: datetime) -> list[ColumnElement[bool]]:
    """Which cases a list holds, words apart: what counts them counts with the same conditions."""
    conditions: list[ColumnElement[bool]] = []
    seen = visible(actor)
    if seen is not None:
        conditions.append(seen)
    if wanted.state:
        conditions.append(CaseRow.state.in_(states(wanted.state)))
    for name in ("type", "urgency", "district", "channel", "party", "language"):
        if getattr(wanted, name):
            conditions.append(getattr(CaseRow, name) == getattr(wanted, name))
    if wanted.department:
        lead = None if wanted.department == NOBODY else wanted.department
        conditions.append(CaseRow.lead == lead)
    conditions += _received(wanted)
    if wanted.topic:
        below = CaseRow.topic.startswith(wanted.topic + "/", autoescape=True)
        conditions.append(or_(CaseRow.topic == wanted.topic, below))
    if wanted.level is not None:
        conditions.append(CaseRow.level >= wanted.level)
    if wanted.overdue is not None:
        late = and_(CaseRow.due_at < now, CaseRow.state.in_([state.value for state in OWED]))
        conditions.append(late if wanted.overdue else ~late)
    if wanted.light:
        conditions.append(lights.lit(wanted.light, midnight(now)))
    if wanted.coming:
        conditions.append(lights.coming(wanted.coming, now))
    if wanted.caller:
        conditions.append(_may_know(actor, casesearch.of_telephone(wanted.caller)))
    return conditions


def _received(wanted: Wanted) -> list[ColumnElement[bool]]:
    if wanted.weeks:
        moved = [timedelta(weeks=week) for week in range(1, wanted.weeks + 1)]
        return [or_(*(and_(*_between(wanted.since, wanted.until, back)) for back in moved))]
    return _between(wanted.since, wanted.until, timedelta())


def _between(
    since: datetime | None, until: datetime | None, back: timedelta
) -> list[ColumnElement[bool]]:
    ends = [CaseRow.received_at >= since - back] if since else []
    return [*ends, CaseRow.received_at < until - back] if until else ends


def states(asked: tuple[str, ...]) -> list[str]:
    """The states that were asked for, a group by what belongs to it."""
    return [name for word in asked for name in sorted(GROUPS.get(word, {word}))]


def _matches(wanted: Wanted, dialect: str) -> ColumnElement[bool]:
    """A number by its beginning, with or without its dash; anything else by its words."""
    q = wanted.q.strip()
    if not NUMBERED.fullmatch(q):
        return casesearch.matching(dialect, wanted.words, q)
    digits = q.replace("-", "")
    if len(digits) >= 14:
        return CaseRow.number == _number(digits)
    # Between two numbers, by the index, which a pattern does not use in every collation.
    above = str(int(digits) + 1).zfill(len(digits))
    return and_(CaseRow.number >= _number(digits), CaseRow.number < _number(above))


def _number(digits: str) -> str:
    return f"{digits[:8]}-{digits[8:]}" if len(digits) > 8 else digits


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
