"""Staff pages of figures: how things stand, every measure raw and adjusted, down to the cases;
signs of gaming for inspectors; whom to call back."""

from dataclasses import replace
from typing import Any

from aiohttp import web

from hotline.domain.errors import NoSuchCase
from hotline.domain.state import State
from hotline.domain.words import Kind, Role
from hotline.flow import interests
from hotline.reports import charts, factsampling, figures, likereplies, signs, terms
from hotline.reports.factqueries import Span
from hotline.web import api_city
from hotline.web.bodies import whole
from hotline.web.keys import ACTOR, CENTRE, LANGUAGE
from hotline.web.pages import render
from hotline.web.routing import Route

LOOKERS = api_city.READERS - {Role.AUDITOR}
INSPECTORS = frozenset({Role.INSPECTOR, Role.SUPERVISOR, Role.DIRECTOR})
SAMPLERS = frozenset({Role.INSPECTOR, Role.CALLBACK, Role.SHIFT_LEAD, Role.DIRECTOR})
LONGEST = 400  # days: so many a page or a report counts over


def asked(request: web.Request) -> Span:
    """The days asked for; without any, this month so far. A leader's are the own units'."""
    found = api_city.span_of(api_city.period(request))
    if "from" not in request.query and "to" not in request.query:
        found = replace(found, first=found.last.replace(day=1))
    first = max(found.first, found.last - LONGEST * figures.ONE)
    unit = request.query.get("department", "")[:40]
    if unit and (found.units is None or unit in found.units):
        below = sorted(request.app[CENTRE].rules.tree.subtree(unit)) or [unit]
        found = replace(found, units=below)
    return replace(found, first=first, topic=request.query.get("topic", "")[:120])


def words(request: web.Request) -> dict[str, Any]:
    spoken = 1 if request[LANGUAGE] == "en" else 0

    def said(table: dict[str, tuple[str, str]]) -> dict[str, str]:
        return {name: pair[spoken] for name, pair in table.items()}

    return {
        "measure_names": said(terms.MEASURES),
        "volume_names": said(terms.VOLUMES),
        "classes": said(terms.CLASSES),
        "kinds": said(terms.KINDS),
        "shown": terms.shown,
        "lasted": lambda days: terms.lasted(days, spoken == 1),
        "Kind": Kind,
        "State": State,
    }


async def board(request: web.Request) -> web.Response:
    span = asked(request)
    centre = request.app[CENTRE]
    async with centre.look() as look:
        found = await figures.of_period(look.connection, figures.Asked(span), centre.rules.tree)
        live = await figures.cockpit(look.connection, span)
    english = request[LANGUAGE] == "en"
    days = found["days"][-62:]
    by_day = charts.bars(
        "Receipts by day" if english else "每日收件",
        [one["day"][5:] for one in days],
        [one["cases"] for one in days],
    )
    facts = {
        **words(request),
        "found": found,
        "live": live,
        "span": span,
        "asked": request.query,
        "by_day": by_day,
        "may_drill": request[ACTOR].role in LOOKERS,
    }
    return render(request, "office/figures.html", facts)


async def cases(request: web.Request) -> web.Response:
    """The cases behind a figure."""
    name = request.query.get("name", "")
    if name not in signs.AGAINST and name not in signs.SIGNS:
        raise NoSuchCase
    if name in signs.SIGNS and request[ACTOR].role not in INSPECTORS:
        raise NoSuchCase
    span = asked(request)
    async with request.app[CENTRE].look() as look:
        found = await signs.cases(look.connection, span, name)
        opened = await signs.opened(look.connection, (one["number"] for one in found))
    secret = await interests.kept_from(request.app[CENTRE], request[ACTOR])
    found = [one for one in found if one["number"] not in secret]
    sign = signs.SIGNS.get(name)
    zh = f"{terms.MEASURES[name][0]}：{signs.AGAINST[name]}" if sign is None else sign.zh
    en = f"against: {terms.MEASURES[name][1]}" if sign is None else sign.en
    facts = {**words(request), "found": found, "span": span, "zh": zh, "en": en}
    facts |= {"most": signs.SHOWN, "opened": opened}
    return render(request, "office/figurecases.html", facts)


async def gaming(request: web.Request) -> web.Response:
    span = asked(request)
    async with request.app[CENTRE].look() as look:
        every = await signs.by_unit(look.connection, span)
        beyond = await likereplies.left_out(look.connection, span)
    found = [row for row in every if any(row[name] for name in signs.SIGNS)]
    facts = {**words(request), "found": found, "span": span, "signs": signs.SIGNS}
    facts |= {"beyond": beyond, "compared": likereplies.MOST}
    facts["quiet"] = len(every) - len(found)
    return render(request, "office/signs.html", facts | {"asked": request.query})


async def sample(request: web.Request) -> web.Response:
    """Whom to call back, drawn by lot inside each unit and type; and what was heard so far."""
    span, n = asked(request), whole(request, "n", 100, 2000, 1)
    async with request.app[CENTRE].look() as look:
        found = await factsampling.told(look.connection, span, n, request[ACTOR])
        drawn = [number for row in found["drawn"] for number in row["numbers"]]
        opened = await signs.opened(look.connection, drawn)
    facts = {**words(request), "found": found, "span": span, "n": n, "asked": request.query}
    return render(request, "office/sample.html", facts | {"opened": opened})


def routes() -> list[Route]:
    def page(path: str, handler: Any, who: frozenset[Role], summary: str) -> Route:
        return Route("GET", path, handler, who, summary, api=False)

    base = "/office/figures"
    return [
        page(base, board, api_city.READERS, "指标"),
        page(base + "/cases", cases, LOOKERS, "指标下的诉求"),
        page(base + "/signs", gaming, INSPECTORS, "异常迹象"),
        page(base + "/sample", sample, SAMPLERS, "回访抽样"),
    ]
