"""Call records as they are read: one, a page, those of a case; what was linked and done in them."""

import base64
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.domain.people import Actor
from hotline.store.calls import Call, call_from
from hotline.store.calltables import CallActRow, CallCaseRow, CallRow
from hotline.store.cursors import BadCursor
from hotline.store.interests import calls_kept_from


async def one(connection: AsyncConnection, call_id: str) -> Call | None:
    found = await connection.execute(select(*CallRow.__table__.c).where(CallRow.call_id == call_id))
    row = found.one_or_none()
    return call_from(row) if row else None


@dataclass(frozen=True)
class Asked:
    """Which calls are wanted; empty: all of them."""

    agents: tuple[str, ...] = ()
    outcome: str = ""
    phase: str = ""  # open: every call that has not ended
    number_hash: str = ""
    since: datetime | None = None
    changed_since: datetime | None = None
    cursor: str = ""
    limit: int = 50
    actor: Actor | None = None  # who reads: not the calls of what they are kept out of


async def listed(connection: AsyncConnection, asked: Asked) -> tuple[list[Call], str | None]:
    """Newest first, and the cursor of the next page."""
    wanted = select(*CallRow.__table__.c).where(*_conditions(asked))
    ordered = wanted.order_by(CallRow.offered_at.desc(), CallRow.call_id.desc())
    page = [call_from(row) for row in await connection.execute(ordered.limit(asked.limit))]
    return page, _cursor(page[-1]) if len(page) == asked.limit else None


def _cursor(call: Call) -> str:
    told = json.dumps([call.offered_at.isoformat(), call.call_id])
    return base64.urlsafe_b64encode(told.encode()).decode()


def _after(cursor: str) -> ColumnElement[bool]:
    try:
        told, call_id = json.loads(base64.urlsafe_b64decode(cursor.encode()))
        at = datetime.fromisoformat(told)
        if at.tzinfo is None or not isinstance(call_id, str):
            raise BadCursor
    except (ValueError, TypeError, OverflowError, RecursionError) as error:
        raise BadCursor from error
    same = and_(CallRow.offered_at == at, CallRow.call_id < call_id)
    return or_(CallRow.offered_at < at, same)


def _conditions(asked: Asked) -> Iterable[ColumnElement[bool]]:
    if asked.agents:
        yield CallRow.agent.in_(asked.agents)
    if asked.outcome:
        yield CallRow.outcome == asked.outcome
    if asked.phase:
        open_ = CallRow.ended_at.is_(None)
        yield open_ if asked.phase == "open" else CallRow.phase == asked.phase
    if asked.number_hash:
        yield CallRow.number_hash == asked.number_hash
    if asked.since:
        yield CallRow.offered_at >= asked.since
    if asked.changed_since:
        yield CallRow.changed_at >= asked.changed_since
    if asked.actor:
        yield CallRow.call_id.not_in(calls_kept_from(asked.actor))
    if asked.cursor:
        yield _after(asked.cursor)


async def answered_since(
    connection: AsyncConnection, number_hash: str, moment: datetime
) -> Call | None:
    """A call with this number that somebody answered after a moment, in either direction."""
    found = await connection.execute(
        select(*CallRow.__table__.c)
        .where(
            CallRow.number_hash == number_hash,
            CallRow.outcome == "answered",
            CallRow.answered_at >= moment,
        )
        .order_by(CallRow.answered_at)
        .limit(1)
    )
    row = found.one_or_none()
    return call_from(row) if row else None


async def link(connection: AsyncConnection, tie: Mapping[str, Any]) -> bool:
    """A call and a case; false: they were tied before."""
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    made = await connection.execute(
        dialect.insert(CallCaseRow)
        .values(**tie)
        .on_conflict_do_nothing()
        .returning(CallCaseRow.number)
    )
    return made.scalar_one_or_none() is not None


async def mark(connection: AsyncConnection, call_id: str, number: str, kind: str) -> bool:
    """What the tie is from now on; false: it was that before."""
    done = await connection.execute(
        update(CallCaseRow)
        .where(
            CallCaseRow.call_id == call_id,
            CallCaseRow.number == number,
            CallCaseRow.kind != kind,
        )
        .values(kind=kind)
    )
    return done.rowcount == 1


async def cases_of(connection: AsyncConnection, call_id: str) -> list[dict[str, Any]]:
    found = await connection.execute(
        select(*CallCaseRow.__table__.c)
        .where(CallCaseRow.call_id == call_id)
        .order_by(CallCaseRow.at)
    )
    return [dict(row._mapping) for row in found]


async def calls_of(connection: AsyncConnection, number: str) -> list[Call]:
    """The calls that belong to a case, oldest first."""
    found = await connection.execute(
        select(*CallRow.__table__.c)
        .join(CallCaseRow, CallCaseRow.call_id == CallRow.call_id)
        .where(CallCaseRow.number == number)
        .order_by(CallRow.offered_at)
    )
    return [call_from(row) for row in found]


async def add_act(connection: AsyncConnection, told: Mapping[str, Any]) -> None:
    await connection.execute(insert(CallActRow).values(**told))


async def acts_of(connection: AsyncConnection, call_id: str) -> list[dict[str, Any]]:
    found = await connection.execute(
        select(*CallActRow.__table__.c).where(CallActRow.call_id == call_id).order_by(CallActRow.id)
    )
    return [dict(row._mapping) for row in found]
