"""What anyone may ask of the city: topics, answers; and the staff's reports."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from aiohttp import web

from channels.forms import BadForm, FieldProblem
from escalation.calendar import ZONE
from hotline.domain.errors import NotFound
from hotline.domain.shanghai import city_day
from hotline.domain.words import Role
from hotline.reports import callqueries, callreport, factqueries, figures, measures, queries
from hotline.reports.factqueries import Span
from hotline.reports.queries import Period
from hotline.store import articles, articleuse
from hotline.web import shown
from hotline.web.bodies import chosen
from hotline.web.keys import ACTOR, CENTRE
from hotline.web.shown import answer

REPORTS = (
    "calls",
    "cases",
    "promises",
    "satisfaction",
    "departments",
    "topics",
    "supervision",
    "knowledge",
    "measures",
    "cockpit",
)
READERS = frozenset(
    {Role.SUPERVISOR, Role.SHIFT_LEAD, Role.INSPECTOR, Role.DIRECTOR, Role.AUDITOR, Role.LEADER}
)

ONE = timedelta(days=1)
GROUPS: dict[str, Iterable[str]] = {
    "calls": callqueries.BY,
    "measures": factqueries.BY,
    "cockpit": ("department",),
    "knowledge": (),
}


async def get_topics(request: web.Request) -> web.Response:
    city = request.app[CENTRE].city
    items = [
        {
            "path": "/".join((row["level1"], row["level2"], row["level3"])),
            "level1": row["level1"],
            "level2": row["level2"],
            "level3": row["level3"],
        }
        for row in city.topics
    ]
    return answer({"items": items})


async def get_report(request: web.Request) -> web.Response:
    name = request.match_info["name"]
    if name not in REPORTS:
        known = ", ".join(REPORTS)
        raise NotFound(f"没有这种报表，可选：{known}。", f"No such report; there are: {known}.")
    groups = GROUPS.get(name, queries.BY)
    by = chosen(request, "by", frozenset(groups)) or None
    found = await report(request, name, period(request), by)
    return answer(found)


def period(request: web.Request) -> Period:
    """`from` and `to` are days of the city, both included; without them, today."""
    centre, actor = request.app[CENTRE], request[ACTOR]
    now = centre.now()
    today = now.astimezone(ZONE).date()
    start = _day(request, "from", today)
    end = _day(request, "to", max(today, start))
    if end < start:
        wrong = "结束日期不能早于开始日期。", "`to` lies before `from`."
        raise BadForm([FieldProblem("to", "range", *wrong)])
    units = sorted(actor.units) if actor.role is Role.LEADER else None
    return Period(_midnight(start), _midnight(end + ONE), now, units)


def _day(request: web.Request, name: str, default: date) -> date:
    raw = request.query.get(name)
    return day_of(name, raw) if raw else default


def day_of(name: str, raw: str) -> date:
    """A day as it was typed; BadForm where it is none."""
    try:
        found = date.fromisoformat(raw[:10])
        if not 1990 <= found.year <= 2100:
            raise ValueError(raw)
        return found
    except ValueError:
        wrong = f"{name} 应为日期，如 2026-11-24。", f"{name}: a date such as 2026-11-24."
        raise BadForm([FieldProblem(name, "date", *wrong)]) from None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), ZONE)


Told = tuple[dict[str, object], list[dict[str, object]]]


async def _counted(connection: Any, name: str, within: Period, by: str | None) -> Told:
    """A report's totals and rows, straight from what stands in the database now."""
    totals: dict[str, object]
    rows: list[dict[str, object]]
    if name in ("measures", "cockpit"):
        totals, rows = await of_facts(connection, name, span_of(within), by)
    elif name == "calls":
        totals, rows = await callreport.told(connection, within, by)
    elif name == "knowledge":
        totals, rows = await knowledge_counts(connection, within), []
    elif name == "satisfaction":
        said = await queries.said(connection, within, by)
        totals, rows = measures.satisfaction(said), measures.satisfied(said) if by else []
    elif name == "promises":
        found = await queries.promises(connection, within, by)
        rows = [measures.of_promises(one) for one in found]
        totals = measures.of_promises(
            _added(rows, ("made", "kept", "kept_late", "overdue", "running", "dropped"))
        )
    elif name == "supervision":
        rows = list(await queries.orders(connection, within, by))
        totals = _added(
            rows, ("issued", "unanswered", "answered", "accepted", "frozen", "withdrawn")
        )
    else:
        by = by or {"departments": "department", "topics": "topic"}.get(name)
        totals = measures.of_cases((await queries.cases(connection, within, None))[0])
        grouped = await queries.cases(connection, within, by) if by else []
        rows = [measures.of_cases(one) for one in grouped]
    return totals, rows


async def report(
    request: web.Request, name: str, within: Period, by: str | None
) -> dict[str, object]:
    async with request.app[CENTRE].look() as look:
        totals, rows = await _counted(look.connection, name, within, by)
    last = (within.end - ONE).astimezone(ZONE).date()
    return {
        "name": name,
        "from": within.start.astimezone(ZONE).date().isoformat(),
        "to": last.isoformat(),
        "as_of": shown.moment(within.now),
        "formula_version": figures.FORMULAS if name == "measures" else measures.FORMULAS,
        "totals": totals,
        "rows": rows,
    }


def span_of(within: Period) -> Span:
    """The days of a period, as known now."""
    last = city_day(within.end - ONE)
    return Span(city_day(within.start), last, within.now, within.units)


async def of_facts(
    connection: Any, name: str, span: Span, by: str | None
) -> tuple[dict[str, object], list[dict[str, object]]]:
    """What is read from the facts: the measures, raw and adjusted; how things stand now."""
    if name == "cockpit":
        live = await figures.cockpit(connection, span)
        rows = live.pop("units")
        return live, rows
    total = (await factqueries.counts(connection, span, None))[None]
    grouped = await factqueries.counts(connection, span, by) if by else {}
    rows = [
        {"key": key, "cases": both.raw.cases, **figures.measures(both)}
        for key, both in grouped.items()
    ]
    return {"cases": total.raw.cases, **figures.measures(total)}, rows


async def knowledge_counts(connection: Any, within: Period) -> dict[str, object]:
    first = within.start.astimezone(ZONE).date()
    last = (within.end - ONE).astimezone(ZONE).date()
    stages = await articles.counts(connection)
    today = within.now.astimezone(ZONE).date()
    return measures.of_knowledge(
        {
            "articles": stages.get("released", 0),
            "waiting": stages.get("submitted", 0),
            "due": len(await articles.due(connection, today)),
            "gaps": await articleuse.gaps_open(connection),
            "uses": await articleuse.uses(connection, first, last),
        }
    )


def _added(rows: list[dict[str, object]], names: tuple[str, ...]) -> dict[str, object]:
    return {name: sum(int(str(row[name])) for row in rows) for name in names}
