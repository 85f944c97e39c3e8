"""Saved views 常用筛选: an officer's own filters by name; what was deleted can come back for a while."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Index, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import Mapped, mapped_column

from hotline.store.tables import Row
from hotline.store.wording import Line, Wordings

MOST = 20  # views of one officer
STANDING = "gone_at IS NULL"
Taken = IntegrityError


class SavedViewRow(Row):
    """One officer's filters under a name; `gone_at` once it was deleted."""

    __tablename__ = "saved_view"
    __table_args__ = (
        Index("ix_saved_view_officer_id_id", "officer_id", "id"),
        Index(
            "ix_saved_view_standing",
            "officer_id",
            "name",
            unique=True,
            sqlite_where=text(STANDING),
            postgresql_where=text(STANDING),
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    officer_id: Mapped[int]
    name: Mapped[str] = mapped_column(Line(40))
    filters: Mapped[dict[str, Any]] = mapped_column(Wordings)
    created_at: Mapped[datetime]
    gone_at: Mapped[datetime | None]


async def listed(connection: AsyncConnection, officer_id: int) -> list[Any]:
    standing = SavedViewRow.officer_id == officer_id, SavedViewRow.gone_at.is_(None)
    wanted = select(SavedViewRow.id, SavedViewRow.name, SavedViewRow.filters)
    return list(await connection.execute(wanted.where(*standing).order_by(SavedViewRow.id)))


async def add(
    connection: AsyncConnection,
    officer_id: int,
    name: str,
    filters: Mapping[str, str],
    at: datetime,
) -> int | None:
    """None where one of this name stands: another window of the officer's was a moment earlier."""
    told = {"officer_id": officer_id, "name": name, "filters": dict(filters), "created_at": at}
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    put: Any = dialect.insert(SavedViewRow).values(**told)
    made = await connection.execute(put.on_conflict_do_nothing().returning(SavedViewRow.id))
    row_id: int | None = made.scalar_one_or_none()
    return row_id


async def turn(
    connection: AsyncConnection, officer_id: int, view_id: int, gone_at: datetime | None
) -> Any:
    """Deleted, or back again; the row, or None where the officer has no such view.

    Raises Taken where its name was given to another a moment ago.
    """
    turned = (
        update(SavedViewRow)
        .where(SavedViewRow.id == view_id, SavedViewRow.officer_id == officer_id)
        .values(gone_at=gone_at)
        .returning(SavedViewRow.id, SavedViewRow.name, SavedViewRow.filters)
    )
    async with connection.begin_nested():
        return (await connection.execute(turned)).one_or_none()


async def one(connection: AsyncConnection, officer_id: int, view_id: int) -> Any:
    wanted = select(SavedViewRow.id, SavedViewRow.name, SavedViewRow.gone_at)
    mine = SavedViewRow.id == view_id, SavedViewRow.officer_id == officer_id
    return (await connection.execute(wanted.where(*mine))).one_or_none()
