"""Lights 黄灯、红灯 as the ladder lit them, and its next rungs: what lists and the cockpit ask for.

Only today's lights and the next hour's rungs are read, each by an index of its own: no cost grows
with history.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Integer, literal_column, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.expression import FunctionElement

from hotline.store.tables import CaseRow, DeadlineRow, RungRow

KINDS = ("yellow", "red", "supervise")
ANY = "any"  # rung of the ladder
LEVELS = 7  # 0 提醒, 1 黄灯, 2 红灯, 3 to 6 督办
SOON = timedelta(hours=1)
# As the index over them says it: SQLite sees through no parameter.
LIT: ColumnElement[bool] = literal_column("(rung.outcome = 'notified' AND rung.kind <> 'remind')")


class NextLevel(FunctionElement[int]):
    """The level of the rung that a deadline waits for."""

    type = Integer()
    name = "next_level"
    inherit_cache = True


@compiles(NextLevel)
def _elsewhere(element: Any, compiler: Any, **options: Any) -> str:
    return "CAST(deadline.rungs -> deadline.climbed ->> 'level' AS INTEGER)"


@compiles(NextLevel, "sqlite")
def _sqlite(element: Any, compiler: Any, **options: Any) -> str:
    return "json_extract(deadline.rungs, '$[' || deadline.climbed || '].level')"


def lit(kind: str, since: datetime) -> ColumnElement[bool]:
    """Cases on which such a light has come on since then."""
    found = select(RungRow.case_id).where(LIT, RungRow.kind == kind, RungRow.climbed_at >= since)
    return CaseRow.id.in_(found)


def coming(rung: str, now: datetime) -> ColumnElement[bool]:
    """Cases with a rung within the hour, or that should have been taken: of a level, or ANY."""
    found = select(DeadlineRow.case_id).where(DeadlineRow.next_at < now + SOON)
    return CaseRow.id.in_(found if rung == ANY else found.where(NextLevel() == int(rung)))


async def latest(
    connection: AsyncConnection, seen: ColumnElement[bool] | None, since: datetime, limit: int
) -> list[dict[str, Any]]:
    """The newest first: case, kind, level, promise and when it came on; `seen` as of find.visible."""
    query = (
        select(
            RungRow.case_id,
            RungRow.deadline_n,
            RungRow.rung,
            RungRow.kind,
            RungRow.level,
            RungRow.climbed_at,
            CaseRow.number,
            CaseRow.title,
            CaseRow.lead,
        )
        .join(CaseRow, CaseRow.id == RungRow.case_id)
        .where(LIT, RungRow.climbed_at >= since, *([] if seen is None else [seen]))
        .order_by(RungRow.climbed_at.desc(), RungRow.case_id.desc(), RungRow.rung.desc())
    )
    return [dict(row._mapping) for row in await connection.execute(query.limit(limit))]
