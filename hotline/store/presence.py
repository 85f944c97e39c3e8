"""Who has a case's page open (同在): said again every few seconds, by whatever node, and forgotten."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import Mapped, mapped_column

from hotline.store.ledgers import OfficerRow
from hotline.store.tables import CaseRow, Row

ALIVE = timedelta(seconds=30)  # who was not heard of for so long has gone; clocks of nodes differ


class PresenceRow(Row):
    """An officer at a case's page."""

    __tablename__ = "presence"
    case_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    officer_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(index=True)


@dataclass(frozen=True)
class Other:
    """Somebody else at the same page."""

    name: str
    role: str
    department: str | None


async def here(connection: AsyncConnection, case_id: int, officer_id: int, at: datetime) -> None:
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    made = dialect.insert(PresenceRow).values(case_id=case_id, officer_id=officer_id, at=at)
    await connection.execute(
        made.on_conflict_do_update(index_elements=["case_id", "officer_id"], set_={"at": at})
    )


async def gone(
    connection: AsyncConnection, case_id: int, officer_id: int, said: datetime, now: datetime
) -> None:
    """One who left, unless another page of theirs has spoken since; and all who never said so."""
    mine = (PresenceRow.case_id == case_id) & (PresenceRow.officer_id == officer_id)
    left = mine & (PresenceRow.at <= said)
    await connection.execute(delete(PresenceRow).where(left | (PresenceRow.at < now - 2 * ALIVE)))


async def version(connection: AsyncConnection, case_id: int) -> int:
    """The version that a case has now."""
    found = await connection.execute(select(CaseRow.version).where(CaseRow.id == case_id))
    return int(found.scalar_one())


async def others(
    connection: AsyncConnection, case_id: int, officer_id: int | None, at: datetime
) -> list[Other]:
    found = await connection.execute(
        select(OfficerRow.name, OfficerRow.role, OfficerRow.department)
        .join(PresenceRow, PresenceRow.officer_id == OfficerRow.id)
        .where(
            PresenceRow.case_id == case_id,
            PresenceRow.officer_id != (officer_id or 0),
            PresenceRow.at > at - ALIVE,
        )
        .order_by(OfficerRow.name)
    )
    return [Other(row.name, row.role, row.department) for row in found]
