"""From a figure down to its cases, and signs that figures are steered instead of work done.

A sign is a reason to look, never a proof: the page is for inspectors, and no score is made of it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.reports import likereplies
from hotline.reports.factqueries import Span
from hotline.store.facttables import FactCaseRow as F
from hotline.store.signs import conditions
from hotline.store.tables import CaseRow

SHOWN = 100


@dataclass(frozen=True)
class Sign:
    """What is looked for, under its name."""

    zh: str
    en: str


SIGNS = {
    "rushed": Sign("临期办结后又重办或来诉", "closed minutes before the limit, then again"),
    "retyped": Sign("投诉举报改为咨询", "a complaint turned into a question"),
    "extended": Sign("申请延期", "extended"),
    "identical": Sign("答复文字完全相同", "identical replies"),
    "similar": Sign("答复文字几乎相同", "nearly identical replies"),
    "pressed": Sign("诉求人称被要求好评", "pressed for a good rating"),
}
AGAINST = {
    "response": "未按时签收或联系",
    "signing": "未按时签收",
    "finishing": "超期未办结",
    "first_time": "重办",
    "rework": "重办",
    "returning": "退单",
    "wrong_returns": "无效退单",
    "dispatching": "派单有误",
    "direct": "未直接答复",
    "duration": "办理时间最长",
    "following_up": "未回访到",
    "solving": "未解决",
    "satisfying": "不满意",
    "repeating": "重复诉求",
}


async def by_unit(connection: AsyncConnection, span: Span) -> list[dict[str, Any]]:
    """Each unit's signs, with how many cases they are out of."""
    similar = await likereplies.by_unit(connection, span)
    columns = [
        func.count(case((condition, 1))).label(name)
        for name, condition in conditions(span.first, span.last).items()
    ]
    found = await connection.execute(
        select(F.department.label("key"), func.count().label("cases"), *columns)
        .where(*span.days(), F.dispatched_at.is_not(None), F.department.is_not(None))
        .group_by(F.department)
        .order_by(F.department)
    )
    return [{**row._mapping, "similar": len(similar.get(row.key, ()))} for row in found]


def _against(span: Span) -> dict[str, ColumnElement[bool]]:
    """The cases that count against a measure; the meaning is that of `factqueries`."""
    sent, closed = F.dispatched_at.is_not(None), F.closed_at.is_not(None)
    late = func.coalesce(F.finished_at, span.as_of) > F.finish_due_at
    signed, contacted = F.signed_in_time.is_(True), F.contacted_in_time.is_(True)
    return {
        "response": and_(
            sent, or_(~func.coalesce(signed, False), ~func.coalesce(contacted, False))
        ),
        "signing": and_(sent, ~func.coalesce(signed, False)),
        "finishing": and_(sent, late),
        "first_time": and_(sent, closed, F.reworked.is_(True)),
        "rework": and_(sent, closed, F.reworked.is_(True)),
        "returning": and_(sent, F.returned.is_(True)),
        "wrong_returns": and_(sent, F.returned.is_(True), F.upheld.is_(False)),
        "dispatching": and_(sent, F.returned.is_(True), F.upheld.is_(True)),
        "direct": and_(F.accepted.is_(True), F.answered.is_(False)),
        "duration": and_(sent, closed, F.hours.is_not(None)),
        "following_up": and_(sent, closed, F.reached.is_(False)),
        "solving": F.solved.is_(False),
        "satisfying": F.satisfaction < 3,
        "repeating": F.repeat.is_(True),
    }


async def cases(connection: AsyncConnection, span: Span, name: str) -> list[dict[str, Any]]:
    """The cases behind a figure or a sign; so many as a page shows, the gravest or newest first."""
    if name == "similar":
        alike = await likereplies.by_unit(connection, span)
        newest = sorted((one for cases in alike.values() for one in cases), reverse=True)
        condition: ColumnElement[bool] = F.case_id.in_(newest[:SHOWN])
    else:
        condition = {**conditions(span.first, span.last), **_against(span)}[name]
    order = F.hours.desc() if name == "duration" else F.case_id.desc()
    columns = F.number, F.day, F.department, F.topic, F.state, F.hours, F.satisfaction
    found = await connection.execute(
        select(*columns).where(*span.days(), condition).order_by(order).limit(SHOWN)
    )
    return [row._asdict() for row in found]


async def opened(connection: AsyncConnection, numbers: Iterable[str]) -> set[str]:
    """Of these numbers those whose case can be opened: a generated city's oldest are figures only."""
    found = await connection.execute(
        select(CaseRow.number).where(CaseRow.number.in_(list(numbers)))
    )
    return set(found.scalars())
