"""The auditor's page: who saw what of whom; what is searched for never stands in an address."""

from datetime import date, datetime, time, timedelta
from typing import Any

from aiohttp import web

from channels.forms import clean
from escalation.calendar import ZONE
from hotline.domain.people import mask_phone
from hotline.domain.shanghai import city_day
from hotline.domain.words import Role
from hotline.flow.seen import REVEAL
from hotline.store import acts, alarms, reveals
from hotline.store.reveals import Asked
from hotline.store.work import Work
from hotline.web import forms
from hotline.web.keys import ACTOR, CENTRE
from hotline.web.pages import render, see_other
from hotline.web.routing import Route

PAGE = 50
ONE = timedelta(days=1)


async def shown(request: web.Request) -> web.Response:
    async with request.app[CENTRE].look() as look:
        return await _page(request, look, {})


async def search(request: web.Request) -> web.Response:
    """By officer, case, days, or the citizen's telephone; a search is itself on record."""
    posted = await forms.posted(request)
    told = {name: clean(values[-1])[:80] for name, values in posted.items()}
    async with request.app[CENTRE].work() as work:
        about = {name: value for name, value in told.items() if value}
        about |= {"phone": mask_phone(told["phone"])} if told.get("phone") else {}
        await acts.record(work.connection, work.at, request[ACTOR], "reveals_searched", about)
        return await _page(request, work, told)


async def _page(request: web.Request, work: Work, told: dict[str, str]) -> web.Response:
    phone = told.get("phone", "")
    cases = await work.vault.cases_of_phone(phone, 200) if phone else None
    asked = Asked(
        told.get("actor", ""),
        told.get("number", ""),
        cases,
        _day(told, "since"),
        _day(told, "until"),
        request[ACTOR],
    )
    below = told.get("below", "")
    last = int(below) if below.isascii() and below.isdigit() and len(below) < 10 else None
    found = await reveals.listed(work.connection, asked, last, PAGE)
    facts: dict[str, Any] = {"reveals": found, "asked": told, "page": PAGE}
    day = _day(told, "day") or datetime.combine(city_day(work.at), time(), ZONE)
    facts |= {"most": await reveals.most(work.connection, day, day + ONE), "day": day.date()}
    open_alarms = await alarms.listed(work.connection)
    facts |= {"alarms": [one for one in open_alarms if one["kind"] == REVEAL]}
    return render(request, "office/reveals.html", facts)


def _day(told: dict[str, str], name: str) -> datetime | None:
    """The day's first moment; of the last day, the moment after it."""
    try:
        day = date.fromisoformat(told.get(name, ""))
    except ValueError:
        return None
    if name == "until" and day < date.max:
        day += timedelta(days=1)
    return datetime.combine(day, time(), ZONE)


async def checked(request: web.Request) -> web.StreamResponse:
    """The auditor looked into an alarm: it is over, and what was found is on record."""
    posted = await forms.posted(request)
    who, what = (clean(posted.get(name, [""])[-1])[:200] for name in ("key", "finding"))
    async with request.app[CENTRE].work() as work:
        sounding = await alarms.listed(work.connection)
        others = [one["key"] for one in sounding if one["kind"] == REVEAL and one["key"] != who]
        await alarms.end(work.connection, REVEAL, work.at, but=others)
        about = {"username": who, "finding": what}
        await acts.record(work.connection, work.at, request[ACTOR], "reveals_checked", about)
    return see_other("/office/admin/reveals")


def routes() -> list[Route]:
    auditor = frozenset({Role.AUDITOR})

    def page(method: str, path: str, handler: Any, summary: str) -> Route:
        return Route(method, path, handler, auditor, summary, api=False)

    return [
        page("GET", "/office/admin/reveals", shown, "谁看过谁的信息"),
        page("POST", "/office/admin/reveals", search, "查询查看记录"),
        page("POST", "/office/admin/reveals/checked", checked, "核查完毕"),
    ]
