"""What the cockpit 驾驶舱 counts; each figure with the list that it leads to.

A figure is counted with the very conditions of its list, so that the two agree whoever looks.
Only what is open, what today brought and a few past days are read: no cost grows with history.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.domain.people import Actor
from hotline.domain.shanghai import midnight
from hotline.store import lights
from hotline.store.find import NOBODY, Wanted, narrowed, visible
from hotline.store.tables import CaseRow, DeadlineRow, RungRow

OPEN = Wanted(state=("open",))
LATE = Wanted(state=("open",), overdue=True)
AGES = (0, 1, 3, 7, 15)  # days: where each band begins; the last has no end
LEVELS = (2, 4)  # from the first supervision order on; from the leaders' levels on
WEEKS = 4  # whose same weekday, up to the same time of day, says what is usual
MOST = 10
CROWD = "群体"  # in the name of the topics that tell of mass incidents
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Figure:
    """A number and the list it leads to; `usual` where there is something to compare it with."""

    key: str
    n: int
    wanted: Wanted
    usual: float | None = None
    graver: tuple["Figure", ...] = ()  # those of them at each of LEVELS or above
    before: "Figure | None" = None  # all that the usual is the mean of


async def by_channel(
    connection: AsyncConnection, actor: Actor, midnight: datetime, now: datetime
) -> list[Figure]:
    """Today's cases, beside the mean of the same weekday up to this time in the weeks before."""
    today = Wanted(since=midnight, until=now + timedelta(seconds=1))
    past = Wanted(since=midnight, until=now, weeks=WEEKS)
    got = await _counted(connection, CaseRow.channel, narrowed(actor, today, now))
    usual = await _counted(connection, CaseRow.channel, narrowed(actor, past, now))

    def figure(key: str, n: int, before: int) -> Figure:
        like = Figure(key, before, replace(past, channel=key))
        return Figure(key, n, replace(today, channel=key), before / WEEKS, before=like)

    found = [figure(key, got.get(key, 0), usual.get(key, 0)) for key in got.keys() | usual.keys()]
    whole = figure("", sum(got.values()), sum(usual.values()))
    return [whole, *sorted(found, key=lambda one: (-one.n, -(one.usual or 0), one.key))]


async def _counted(connection: AsyncConnection, column: Any, conditions: Any) -> dict[Any, int]:
    query = select(column, func.count()).where(*conditions).group_by(column)
    return {row[0]: int(row[1]) for row in await connection.execute(query)}


async def backlog(connection: AsyncConnection, actor: Actor, now: datetime) -> list[Figure]:
    """Open cases by the days since their receipt; the first figure is all of them."""
    bands = [OPEN]
    for n, begins in enumerate(AGES):
        until = now - timedelta(days=begins) if begins else None
        since = now - timedelta(days=AGES[n + 1]) if n + 1 < len(AGES) else None
        bands.append(Wanted(state=("open",), since=since, until=until))
    within = [_within(band) for band in bands]
    query = select(*(func.count(case((one, 1))) for one in within))
    row = (await connection.execute(query.where(*narrowed(actor, OPEN, now)))).one()
    keys = ("", *(str(begins) for begins in AGES))
    return [Figure(key, int(n), band) for key, n, band in zip(keys, row, bands, strict=True)]


def _within(band: Wanted) -> Any:
    ends: list[ColumnElement[bool]] = [true()]
    if band.since:
        ends.append(CaseRow.received_at >= band.since)
    if band.until:
        ends.append(CaseRow.received_at < band.until)
    return and_(*ends)


async def overdue(connection: AsyncConnection, actor: Actor, now: datetime) -> list[Figure]:
    """By the department that has them, most first; the first figure is all of them."""
    grave = [func.count(case((CaseRow.level >= level, 1))) for level in LEVELS]
    query = select(CaseRow.lead, func.count(), *grave).group_by(CaseRow.lead)
    found = await connection.execute(query.where(*narrowed(actor, LATE, now)))
    rows = [(row[0] or NOBODY, [int(n) for n in row[1:]]) for row in found]
    whole = [sum(one) for one in zip(*(counts for _, counts in rows), strict=True)]
    rows.sort(key=lambda one: (-one[1][0], one[0]))
    return [_late("", whole or [0] * (1 + len(LEVELS))), *(_late(*row) for row in rows)]


def _late(unit: str, counts: list[int]) -> Figure:
    def asked(level: int | None) -> Wanted:
        return Wanted(state=("open",), overdue=True, department=unit, level=level)

    graver = (
        Figure(str(level), n, asked(level)) for level, n in zip(LEVELS, counts[1:], strict=True)
    )
    return Figure(unit, counts[0], asked(None), graver=tuple(graver))


async def districts(connection: AsyncConnection, actor: Actor, now: datetime) -> list[Figure]:
    """Where open cases lie, most first; those without a place are left out."""
    held = await _counted(connection, CaseRow.district, narrowed(actor, OPEN, now))
    found = [replace(nothing_in(key), n=n) for key, n in held.items() if key]
    return sorted(found, key=lambda one: (-one.n, one.key))


def nothing_in(district: str) -> Figure:
    """A district without an open case; its list is empty."""
    return Figure(district, 0, Wanted(state=("open",), district=district))


async def ladder(
    connection: AsyncConnection, actor: Actor, now: datetime
) -> tuple[list[Figure], list[dict[str, Any]]]:
    """Cases with a rung within the hour, or that should have been by now: all of them, then by the
    rung's level; and the first rungs, each with its `rung`."""
    seen = visible(actor)
    soon = [DeadlineRow.next_at < now + lights.SOON, *([] if seen is None else [seen])]
    level, cases = lights.NextLevel(), func.count(DeadlineRow.case_id.distinct())
    counted = select(level, cases).select_from(DeadlineRow).join(CaseRow).where(*soon)
    found = {row[0]: int(row[1]) for row in await connection.execute(counted.group_by(level))}
    whole = select(cases).select_from(DeadlineRow).join(CaseRow).where(*soon)
    every = {lights.ANY: int((await connection.execute(whole)).scalar_one())}
    figures = every | {str(one): found[one] for one in sorted(found)}
    query = select(
        *(CaseRow.number, CaseRow.title, CaseRow.lead, DeadlineRow.promise, DeadlineRow.next_at),
        level.label("rung"),
    ).select_from(DeadlineRow)
    query = query.join(CaseRow).where(*soon).order_by(DeadlineRow.next_at, DeadlineRow.id)
    rows = [dict(row._mapping) for row in await connection.execute(query.limit(MOST))]
    return [Figure(key, n, Wanted(coming=key)) for key, n in figures.items()], rows


async def lit(
    connection: AsyncConnection, actor: Actor, now: datetime
) -> tuple[list[Figure], list[dict[str, Any]]]:
    """Cases on which a light of each kind came on today, and the newest lights of the last day."""
    seen = visible(actor)
    today = [lights.LIT, RungRow.climbed_at >= midnight(now), *([] if seen is None else [seen])]
    cases = func.count(RungRow.case_id.distinct())
    counted = (
        select(RungRow.kind, cases)
        .select_from(RungRow)
        .join(CaseRow, CaseRow.id == RungRow.case_id)
    )
    rows = await connection.execute(counted.where(*today).group_by(RungRow.kind))
    found = {row[0]: int(row[1]) for row in rows}
    figures = [Figure(kind, found.get(kind, 0), Wanted(light=kind)) for kind in lights.KINDS]
    return figures, await lights.latest(connection, seen, now - DAY, MOST)


async def newly_lit(
    connection: AsyncConnection, actor: Actor, since: datetime
) -> list[dict[str, Any]]:
    """What a stream tells: lights since then, the newest first."""
    return await lights.latest(connection, visible(actor), since, MOST)


async def crowds(
    connection: AsyncConnection, actor: Actor, topics: Iterable[Mapping[str, str]], now: datetime
) -> list[Figure]:
    """Open cases of the topics that tell of mass incidents 群体事件, each under its second level."""
    named = dict.fromkeys(
        f"{one['level1']}/{one['level2']}" for one in topics if CROWD in one["level2"]
    )
    wanted = [Wanted(state=("open",), topic=path) for path in named]
    if not wanted:
        return []
    within = [and_(*narrowed(actor, one, now)) for one in wanted]
    query = select(*(func.count(case((one, 1))) for one in within)).where(or_(*within))
    row = (await connection.execute(query)).one()
    return [Figure(one.topic, int(n), one) for one, n in zip(wanted, row, strict=True)]
