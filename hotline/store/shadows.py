"""The shadow run's rows: texts a candidate has not read yet, what it said, how often it agreed."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, cast

from sqlalchemy import Integer, Table, func, select
from sqlalchemy import cast as as_type
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.store.decisions import DECISIONS
from hotline.store.decisiontables import ShadowRow
from hotline.store.tables import CaseRow

SHADOWS = cast(Table, ShadowRow.__table__)
FIELDS = ("type", "topic", "department", "urgency")
READ = DECISIONS.c.act == "triage"
PUT = {
    dialect.dialect.name: dialect.insert(SHADOWS).on_conflict_do_nothing(
        index_elements=["candidate", "decision_id"]
    )
    for dialect in (sqlite, postgresql)
}


async def newest(connection: AsyncConnection) -> int:
    """The newest reading: a shadow run begins after it."""
    found = await connection.execute(
        select(DECISIONS.c.id).where(READ).order_by(DECISIONS.c.id.desc()).limit(1)
    )
    return found.scalar_one_or_none() or 0


async def reached(connection: AsyncConnection, candidate: str) -> int:
    """The newest reading that the candidate has been shown."""
    found = await connection.execute(
        select(func.max(SHADOWS.c.decision_id)).where(SHADOWS.c.candidate == candidate)
    )
    return found.scalar_one_or_none() or 0


async def unread(connection: AsyncConnection, after: int, limit: int) -> Sequence[dict[str, Any]]:
    """Readings after that one with the masked text of their case, oldest first."""
    found = await connection.execute(
        select(DECISIONS.c.id, DECISIONS.c.case_id, DECISIONS.c.facts)
        .add_columns(CaseRow.title, CaseRow.content)
        .join(CaseRow, CaseRow.id == DECISIONS.c.case_id)
        .where(READ, DECISIONS.c.id > after)
        .order_by(DECISIONS.c.id)
        .limit(limit)
    )
    return [dict(row._mapping) for row in found]


async def put(connection: AsyncConnection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Once a text and candidate, whichever node was first."""
    if rows:
        await connection.execute(PUT[connection.dialect.name], [dict(row) for row in rows])


async def waiting(connection: AsyncConnection, after: int, most: int) -> int:
    """How many readings the candidate has not been shown yet; counted no further than `most`."""
    ahead = select(DECISIONS.c.id).where(READ, DECISIONS.c.id > after).limit(most)
    found = await connection.execute(select(func.count()).select_from(ahead.subquery()))
    return found.scalar_one()


async def agreement(connection: AsyncConnection, candidate: str) -> dict[str, Any]:
    """How many texts it read, how many it could not, and field by field how often it agreed."""
    columns = [func.count(), func.sum(as_type(SHADOWS.c.problem != "", Integer))]
    for name in FIELDS:
        column = SHADOWS.c[name]
        columns += [func.count(column), func.sum(as_type(column, Integer))]
    found = await connection.execute(select(*columns).where(SHADOWS.c.candidate == candidate))
    row = found.one()
    fields = {
        name: {"read": row[2 + 2 * n], "agreed": row[3 + 2 * n] or 0}
        for n, name in enumerate(FIELDS)
    }
    return {"texts": row[0], "failed": row[1] or 0, "fields": fields}


async def judged(
    connection: AsyncConnection, candidate: str, page: int = 500
) -> AsyncIterator[dict[str, Any]]:
    """What people decided of the texts that the candidate read: both sides' labels and theirs."""
    act, then, last = DECISIONS.alias("act"), DECISIONS.alias("reading"), 0
    while True:
        # The candidate's own rows in their order, by its key; then what people did with each.
        read = (
            select(SHADOWS.c.decision_id, SHADOWS.c.case_id, SHADOWS.c.facts, SHADOWS.c.problem)
            .where(SHADOWS.c.candidate == candidate, SHADOWS.c.decision_id > last)
            .order_by(SHADOWS.c.decision_id)
            .limit(page)
        ).subquery()
        found = await connection.execute(
            select(read.c.decision_id, read.c.case_id, read.c.facts.label("candidate"))
            .add_columns(act.c.facts.label("people"), then.c.facts.label("model"))
            .join(then, then.c.id == read.c.decision_id)
            .outerjoin(
                act,
                (act.c.case_id == read.c.case_id)
                & act.c.act.not_in(("triage", "backdated"))
                & (read.c.problem == ""),
            )
            .order_by(read.c.decision_id, act.c.id)
        )
        rows = found.all()
        for row in rows:
            if row.people is not None:
                yield dict(row._mapping)
        if len({row.decision_id for row in rows}) < page:
            return
        last = rows[-1].decision_id
