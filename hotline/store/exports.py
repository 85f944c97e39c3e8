"""Exports as they were asked for: how far each is, and the rows of facts page by page."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, cast

from sqlalchemy import Table, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.store.facttables import ExportRow, FactCaseRow
from hotline.store.interests import kept_from_any

EXPORTS, CASES = (cast(Table, row.__table__) for row in (ExportRow, FactCaseRow))
LEASE = timedelta(minutes=30)  # after which another node takes over what one left undone
COLUMNS = (
    *("number", "received_at", "channel", "type", "topic", "urgency", "district", "party"),
    *(
        "language",
        "department",
        "state",
        "level",
        "due_at",
        "answered_at",
        "dispatched_at",
        "signed_in_time",
    ),
    *("contacted_in_time", "finished_at", "finish_due_at", "closed_at", "hours", "reworked"),
    *("returned", "upheld", "reached", "solved", "satisfaction", "repeat", "excluded"),
    *("extensions", "reopened"),
)


@dataclass(frozen=True)
class Wish:
    """What is asked for, by whom, and narrowed to which units (None: all)."""

    token: str
    officer: str
    role: str
    units: tuple[str, ...] | None
    form: str
    first: date
    last: date
    purpose: str


def _within(wish: Mapping[str, Any]) -> list[Any]:
    units = [] if wish["units"] == "*" else wish["units"].split("|")
    found = [CASES.c.day >= wish["first"], CASES.c.day <= wish["last"]]
    found.append(CASES.c.case_id.not_in(kept_from_any(wish["officer"], units)))
    if wish["units"] != "*":
        found.append(CASES.c.department.in_(units))
    return found


async def ask(connection: AsyncConnection, wish: Wish, at: datetime) -> int:
    units = "*" if wish.units is None else "|".join(wish.units)
    row = {**wish.__dict__, "units": units}
    total = select(func.count()).select_from(CASES).where(*_within(row))
    row |= {"state": "waiting", "done": 0, "digest": "", "node": "", "asked_at": at}
    row["total"] = int((await connection.execute(total)).scalar_one())
    made = await connection.execute(insert(EXPORTS).values(**row).returning(EXPORTS.c.id))
    return int(made.scalar_one())


async def take(connection: AsyncConnection, node: str, at: datetime) -> dict[str, Any] | None:
    """The oldest that waits, or that somebody began long ago; it is this node's then."""
    free = or_(
        EXPORTS.c.state == "waiting",
        (EXPORTS.c.state == "running") & (EXPORTS.c.begun_at < at - LEASE),
    )
    oldest = select(func.min(EXPORTS.c.id)).where(free).scalar_subquery()
    taken = (
        update(EXPORTS)
        .where(EXPORTS.c.id == oldest, free)
        .values(state="running", node=node, begun_at=at, done=0)
        .returning(*EXPORTS.c)
    )
    row = (await connection.execute(taken)).first()
    return dict(row._mapping) if row else None


async def page(
    connection: AsyncConnection, wish: Mapping[str, Any], above: int, limit: int
) -> list[tuple[int, dict[str, Any]]]:
    """(case, its row) of the next cases, by their order."""
    columns = [CASES.c[name] for name in COLUMNS]
    found = await connection.execute(
        select(CASES.c.case_id, *columns)
        .where(CASES.c.case_id > above, *_within(wish))
        .order_by(CASES.c.case_id)
        .limit(limit)
    )
    return [(row[0], dict(zip(COLUMNS, row[1:], strict=True))) for row in found]


async def change(connection: AsyncConnection, export_id: int, **values: Any) -> None:
    await connection.execute(update(EXPORTS).where(EXPORTS.c.id == export_id).values(**values))


async def listed(connection: AsyncConnection, officer: str | None) -> list[dict[str, Any]]:
    """The newest first; of one officer, or of all for who audits them."""
    wanted = select(*EXPORTS.c).order_by(EXPORTS.c.id.desc()).limit(50)
    if officer is not None:
        wanted = wanted.where(EXPORTS.c.officer == officer)
    return [dict(row._mapping) for row in await connection.execute(wanted)]


async def by_token(connection: AsyncConnection, token: str) -> dict[str, Any] | None:
    row = (await connection.execute(select(*EXPORTS.c).where(EXPORTS.c.token == token))).first()
    return dict(row._mapping) if row else None


async def old(connection: AsyncConnection, before: datetime) -> list[dict[str, Any]]:
    found = await connection.execute(
        select(*EXPORTS.c).where(EXPORTS.c.state == "ready", EXPORTS.c.ended_at < before)
    )
    return [dict(row._mapping) for row in found]
