"""Plans for departments at rest, and what of a department there is to move."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, Index, String, and_, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import Mapped, mapped_column

from hotline.domain.state import OPEN
from hotline.domain.succession import STANDING, Change, Plan, Stage
from hotline.store.articletables import ArticleRow, ArticleVersionRow
from hotline.store.ledgers import DepartmentRow, OfficerRow, TopicRow
from hotline.store.privacytables import InterestRow
from hotline.store.replytemplates import ReplyTemplateRow
from hotline.store.standby import RosterRow
from hotline.store.tables import CaseRow, PartRow, Row
from hotline.store.wording import Wording

BEGUN = ("draft", "submitted", "returned")  # stages of a version that was not released yet
WAITING = ("asked", "signed", "returned")  # a part that its unit still owes


class DepartmentPlanRow(Row):
    """A change of a department from a day on, who asked, who agreed, what was moved."""

    __tablename__ = "department_plan"
    __table_args__ = (Index("ix_department_plan_state_on_day", "state", "on_day"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    department: Mapped[str] = mapped_column(String(40))
    heir: Mapped[str | None] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(80))
    on_day: Mapped[date] = mapped_column(Date)
    reason: Mapped[str] = mapped_column(Wording)
    state: Mapped[str] = mapped_column(String(10))
    asked_by: Mapped[str] = mapped_column(String(80))
    asked_at: Mapped[datetime]
    decided_by: Mapped[str | None] = mapped_column(String(80))
    decided_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    moved: Mapped[dict[str, Any]]


def plan_of(row: Any) -> Plan:
    return Plan(
        kind=Change(row.kind),
        department=row.department,
        on_day=row.on_day,
        reason=row.reason,
        heir=row.heir,
        name=row.name,
        state=Stage(row.state),
        asked_by=row.asked_by,
        id=row.id,
        moved=dict(row.moved),
    )


async def add(connection: AsyncConnection, plan: Plan, at: datetime) -> int:
    values: dict[str, Any] = {
        "kind": plan.kind.value,
        "department": plan.department,
        "heir": plan.heir,
        "name": plan.name,
        "on_day": plan.on_day,
        "reason": plan.reason,
        "state": plan.state.value,
        "asked_by": plan.asked_by,
        "asked_at": at,
        "moved": {},
    }
    made = insert(DepartmentPlanRow).values(**values).returning(DepartmentPlanRow.id)
    return int((await connection.execute(made)).scalar_one())


async def move(
    connection: AsyncConnection, plan_id: int, source: Sequence[Stage], to: Stage, **more: Any
) -> Plan | None:
    """From one of the stages to another, once; None where it does not stand there any more."""
    row = DepartmentPlanRow
    changed = update(row).where(row.id == plan_id, row.state.in_([one.value for one in source]))
    changed = changed.values(state=to.value, **more)
    found = (await connection.execute(changed.returning(*row.__table__.c))).one_or_none()
    return plan_of(found) if found else None


async def standing(connection: AsyncConnection) -> list[Plan]:
    row = DepartmentPlanRow
    wanted = select(*row.__table__.c).where(row.state.in_([one.value for one in STANDING]))
    return [plan_of(one) for one in await connection.execute(wanted.order_by(row.on_day, row.id))]


async def due(connection: AsyncConnection, today: date, since: datetime) -> list[Plan]:
    """What begins today or should have, what is being carried out, and what was done since."""
    row = DepartmentPlanRow
    begins = and_(row.state == Stage.PLANNED.value, row.on_day <= today)
    lately = and_(row.state == Stage.DONE.value, row.heir.is_not(None), row.done_at >= since)
    wanted = select(*row.__table__.c).where(or_(begins, row.state == Stage.RUNNING.value, lately))
    return [plan_of(one) for one in await connection.execute(wanted.order_by(row.on_day, row.id))]


async def listed(connection: AsyncConnection, below: int | None, limit: int) -> list[Any]:
    """Newest first, as the page shows them."""
    wanted = select(*DepartmentPlanRow.__table__.c).order_by(DepartmentPlanRow.id.desc())
    if below is not None:
        wanted = wanted.where(DepartmentPlanRow.id < below)
    return list(await connection.execute(wanted.limit(limit)))


def _has(code: str) -> Any:
    part = select(PartRow.case_id).where(PartRow.department == code, PartRow.state.in_(WAITING))
    states = CaseRow.state.in_([state.value for state in OPEN])
    return and_(states, or_(CaseRow.lead == code, CaseRow.id.in_(part)))


async def holds(connection: AsyncConnection, code: str) -> dict[str, int]:
    """How much there is to move: open cases, staff; and whether a roster is kept."""
    cases = select(func.count()).select_from(CaseRow).where(_has(code))
    staff = select(func.count()).select_from(OfficerRow).where(OfficerRow.department == code)
    return {
        "cases": int((await connection.execute(cases)).scalar_one()),
        "staff": int((await connection.execute(staff)).scalar_one()),
    }


async def at_work(
    connection: AsyncConnection, code: str, after: int, limit: int
) -> list[tuple[int, str]]:
    """Ids and numbers of open cases that the department has, or a part of, from an id on."""
    wanted = select(CaseRow.id, CaseRow.number).where(_has(code), CaseRow.id > after)
    found = await connection.execute(wanted.order_by(CaseRow.id).limit(limit))
    return [(row.id, row.number) for row in found]


async def kept_out(connection: AsyncConnection, code: str) -> list[str]:
    """The cases that the department is kept out of."""
    wanted = select(CaseRow.number).join(InterestRow, InterestRow.case_id == CaseRow.id)
    mine = InterestRow.kind == "unit", InterestRow.of == code
    return list((await connection.execute(wanted.where(*mine).order_by(CaseRow.id))).scalars())


async def move_staff(connection: AsyncConnection, code: str, heir: str) -> list[str]:
    """Their accounts belong to the heir from now on; the user names."""
    changed = update(OfficerRow).where(OfficerRow.department == code).values(department=heir)
    found = await connection.execute(changed.returning(OfficerRow.username))
    return sorted(found.scalars())


async def move_below(connection: AsyncConnection, code: str, heir: str) -> None:
    """Units below it lie below the heir."""
    below = update(DepartmentRow).where(DepartmentRow.parent == code, DepartmentRow.code != heir)
    await connection.execute(below.values(parent=heir))


async def move_papers(connection: AsyncConnection, code: str, heir: str) -> None:
    """Its reply templates and articles are the heir's to keep, with what is still being written or
    looked at; older versions stay as they are."""
    for row in (ReplyTemplateRow, ArticleRow):
        own = update(row).where(row.department == code)
        await connection.execute(own.values(department=heir))
    version = ArticleVersionRow
    begun = update(version).where(version.department == code, version.stage.in_(BEGUN))
    await connection.execute(begun.values(department=heir))


async def rename_topics(connection: AsyncConnection, old: str, name: str) -> None:
    named = update(TopicRow).where(TopicRow.default_department == old)
    await connection.execute(named.values(default_department=name))


async def has_roster(connection: AsyncConnection, code: str) -> bool:
    found = select(RosterRow.department).where(RosterRow.department == code)
    return (await connection.execute(found)).first() is not None
