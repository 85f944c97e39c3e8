"""Staff page of departments: what is merged, renamed or closed from a day on, planned and agreed to."""

from datetime import date
from typing import Any

from aiohttp import web
from pydantic import ValidationError

from channels.forms import BadForm, FieldProblem, Form, line, problems, words
from hotline.domain.errors import Refused
from hotline.domain.succession import Change, Plan, Stage
from hotline.domain.words import Role
from hotline.flow import succession
from hotline.web import forms
from hotline.web.bodies import whole
from hotline.web.keys import ACTOR, CENTRE, LANGUAGE
from hotline.web.pages import render, see_other
from hotline.web.routing import Route

PAGE, BASE, MOST = 30, "/office/departments", 999_999_999
ADMINS = frozenset({Role.SYSADMIN, Role.SECADMIN, Role.AUDITOR})
NAMES = {"kind": "调整方式", "department": "单位", "heir": "承接单位", "name": "新名称"}
NAMES |= {"on_day": "生效日期", "reason": "依据"}


class PlanForm(Form):
    kind: Change
    department: line(40, needed=True)  # type: ignore[valid-type]
    heir: line(40) = ""  # type: ignore[valid-type]
    name: line(40) = ""  # type: ignore[valid-type]
    on_day: date
    reason: words(500, needed=True)  # type: ignore[valid-type]


async def show(request: web.Request) -> web.Response:
    return await _show(request, {}, [])


async def _show(
    request: web.Request,
    typed: dict[str, str],
    wrong: list[FieldProblem],
    status: int = 200,
    held: dict[str, int] | None = None,
) -> web.Response:
    """`held`: what a plan that was only looked at would move."""
    centre, english = request.app[CENTRE], request[LANGUAGE] == "en"
    below = whole(request, "below", 0, MOST) or None
    rows, today = await succession.listed(centre, below, PAGE)
    tree = centre.rules.tree
    units = sorted(
        (one for one in tree.departments.values() if not one.heir), key=lambda one: one.name
    )
    facts = {
        "rows": rows,
        "today": today,
        "older": rows[-1].id if len(rows) == PAGE else None,
        "typed": typed,
        "problems": {one.field: one.en if english else one.zh for one in wrong},
        "units": units,
        "heirs": [one for one in units if one.dispatchable],
        "kinds": list(Change),
        "Change": Change,
        "Stage": Stage,
        "held": held,
    }
    return render(request, "office/departments.html", facts, status)


async def make(request: web.Request) -> web.StreamResponse:
    """Looked at first where that is asked for: what would move, and nothing is kept."""
    posted = await forms.posted(request)
    told = {name: posted.get(name, [""])[-1] for name in PlanForm.model_fields}
    centre = request.app[CENTRE]
    try:
        said = PlanForm.model_validate(told)
        renames = said.kind is Change.RENAMED
        wish = Plan(
            kind=said.kind,
            department=said.department,
            on_day=said.on_day,
            reason=said.reason,
            heir=None if renames else said.heir,
            name=said.name if renames else "",
        )
        if posted.get("do", [""])[-1] == "preview":
            await succession.check(centre, wish)
            held = await succession.preview(centre, said.department)
            return await _show(request, told, [], held=held)
        await succession.plan(centre, request[ACTOR], wish)
    except ValidationError as error:
        return await _show(request, told, BadForm(problems(error, NAMES)).problems, 422)
    except Refused as error:
        wrong = FieldProblem(error.field or "department", "refused", error.zh, error.en)
        return await _show(request, told, [wrong], 409)
    return see_other(BASE)


async def step(request: web.Request) -> web.StreamResponse:
    """Agreed to or refused by the security administrator, taken back by the system administrator."""
    await forms.posted(request)
    centre, actor, word = request.app[CENTRE], request[ACTOR], request.match_info["step"]
    told = request.match_info["id"]
    plan_id = int(told) if told.isascii() and told.isdigit() and len(told) < 10 else 0
    try:
        if word == "undo":
            await succession.undo(centre, actor, plan_id)
        elif word in ("agree", "refuse"):
            await succession.decide(centre, actor, plan_id, agreed=word == "agree")
        else:
            raise web.HTTPNotFound
    except Refused as error:
        wrong = FieldProblem("plan", "refused", error.zh, error.en)
        return await _show(request, {}, [wrong], 409)
    return see_other(BASE)


def routes() -> list[Route]:
    def page(method: str, path: str, handler: Any, who: Any, summary: str) -> Route:
        return Route(method, path, handler, who, summary, api=False)

    planners = frozenset({Role.SYSADMIN})
    deciders = frozenset({Role.SYSADMIN, Role.SECADMIN})
    return [
        page("GET", BASE, show, ADMINS, "机构调整"),
        page("POST", BASE, make, planners, "排定机构调整"),
        page("POST", BASE + "/{id}/{step}", step, deciders, "复核或撤销机构调整"),
    ]
