"""Pages of inspection (质检): drawings and the work list, one drawing with its sheets."""

from datetime import timedelta
from typing import Any

from aiohttp import web
from pydantic import ValidationError

from channels.forms import problems
from hotline.domain import inspection
from hotline.domain.errors import Refused
from hotline.domain.inspection import DRAWERS, SCORERS, Appeal, SheetState, Stratum, Subject
from hotline.domain.shanghai import city_day
from hotline.flow import inspecting
from hotline.reports.signs import SIGNS
from hotline.store.sheets import Wanted
from hotline.web import forms
from hotline.web.api_hall import id_of
from hotline.web.bodies import chosen, whole
from hotline.web.keys import ACTOR, CENTRE, LANGUAGE
from hotline.web.pages import render, see_other
from hotline.web.routing import Route
from hotline.web.sheetforms import NAMES, DrawForm

BASE, SHEETS, PAGE, MOST_ID = "/office/inspections", "/office/sheets", 30, 999_999_999
STATES = frozenset(one.value for one in SheetState)
WHY = {name: (one.zh, one.en) for name, one in SIGNS.items()}
WHY |= {"reopened": ("办结后再次来诉", "came back after it was closed")}
WHY |= {"unsolved": ("诉求人称未解决", "unsolved, says the citizen")}
WHY |= {"poor": ("不满意", "dissatisfied")}
WORDS: dict[str, Any] = {
    "Subject": Subject,
    "Stratum": Stratum,
    "SheetState": SheetState,
    "Appeal": Appeal,
    "WHY": WHY,
}


def named(request: web.Request) -> dict[str, Any]:
    """How the templates name whose work a sheet shows."""
    tree = request.app[CENTRE].rules.tree
    return {"whose": lambda row: tree.top(row.whose) if row.subject == Subject.CASE else row.whose}


async def listed(request: web.Request) -> web.Response:
    return await _listed(request, {}, {})


async def _listed(
    request: web.Request, typed: dict[str, str], wrong: dict[str, str], status: int = 200
) -> web.Response:
    centre, actor = request.app[CENTRE], request[ACTOR]
    below = whole(request, "below", 0, MOST_ID) or None
    rows = await inspecting.listed(centre, actor, below, PAGE)
    held = Wanted(inspector=actor.name, state=SheetState.TAKEN.value)
    today = city_day(centre.now())
    usual = {"first": str(today - timedelta(days=30)), "last": str(today), "size": "30"}
    facts = {
        "rows": rows,
        "older": rows[-1].id if len(rows) == PAGE else None,
        "counts": await inspecting.counts(centre, actor),
        "held": await inspecting.mine(centre, actor, held) if actor.role in SCORERS else [],
        "scores": actor.role in SCORERS,
        "typed": usual | typed,
        "wrong": wrong,
        "most": inspection.MOST,
    }
    return render(request, "office/inspections.html", facts | WORDS | named(request), status)


async def draw(request: web.Request) -> web.StreamResponse:
    posted = {name: values[-1].strip() for name, values in (await forms.posted(request)).items()}
    told: dict[str, Any] = {name: posted.get(name, "") for name in DrawForm.model_fields}
    english, shown = request[LANGUAGE] == "en", dict(told)
    told |= {name: told[name] or 0 for name in ("size", "share")}
    try:
        plan = DrawForm.model_validate(told).plan()
        made = await inspecting.draw(request.app[CENTRE], request[ACTOR], plan)
    except ValidationError as error:
        wrong = {one.field: one.en if english else one.zh for one in problems(error, NAMES)}
        return await _listed(request, shown, wrong, 422)
    except Refused as error:
        wrong = {error.field or "first": error.en if english else error.zh}
        return await _listed(request, shown, wrong, 409)
    return see_other(f"{BASE}/{made}")


async def take(request: web.Request) -> web.StreamResponse:
    """The next sheet, of the drawing named or of any."""
    posted = {name: values[-1] for name, values in (await forms.posted(request)).items()}
    of = posted.get("inspection", "")
    inspection_id = int(of) if of.isascii() and of.isdigit() and len(of) < 10 else None
    try:
        taken = await inspecting.take(request.app[CENTRE], request[ACTOR], inspection_id)
    except Refused as error:
        wrong = {"take": error.en if request[LANGUAGE] == "en" else error.zh}
        return await _listed(request, {}, wrong, 409)
    return see_other(f"{SHEETS}/{taken}")


async def shown(request: web.Request) -> web.Response:
    state, below = chosen(request, "state", STATES), whole(request, "below", 0, MOST_ID) or None
    found = await inspecting.shown(
        request.app[CENTRE], request[ACTOR], id_of(request), state, below
    )
    older = found.sheets[-1].id if len(found.sheets) == Wanted.limit else None
    facts = {"row": found.row, "sheets": found.sheets, "older": older, "state": state}
    facts |= {"scores": request[ACTOR].role in SCORERS}
    return render(request, "office/inspection.html", facts | WORDS | named(request))


def routes() -> list[Route]:
    def page(method: str, path: str, handler: Any, who: Any, summary: str) -> Route:
        return Route(method, path, handler, who, summary, api=False)

    return [
        page("GET", BASE, listed, DRAWERS, "质检"),
        page("POST", BASE, draw, DRAWERS, "抽取质检样本"),
        page("GET", BASE + "/{id}", shown, DRAWERS, "质检批次"),
        page("POST", SHEETS, take, SCORERS, "领取下一份质检单"),
    ]
