"""Staff pages of acts on several cases: chosen, previewed, confirmed, told case by case, taken back."""

import re
from typing import Any

from aiohttp import web

from hotline.domain.errors import NotPossible, Refused
from hotline.domain.words import Role
from hotline.flow import bulk, team
from hotline.flow.bulk import Kind, Plan
from hotline.web import forms
from hotline.web.keys import ACTOR, CENTRE, LANGUAGE
from hotline.web.pages import render
from hotline.web.routing import Route

SEEN = re.compile(r"([0-9]{8}-[0-9]{6,9}):([0-9]{1,9})")


def _plan(posted: dict[str, list[str]]) -> Plan:
    """What was chosen; of the fields of the three ways only the chosen one's is read."""
    given = posted.get("kind", [""])[-1]
    if given not in {one.value for one in Kind}:
        raise NotPossible("请选择要做什么。", "Choose what to do.", field="kind")
    return Plan(Kind(given), posted.get(f"to_{given}", [""])[-1][:80].strip())


def _numbers(posted: dict[str, list[str]]) -> list[str]:
    chosen = [one for one in posted.get("case", []) if re.fullmatch(r"[0-9]{8}-[0-9]{6,9}", one)]
    if not chosen:
        raise NotPossible("请先勾选要办理的诉求。", "Tick the cases first.", field="case")
    if len(chosen) > bulk.MOST:
        raise NotPossible(
            f"一次最多 {bulk.MOST} 件，请减少后再试。",
            f"{bulk.MOST} at once at most.",
            field="case",
        )
    return chosen


async def preview(request: web.Request) -> web.Response:
    """Nothing is done yet: each case with what would happen, or why it cannot."""
    posted = await forms.posted(request)
    try:
        numbers = _numbers(posted)
        plan = _plan(posted)
        if plan.kind is Kind.MERGE and not plan.to:
            plan = Plan(plan.kind, min(numbers))  # the first that came in, until another is chosen
        rows = await bulk.preview(request.app[CENTRE], request[ACTOR], plan, numbers)
    except Refused as error:
        return await _page(request, posted, problem=error, status=422)
    return await _page(request, posted, plan=plan, rows=rows)


async def run(request: web.Request) -> web.Response:
    """Sent twice it does nothing twice: what is done has moved past the version that was seen."""
    posted = await forms.posted(request)
    found = [SEEN.fullmatch(one) for one in posted.get("seen", [])]
    seen = [(one[1], int(one[2])) for one in found if one]
    try:
        if not seen:
            raise NotPossible("没有可以办理的诉求。", "There is none to act on.", field="case")
        plan = _plan(posted)
        done = await bulk.run(request.app[CENTRE], request[ACTOR], plan, seen)
    except Refused as error:
        return await _page(request, posted, problem=error, status=422)
    return await _page(request, posted, plan=plan, done=done)


async def _page(
    request: web.Request,
    posted: dict[str, list[str]],
    *,
    problem: Refused | None = None,
    plan: Plan | None = None,
    status: int = 200,
    **found: Any,
) -> web.Response:
    centre, actor = request.app[CENTRE], request[ACTOR]
    leads = actor.role is Role.LEADER
    facts = {
        "problem": problem and (problem.en if request[LANGUAGE] == "en" else problem.zh),
        "plan": plan,
        "numbers": posted.get("case", []),
        "rows": found.get("rows"),
        "done": found.get("done"),
        "undo": bulk.UNDO.get(plan.kind) if plan else None,
        "Kind": Kind,
        "back": "/office/team" if leads else "/office/",
        "kinds": [one for one in Kind if one in bulk.BY[actor.role] - set(bulk.UNDO.values())],
        "units": forms.departments(centre.rules.tree),
        "clerks": (await team.load(centre, actor)).clerks if leads else (),
    }
    return render(request, "office/bulk.html", facts, status)


def routes() -> list[Route]:
    return [
        Route("POST", "/office/bulk", preview, bulk.DOERS, "批量办理预览", api=False),
        Route("POST", "/office/bulk/run", run, bulk.DOERS, "批量办理", api=False),
    ]
