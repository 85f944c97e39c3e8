"""How long citizens waited for their first answer: median and 90th percentile, by SQL and exactly.

Percentiles are interpolated between the two nearest cases, as spreadsheets and numpy do. Who has
no answer yet has no waiting time: their number stands beside the figures, never hidden in them.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.reports.factqueries import BY, OWN, Span, later
from hotline.store.facttables import FactCaseRow as F

PERCENTS = (50, 90)
DAY = timedelta(days=1).total_seconds()
WITHIN = 15  # days


@dataclass(frozen=True)
class Waits:
    """In days; None where nobody was answered."""

    received: int
    answered: int
    within: int  # answered within 15 days
    median: float | None
    p90: float | None


async def waits(connection: AsyncConnection, span: Span, by: str | None) -> dict[Any, Waits]:
    """Over the cases that were accepted and are the caller's to be answered."""
    moved = await later(connection, span)
    numbered, totals = _numbered(span, by), await _totals(connection, span, by)
    if moved:
        return await _with_moved(connection, span, by)
    picked: dict[Any, dict[int, int]] = defaultdict(dict)
    rank, n = numbered.c.rank - 1, numbered.c.n - 1
    near = [or_(rank == n * percent // 100, rank == n * percent // 100 + 1) for percent in PERCENTS]
    found = await connection.execute(
        select(numbered.c.key, numbered.c.rank, numbered.c.answer_s).where(or_(*near))
    )
    for row in found:
        picked[row.key][row.rank - 1] = row.answer_s
    return {
        key: Waits(
            received,
            answered,
            within,
            *(_days(_between(picked[key], answered, percent)) for percent in PERCENTS),
        )
        for key, (received, answered, within) in totals.items()
    }


def _key(by: str | None) -> Any:
    return BY[by] if by else literal("")


def _numbered(span: Span, by: str | None) -> Any:
    """Every answered case with its rank among those of its key."""
    key = _key(by)
    parts = {"partition_by": key} if by else {}
    return (
        select(
            key.label("key"),
            F.answer_s,
            func.row_number().over(order_by=F.answer_s, **parts).label("rank"),
            func.count().over(**parts).label("n"),
        )
        .where(*span.days(), F.accepted.is_(True), F.answer_s.is_not(None))
        .subquery()
    )


async def _totals(
    connection: AsyncConnection, span: Span, by: str | None
) -> dict[Any, tuple[int, int, int]]:
    key = _key(by)
    wanted = select(
        key.label("key"),
        func.count().label("received"),
        func.count(F.answer_s).label("answered"),
        func.count(F.answer_s).filter(F.answer_s <= WITHIN * DAY).label("within"),
    ).where(*span.days(), F.accepted.is_(True))
    found = await connection.execute(wanted.group_by(key).order_by(key) if by else wanted)
    return {row.key: (row.received, row.answered, row.within) for row in found}


async def _with_moved(connection: AsyncConnection, span: Span, by: str | None) -> dict[Any, Waits]:
    """Some cases stood otherwise then: all are sorted here instead of in the database."""
    key = _key(by).label("key")
    found = await connection.execute(
        select(key, F.answer_s).where(
            *span.days(), F.accepted.is_(True), F.changed_at <= span.as_of
        )
    )
    told: dict[Any, list[int | None]] = defaultdict(list)
    for row in found:
        told[row.key].append(row.answer_s)
    for fact in await later(connection, span):
        if fact.accepted:
            told[getattr(fact, OWN[by]) if by else ""].append(fact.answer_s)
    return {one: of(seconds) for one, seconds in sorted(told.items(), key=lambda x: str(x[0]))}


def of(seconds: Sequence[int | None]) -> Waits:
    """The same from the waiting times themselves."""
    known = sorted(one for one in seconds if one is not None)
    ranked = dict(enumerate(known))
    spread = (_days(_between(ranked, len(known), percent)) for percent in PERCENTS)
    within = sum(one <= WITHIN * DAY for one in known)
    return Waits(len(seconds), len(known), within, *spread)


def _between(ranked: dict[int, int], n: int, percent: int) -> float | None:
    if not n:
        return None
    place, rest = divmod((n - 1) * percent, 100)
    low = ranked[place]
    return low + (ranked.get(place + 1, low) - low) * rest / 100


def _days(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds / DAY, 2)
