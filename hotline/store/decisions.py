"""Decisions as they are made: what was suggested, what people did with it; the dispatch switch."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.domain.people import Actor
from hotline.store.decisiontables import AutodispatchRow, DecisionRow
from hotline.store.ledgers import LabelRow
from hotline.store.tables import CaseRow

DECISIONS, SWITCHES = (
    cast(Table, DecisionRow.__table__),
    cast(Table, AutodispatchRow.__table__),
)
ADD = insert(DECISIONS)
PAGE = 500


async def add(connection: AsyncConnection, decision: Mapping[str, Any]) -> None:
    await connection.execute(ADD, dict(decision))


async def of_case(connection: AsyncConnection, case_id: int) -> Sequence[dict[str, Any]]:
    """Everything that was suggested and decided of a case, in its order."""
    found = await connection.execute(
        select(*DECISIONS.c).where(DECISIONS.c.case_id == case_id).order_by(DECISIONS.c.id)
    )
    return [dict(row._mapping) for row in found]


@dataclass(frozen=True)
class Switch:
    """Whether cases may go by themselves; who or what decided so, and why."""

    running: bool = True
    at: datetime | None = None
    actor: str = ""
    reason: str = ""
    facts: Mapping[str, Any] | None = None


NEWEST = select(*SWITCHES.c).order_by(SWITCHES.c.id.desc()).limit(1)


async def switch(connection: AsyncConnection) -> Switch:
    row = (await connection.execute(NEWEST)).one_or_none()
    if row is None:
        return Switch()
    return Switch(row.running, row.at, row.actor, row.reason, row.facts)


async def turn(
    connection: AsyncConnection, by: Actor, reason: str, facts: Mapping[str, Any], at: datetime
) -> None:
    """`facts["running"]` says which way; the line stays for good."""
    running = bool(facts["running"])
    told = {"at": at, "running": running, "role": by.role.value, "actor": by.name}
    await connection.execute(insert(SWITCHES).values(**told, reason=reason, facts=dict(facts)))


async def turns(connection: AsyncConnection, limit: int = 20) -> Sequence[dict[str, Any]]:
    """How the switch was turned, newest first."""
    found = await connection.execute(
        select(*SWITCHES.c).order_by(SWITCHES.c.id.desc()).limit(limit)
    )
    return [dict(row._mapping) for row in found]


async def labels(connection: AsyncConnection) -> AsyncIterator[dict[str, Any]]:
    """People's corrections with the masked text of their case, page by page, oldest first."""
    last = 0
    while True:
        found = await connection.execute(
            select(*LabelRow.__table__.c, CaseRow.title, CaseRow.content)
            .add_columns(CaseRow.confidential, CaseRow.type.label("kind"))
            .join(CaseRow, CaseRow.id == LabelRow.case_id)
            .where(LabelRow.id > last)
            .order_by(LabelRow.id)
            .limit(PAGE)
        )
        page = found.all()
        for row in page:
            yield dict(row._mapping)
        if len(page) < PAGE:
            return
        last = page[-1].id


async def texts(
    connection: AsyncConnection, since: datetime, most: int
) -> AsyncIterator[dict[str, Any]]:
    """Cases received since then, newest first: masked text, and what was suggested and done."""
    below, left = None, most
    names = ("id", "number", "title", "content", "district", "topic", "lead", "suggestions")
    while left > 0:
        wanted = select(*(getattr(CaseRow, name) for name in names))
        wanted = wanted.where(CaseRow.received_at >= since)
        if below is not None:
            wanted = wanted.where(CaseRow.id < below)
        limit = min(PAGE, left)
        found = await connection.execute(wanted.order_by(CaseRow.id.desc()).limit(limit))
        page = found.all()
        for row in page:
            yield dict(row._mapping)
        if len(page) < limit:
            return
        below, left = page[-1].id, left - len(page)
