"""The page of one case: all of it, and exactly the actions that it allows, each with its form."""

from dataclasses import dataclass
from typing import Any

from aiohttp import web

from channels.forms import BadForm, FieldProblem
from escalation.promise import Deadline, Promise
from hotline.domain import past
from hotline.domain.acts.asking import Act
from hotline.domain.case import Case
from hotline.domain.counting import why
from hotline.domain.errors import Refused, Stale
from hotline.domain.order import OrderState
from hotline.domain.people import Actor, Tree
from hotline.domain.promises import owner
from hotline.domain.state import Action, State
from hotline.domain.words import Kind, Party, Role, Tongue, Urgency
from hotline.flow import choices, rules
from hotline.flow import work as flow
from hotline.flow.classify import Why
from hotline.flow.rulebook import Sign
from hotline.store.vault import FIELDS
from hotline.web import attachments, forms, replyhints
from hotline.web.bodies import number_of
from hotline.web.casebeside import beside
from hotline.web.keys import ACTOR, CENTRE, LANGUAGE
from hotline.web.pages import render, see_other
from hotline.web.routing import WORKERS, Route
from hotline.web.schemas import action_named, asked, read_typed


async def case(request: web.Request) -> web.Response:
    return await case_page(request)


async def case_page(
    request: web.Request,
    *,
    problems: list[FieldProblem] | None = None,
    action: str = "",
    typed: dict[str, list[str]] | None = None,
    revealed: dict[str, str] | None = None,
    status: int = 200,
) -> web.Response:
    centre, actor, number = request.app[CENTRE], request[ACTOR], number_of(request)
    view = await flow.view(centre, number, actor)
    _, entries = await flow.timeline(centre, number, actor)
    english = request[LANGUAGE] == "en"
    made, traced = await rules.trace(centre, view.case)
    facts = {
        "case": view.case,
        "offer": choices.offer(view.case, centre.rules.tree),
        "decides": _decides(actor, view.actions),
        "decisions": made,
        "trace": traced,
        "view": view,
        "entries": list(reversed(entries)),
        "actions": [_form_of(request, view.case, Action(name)) for name in view.actions],
        "problems": {one.field: one.en if english else one.zh for one in problems or []},
        "failed_action": action,
        "typed": typed or {},
        "revealed": revealed,
        "fields": FIELDS,
        "topics": forms.topics(centre.city) if any(_asks_topic(view.actions)) else (),
        "done": request.query.get("done", ""),
        "why": lambda one: why(view.case, one, centre.rules, request[LANGUAGE]),
        "owes": lambda one: _owes(view.case, one, centre.rules.tree),
        "reminder": past.reminder(entries),
        "word": lambda label: _word(label, english),
    } | await beside(
        request, view, entries, typed or {}, stale=any(p.code == "stale" for p in problems or [])
    )
    return render(request, "office/case.html", facts | TERMS, status)


# The terms that the page names.
TERMS: dict[str, Any] = {
    "State": State,
    "Action": Action,
    "OrderState": OrderState,
    "Why": Why,
    "Sign": Sign,
    "REPLIES": replyhints.WRITTEN,
}


def _decides(actor: Actor, names: list[str]) -> bool:
    """Is it a dispatcher's to say where this goes?"""
    return actor.role is Role.DISPATCHER and not {"accept", "transfer"}.isdisjoint(names)


def _owes(one: Case, deadline: Deadline, tree: Tree) -> str:
    """Whose part of the work a deadline is, or which order's."""
    if deadline.promise is Promise.ORDER:
        return deadline.part
    unit = owner(one, deadline.promise, deadline.part)
    return tree.top(unit) if unit else ""


def _word(label: str, english: bool) -> str:
    """A suggestion's label as people read it: a code's name, a topic's path."""
    for kind in (Kind, Urgency, Party, Tongue):
        if label in kind._value2member_map_:
            return kind(label).en if english else kind(label).zh
    return label.replace("/", " › ") or "—"


def _asks_topic(names: list[str]) -> list[bool]:
    return [name in ("accept", "transfer", "split", "correct") for name in names]


def _form_of(request: web.Request, one: Case, action: Action) -> forms.ActionForm:
    return forms.form_of(request.app[CENTRE], one, action)


@dataclass(frozen=True)
class Attempt:
    """What came of a form that was sent: nothing wrong, or what, with all that was typed."""

    action: str
    typed: dict[str, list[str]]
    problems: list[FieldProblem]
    status: int = 200


async def attempt(
    request: web.Request, number: str, action: Action, posted: dict[str, list[str]]
) -> Attempt:
    """One action from its form."""
    version = posted.get("version", ["0"])[-1]
    try:
        if "attachments" in asked(action):
            posted["attachments"] = await attachments.uploads(request)
        facts: Act = read_typed(action, posted)
        seen = int(version) if version.isdigit() and len(version) < 10 else 0
        await flow.act(request.app[CENTRE], number, facts, request[ACTOR], seen)
    except BadForm as error:
        return Attempt(action.value, posted, error.problems, 422)
    except Refused as error:
        field = "version" if isinstance(error, Stale) else error.field or action.value
        problem = FieldProblem(field, error.code, error.zh, error.en)
        return Attempt(action.value, posted, [problem], 409)
    return Attempt(action.value, posted, [])


async def act(request: web.Request) -> web.StreamResponse:
    """One action from its form; whatever goes wrong, what was typed is still there."""
    posted = await forms.posted(request)
    number = number_of(request)
    action = action_named(posted.get("action", [""])[-1])
    found = await attempt(request, number, action, posted)
    if found.problems:
        return await case_page(
            request,
            problems=found.problems,
            action=found.action,
            typed=found.typed,
            status=found.status,
        )
    if await _still_mine(request, number):
        return see_other(f"/office/cases/{number}?done={action.value}")
    return see_other("/office/")


async def _still_mine(request: web.Request, number: str) -> bool:
    """A department that sent a case away may not see it any more."""
    try:
        await flow.view(request.app[CENTRE], number, request[ACTOR])
    except Refused:
        return False
    return True


def routes() -> list[Route]:
    def page(method: str, path: str, handler: Any, summary: str) -> Route:
        return Route(method, path, handler, WORKERS, summary, api=False)

    number = "/office/cases/{number}"
    return [
        page("GET", number, case, "诉求"),
        page("POST", number + "/actions", act, "办理"),
        page("GET", "/office/files/{token}", attachments.download, "附件"),
    ]
