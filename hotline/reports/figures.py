"""A period in figures: volumes, every measure raw and adjusted, units inside their class, waits.

What a page shows, what a report keeps and what the public reads are all made here, so that the
same period as of the same moment says the same everywhere.
"""

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import and_, case, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.domain.people import Tree
from hotline.domain.shanghai import city_day
from hotline.reports import factqueries, rates, waits
from hotline.reports.factqueries import Both, Span
from hotline.reports.waits import Waits
from hotline.store.facttables import FactCaseRow as F

WAITS = "1"  # version of the formulas of waiting times
FORMULAS = f"measures {rates.VERSION}, waits {WAITS}"
LEADING = ("response", "solving", "satisfying", "finishing", "rework")  # of a unit
LEAST = 10  # under so many voices an interval says more than a share
HOTTEST = 10
ONE = timedelta(days=1)


@dataclass(frozen=True)
class Asked:
    """Whose figures: the city's, a unit's with all below it, or the public's."""

    span: Span
    unit: str = ""
    public: bool = False


def before(span: Span) -> Span:
    """The period of the same length just before; a whole month's is the month before."""
    if span.first.day == 1 and (span.last + ONE).day == 1:
        last = span.first - ONE
        return replace(span, first=last.replace(day=1), last=last)
    days = (span.last - span.first).days + 1
    return replace(span, first=span.first - days * ONE, last=span.first - ONE)


def measures(both: Both) -> dict[str, Any]:
    """Every measure as its parts, its value and, of a sample, its interval."""
    return {
        name: {"raw": asdict(of(both.raw)), "adjusted": asdict(of(both.adjusted))}
        for name, of in rates.MEASURES.items()
    }


async def of_period(connection: AsyncConnection, asked: Asked, tree: Tree) -> dict[str, Any]:
    span = await factqueries.settled(connection, asked.span, before(asked.span).first)
    now = await factqueries.cube(connection, span, ("department", "type", "channel"))
    was = await factqueries.cube(connection, before(span), ("department",))
    total, earlier = (factqueries.rolled(found, None)[None] for found in (now, was))
    wait, by_topic = await answer_times(connection, span)
    told: dict[str, Any] = {
        "from": span.first.isoformat(),
        "to": span.last.isoformat(),
        "as_of": span.as_of.isoformat(),
        "formulas": FORMULAS,
        "unit": asked.unit,
        "topic": span.topic,
        "volumes": asdict(total.raw) | await standing(connection, span),
        "waits": asdict(wait),
        "topics": by_topic,
    }
    if asked.public:
        shown = ("cases", "accepted", "answered", "dispatched", "closed", "open")
        return told | {"volumes": {name: told["volumes"][name] for name in shown}}
    return told | {
        "measures": measures(total),
        "before": {name: of(earlier.raw).value for name, of in rates.MEASURES.items()},
        "cases_before": earlier.raw.cases,
        "departments": departments(factqueries.rolled(now, 0), factqueries.rolled(was, 0), tree),
        "types": _volumes(factqueries.rolled(now, 1)),
        "channels": _volumes(factqueries.rolled(now, 2)),
        "days": await days(connection, span),
    }


async def standing(connection: AsyncConnection, span: Span) -> dict[str, int]:
    """Of the period's cases those without an end yet, and those past their promise."""
    late = and_(F.answered_at.is_(None), F.due_at < span.as_of)
    found = await connection.execute(
        select(func.count().label("open"), func.count(case((late, 1))).label("overdue")).where(
            F.ended_at.is_(None), *span.days(), F.changed_at <= span.as_of
        )
    )
    told = {name: int(n) for name, n in found.one()._mapping.items()}
    for fact in await factqueries.later(connection, span):
        if fact.ended_at is None:
            passed = fact.answered_at is None and fact.due_at and fact.due_at < span.as_of
            told["open"] += 1
            told["overdue"] += bool(passed)
    return told


async def answer_times(
    connection: AsyncConnection, span: Span
) -> tuple[Waits, list[dict[str, Any]]]:
    """Of all, and by topic: how many, how long it took, how long was promised; read once."""
    took: dict[str, list[int | None]] = defaultdict(list)
    promised: dict[str, list[int]] = defaultdict(lambda: [0, 0])  # their sum, and how many
    for topic, seconds, total, n in await _by_topic(connection, span):
        took[topic] += seconds
        promised[topic] = [total or 0, n]
    for one in await factqueries.later(connection, span):
        if one.accepted:
            took[one.topic1].append(one.answer_s)
            promised[one.topic1][0] += one.promised_s or 0
            promised[one.topic1][1] += one.promised_s is not None
    told = [
        {"key": key, **asdict(waits.of(one)), "promised": _days(_mean(*promised[key]))}
        for key, one in took.items()
    ]
    told.sort(key=lambda one: (-int(str(one["received"])), str(one["key"])))
    return waits.of([seconds for one in took.values() for seconds in one]), told


async def _by_topic(
    connection: AsyncConnection, span: Span
) -> list[tuple[str, list[int | None], int | None, int]]:
    """A row a topic, its waiting times in one list: a row a case took most of a report's time."""
    lite = connection.dialect.name == "sqlite"
    gathered = func.json_group_array if lite else func.array_agg
    found = await connection.execute(
        select(F.topic1, gathered(F.answer_s), func.sum(F.promised_s), func.count(F.promised_s))
        .where(*span.days(), F.accepted.is_(True), F.changed_at <= span.as_of)
        .group_by(F.topic1)
    )
    return [(key, json.loads(told) if lite else told, *rest) for key, told, *rest in found]


def _mean(total: int, n: int) -> float | None:
    return total / n if n else None


def _days(seconds: Any) -> float | None:
    return None if seconds is None else round(float(seconds) / 86400, 2)


def departments(
    now: Mapping[Any, Both], earlier: Mapping[Any, Both], tree: Tree
) -> list[dict[str, Any]]:
    """Compared inside a class only, and each with its own way since the period before."""
    found = []
    for code, both in now.items():
        if code is None or not both.raw.dispatched:
            continue
        unit = tree.departments.get(code)
        was = earlier.get(code, Both())
        told = {name: rates.MEASURES[name] for name in LEADING}
        found.append(
            {
                "key": code,
                "name": unit.name if unit else code,
                "class": unit.level if unit else "",
                "cases": both.raw.cases,
                "few": both.raw.asked < LEAST,
                "measures": {
                    name: {
                        "raw": asdict(of(both.raw)),
                        "adjusted": asdict(of(both.adjusted)),
                        "before": of(was.raw).value,
                    }
                    for name, of in told.items()
                },
            }
        )
    return sorted(found, key=lambda one: (str(one["class"]), str(one["name"])))


def _volumes(found: Mapping[Any, Both]) -> list[dict[str, Any]]:
    told = [{"key": key, "cases": both.raw.cases} for key, both in found.items()]
    return sorted(told, key=lambda one: (-int(str(one["cases"])), str(one["key"])))


async def days(connection: AsyncConnection, span: Span) -> list[dict[str, Any]]:
    """Receipts by day; a day with none stands there too."""
    found = await connection.execute(
        select(F.day, func.count().label("n"))
        .where(*span.days(), F.day <= city_day(span.as_of))
        .group_by(F.day)
    )
    n: dict[date, int] = {row.day: row.n for row in found}
    every = (span.first + i * ONE for i in range((span.last - span.first).days + 1))
    return [{"day": day.isoformat(), "cases": n.get(day, 0)} for day in every]


async def cockpit(connection: AsyncConnection, span: Span) -> dict[str, Any]:
    """What stands open now and what today brought: small, because it is asked for all the time."""
    units = [] if span.units is None else [F.department.in_(span.units)]
    live = [F.ended_at.is_(None), *units]
    by_state = await connection.execute(
        select(F.state, func.count().label("n")).where(*live).group_by(F.state)
    )
    late = func.count(case((and_(F.answered_at.is_(None), F.due_at < span.as_of), 1)))
    by_unit = await connection.execute(
        select(F.department, func.count().label("n"), late.label("late"))
        .where(*live)
        .group_by(F.department)
        .order_by(func.count().desc(), F.department)
    )
    held = [row._asdict() for row in by_unit]
    today = await connection.execute(
        select(
            func.count().label("received"),
            func.count(case((F.answered.is_(True), 1))).label("answered"),
            func.count(F.dispatched_at).label("dispatched"),
        ).where(F.day == span.last, *units)
    )
    ended = select(func.count()).where(F.ended_at >= span.as_of - ONE, *units)
    return {
        "states": {row.state: row.n for row in by_state},
        "open": sum(row["n"] for row in held),
        "overdue": sum(row["late"] for row in held),
        "units": held[:HOTTEST],
        "today": dict(today.one()._mapping),
        "ended_in_a_day": int((await connection.execute(ended)).scalar_one()),
    }
