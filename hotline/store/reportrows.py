"""Reports as they were built, each once, and who is sent them."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import Table, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.domain.people import Actor
from hotline.store.cipher import Cipher
from hotline.store.facttables import ReportListRow, ReportRow

REPORTS = cast(Table, ReportRow.__table__)
LISTS = cast(Table, ReportListRow.__table__)
SHORT = [column for column in REPORTS.c if column.name != "body"]


@dataclass(frozen=True)
class What:
    """What makes a report one: the same is never kept twice under one edition."""

    kind: str
    unit: str
    topic: str
    first: date
    last: date

    def same(self) -> list[Any]:
        return [REPORTS.c[name] == value for name, value in self.__dict__.items()]


def digest(body: str) -> str:
    return hashlib.sha256(body.encode("utf-8")).hexdigest()


async def keep(
    connection: AsyncConnection, what: What, edition: int, facts: Mapping[str, Any]
) -> int | None:
    """Its id; None: another node was first, and its report is the one."""
    dialect: Any = sqlite if connection.dialect.name == "sqlite" else postgresql
    row = {**what.__dict__, **facts, "edition": edition, "digest": digest(str(facts["body"]))}
    put = dialect.insert(REPORTS).values(**row).on_conflict_do_nothing()
    return (await connection.execute(put.returning(REPORTS.c.id))).scalar_one_or_none()


async def newest(connection: AsyncConnection, what: What) -> dict[str, Any] | None:
    found = await connection.execute(
        select(*REPORTS.c).where(*what.same()).order_by(REPORTS.c.edition.desc()).limit(1)
    )
    row = found.first()
    return dict(row._mapping) if row else None


async def editions(connection: AsyncConnection, what: What) -> int:
    found = await connection.execute(select(func.max(REPORTS.c.edition)).where(*what.same()))
    return int(found.scalar_one() or 0)


async def one(connection: AsyncConnection, report_id: int) -> dict[str, Any] | None:
    found = await connection.execute(select(*REPORTS.c).where(REPORTS.c.id == report_id))
    row = found.first()
    return dict(row._mapping) if row else None


async def before(connection: AsyncConnection, report: Mapping[str, Any]) -> dict[str, Any] | None:
    """The edition before, of the same days."""
    what = What(**{name: report[name] for name in What.__dataclass_fields__})
    found = await connection.execute(
        select(*REPORTS.c).where(*what.same(), REPORTS.c.edition == report["edition"] - 1)
    )
    row = found.first()
    return dict(row._mapping) if row else None


async def listed(
    connection: AsyncConnection, units: Sequence[str] | None, below: int | None, limit: int
) -> list[dict[str, Any]]:
    """The newest first, without their figures; None: every unit's."""
    wanted = select(*SHORT).order_by(REPORTS.c.id.desc()).limit(limit)
    if units is not None:
        wanted = wanted.where(REPORTS.c.unit.in_(units))
    if below is not None:
        wanted = wanted.where(REPORTS.c.id < below)
    return [dict(row._mapping) for row in await connection.execute(wanted)]


async def latest_public(connection: AsyncConnection, unit: str) -> list[dict[str, Any]]:
    """The public's months, the newest first: each in its newest edition."""
    found = await connection.execute(
        select(*REPORTS.c)
        .where(REPORTS.c.unit == unit, REPORTS.c.kind == "monthly")
        .order_by(REPORTS.c.last.desc(), REPORTS.c.edition.desc())
        .limit(24)
    )
    months: dict[date, dict[str, Any]] = {}
    for row in found:
        months.setdefault(row.last, dict(row._mapping))
    return list(months.values())


@dataclass(frozen=True)
class Reader:
    """Somebody on a list."""

    kind: str
    unit: str
    name: str
    address: str


async def subscribe(
    connection: AsyncConnection, cipher: Cipher, reader: Reader, by: Actor, at: datetime
) -> bool:
    """False: the name stands on that list already."""
    dialect: Any = sqlite if connection.dialect.name == "sqlite" else postgresql
    place = _place(reader.kind, reader.unit, reader.name)
    row = {
        **{"kind": reader.kind, "unit": reader.unit, "name": reader.name},
        **{"address": cipher.lock(reader.address, place), "added_by": by.name, "added_at": at},
    }
    put = dialect.insert(LISTS).values(**row).on_conflict_do_nothing().returning(LISTS.c.id)
    return (await connection.execute(put)).first() is not None


def _place(kind: str, unit: str, name: str) -> str:
    return f"report_list.address.{kind}.{unit}.{name}"


async def unsubscribe(connection: AsyncConnection, list_id: int) -> None:
    await connection.execute(delete(LISTS).where(LISTS.c.id == list_id))


async def readers(connection: AsyncConnection) -> list[dict[str, Any]]:
    """Without their addresses."""
    columns = LISTS.c.id, LISTS.c.kind, LISTS.c.unit, LISTS.c.name, LISTS.c.added_by
    found = await connection.execute(select(*columns).order_by(LISTS.c.id))
    return [row._asdict() for row in found]


async def addresses(
    connection: AsyncConnection, cipher: Cipher, kind: str, unit: str
) -> list[tuple[int, str]]:
    found = await connection.execute(
        select(*LISTS.c).where(LISTS.c.kind == kind, LISTS.c.unit == unit).order_by(LISTS.c.id)
    )
    return [
        (row.id, cipher.unlock(row.address, _place(row.kind, row.unit, row.name))) for row in found
    ]
