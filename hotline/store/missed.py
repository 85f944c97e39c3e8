"""Call-back tasks: one open one a number, tied to the calls it stands for, tried and closed."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, case, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from escalation.ladder import Mark, rungs_from_json, rungs_to_json
from hotline.store.calltables import NUMBERED, OPEN_MISSED, MissedCallRow, MissedRow
from hotline.store.cipher import Cipher


@dataclass(frozen=True)
class Missed:
    """A call-back task as it stands."""

    id: int
    number_hash: str
    masked: str
    queue: str
    reason: str
    first_at: datetime
    last_at: datetime
    opened_at: datetime
    due_at: datetime
    state: str
    ended_at: datetime | None
    ended_by: str | None
    tries: int
    climbed: int
    next_at: datetime | None
    rungs: tuple[Mark, ...]


NAMES = [one.name for one in fields(Missed)]


def _missed(row: Any) -> Missed:
    facts = {name: getattr(row, name) for name in NAMES}
    return Missed(**{**facts, "rungs": rungs_from_json(row.rungs)})


@dataclass(frozen=True)
class New:
    """What a task is opened with."""

    number: str
    number_hash: str
    masked: str
    queue: str
    reason: str
    last_at: datetime
    due_at: datetime
    rungs: tuple[Mark, ...]


def _place(number_hash: str) -> str:
    return f"missed.number.{number_hash}"


OPEN_ONCE = {
    dialect.dialect.name: dialect.insert(MissedRow.__table__)
    .on_conflict_do_nothing(index_elements=["number_hash"], index_where=OPEN_MISSED)
    .returning(MissedRow.id)
    for dialect in (sqlite, postgresql)
}


async def open_or_join(connection: AsyncConnection, cipher: Cipher, new: New, at: datetime) -> int:
    """The number's one open task; it is promised for the first of its calls."""
    values = {
        "number_hash": new.number_hash,
        "locked": cipher.lock(new.number, _place(new.number_hash)),
        "masked": new.masked,
        "queue": new.queue,
        "reason": new.reason,
        "first_at": new.last_at,
        "last_at": new.last_at,
        "opened_at": at,
        "due_at": new.due_at,
        "state": "open",
        "tries": 0,
        "rungs": rungs_to_json(new.rungs),
        "climbed": 0,
        "next_at": new.rungs[0].at if new.rungs else None,
    }
    made = await connection.execute(OPEN_ONCE[connection.dialect.name].values(**values))
    fresh = made.scalar_one_or_none()
    if fresh is not None:
        return int(fresh)
    joined = await connection.execute(
        update(MissedRow)
        .where(MissedRow.number_hash == new.number_hash, MissedRow.state == "open")
        .values(last_at=_later(MissedRow.last_at, new.last_at))
        .returning(MissedRow.id)
    )
    return int(joined.scalar_one())


def _later(column: Any, moment: datetime) -> Any:
    return case((column < moment, moment), else_=column)


async def tie(connection: AsyncConnection, call_id: str, missed_id: int) -> None:
    await connection.execute(insert(MissedCallRow).values(call_id=call_id, missed_id=missed_id))


async def task_of_call(connection: AsyncConnection, call_id: str) -> int | None:
    found = select(MissedCallRow.missed_id).where(MissedCallRow.call_id == call_id)
    return (await connection.execute(found)).scalar_one_or_none()


async def ties(connection: AsyncConnection, call_ids: Sequence[str]) -> dict[str, int]:
    """The tasks of those of the calls that stand for one."""
    wanted = select(MissedCallRow.call_id, MissedCallRow.missed_id)
    found = await connection.execute(wanted.where(MissedCallRow.call_id.in_(call_ids)))
    return {row.call_id: row.missed_id for row in found}


async def promised(connection: AsyncConnection, hashes: Sequence[str]) -> set[str]:
    """Those of the numbers that are to be called back."""
    wanted = select(MissedRow.number_hash).where(MissedRow.number_hash.in_(hashes), OPEN_MISSED)
    return set((await connection.execute(wanted)).scalars())


async def untie(connection: AsyncConnection, call_id: str) -> int:
    """A call that was not missed after all; returns how many are left of its task."""
    task = await task_of_call(connection, call_id)
    await connection.execute(delete(MissedCallRow).where(MissedCallRow.call_id == call_id))
    left = select(func.count()).where(MissedCallRow.missed_id == task)
    return int((await connection.execute(left)).scalar_one())


async def open_of(connection: AsyncConnection, number_hash: str) -> Missed | None:
    where = (MissedRow.number_hash == number_hash) & OPEN_MISSED
    return next(iter(await _found(connection, 1, where)), None)


async def one(connection: AsyncConnection, missed_id: int) -> Missed | None:
    return next(iter(await _found(connection, 1, MissedRow.id == missed_id)), None)


async def close(connection: AsyncConnection, missed_id: int, ended_by: str, at: datetime) -> bool:
    closed = await connection.execute(
        update(MissedRow)
        .where(MissedRow.id == missed_id, OPEN_MISSED)
        .values(state="closed", ended_by=ended_by, ended_at=at, next_at=None)
    )
    return closed.rowcount == 1


async def due(
    connection: AsyncConnection, now: datetime, limit: int
) -> list[tuple[int, int, datetime]]:
    """(id, climbed, next_at) of the tasks whose next rung's moment has come, in due order."""
    found = await connection.execute(
        select(MissedRow.id, MissedRow.climbed, MissedRow.next_at)
        .where(MissedRow.next_at <= now)
        .order_by(MissedRow.next_at, MissedRow.id)
        .limit(limit)
    )
    return [(row.id, row.climbed, row.next_at) for row in found]


async def climb(
    connection: AsyncConnection, missed_id: int, seen: int, now: datetime
) -> tuple[Missed, Sequence[Mark]] | None:
    """The task and the rungs just taken, each once; None: somebody else took them, or it is over."""
    task = await one(connection, missed_id)
    if task is None:
        return None
    taken = [mark for mark in task.rungs[seen:] if mark.at <= now]
    climbed = seen + len(taken)
    later = task.rungs[climbed].at if climbed < len(task.rungs) else None
    moved = await connection.execute(
        update(MissedRow)
        .where(MissedRow.id == missed_id, OPEN_MISSED, MissedRow.climbed == seen)
        .values(climbed=climbed, next_at=later)
    )
    return (task, taken) if moved.rowcount == 1 else None


async def listed(
    connection: AsyncConnection, *, state: str = "", below: int | None = None, limit: int = 50
) -> list[Missed]:
    """Newest first."""
    where: list[ColumnElement[bool]] = []
    if state:
        where.append(MissedRow.state == state)
    if below is not None:
        where.append(MissedRow.id < below)
    return await _found(connection, limit, *where)


async def waiting(connection: AsyncConnection, limit: int = 50) -> list[Missed]:
    """Open tasks by their deadlines: what to call back first."""
    wanted = select(*MissedRow.__table__.c).where(OPEN_MISSED)
    ordered = wanted.order_by(MissedRow.due_at, MissedRow.id).limit(limit)
    return [_missed(row) for row in await connection.execute(ordered)]


async def count_open(connection: AsyncConnection, now: datetime) -> tuple[int, int]:
    """How many wait, and how many of them are past their deadline."""
    late = func.coalesce(func.sum(_as_one(MissedRow.due_at < now)), 0)
    found = await connection.execute(select(func.count(), late).where(OPEN_MISSED))
    row = found.one()
    return int(row[0]), int(row[1])


def _as_one(condition: ColumnElement[bool]) -> Any:
    return case((condition, 1), else_=0)


async def number(connection: AsyncConnection, cipher: Cipher, missed_id: int) -> str:
    """The number in clear, for the switch alone."""
    wanted = select(MissedRow.locked, MissedRow.number_hash).where(MissedRow.id == missed_id)
    row = (await connection.execute(wanted)).one()
    return cipher.unlock(row.locked, _place(row.number_hash))


def numbered(before: datetime, limit: int) -> Select[Any]:
    ended = select(MissedRow.id).where(NUMBERED, MissedRow.ended_at < before)
    return ended.order_by(MissedRow.ended_at).limit(limit)


async def forget_numbers(
    connection: AsyncConnection, cipher: Cipher, before: datetime, limit: int
) -> int:
    """Whom nobody is to call back any more; that there was a task, and what came of it, stays."""
    ids = list((await connection.execute(numbered(before, limit))).scalars())
    nobody = {"number_hash": "", "masked": "", "locked": cipher.lock("", _place(""))}
    await connection.execute(update(MissedRow).where(MissedRow.id.in_(ids)).values(nobody))
    return len(ids)


async def _found(
    connection: AsyncConnection, limit: int, *where: ColumnElement[bool]
) -> list[Missed]:
    wanted = select(*MissedRow.__table__.c).where(*where)
    found = await connection.execute(wanted.order_by(MissedRow.id.desc()).limit(limit))
    return [_missed(row) for row in found]
