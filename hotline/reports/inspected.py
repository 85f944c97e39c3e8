"""What the score sheets of a period come to: averages by unit or agent, and which criteria are missed.

Sheets drawn at random say how the work is done; those drawn because something pointed at the case are
worse by their choice, and are averaged apart. Nobody is ranked by fewer than a few random ones.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.domain import scoresheet
from hotline.domain.inspection import Stratum, Subject
from hotline.domain.people import Actor
from hotline.domain.scoresheet import FALSE_CLOSURE, Criterion, Rubric, Said
from hotline.store import sheets
from hotline.store.inspections import I

LEAST = 5  # random sheets below which nobody is ranked


@dataclass(frozen=True)
class Row:
    """A unit's or an agent's sheets; an average is None where there are none."""

    whose: str
    sheets: int
    random: int
    average: float | None  # of the random ones
    pointed: int
    pointed_average: float | None
    failed: int
    false_closures: int
    place: int | None  # among those with enough random ones


@dataclass(frozen=True)
class Missed:
    """A criterion: of how many sheets that it applied to so many lost points, and how many points."""

    criterion: Criterion
    of: int
    lost: int
    points: int


@dataclass(frozen=True)
class Results:
    rows: Sequence[Row]
    missed: Sequence[Missed]  # the most often missed first
    faults: Sequence[tuple[Criterion, int]]
    sheets: int
    average: float | None


async def of_period(
    connection: AsyncConnection,
    actor: Actor,
    subject: Subject,
    moments: tuple[datetime, datetime],
    whose: Collection[str] | None = None,
) -> Results:
    """Of the sheets handed in within the moments (the last excluded)."""
    found = await sheets.scored(connection, actor, subject, moments, whose)
    ids = sorted({row.inspection_id for row in found})
    kept = await connection.execute(select(I.id, I.rubric).where(I.id.in_(ids)))
    rules = {row.id: scoresheet.rubric(row.rubric, subject) for row in kept}
    told = [(row, rules[row.inspection_id], scoresheet.of_data(row.said)) for row in found]
    random = [row.total for row in found if row.stratum == Stratum.ROUTINE]
    faults = _faults(told)
    return Results(_rows(told), _missed(told), faults, len(found), _mean(random))


Told = tuple[Any, Rubric, Said]


def _mean(totals: Sequence[int]) -> float | None:
    return round(sum(totals) / len(totals), 1) if totals else None


def _rows(told: Iterable[Told]) -> list[Row]:
    by: dict[str, list[Told]] = defaultdict(list)
    for one in told:
        by[one[0].whose].append(one)
    rows = [_row(whose, mine) for whose, mine in by.items()]
    enough = [row for row in rows if row.random >= LEAST]
    averages = sorted((row.average or 0 for row in enough), reverse=True)
    placed = {row.whose: averages.index(row.average or 0) + 1 for row in enough}
    ranked = [Row(**{**row.__dict__, "place": placed.get(row.whose)}) for row in rows]
    return sorted(ranked, key=lambda row: (row.place is None, row.place or 0, row.whose))


def _row(whose: str, mine: Sequence[Told]) -> Row:
    random = [row.total for row, _, _ in mine if row.stratum == Stratum.ROUTINE]
    pointed = [row.total for row, _, _ in mine if row.stratum != Stratum.ROUTINE]
    failed = sum(row.failed for row, _, _ in mine)
    false = sum(FALSE_CLOSURE in said.faults for _, _, said in mine)
    averages = _mean(random), len(pointed), _mean(pointed)
    return Row(whose, len(mine), len(random), *averages, failed, false, None)


def _missed(told: Iterable[Told]) -> list[Missed]:
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    named: dict[str, Criterion] = {}
    for _, rules, said in told:
        named |= {one.code: one for one in rules.criteria}
        for code, points in scoresheet.deducted(rules, said).items():
            for n, more in enumerate((1, int(points > 0), points)):
                counts[code][n] += more
    found = [Missed(named[code], *numbers) for code, numbers in counts.items() if numbers[1]]
    return sorted(found, key=lambda one: (-one.lost / one.of, -one.points))


def _faults(told: Iterable[Told]) -> list[tuple[Criterion, int]]:
    counts: dict[str, int] = defaultdict(int)
    named: dict[str, Criterion] = {}
    for _, rules, said in told:
        named |= {one.code: one for one in rules.faults}
        for code in said.faults:
            counts[code] += 1
    return sorted(((named[code], n) for code, n in counts.items()), key=lambda one: -one[1])
