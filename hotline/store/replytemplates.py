"""Reply templates (答复模板): a unit's wordings by topic, each with all its versions."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import Mapped, mapped_column

from hotline.store.tables import Row
from hotline.store.wording import OfficeLine, OfficeWording

MOST = 200  # templates of one unit that are in use


class ReplyTemplateRow(Row):
    """A template as it stands; `department` empty: every unit's, `topic` empty: every matter's."""

    __tablename__ = "reply_template"
    __table_args__ = (Index("ix_reply_template_department_id", "department", "id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    department: Mapped[str] = mapped_column(String(40))
    version: Mapped[int]
    topic: Mapped[str] = mapped_column(String(120))
    name: Mapped[str] = mapped_column(OfficeLine(60))
    body: Mapped[str] = mapped_column(OfficeWording)
    changed_at: Mapped[datetime]
    gone_at: Mapped[datetime | None]


class ReplyTemplateVersionRow(Row):
    """What it said from one change to the next; only ever inserted."""

    __tablename__ = "reply_template_version"
    template_id: Mapped[int] = mapped_column(ForeignKey("reply_template.id"), primary_key=True)
    n: Mapped[int] = mapped_column(primary_key=True)
    topic: Mapped[str] = mapped_column(String(120))
    name: Mapped[str] = mapped_column(OfficeLine(60))
    body: Mapped[str] = mapped_column(OfficeWording)
    author: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime]


async def listed(
    connection: AsyncConnection,
    departments: Collection[str] | None,
    below: int | None = None,
    limit: int = 30,
) -> list[Any]:
    """Newest first, those put away among them; `departments` None: of all."""
    wanted = select(*ReplyTemplateRow.__table__.c).order_by(ReplyTemplateRow.id.desc()).limit(limit)
    if departments is not None:
        wanted = wanted.where(ReplyTemplateRow.department.in_(sorted(departments)))
    if below is not None:
        wanted = wanted.where(ReplyTemplateRow.id < below)
    return list(await connection.execute(wanted))


async def fitting(
    connection: AsyncConnection, departments: Collection[str], topics: Collection[str]
) -> list[Any]:
    """Those in use of these units and topics."""
    wanted = select(*ReplyTemplateRow.__table__.c).where(
        ReplyTemplateRow.department.in_(sorted(departments)),
        ReplyTemplateRow.topic.in_(sorted(topics)),
        ReplyTemplateRow.gone_at.is_(None),
    )
    return list(await connection.execute(wanted.order_by(ReplyTemplateRow.id)))


async def one(connection: AsyncConnection, template_id: int) -> Any:
    wanted = select(*ReplyTemplateRow.__table__.c).where(ReplyTemplateRow.id == template_id)
    return (await connection.execute(wanted)).one_or_none()


async def versions(connection: AsyncConnection, template_id: int, limit: int = 50) -> Sequence[Any]:
    """Newest first."""
    of = ReplyTemplateVersionRow
    wanted = select(*of.__table__.c).where(of.template_id == template_id).order_by(of.n.desc())
    return list(await connection.execute(wanted.limit(limit)))


async def in_use(connection: AsyncConnection, department: str) -> int:
    of = ReplyTemplateRow
    mine = select(func.count()).where(of.department == department, of.gone_at.is_(None))
    return int((await connection.execute(mine)).scalar_one())


async def add(connection: AsyncConnection, department: str, told: Mapping[str, Any]) -> int:
    """`told`: name, topic, body, author, at."""
    standing = {name: told[name] for name in ("name", "topic", "body")}
    row = {"department": department, "version": 1, "changed_at": told["at"], **standing}
    made = await connection.execute(
        insert(ReplyTemplateRow).values(row).returning(ReplyTemplateRow.id)
    )
    template_id = int(made.scalar_one())
    await _keep(connection, template_id, 1, told)
    return template_id


async def change(
    connection: AsyncConnection, template_id: int, seen: int, told: Mapping[str, Any]
) -> bool:
    """The next version, unless there is one after `seen` already."""
    standing = {name: told[name] for name in ("name", "topic", "body")}
    of = ReplyTemplateRow
    done = await connection.execute(
        update(of)
        .where(of.id == template_id, of.version == seen, of.gone_at.is_(None))
        .values(version=seen + 1, changed_at=told["at"], **standing)
    )
    if done.rowcount != 1:
        return False
    await _keep(connection, template_id, seen + 1, told)
    return True


async def _keep(
    connection: AsyncConnection, template_id: int, n: int, told: Mapping[str, Any]
) -> None:
    row = {name: told[name] for name in ("name", "topic", "body", "author", "at")}
    await connection.execute(
        insert(ReplyTemplateVersionRow).values(template_id=template_id, n=n, **row)
    )


async def turn(connection: AsyncConnection, template_id: int, gone_at: datetime | None) -> bool:
    """Put away, or in use again; False where it is so already."""
    of = ReplyTemplateRow
    other = of.gone_at.is_not(None) if gone_at is None else of.gone_at.is_(None)
    done = await connection.execute(
        update(of).where(of.id == template_id, other).values(gone_at=gone_at)
    )
    return bool(done.rowcount == 1)
