"""The queue 工作台: what waits in which state, found by words, filtered, sorted, paged; saved views."""

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from hotline.domain.errors import NotPossible
from hotline.domain.state import OPEN, TO_ROUTE, State
from hotline.domain.words import Channel, Kind, Party, Role, Tongue, Urgency
from hotline.flow import bulk, casewords, notify, ringing, rising, savedviews
from hotline.flow import work as flow
from hotline.store import alarms, decisions, stumbles
from hotline.store.casesorts import NEWEST, PRESSING
from hotline.store.find import NOBODY, Wanted, states
from hotline.web import forms
from hotline.web.api_staff import MOST_WEEKS, RUNGS, wanted
from hotline.web.keys import ACTOR, CENTRE, LANGUAGE
from hotline.web.pages import render, see_other
from hotline.web.routes_rules import LOOKERS
from hotline.web.routing import WORKERS, Route

FILTERS = (
    "state",
    "q",
    "caller",
    "type",
    "urgency",
    "topic",
    "level",
    "department",
    "district",
    "channel",
    "party",
    "language",
    "since",
    "until",
    "weeks",
    "overdue",
    "light",
    "coming",
    "sort",
)


CHOICES = {  # what the filters and rows of the page choose from
    "kinds": list(Kind),
    "urgencies": list(Urgency),
    "channels": list(Channel),
    "parties": list(Party),
    "tongues": list(Tongue),
    "Party": Party,
    "nobody": NOBODY,
    "rungs": RUNGS,
    "weeks": range(1, MOST_WEEKS + 1),
    "State": State,
    "Kind": Kind,
    "Urgency": Urgency,
    "Outcome": ringing.Outcome,
}
BEGINS = {Role.CALLBACK: State.FOLLOW_UP.value, Role.DISPATCHER: "to_route"}
PRESSED = frozenset({Role.DISPATCHER, Role.CLERK, Role.LEADER})
CHOSEN = (bulk.Kind.OFFER, bulk.Kind.TRANSFER, bulk.Kind.MERGE)


async def queue(request: web.Request) -> web.Response:
    """The work at hand; a wrong filter is a problem that is said, not ignored."""
    return await _queue(request)


async def _queue(
    request: web.Request, problem: str = "", named: str = "", status: int = 200
) -> web.Response:
    """`problem`: why a view was not saved; `named`: the name that was typed for it."""
    centre, actor = request.app[CENTRE], request[ACTOR]
    asked = wanted(request)
    at = request.query.get("state") or _begins(request)
    if "state" not in request.query:
        asked = replace(asked, state=(at,))
    asked = replace(asked, sort=_order(request, asked))
    found = await flow.listed(centre, actor, asked)
    counts = await flow.counts(centre, actor)
    query = {name: value for name, value in request.query.items() if name in FILTERS and value}
    facts = {
        **await _views(request, query),
        "problem": problem,
        "named": named,
        "sorted_by": lambda way: _link({**query, "sort": way}),
        "districts": [str(one["name"]) for one in centre.city.districts],
        **await _machine(request),
        "stumbling": await _stumbling(request) if actor.role is Role.SHIFT_LEAD else [],
        "rows": found.rows,
        "bulk_kinds": CHOSEN if actor.role is Role.DISPATCHER else (),
        "next_link": _link(query, cursor=found.next_cursor) if found.next_cursor else None,
        "counts": [(state, counts.get(state.value, 0)) for state in State if state in OPEN],
        "total": sum(counts.values()),
        "asked": request.query,
        "at": at,
        "sort": asked.sort,
        "to_route": sum(counts.get(state.value, 0) for state in TO_ROUTE),
        "state_link": lambda state: _link({}, state=state),
        **CHOICES,
        "units": forms.departments(centre.rules.tree),
        "messages": await notify.desk_messages(centre, actor, limit=5),
        "tasks": await _ringing(request),
        "rising": await _rising(request),
    }
    return render(request, "office/queue.html", facts, status)


def _begins(request: web.Request) -> str:
    """Where the desk begins: with what waits for whoever sits there, until something else is asked."""
    if set(FILTERS) & set(request.query):
        return "open"
    return BEGINS.get(request[ACTOR].role, "open")


def _order(request: web.Request, asked: Wanted) -> str:
    """What has to be decided or done stands by urgency and time left, what was searched for by day;
    and where cases that ended are asked for, nothing presses, whatever was chosen before."""
    chosen = request.query.get("sort")
    pressed = request[ACTOR].role in PRESSED and not asked.q
    wished = chosen or (PRESSING if pressed else NEWEST)
    return wished if wished != PRESSING or set(states(asked.state)) <= OPEN else NEWEST


async def _views(request: web.Request, query: dict[str, str]) -> dict[str, Any]:
    """The officer's own filters, and what was deleted a moment ago."""
    centre, actor = request.app[CENTRE], request[ACTOR]
    lost = request.query.get("gone", "")
    known = lost.isascii() and lost.isdigit() and len(lost) < 10
    return {
        "views": [(one, _link(one.filters)) for one in await savedviews.listed(centre, actor)],
        "gone": await savedviews.gone(centre, actor, int(lost)) if known else None,
        "kept": {name: value for name, value in query.items() if name != "sort"},
        "filters": urlencode(query),
        "everywhere": _link({**query, "state": "open,ended"}),
        "narrowed": set(query) - {"q", "caller", "sort", "state"},
    }


async def _machine(request: web.Request) -> dict[str, Any]:
    """Whether the machine dispatches, for those whose work it is when it does not."""
    if request[ACTOR].role not in LOOKERS:
        return {"dispatch": decisions.Switch(), "failing": 0}
    async with request.app[CENTRE].look() as look:
        sounding = await alarms.standing(look.connection)
        switch = await decisions.switch(look.connection)
    return {"dispatch": switch, "failing": sounding.get("rule", 0)}


async def _stumbling(request: web.Request) -> list[str]:
    """Cases whose rungs keep failing, for who answers for the shift."""
    async with request.app[CENTRE].look() as look:
        found = await stumbles.listed(look.connection, request[ACTOR], 10)
    return list(dict.fromkeys(one["number"] for one in found))


async def _ringing(request: web.Request) -> list[ringing.Ringing]:
    """Open call tasks stand on top of the desks that ring."""
    if request[ACTOR].role not in ringing.CALLERS:
        return []
    return await ringing.listed(request.app[CENTRE], request[ACTOR], state="open", limit=20)


async def _rising(request: web.Request) -> list[Any]:
    """Rising matters that nobody has taken in hand yet."""
    if request[ACTOR].role not in rising.READERS:
        return []
    return await rising.listed(request.app[CENTRE], "waiting", limit=5)


def _link(query: dict[str, str], **changes: str | None) -> str:
    told = {**query, **{name: value for name, value in changes.items() if value}}
    return f"/office/?{urlencode(told)}"


async def search(request: web.Request) -> web.StreamResponse:
    """What is searched for comes in a body: a telephone number leaves it only as its keyed hash."""
    posted = await forms.posted(request)
    query = {name: posted[name][-1].strip() for name in FILTERS if posted.get(name)}
    caller = casewords.hashed(request.app[CENTRE], query.get("q", ""))
    if caller:
        query |= {"q": "", "caller": caller}
    elif query.get("q"):
        query.pop("caller", None)
    return see_other(_link({name: value for name, value in query.items() if value}))


async def save(request: web.Request) -> web.StreamResponse:
    """The filters stand in the address, as on the queue: a refusal shows the same queue again."""
    posted = await forms.posted(request)
    name = posted.get("name", [""])[-1]
    filters = {key: value[:120] for key, value in request.query.items() if key in FILTERS and value}
    try:
        await savedviews.save(request.app[CENTRE], request[ACTOR], name, filters)
    except NotPossible as error:
        why = error.en if request[LANGUAGE] == "en" else error.zh
        return await _queue(request, why, name[:200], 422)
    return see_other(_link(filters))


async def delete(request: web.Request) -> web.StreamResponse:
    await forms.posted(request)
    row = await savedviews.delete(request.app[CENTRE], request[ACTOR], _id(request))
    return see_other(_link({"gone": str(row.id)}))


async def bring_back(request: web.Request) -> web.StreamResponse:
    await forms.posted(request)
    try:
        row = await savedviews.bring_back(request.app[CENTRE], request[ACTOR], _id(request))
    except NotPossible as error:
        return await _queue(request, error.en if request[LANGUAGE] == "en" else error.zh, "", 422)
    return see_other(_link(row.filters))


def _id(request: web.Request) -> int:
    given = request.match_info["id"]
    return int(given) if given.isascii() and given.isdigit() and len(given) < 10 else 0


def routes() -> list[Route]:
    def page(method: str, path: str, handler: Any, summary: str) -> Route:
        return Route(method, path, handler, WORKERS, summary, api=False)

    one = "/office/views/{id}"
    return [
        page("GET", "/office/", queue, "工作台"),
        page("POST", "/office/search", search, "查找诉求"),
        page("POST", "/office/views", save, "保存常用筛选"),
        page("POST", one + "/gone", delete, "删除常用筛选"),
        page("POST", one + "/back", bring_back, "恢复常用筛选"),
    ]
