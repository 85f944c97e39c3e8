"""Pages of score sheets (质检单): one's own list; one sheet, scored, read, appealed, ruled on."""

from typing import Any

from aiohttp import web
from pydantic import ValidationError

from channels.forms import problems
from hotline.domain.errors import Refused
from hotline.domain.inspection import DRAWERS, SCORED, Appeal
from hotline.domain.scoresheet import Incomplete
from hotline.flow import inspecting, phone, reviewing, scoring
from hotline.flow.reviewing import Ruling
from hotline.store.sheets import Wanted
from hotline.web import forms
from hotline.web.api_hall import id_of
from hotline.web.bodies import chosen, whole
from hotline.web.keys import ACTOR, CENTRE, LANGUAGE
from hotline.web.office_inspections import BASE, MOST_ID, SHEETS, STATES, WORDS, named
from hotline.web.pages import render, see_other
from hotline.web.routing import Route
from hotline.web.sheetforms import NAMES, AppealForm, BackForm, said_of, typed_of, wrong_of

PAGE = 30
READERS = DRAWERS | SCORED
APPEALS = frozenset(one.value for one in Appeal)
Posted = dict[str, str]


async def listed(request: web.Request) -> web.Response:
    actor = request[ACTOR]
    wanted = Wanted(
        state=chosen(request, "state", STATES),
        appeal=chosen(request, "appeal", APPEALS),
        inspector=actor.name if request.query.get("mine") == "1" else "",
        below=whole(request, "below", 0, MOST_ID) or None,
        limit=PAGE,
    )
    rows = await inspecting.mine(request.app[CENTRE], actor, wanted)
    facts = {"rows": rows, "older": rows[-1].id if len(rows) == PAGE else None}
    facts |= {"asked": request.query, "of_centre": actor.role in DRAWERS}
    return render(request, "office/sheets.html", facts | WORDS | named(request))


async def shown(request: web.Request) -> web.Response:
    return await _shown(request, None, {})


async def _shown(
    request: web.Request, typed: Posted | None, wrong: dict[str, str], status: int = 200
) -> web.Response:
    found = await scoring.view(request.app[CENTRE], request[ACTOR], id_of(request))
    fresh = request.query.get("done", "")
    facts = {
        "sheet": found,
        "row": found.row,
        "typed": typed_of(found.said) if typed is None else typed,
        "wrong": wrong,
        "done": DONE.get(fresh) if status == 200 else None,
        "of_centre": request[ACTOR].role in DRAWERS,
        "outcome_text": phone.outcome_text,
    }
    return render(request, "office/sheet.html", facts | WORDS | named(request), status)


DONE = {
    "save": ("草稿已保存。", "The draft is kept."),
    "submit": ("质检单已提交。", "The sheet is handed in."),
    "appeal": ("申诉已提交，由值班长或热线办主任复核。", "The appeal is lodged."),
    "rule": ("复核已登记。", "The ruling is on record."),
}


async def step(request: web.Request) -> web.StreamResponse:
    """Save, hand in, put back, appeal, rule: by the button that was pressed."""
    posted = {name: values[-1] for name, values in (await forms.posted(request)).items()}
    english, name = request[LANGUAGE] == "en", posted.get("step", "save")
    if name not in STEPS:
        raise web.HTTPNotFound
    try:
        await STEPS[name](request, posted)
    except Incomplete as error:
        return await _shown(request, posted, wrong_of(error, english), 422)
    except ValidationError as error:
        wrong = {one.field: one.en if english else one.zh for one in problems(error, NAMES)}
        return await _shown(request, posted, wrong, 422)
    except Refused as error:
        if error.code in ("no_such_sheet", "not_allowed"):
            raise
        wrong = {"seen": error.en if english else error.zh}
        return await _shown(request, posted, wrong, 409)
    away = name == "back"
    return see_other(BASE if away else f"{SHEETS}/{id_of(request)}?done={name}")


def _seen(posted: Posted) -> int:
    seen = posted.get("seen", "")
    return int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 10 else 0


async def _said(request: web.Request, posted: Posted) -> Any:
    """Read by the criteria of the very sheet."""
    found = await scoring.view(request.app[CENTRE], request[ACTOR], id_of(request))
    return said_of(found.rules, posted)


async def _save(request: web.Request, posted: Posted) -> None:
    said = await _said(request, posted)
    await scoring.save(request.app[CENTRE], request[ACTOR], id_of(request), _seen(posted), said)


async def _submit(request: web.Request, posted: Posted) -> None:
    said, sure = await _said(request, posted), posted.get("sure") == "on"
    who = request.app[CENTRE], request[ACTOR], id_of(request)
    await scoring.submit(*who, _seen(posted), said, sure=sure)


async def _back(request: web.Request, posted: Posted) -> None:
    reason = BackForm.model_validate({"reason": posted.get("reason", "")}).reason
    await scoring.back(request.app[CENTRE], request[ACTOR], id_of(request), reason)


async def _appeal(request: web.Request, posted: Posted) -> None:
    grounds = AppealForm.model_validate({"grounds": posted.get("grounds", "")}).grounds
    await reviewing.appeal(request.app[CENTRE], request[ACTOR], id_of(request), grounds)


async def _rule(request: web.Request, posted: Posted) -> None:
    reason = BackForm.model_validate({"reason": posted.get("reason", "")}).reason
    ruling = Ruling(posted.get("verdict") == "upheld", reason, await _said(request, posted))
    who = request.app[CENTRE], request[ACTOR], id_of(request)
    await reviewing.rule(*who, _seen(posted), ruling)


STEPS = {"save": _save, "submit": _submit, "back": _back, "appeal": _appeal, "rule": _rule}


def routes() -> list[Route]:
    def page(method: str, path: str, handler: Any, summary: str) -> Route:
        return Route(method, path, handler, READERS, summary, api=False)

    return [
        page("GET", SHEETS, listed, "质检单"),
        page("GET", SHEETS + "/{id}", shown, "一份质检单"),
        page("POST", SHEETS + "/{id}", step, "办理质检单"),
    ]
