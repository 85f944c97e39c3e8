"""The supervisor's desk: orders by level, state, unit and due time; the page of one, with its acts."""

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from channels.forms import FieldProblem
from hotline.domain.case import Entry
from hotline.domain.order import HIGHEST, LOWEST, AppealState, OrderState
from hotline.domain.state import Action
from hotline.domain.words import Cause
from hotline.flow import orders as flow
from hotline.flow import work
from hotline.reports.papers import PaperKind
from hotline.web import api_orders, casebeside, entryfacts, forms, office_case
from hotline.web.api_orders import place_of
from hotline.web.keys import ACTOR, CENTRE, LANGUAGE
from hotline.web.pages import render, see_other
from hotline.web.routing import WORKERS, Route
from hotline.web.schemas import action_named

GROUPS = (("live", "在办", "binding"), ("appealed", "申诉待裁定", "under appeal"))


async def desk(request: web.Request) -> web.Response:
    """What binds now, what is due first at the top; every other list is a filter away."""
    centre, actor = request.app[CENTRE], request[ACTOR]
    query = {name: value for name, value in request.query.items() if name not in ("cursor", "lang")}
    asked = api_orders.wanted(request)
    if "state" not in query:
        sort = query.get("sort") or "due_at"
        query |= {"state": "live", "sort": sort}
        asked = replace(asked, state=("live",), sort=sort)
    found = await flow.listed(centre, actor, asked)
    counts = await flow.counts(centre, actor)
    facts = {
        "rows": found.rows,
        "next_link": _link({**query, "cursor": found.next_cursor}) if found.next_cursor else None,
        "asked": query,
        "tabs": [(n, counts.get(n, 0)) for n in range(LOWEST, HIGHEST + 1)],
        "total": sum(counts.values()),
        "level_link": lambda n: _link({"level": str(n)}),
        "groups": GROUPS,
        "states": list(OrderState),
        "causes": list(Cause),
        "units": forms.departments(centre.rules.tree),
        "OrderState": OrderState,
        "Cause": Cause,
    }
    return render(request, "office/orders.html", facts)


def _link(query: dict[str, str]) -> str:
    return f"/office/orders?{urlencode(query)}"


async def order(request: web.Request) -> web.Response:
    return await _order(request)


async def _order(request: web.Request, attempt: office_case.Attempt | None = None) -> web.Response:
    centre, (number, order_id) = request.app[CENTRE], place_of(request)
    view = await flow.view(centre, number, order_id, request[ACTOR])
    tree, english = centre.rules.tree, request[LANGUAGE] == "en"
    problems: list[FieldProblem] = attempt.problems if attempt else []
    facts = {
        "order": view.order,
        "case": view.case,
        "history": list(reversed(view.history)),
        "said": entryfacts.reader(request, view.case),
        "actions": [forms.form_of(centre, view.case, Action(name)) for name in view.actions],
        "recipients": [api_orders.recipient(code, tree) for code in view.order.recipients],
        "problems": {one.field: one.en if english else one.zh for one in problems},
        "failed_action": attempt.action if attempt else "",
        "typed": attempt.typed if attempt else {},
        "done": request.query.get("done", ""),
        "meanwhile": await _meanwhile(request, number, attempt),
        "state": OrderState(view.order.state),
        "appeal": AppealState(view.order.appeal_state) if view.order.appeal_state else None,
        "Action": Action,
        "paper": PaperKind.of_level(view.order.level),
    }
    return render(request, "office/order.html", facts, attempt.status if attempt else 200)


async def _meanwhile(
    request: web.Request, number: str, attempt: office_case.Attempt | None
) -> list[Entry]:
    """What was done in the case while a form was filled in that came too late, oldest first."""
    if attempt is None or not any(one.code == "stale" for one in attempt.problems):
        return []
    _, entries = await work.timeline(request.app[CENTRE], number, request[ACTOR])
    return casebeside.meanwhile(entries, attempt.typed)


async def act(request: web.Request) -> web.StreamResponse:
    """An act on this order, from its form; whatever goes wrong, what was typed is still there."""
    posted = await forms.posted(request)
    number, order_id = place_of(request)
    action = action_named(posted.get("action", [""])[-1])
    posted["order"] = [str(order_id)]
    attempt = await office_case.attempt(request, number, action, posted)
    if attempt.problems:
        return await _order(request, attempt)
    return see_other(f"/office/orders/{number}.{order_id}?done={action.value}")


def routes() -> list[Route]:
    def page(method: str, path: str, handler: Any, summary: str) -> Route:
        return Route(method, path, handler, WORKERS, summary, api=False)

    return [
        page("GET", "/office/orders", desk, "督办台"),
        page("GET", "/office/orders/{id}", order, "督办单"),
        page("POST", "/office/orders/{id}/actions", act, "办理督办单"),
    ]
