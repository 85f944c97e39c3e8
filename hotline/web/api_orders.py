"""Supervision orders as JSON: the list by level, state, department; one with its history."""

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from channels.forms import BadForm, FieldProblem
from hotline.domain.errors import NoSuchCase
from hotline.domain.order import AppealState, Order, OrderState, called
from hotline.domain.people import Actor, Tree
from hotline.domain.words import Cause
from hotline.flow import orders as flow
from hotline.store.orderlist import SORTS, OrdersWanted
from hotline.web import shown
from hotline.web.bodies import chosen, whole
from hotline.web.keys import ACTOR, CENTRE
from hotline.web.shown import answer, moment

STATES = frozenset(state.value for state in OrderState) | {"live", "appealed"}


def wanted(request: web.Request) -> OrdersWanted:
    """The filters of the list; a word that is not one of the choices is a problem, not ignored."""
    states = tuple(word for word in request.query.get("state", "").split(",") if word)
    if not set(states) <= STATES:
        raise BadForm([FieldProblem("state", "unknown", "没有这种状态。", "No such state.")])
    overdue = chosen(request, "overdue", frozenset({"true", "false"}))
    return OrdersWanted(
        state=states,
        level=whole(request, "level", 2, 6, least=2) if request.query.get("level") else None,
        department=request.query.get("department", "")[:40],
        cause=chosen(request, "cause", frozenset(cause.value for cause in Cause)),
        overdue=overdue == "true",
        q=request.query.get("q", "")[:40].replace("\x00", "").strip(),
        sort=chosen(request, "sort", frozenset(SORTS)) or "-issued_at",
        cursor=request.query.get("cursor", "")[:200],
        limit=whole(request, "limit", 50, 200, least=1),
    )


def place_of(request: web.Request) -> tuple[str, int]:
    """An order's id outside: its case's number, a dot, its number in the case."""
    number, _, order_id = request.match_info["id"][:40].rpartition(".")
    if not number.isascii() or not (order_id.isascii() and order_id.isdigit()):
        raise NoSuchCase
    return number, int(order_id)


async def get_orders(request: web.Request) -> web.Response:
    centre = request.app[CENTRE]
    found = await flow.listed(centre, request[ACTOR], wanted(request))
    items = [row(one, centre.rules.tree) for one in found.rows]
    return answer({"items": items, "next_cursor": found.next_cursor})


async def get_order(request: web.Request) -> web.Response:
    centre = request.app[CENTRE]
    view = await flow.view(centre, *place_of(request), request[ACTOR])
    told = order(view, centre.rules.tree, request[ACTOR])
    return answer(told, headers={"Cache-Control": "no-store"})


def row(found: Mapping[str, Any], tree: Tree) -> dict[str, Any]:
    """An order in the list."""
    return {
        "id": f"{found['case']}.{found['id']}",
        "number": found["number"],
        "case": found["case"],
        "title": found["title"],
        "urgency": found["urgency"],
        "level": found["level"],
        "cause": found["cause"],
        "cause_text": Cause(found["cause"]).zh,
        "state": found["state"],
        "state_text": OrderState(found["state"]).zh,
        "appeal_state": found["appeal_state"],
        "department": found["department"],
        "department_name": tree.top(found["department"]) if found["department"] else None,
        "issued_at": moment(found["issued_at"]),
        "due_at": moment(found["due_at"]),
    }


def order(view: flow.OrderView, tree: Tree, actor: Actor) -> dict[str, Any]:
    """The whole of an order."""
    one, case = view.order, view.case
    facts = {**one.__dict__, "case": case.number, "title": case.title}
    facts |= {"urgency": case.urgency.value, "appeal_state": _plain(one.appeal_state)}
    return {
        **row(facts, tree),
        "version": case.version,
        "text": one.text,
        "basis": one.basis,
        "recipients": [recipient(code, tree) for code in one.recipients],
        **_worked(one),
        "history": [shown.entry(line, actor) for line in view.history],
        "allowed_actions": view.actions,
    }


def _worked(one: Order) -> dict[str, Any]:
    """Answer, verdict, withdrawal and appeal, as far as they have come."""
    return {
        "answer": one.answer,
        "plan": one.plan,
        "plan_on": one.plan_on.isoformat() if one.plan_on else None,
        "answered_at": moment(one.answered_at),
        "verdict": one.verdict,
        "judged_at": moment(one.judged_at),
        "withdrawn": one.withdrawn,
        "appeal": one.appeal,
        "appealed_at": moment(one.appealed_at),
        "ruling": one.ruling,
        "ruled_at": moment(one.ruled_at),
    }


def _plain(state: str | None) -> str | None:
    return AppealState(state).value if state else None


def recipient(code: str, tree: Tree) -> dict[str, str]:
    """Who an order goes to, as people read it."""
    kind, _, who = code.partition(":")
    return {"kind": kind, "code": who, "name": called(code, tree)}
