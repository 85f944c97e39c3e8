"""What the drift watch counts: readings and verdicts of a time, summed by the database."""

from datetime import datetime

from sqlalchemy import Integer, cast, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.domain.drift import Counts
from hotline.store.decisions import DECISIONS

READ = DECISIONS.c.act == "triage"


async def current_model(connection: AsyncConnection) -> str:
    """The model that read last; empty: none has yet."""
    found = await connection.execute(
        select(DECISIONS.c.model).where(READ).order_by(DECISIONS.c.id.desc()).limit(1)
    )
    return str(found.scalar_one_or_none() or "")


async def counts(
    connection: AsyncConnection, model: str, since: datetime, until: datetime
) -> Counts:
    """By the index on time: the work grows with the time asked for, not with all there is."""
    within = (DECISIONS.c.at > since, DECISIONS.c.at <= until, DECISIONS.c.model == model)
    sure = DECISIONS.c.confidence
    read = await connection.execute(
        select(DECISIONS.c.level1, func.count(), func.sum(sure), func.sum(sure * sure))
        .where(*within, READ)
        .group_by(DECISIONS.c.level1)
    )
    rows = read.all()
    judged = await connection.execute(
        select(func.count(), func.sum(cast(DECISIONS.c.overrode, Integer))).where(
            *within, DECISIONS.c.overrode.is_not(None)
        )
    )
    verdicts = judged.one()
    return Counts(
        readings=sum(row[1] for row in rows),
        total=float(sum(row[2] or 0 for row in rows)),
        squares=float(sum(row[3] or 0 for row in rows)),
        levels={row[0]: row[1] for row in rows},
        judged=verdicts[0],
        overrode=verdicts[1] or 0,
    )
