"""The cockpit 驾驶舱 of supervisor and director: how the city stands now, each figure to its cases."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from hotline.domain.people import Actor
from hotline.domain.shanghai import midnight
from hotline.domain.words import Cause, Channel, Role
from hotline.flow.centre import City
from hotline.reports import charts
from hotline.store import alerts, cockpit, lights, orderlist
from hotline.store.find import NOBODY, Wanted
from hotline.store.orderlist import OrdersWanted
from hotline.web.districtmap import MAP
from hotline.web.keys import ACTOR, CENTRE, LANGUAGE
from hotline.web.pages import render
from hotline.web.routing import Route

PILOTS = frozenset({Role.SUPERVISOR, Role.DIRECTOR})
RISING, CHARTED = 10, 12
SHADES = 4  # of heat on the sketch of the districts, beside none
LIGHTS = {"yellow": ("黄灯", "yellow"), "red": ("红灯", "red"), "supervise": ("督办", "orders")}
OUT = ("issued", "returned")  # an order that waits for its answer
ORDERS = {
    "out": OrdersWanted(state=OUT, sort="due_at"),
    "late": OrdersWanted(state=OUT, overdue=True, sort="due_at"),
    "answered": OrdersWanted(state=("answered",), sort="due_at"),
    "appealed": OrdersWanted(state=("appealed",), sort="due_at"),
    "crowd": OrdersWanted(state=("live",), cause=Cause.REPEATED.value, sort="due_at"),
}


def link(wanted: Wanted) -> str:
    """The list of cases that a figure counted, as the address of its first page."""
    query = {
        "state": ",".join(wanted.state) or "open,ended",
        "department": wanted.department,
        "level": str(wanted.level) if wanted.level else "",
        "overdue": "true" if wanted.overdue else "",
        "district": wanted.district,
        "channel": wanted.channel,
        "since": wanted.since.isoformat() if wanted.since else "",
        "until": wanted.until.isoformat() if wanted.until else "",
        "weeks": str(wanted.weeks or ""),
        "light": wanted.light,
        "coming": wanted.coming,
        "topic": wanted.topic,
    }
    return "/office/?" + urlencode({name: value for name, value in query.items() if value})


def orders_link(wanted: OrdersWanted) -> str:
    query = {
        "state": ",".join(wanted.state),
        "sort": wanted.sort,
        "cause": wanted.cause,
        "overdue": "true" if wanted.overdue else "",
    }
    return "/office/orders?" + urlencode({name: value for name, value in query.items() if value})


async def show(request: web.Request) -> web.Response:
    """Whole, or as the part of it that the script fetches anew."""
    actor = request[ACTOR]
    centre = request.app[CENTRE]
    async with centre.look() as look:
        facts = await told(look.connection, actor, look.at, centre.city)
    english = request[LANGUAGE] == "en"
    ages, places = facts["backlog"][1:], facts["districts"][:CHARTED]
    said = {channel.value: channel for channel in Channel}
    drawn = {
        "age_chart": charts.bars(
            "Open cases by age in days" if english else "未结诉求按时长（天）",
            [_band(n) for n in range(len(ages))],
            [one.n for one in ages],
        ),
        "sketch": request.app[MAP].drawn(centre.city.districts),
        "strangers": request.app[MAP].strangers(centre.city.districts),
        "heat": _heat(facts["districts"], centre.city.districts),
        "heat_chart": charts.lying(
            "Open cases by district" if english else "各区县未结诉求",
            [one.key for one in places],
            [one.n for one in places],
        ),
    }
    page = {**facts, **drawn, "link": link, "orders_link": orders_link, "said": said}
    page |= {"band": _band, "levels": cockpit.LEVELS, "nobody": NOBODY}
    page |= {"lights": LIGHTS, "every": lights.ANY}
    part = "_part" if request.query.get("part") else ""
    return render(request, f"office/cockpit{part}.html", page)


def _band(n: int) -> str:
    """A band of AGES in days."""
    begins = cockpit.AGES[n]
    return f"{begins}–{cockpit.AGES[n + 1]}" if n + 1 < len(cockpit.AGES) else f"{begins}+"


def _heat(
    found: list[cockpit.Figure], districts: Iterable[Mapping[str, Any]]
) -> dict[str, tuple[cockpit.Figure, int]]:
    """By district: the figure, and its shade from 0 to SHADES beside the fullest district's."""
    most = max((one.n for one in found), default=0)
    none = (cockpit.nothing_in(str(one["name"])) for one in districts)
    figures = {one.key: one for one in (*none, *found)}
    return {key: (one, -(-one.n * SHADES // most) if most else 0) for key, one in figures.items()}


async def told(connection: Any, actor: Actor, now: datetime, city: City) -> dict[str, Any]:
    """Everything the page says, counted in one look."""
    lit, newest = await cockpit.lit(connection, actor, now)
    rungs, ladder = await cockpit.ladder(connection, actor, now)
    return {
        "as_of": now,
        "intake": await cockpit.by_channel(connection, actor, midnight(now), now),
        "backlog": await cockpit.backlog(connection, actor, now),
        "overdue": await cockpit.overdue(connection, actor, now),
        "districts": await cockpit.districts(connection, actor, now),
        "crowds": await cockpit.crowds(connection, actor, city.topics, now),
        "lit": lit,
        "newest": newest,
        "rungs": rungs,
        "ladder": ladder,
        "orders": {
            name: (await orderlist.count(connection, actor, asked, now), orders_link(asked))
            for name, asked in ORDERS.items()
        },
        "rising": await alerts.listed(connection, "open", None, RISING),
    }


def routes() -> list[Route]:
    return [Route("GET", "/office/cockpit", show, PILOTS, "驾驶舱", api=False)]
