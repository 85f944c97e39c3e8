"""The caller-back's pages (今日回访): the day's plan, and one page a call with its script and outcome."""

from datetime import datetime
from typing import Any

from aiohttp import web
from pydantic import ValidationError

from channels.forms import BadForm, FieldProblem, problems
from escalation.calendar import ZONE
from hotline.domain.errors import Refused, Stale
from hotline.domain.state import Action, State
from hotline.domain.words import Kind, Reached, Satisfaction, Tongue, Urgency
from hotline.flow import callbackcalls, callbacks
from hotline.flow import work as flow
from hotline.flow.callbackcalls import Called, Then
from hotline.flow.callbacks import CALLABLE, CALLERS, OF_TODAY, Asked, Shelf, Source
from hotline.web import api_callbacks, entryfacts, forms
from hotline.web.api_callbacks import NAMES, OutcomeForm, asked_of, told_of
from hotline.web.bodies import number_of
from hotline.web.keys import ACTOR, CENTRE, LANGUAGE
from hotline.web.pages import render, see_other
from hotline.web.routing import Route

PAGE = 20
EITHER = ("solved", "contacted", "pressed")  # a question left open says nothing
WORDS: dict[str, Any] = {
    "Shelf": Shelf,
    "Source": Source,
    "State": State,
    "Kind": Kind,
    "Reached": Reached,
    "Tongue": Tongue,
    "Urgency": Urgency,
    "OF_TODAY": OF_TODAY,
    "CALLABLE": CALLABLE,
}


async def plan(request: web.Request) -> web.Response:
    """`?part=1`: the list alone, which the page fetches when it changes."""
    return await _plan(request)


async def _plan(request: web.Request, problem: str = "", status: int = 200) -> web.Response:
    asked = asked_of(request, PAGE)
    found = await callbacks.plan(request.app[CENTRE], request[ACTOR], asked)
    facts = {
        "plan": found,
        "asked": asked,
        "problem": problem,
        "done": request.query.get("done", ""),
        "number": request.query.get("number", "")[:20],
        **WORDS,
    }
    part = request.query.get("part") == "1"
    return render(request, f"office/callbacks{'_part' if part else ''}.html", facts, status)


async def take_next(request: web.Request) -> web.StreamResponse:
    posted = {name: values[-1] for name, values in (await forms.posted(request)).items()}
    asked = Asked(
        language=posted.get("language", "")
        if posted.get("language") in api_callbacks.TONGUES
        else "",
        source=posted.get("source", "") if posted.get("source") in api_callbacks.SOURCES else "",
    )
    return await _next(request, asked)


async def _next(request: web.Request, asked: Asked) -> web.StreamResponse:
    number = await callbacks.take_next(request.app[CENTRE], request[ACTOR], asked)
    return see_other(f"/office/callbacks/{number}" if number else "/office/callbacks?done=none")


async def one(request: web.Request) -> web.Response:
    return await _one(request)


async def _one(
    request: web.Request,
    *,
    called: Called | None = None,
    wrong: list[FieldProblem] | None = None,
    typed: dict[str, str] | None = None,
    status: int = 200,
) -> web.Response:
    """`called`: the number, on the answer to the press that asked for it and nowhere else."""
    centre, actor, number = request.app[CENTRE], request[ACTOR], number_of(request)
    line = await callbackcalls.standing(centre, number, actor)
    view = await flow.view(centre, number, actor)
    _, entries = await flow.timeline(centre, number, actor)
    english = request[LANGUAGE] == "en"
    tries = [one for one in entries if one.action is Action.FOLLOW_UP]
    hand = line.one.taken if line is not None and line.mine else None
    facts = {
        "case": view.case,
        "citizen": view.citizen,
        "line": line,
        "called": called,
        "calling": hand is not None and hand.called_at is not None,
        "tries": list(reversed(tries)),
        "said": entryfacts.reader(request, view.case),
        "most": centre.rules.terms.follow_up_attempts,
        "problems": {one.field: one.en if english else one.zh for one in wrong or []},
        "typed": typed or {},
        "Then": Then,
        "Satisfaction": Satisfaction,
        **WORDS,
    }
    return render(request, "office/callback.html", facts, status)


async def call(request: web.Request) -> web.Response:
    await forms.posted(request)
    centre, number = request.app[CENTRE], number_of(request)
    try:
        called = await callbackcalls.call(centre, number, request[ACTOR])
    except Refused as error:
        return await _one(request, wrong=[_problem(error, "call")], status=409)
    return await _one(request, called=called)


def _problem(error: Refused, otherwise: str) -> FieldProblem:
    field = "version" if isinstance(error, Stale) else error.field or otherwise
    return FieldProblem(field, error.code, error.zh, error.en)


async def outcome(request: web.Request) -> web.StreamResponse:
    """Whatever is wrong with it, what was typed is still there."""
    posted = {name: values[-1] for name, values in (await forms.posted(request)).items()}
    centre, number = request.app[CENTRE], number_of(request)
    try:
        made = OutcomeForm.model_validate(_read(posted))
        if wanting := callbackcalls.lacking(told_of(made)):
            raise BadForm([_problem(one, "outcome") for one in wanting])
        await callbackcalls.heard(centre, number, request[ACTOR], told_of(made), made.version)
    except ValidationError as error:
        wrong = problems(error, NAMES)
        return await _one(request, wrong=wrong, typed=posted, status=422)
    except BadForm as error:
        return await _one(request, wrong=error.problems, typed=posted, status=422)
    except Refused as error:
        return await _one(request, wrong=[_problem(error, "outcome")], typed=posted, status=409)
    if posted.get("go") == "next":
        return await _next(request, Asked())
    return see_other(f"/office/callbacks?done={made.outcome.value}&number={number}")


def _read(posted: dict[str, str]) -> dict[str, Any]:
    """As a form of the interface: a page says yes and no in words, and its moments have no zone."""
    told: dict[str, Any] = {
        name: value
        for name, value in posted.items()
        if name in OutcomeForm.model_fields and value.strip()
    }
    told |= {name: told[name] == "yes" for name in EITHER if name in told}
    told["should_do"] = "should_do" in told
    if "version" in told:
        told["version"] = int(told["version"]) if told["version"].isdigit() else 1
    if "again_at" in told:
        told["again_at"] = _local(told["again_at"])
    return told


def _local(typed: str) -> Any:
    try:
        return datetime.fromisoformat(typed).replace(tzinfo=ZONE)
    except ValueError:
        return typed


async def lay_back(request: web.Request) -> web.StreamResponse:
    await forms.posted(request)
    await callbackcalls.lay_back(request.app[CENTRE], number_of(request), request[ACTOR])
    return see_other(f"/office/callbacks?done=laid_back&number={number_of(request)}")


def routes() -> list[Route]:
    def page(method: str, path: str, handler: Any, summary: str) -> Route:
        return Route(method, path, handler, CALLERS, summary, api=False)

    one_, every = "/office/callbacks/{number}", "/office/callbacks"
    return [
        page("GET", every, plan, "今日回访"),
        page("POST", every + "/next", take_next, "取下一件回访"),
        page("GET", one_, one, "回访一件诉求"),
        page("POST", one_ + "/call", call, "呼叫诉求人"),
        page("POST", one_ + "/outcome", outcome, "登记回访结果"),
        page("POST", one_ + "/lay-back", lay_back, "放回或撤销呼叫"),
    ]
