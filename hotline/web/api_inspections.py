"""Inspection's JSON interface: draw, take, score, hand in, appeal, rule; results."""

from typing import Any

from aiohttp import web

from hotline.domain.inspection import DRAWERS, RULERS, SCORED, SCORERS, Appeal, SheetState, Subject
from hotline.domain.scoresheet import Criterion, Incomplete
from hotline.flow import inspecting, reviewing, scoring
from hotline.flow.reviewing import Ruling
from hotline.flow.scoring import Sheet
from hotline.reports import inspected
from hotline.store.sheets import Wanted
from hotline.web import answers_calls, sheetforms
from hotline.web import answers_inspections as told
from hotline.web.api_hall import id_of
from hotline.web.api_phone import form
from hotline.web.bodies import chosen, json_object, whole
from hotline.web.keys import ACTOR, CENTRE
from hotline.web.office_inspected import found as results_of
from hotline.web.routes_desk import PAGE
from hotline.web.routing import Param, Route
from hotline.web.shown import answer, moment

STATES = frozenset(one.value for one in SheetState)
APPEALS = frozenset(one.value for one in Appeal)
PLAIN = (
    *("id", "subject", "number", "call_id", "whose", "stratum", "why", "state", "version"),
    *("inspector", "total", "failed", "exposed", "appeal"),
)


def line(request: web.Request, row: Any) -> dict[str, Any]:
    """Who scored is the centre's to know."""
    facts = {name: getattr(row, name) for name in PLAIN}
    facts |= {"inspection": row.inspection_id, "submitted_at": moment(row.submitted_at)}
    return facts if request[ACTOR].role in DRAWERS else facts | {"inspector": None}


def whole_sheet(request: web.Request, found: Sheet) -> dict[str, Any]:
    said, score, row = found.said, found.score, found.row
    marks = {code: dict(one.__dict__) for code, one in said.marks.items()}
    versions = [
        {"n": one.n, "at": moment(one.at), "total": one.total, "failed": one.failed}
        for one in found.versions
    ]
    return line(request, row) | {
        "criteria": [_criterion(one) for one in found.rules.criteria],
        "serious": [_criterion(one) for one in found.rules.faults],
        "marks": marks,
        "faults": dict(said.faults),
        "evidence": said.evidence,
        "note": said.note,
        **{"had": score.had, "of": score.of, "so_far": score.total},
        "steps": list(found.steps),
        "appeal_until": moment(found.until),
        "grounds": row.grounds,
        "ruling": row.ruling,
        "versions": versions,
    }


def _criterion(one: Criterion) -> dict[str, Any]:
    return {name: getattr(one, name) for name in told.CriterionTold.model_fields}


def _page(request: web.Request) -> tuple[int | None, int]:
    below = whole(request, "below", 0, 999_999_999) or None
    return below, whole(request, "limit", 50, 200, 1)


async def get_inspections(request: web.Request) -> web.Response:
    below, limit = _page(request)
    rows = await inspecting.listed(request.app[CENTRE], request[ACTOR], below, limit)
    items = [
        {name: getattr(row, name) for name in ("id", "subject", "found", "drawn", "by", "reason")}
        | {"first": f"{row.first}", "last": f"{row.last}", "at": moment(row.at)}
        | {"sheets": row.sheets or 0, "scored": row.scored or 0}
        for row in rows
    ]
    return answer({"items": items, "older": items[-1]["id"] if len(items) == limit else None})


async def post_inspection(request: web.Request) -> web.Response:
    wanted = form(sheetforms.DrawForm, await json_object(request), sheetforms.NAMES)
    made = await inspecting.draw(request.app[CENTRE], request[ACTOR], wanted.plan())
    return answer({"id": made}, status=201)


async def get_inspection(request: web.Request) -> web.Response:
    state, (below, _) = chosen(request, "state", STATES), _page(request)
    found = await inspecting.shown(
        request.app[CENTRE], request[ACTOR], id_of(request), state, below
    )
    row = found.row
    plain = ("id", "subject", "size", "share", "reason", "seed", "found", "found_digest", "drawn")
    facts = {name: getattr(row, name) for name in (*plain, "strata", "by")}
    facts |= {"first": f"{row.first}", "last": f"{row.last}", "at": moment(row.at)}
    facts |= {"criteria_version": row.rubric["version"]}
    older = found.sheets[-1].id if len(found.sheets) == Wanted.limit else None
    return answer(facts | {"sheets": [line(request, one) for one in found.sheets], "older": older})


async def get_sheets(request: web.Request) -> web.Response:
    below, limit = _page(request)
    state, appeal = chosen(request, "state", STATES), chosen(request, "appeal", APPEALS)
    wanted = Wanted(state=state, appeal=appeal, below=below, limit=limit)
    rows = await inspecting.mine(request.app[CENTRE], request[ACTOR], wanted)
    items = [line(request, row) for row in rows]
    return answer({"items": items, "older": items[-1]["id"] if len(items) == limit else None})


async def post_sheet(request: web.Request) -> web.Response:
    """The next one; 409 where none is left for this inspector."""
    wanted = form(sheetforms.TakeForm, await json_object(request), sheetforms.NAMES)
    taken = await inspecting.take(request.app[CENTRE], request[ACTOR], wanted.inspection)
    return answer(await _told(request, taken), status=201)


async def get_sheet(request: web.Request) -> web.Response:
    return answer(await _told(request, id_of(request)))


async def _told(request: web.Request, sheet_id: int) -> dict[str, Any]:
    found = await scoring.view(request.app[CENTRE], request[ACTOR], sheet_id)
    return whole_sheet(request, found)


async def put_draft(request: web.Request) -> web.Response:
    wanted = form(sheetforms.SheetForm, await json_object(request), sheetforms.NAMES)
    who = request.app[CENTRE], request[ACTOR], id_of(request)
    try:
        await scoring.save(*who, wanted.version, wanted.said())
    except Incomplete as error:
        raise sheetforms.bad(error) from None
    return await get_sheet(request)


async def post_submission(request: web.Request) -> web.Response:
    wanted = form(sheetforms.HandInForm, await json_object(request), sheetforms.NAMES)
    who = request.app[CENTRE], request[ACTOR], id_of(request)
    try:
        await scoring.submit(*who, wanted.version, wanted.said(), sure=wanted.sure)
    except Incomplete as error:
        raise sheetforms.bad(error) from None
    return await get_sheet(request)


async def post_return(request: web.Request) -> web.Response:
    wanted = form(sheetforms.BackForm, await json_object(request), sheetforms.NAMES)
    await scoring.back(request.app[CENTRE], request[ACTOR], id_of(request), wanted.reason)
    return await get_sheet(request)


async def post_appeal(request: web.Request) -> web.Response:
    wanted = form(sheetforms.AppealForm, await json_object(request), sheetforms.NAMES)
    await reviewing.appeal(request.app[CENTRE], request[ACTOR], id_of(request), wanted.grounds)
    return await get_sheet(request)


async def post_ruling(request: web.Request) -> web.Response:
    wanted = form(sheetforms.SheetRulingForm, await json_object(request), sheetforms.NAMES)
    ruling = Ruling(wanted.upheld, wanted.reason, wanted.said())
    who = request.app[CENTRE], request[ACTOR], id_of(request)
    try:
        await reviewing.rule(*who, wanted.version, ruling)
    except Incomplete as error:
        raise sheetforms.bad(error) from None
    return await get_sheet(request)


async def get_results(request: web.Request) -> web.Response:
    asked, found = await results_of(request)
    subject, tree = asked["subject"], request.app[CENTRE].rules.tree
    named = tree.top if subject is Subject.CASE else str
    missed = [
        {"code": one.criterion.code, "zh": one.criterion.zh, "of": one.of}
        | {"lost": one.lost, "points": one.points}
        for one in found.missed
    ]
    rows = [{**row.__dict__, "name": named(row.whose)} for row in found.rows]
    facts = {"subject": subject.value, "sheets": found.sheets, "average": found.average}
    return answer(facts | {"least": inspected.LEAST, "rows": rows, "missed": missed})


def routes() -> list[Route]:
    def of(summary: str, kind: Any, code: int = 200, **more: Any) -> dict[str, Any]:
        return {"summary": summary, "answers": {code: summary}, "told": kind, **more}

    def choice(name: str, zh: str, values: Any) -> Param:
        return Param(name, "query", zh, schema={"type": "string", "enum": sorted(values)})

    state, appeal = choice("state", "状态", STATES), choice("appeal", "申诉", APPEALS)
    subject = choice("subject", "质检对象", [one.value for one in Subject])
    days = Param("from", "query", "提交日期从"), Param("to", "query", "到")
    every, sheets = "/api/v1/inspections", "/api/v1/sheets"
    one, readers = sheets + "/{id}", DRAWERS | SCORED
    listed = of("质检批次", told.Drawings, params=PAGE)
    drawn = of("已抽取", answers_calls.Made, 201, body=sheetforms.DrawForm, refusals=(409,))
    shown = of("一个质检批次", told.DrawingTold, params=(state, *PAGE))
    mine = of("质检单", told.SheetLines, params=(state, appeal, *PAGE))
    taken = of("已领取", told.SheetTold, 201, body=sheetforms.TakeForm, refusals=(409,))
    kept = of("保存草稿", told.SheetTold, body=sheetforms.SheetForm, refusals=(409,))
    handed = of("提交质检单", told.SheetTold, body=sheetforms.HandInForm, refusals=(409,))
    back = of("放回质检单", told.SheetTold, body=sheetforms.BackForm, refusals=(409,))
    asked = of("申诉", told.SheetTold, body=sheetforms.AppealForm, refusals=(409,))
    ruled = of("复核", told.SheetTold, body=sheetforms.SheetRulingForm, refusals=(409,))
    figures = of("质检结果", told.ResultsTold, params=(subject, *days))
    return [
        Route("GET", every, get_inspections, DRAWERS, **listed),
        Route("POST", every, post_inspection, DRAWERS, **drawn),
        Route("GET", every + "/{id}", get_inspection, DRAWERS, **shown),
        Route("GET", "/api/v1/inspection-results", get_results, DRAWERS, **figures),
        Route("GET", sheets, get_sheets, readers, **mine),
        Route("POST", sheets, post_sheet, SCORERS, **taken),
        Route("GET", one, get_sheet, readers, **of("一份质检单", told.SheetTold)),
        Route("PUT", one + "/draft", put_draft, SCORERS, **kept),
        Route("POST", one + "/submission", post_submission, SCORERS, **handed),
        Route("POST", one + "/return", post_return, DRAWERS, **back),
        Route("POST", one + "/appeal", post_appeal, SCORED, **asked),
        Route("POST", one + "/ruling", post_ruling, RULERS, **ruled),
    ]
