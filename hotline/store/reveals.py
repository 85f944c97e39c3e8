"""Who saw what of whom: the reveals as the auditor asks for them, and how many somebody made."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import case as sql_case
from sqlalchemy import exists, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.domain.people import Actor
from hotline.store.interests import tells
from hotline.store.ledgers import RevealRow
from hotline.store.tables import CaseRow, EntryRow


@dataclass(frozen=True)
class Asked:
    """Whose reveals, of which cases, since and until when; empty: all."""

    actor: str = ""
    number: str = ""
    cases: Sequence[int] | None = None  # of one citizen
    since: datetime | None = None
    until: datetime | None = None
    reader: Actor | None = None  # not of the cases that they are kept out of


async def listed(
    connection: AsyncConnection, asked: Asked, below: int | None = None, limit: int = 50
) -> list[dict[str, Any]]:
    """Newest first; `below` is where the page before ended."""
    wanted = (
        select(*RevealRow.__table__.c, CaseRow.number)
        .outerjoin(CaseRow, CaseRow.id == RevealRow.case_id)
        .order_by(RevealRow.id.desc())
        .limit(limit)
    )
    if below:
        wanted = wanted.where(RevealRow.id < below)
    if asked.reader:
        wanted = wanted.where(tells(asked.reader, CaseRow.number))
    if asked.actor:
        wanted = wanted.where(RevealRow.actor == asked.actor)
    if asked.number:
        wanted = wanted.where(CaseRow.number == asked.number)
    if asked.cases is not None:
        wanted = wanted.where(RevealRow.case_id.in_(list(asked.cases)))
    if asked.since:
        wanted = wanted.where(RevealRow.at >= asked.since)
    if asked.until:
        wanted = wanted.where(RevealRow.at < asked.until)
    return [dict(row._mapping) for row in await connection.execute(wanted)]


async def counted(connection: AsyncConnection, actor: str, since: datetime) -> tuple[int, int]:
    """How many somebody made since then, and of how many cases that they never acted on."""
    mine = (RevealRow.actor == actor) & (RevealRow.at > since)
    acted = exists().where(EntryRow.case_id == RevealRow.case_id, EntryRow.actor == actor)
    made = await connection.execute(select(func.count()).where(mine))
    strange = select(func.count(RevealRow.case_id.distinct())).where(mine, ~acted)
    return int(made.scalar_one()), int((await connection.execute(strange)).scalar_one())


@dataclass(frozen=True)
class Looker:
    """Who looked how often, at how many citizens' cases, and at how many they never acted on."""

    role: str
    actor: str
    looks: int
    cases: int
    strange: int


async def most(connection: AsyncConnection, since: datetime, until: datetime) -> list[Looker]:
    """The ten who looked most from `since` to before `until`."""
    case = RevealRow.case_id.distinct()
    acted = exists().where(EntryRow.case_id == RevealRow.case_id, EntryRow.actor == RevealRow.actor)
    strange = func.count(sql_case((~acted, RevealRow.case_id)).distinct())
    found = await connection.execute(
        select(RevealRow.role, RevealRow.actor, func.count(), func.count(case), strange)
        .where(RevealRow.at >= since, RevealRow.at < until)
        .group_by(RevealRow.role, RevealRow.actor)
        .order_by(func.count().desc(), RevealRow.actor)
        .limit(10)
    )
    return [Looker(*row) for row in found]
