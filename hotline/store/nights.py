"""The nightly rebuild's rows: who has taken a day, which cases it concerns, what stood open."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import date, datetime, timedelta
from typing import Any, cast

from sqlalchemy import Table, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.domain.facts import OpenFact
from hotline.store.facttables import FactCaseRow, FactNightRow, FactOpenRow, FactStepRow

OPEN, NIGHTS, CASES, STEPS = (
    cast(Table, row.__table__) for row in (FactOpenRow, FactNightRow, FactCaseRow, FactStepRow)
)
KEPT = timedelta(days=35)  # that a list of what stood open is kept: a month and its report
LEASE = timedelta(hours=1)  # after which another node takes over what one left undone
NAMES = tuple(field.name for field in fields(OpenFact))


async def claim(connection: AsyncConnection, day: date, node: str, at: datetime) -> bool:
    """Whether the day is this node's to rebuild: nobody has, or who began is long gone."""
    dialect: Any = sqlite if connection.dialect.name == "sqlite" else postgresql
    row = {"day": day, "node": node, "begun_at": at, "cases": 0, "open": 0, "differing": 0}
    put = dialect.insert(NIGHTS).values(**row)
    again = put.on_conflict_do_update(
        index_elements=["day"],
        set_={"node": node, "begun_at": at},
        where=NIGHTS.c.ended_at.is_(None) & (NIGHTS.c.begun_at < at - LEASE),
    )
    return (await connection.execute(again.returning(NIGHTS.c.day))).first() is not None


async def end(
    connection: AsyncConnection, day: date, node: str, at: datetime, told: Mapping[str, int]
) -> None:
    ended = update(NIGHTS).where(NIGHTS.c.day == day).values(ended_at=at, **told)
    if (await connection.execute(ended)).rowcount == 0:
        made = {"day": day, "node": node, "begun_at": at, "ended_at": at, **told}
        await connection.execute(insert(NIGHTS).values(**made))


async def concerned(
    connection: AsyncConnection, day: date, end: datetime, above: int, limit: int
) -> list[int]:
    """Cases that came or moved on the day, or were open when it ended; by id, page by page."""
    open_then = (CASES.c.received_at < end) & (
        CASES.c.ended_at.is_(None) | (CASES.c.ended_at >= end)
    )
    moved = select(STEPS.c.case_id).where(STEPS.c.day == day)
    parts = (
        select(CASES.c.case_id).where(CASES.c.day == day),
        moved,
        select(CASES.c.case_id).where(open_then),
    )
    found: set[int] = set()
    for part in parts:
        column = part.selected_columns[0]
        page = part.where(column > above).distinct().order_by(column).limit(limit)
        found.update((await connection.execute(page)).scalars())
    return sorted(found)[:limit]


async def rebuilt(connection: AsyncConnection, day: date) -> bool:
    """Whether the day was rebuilt to its end before."""
    ended = select(NIGHTS.c.day).where(NIGHTS.c.day == day, NIGHTS.c.ended_at.is_not(None))
    return (await connection.execute(ended)).first() is not None


async def kept_open(
    connection: AsyncConnection, day: date, case_ids: Sequence[int]
) -> dict[int, OpenFact]:
    found = await connection.execute(
        select(*OPEN.c).where(OPEN.c.day == day, OPEN.c.case_id.in_(case_ids))
    )
    return {row.case_id: OpenFact(**{name: getattr(row, name) for name in NAMES}) for row in found}


def compared(before: Mapping[int, OpenFact], now: Sequence[OpenFact]) -> int:
    """How many rows of the day are not what was kept of it."""
    told = {one.case_id: one for one in now}
    return sum(before.get(case) != told.get(case) for case in {*before, *told})


async def put_open(
    connection: AsyncConnection, day: date, case_ids: Sequence[int], rows: Sequence[OpenFact]
) -> None:
    await connection.execute(delete(OPEN).where(OPEN.c.day == day, OPEN.c.case_id.in_(case_ids)))
    if rows:
        await connection.execute(insert(OPEN), [vars(one) for one in rows])


def oldest_kept(today: date) -> date:
    """The first day whose list is whole; of those before it nothing may be concluded."""
    return today - KEPT


def oldest(before: date) -> Any:
    return select(OPEN.c.day).where(OPEN.c.day < before).order_by(OPEN.c.day).limit(1)


async def forget(connection: AsyncConnection, before: date, limit: int) -> int:
    """Some of the oldest day's list, if it is past its time: timelines make it again."""
    day = (await connection.execute(oldest(before))).scalar_one_or_none()
    mine = select(OPEN.c.case_id).where(OPEN.c.day == day).order_by(OPEN.c.case_id).limit(limit)
    ids = list((await connection.execute(mine)).scalars())
    if not ids:
        return 0
    await connection.execute(delete(OPEN).where(OPEN.c.day == day, OPEN.c.case_id <= ids[-1]))
    return len(ids)


async def last(connection: AsyncConnection) -> dict[str, Any] | None:
    found = await connection.execute(select(*NIGHTS.c).order_by(NIGHTS.c.day.desc()).limit(1))
    row = found.first()
    return dict(row._mapping) if row else None
