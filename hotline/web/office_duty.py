"""Staff pages of who stands by: duty rosters and call tasks."""

from typing import Any

from aiohttp import web
from pydantic import ValidationError

from channels.forms import BadForm, FieldProblem, problems
from hotline.domain.errors import NotPossible
from hotline.domain.people import Department
from hotline.domain.roster import Duty, on_duty
from hotline.domain.shanghai import city_day
from hotline.flow import duty, ringing
from hotline.web import api_desk, forms, rosterforms
from hotline.web.bodies import whole
from hotline.web.keys import ACTOR, CENTRE, LANGUAGE
from hotline.web.pages import render, see_other
from hotline.web.routes_desk import WRITERS
from hotline.web.routing import WORKERS, Route

SPARE = 3  # empty rows for newcomers
PAGE = 20


async def rosters(request: web.Request) -> web.Response:
    """The units whose rosters one may see; a unit's own people with one go straight there."""
    centre, actor = request.app[CENTRE], request[ACTOR]
    units = sorted(centre.rules.tree.departments.values(), key=lambda u: (u.district, u.code))
    seen = [unit for unit in units if duty.may_see(actor, unit.code)]
    if len(seen) == 1:
        return see_other(f"/office/roster/{seen[0].code}")
    written = await duty.written(centre)
    groups: dict[str, list[Department]] = {}
    for unit in seen:
        own = unit.code == actor.department
        name = "own" if own else unit.district or "city"
        groups.setdefault(name, []).append(unit)
    groups = {name: groups[name] for name in sorted(groups, key=lambda name: name != "own")}
    return render(request, "office/rosters.html", {"groups": groups, "written": written})


async def roster(request: web.Request) -> web.Response:
    found = await duty.read(request.app[CENTRE], request[ACTOR], api_desk.code_of(request))
    body = {"version": found.version, "people": [api_desk.person(one) for one in found.people]}
    return await _roster(request, body, [])


async def _roster(
    request: web.Request, typed: dict[str, Any], wrong: list[str], status: int = 200
) -> web.Response:
    centre, actor, code = request.app[CENTRE], request[ACTOR], api_desk.code_of(request)
    today = city_day(centre.now())
    standing = await duty.read(centre, actor, code)
    facts = {
        "unit": centre.rules.tree.departments[code],
        "typed": typed,
        "spare": SPARE,
        "wrong": wrong,
        "may_write": duty.may_write(actor, code),
        "on_duty": on_duty(standing.people, today),
        "Duty": Duty,
        "saved": request.query.get("saved") == "1",
    }
    return render(request, "office/roster.html", facts, status)


async def save(request: web.Request) -> web.Response:
    """What was typed stays on the page when something is wrong with it."""
    posted = await forms.posted(request)
    body, code = rosterforms.typed(posted), api_desk.code_of(request)
    english = request[LANGUAGE] == "en"
    try:
        version, people = rosterforms.read(body)
        await duty.write(request.app[CENTRE], request[ACTOR], code, version, people)
    except BadForm as error:
        wrong = [one.en if english else one.zh for one in error.problems]
        return await _roster(request, body, wrong, 422)
    except NotPossible as error:
        return await _roster(request, body, [error.en if english else error.zh], 409)
    return see_other(f"/office/roster/{code}?saved=1")


async def calls(request: web.Request) -> web.Response:
    return await _calls(request, "")


async def _calls(request: web.Request, problem: str, status: int = 200) -> web.Response:
    centre, actor = request.app[CENTRE], request[ACTOR]
    below = whole(request, "below", 0, 999_999_999) or None
    waiting = [] if below else await ringing.listed(centre, actor, state="open", limit=100)
    found = await ringing.listed(centre, actor, below=below, limit=PAGE)
    facts = {
        "tasks": waiting,
        "ended": [one for one in found if one.task.state != "open"],
        "older": found[-1].task.id if len(found) == PAGE else None,
        "problem": problem,
        "may_call": actor.role in ringing.CALLERS,
        "Outcome": ringing.Outcome,
    }
    return render(request, "office/calls.html", facts, status)


async def tried(request: web.Request) -> web.Response:
    posted = {name: values[-1] for name, values in (await forms.posted(request)).items()}
    english = request[LANGUAGE] == "en"
    told: dict[str, Any] = {name: posted.get(name, "") for name in ("person", "outcome", "text")}
    told["acknowledged"] = posted.get("acknowledged") == "on"
    told["seen"] = posted.get("seen") or None
    try:
        form = api_desk.TryForm.model_validate(told)
        made = ringing.Tried(**form.model_dump())
        task = api_desk.task_of(request)
        await ringing.tried(request.app[CENTRE], request[ACTOR], task, made)
    except ValidationError as error:
        return await _calls(request, _said(problems(error, api_desk.NAMES), english), 422)
    except NotPossible as error:
        return await _calls(request, error.en if english else error.zh, 409)
    return see_other("/office/calls")


def _said(wrong: list[FieldProblem], english: bool) -> str:
    return " ".join(one.en if english else one.zh for one in wrong)


def routes() -> list[Route]:
    def page(method: str, path: str, handler: Any, who: Any, summary: str) -> Route:
        return Route(method, path, handler, who, summary, api=False)

    one = "/office/roster/{code}"
    rang = "/office/calls/{id}/tries"
    return [
        page("GET", "/office/roster", rosters, WORKERS, "值班表"),
        page("GET", one, roster, WORKERS, "值班表"),
        page("POST", one, save, WRITERS, "更新值班表"),
        page("GET", "/office/calls", calls, WORKERS, "电话任务"),
        page("POST", rang, tried, ringing.CALLERS, "登记拨打结果"),
    ]
