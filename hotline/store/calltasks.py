"""Call tasks: opened once a case, tried, acknowledged or closed; reminders taken by writing first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.domain.people import Actor
from hotline.store.interests import tells
from hotline.store.standby import OPEN_TASK, CallTaskRow, CallTryRow

AGAIN = timedelta(minutes=5)  # how often an open task is told of again


@dataclass(frozen=True)
class Try:
    """One try at the telephone."""

    n: int
    at: datetime
    by: str
    person: str
    outcome: str  # no_answer, busy, reached
    text: str


@dataclass(frozen=True)
class CallTask:
    """A call task as it stands; `tried` oldest first."""

    id: int
    number: str
    department: str
    title: str
    entry_seq: int
    opened_at: datetime
    state: str  # open, acknowledged, closed
    reminders: int
    ended_at: datetime | None
    answered_by: str | None
    reason: str | None
    tried: tuple[Try, ...] = ()


OPEN_ONCE = {
    dialect.dialect.name: dialect.insert(CallTaskRow.__table__)
    .on_conflict_do_nothing(index_elements=["number"], index_where=OPEN_TASK)
    .returning(CallTaskRow.id)
    for dialect in (sqlite, postgresql)
}


@dataclass(frozen=True)
class Cause:
    """What a task is opened for: a case, its lead department, the entry that it follows from."""

    number: str
    department: str
    title: str
    entry_seq: int


async def begin(connection: AsyncConnection, cause: Cause, at: datetime) -> int | None:
    """The new task's id; None: the case has an open one."""
    values = {
        **cause.__dict__,
        "opened_at": at,
        "state": "open",
        "tries": 0,
        "reminders": 0,
        "next_at": at + AGAIN,
    }
    made = await connection.execute(OPEN_ONCE[connection.dialect.name].values(**values))
    return made.scalar_one_or_none()


async def close(
    connection: AsyncConnection, number: str, reason: str, at: datetime, keep: str | None = None
) -> None:
    """Ends the case's open task; one on the department `keep` goes on."""
    of_case = (CallTaskRow.number == number) & (CallTaskRow.state == "open")
    if keep is not None:
        of_case &= CallTaskRow.department != keep
    ended = update(CallTaskRow).where(of_case)
    await connection.execute(ended.values(state="closed", reason=reason, ended_at=at))


async def add_try(
    connection: AsyncConnection, task_id: int, seen: int | None, told: Try
) -> CallTask | None:
    """Writes first, so that of two who try at once each sees the other's; None: not open, or more
    was tried than the caller had seen."""
    where = (CallTaskRow.id == task_id) & (CallTaskRow.state == "open")
    if seen is not None:
        where &= CallTaskRow.tries == seen
    taken = await connection.execute(
        update(CallTaskRow)
        .where(where)
        .values(tries=CallTaskRow.tries + 1)
        .returning(CallTaskRow.tries)
    )
    n = taken.scalar_one_or_none()
    if n is None:
        return None
    row = {**told.__dict__, "n": n, "task_id": task_id}
    await connection.execute(insert(CallTryRow).values(**row))
    return await one(connection, task_id)


async def acknowledge(
    connection: AsyncConnection, task_id: int, answered_by: str, at: datetime
) -> None:
    await connection.execute(
        update(CallTaskRow)
        .where(CallTaskRow.id == task_id)
        .values(state="acknowledged", answered_by=answered_by, ended_at=at)
    )


async def due(connection: AsyncConnection, at: datetime, limit: int = 50) -> Sequence[CallTask]:
    """Open tasks whose reminder is due, taken: the next is set with the same write."""
    ripe = (
        select(CallTaskRow.id)
        .where(OPEN_TASK, CallTaskRow.next_at <= at)
        .order_by(CallTaskRow.next_at)
        .limit(limit)
    )
    if connection.dialect.name != "sqlite":
        ripe = ripe.with_for_update(skip_locked=True)
    taken = await connection.execute(
        update(CallTaskRow)
        .where(CallTaskRow.id.in_(ripe.scalar_subquery()), CallTaskRow.next_at <= at)
        .values(reminders=CallTaskRow.reminders + 1, next_at=at + AGAIN)
        .returning(*CallTaskRow.__table__.c)
    )
    return [_task(row) for row in taken]


async def one(connection: AsyncConnection, task_id: int) -> CallTask | None:
    return next(iter(await _found(connection, CallTaskRow.id == task_id, 1)), None)


async def listed(
    connection: AsyncConnection,
    actor: Actor,
    *,
    state: str = "",
    below: int | None = None,
    limit: int = 50,
) -> list[CallTask]:
    """Newest first; a department sees its own, nobody those of a case that they are kept out of."""
    where: list[ColumnElement[bool]] = [tells(actor, CallTaskRow.number)]
    if state:
        where.append(CallTaskRow.state == state)
    if actor.of_department:
        where.append(CallTaskRow.department.in_(sorted(actor.units)))
    if below is not None:
        where.append(CallTaskRow.id < below)
    return await _found(connection, *where, limit)


async def count_open(connection: AsyncConnection, actor: Actor) -> int:
    counted = select(func.count()).select_from(CallTaskRow)
    found = await connection.execute(counted.where(OPEN_TASK, tells(actor, CallTaskRow.number)))
    return int(found.scalar_one())


async def _found(connection: AsyncConnection, *where: Any) -> list[CallTask]:
    *conditions, limit = where
    columns = select(*CallTaskRow.__table__.c).where(*conditions)
    rows = (await connection.execute(columns.order_by(CallTaskRow.id.desc()).limit(limit))).all()
    tried: dict[int, list[Try]] = {row.id: [] for row in rows}
    tries = select(*CallTryRow.__table__.c).where(CallTryRow.task_id.in_(tried))
    for row in await connection.execute(tries.order_by(CallTryRow.task_id, CallTryRow.n)):
        tried[row.task_id].append(Try(row.n, row.at, row.by, row.person, row.outcome, row.text))
    return [_task(row, tried[row.id]) for row in rows]


def _task(row: Any, tried: Sequence[Try] = ()) -> CallTask:
    names = [name for name in CallTask.__dataclass_fields__ if name != "tried"]
    return CallTask(**{name: getattr(row, name) for name in names}, tried=tuple(tried))
