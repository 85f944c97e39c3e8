"""Staff pages of kept reports (日报 周报 月报 专报), their files and mailing lists; the public's page."""

import json
from collections.abc import Sequence
from functools import partial
from typing import Any
from urllib.parse import quote

from aiohttp import web

from channels.forms import BadForm, FieldProblem
from hotline.domain.errors import NoSuchCase
from hotline.domain.words import Role
from hotline.flow.papers import NotMade
from hotline.reports import binding, charts, figures, typeset
from hotline.reports.periods import PUBLIC, Kind, Wanted
from hotline.store import acts, reportrows
from hotline.web import api_city, forms, reportroom
from hotline.web.bodies import chosen, whole
from hotline.web.keys import ACTOR, CENTRE, LANGUAGE
from hotline.web.office_figures import LONGEST, words
from hotline.web.pages import render, see_other
from hotline.web.papers import NO_FONT, PRESS, UNSET
from hotline.web.routing import ANYONE, Route

PAGE = 30
BUILDERS = frozenset({Role.DIRECTOR, Role.SUPERVISOR, Role.INSPECTOR, Role.SHIFT_LEAD})
LISTERS = frozenset({Role.DIRECTOR})
BASE = "/office/figures/reports"


def _units(request: web.Request) -> Sequence[str] | None:
    """Whose reports one may read: a leader the own units' and the public's, others all."""
    actor = request[ACTOR]
    return [*sorted(actor.units), PUBLIC] if actor.role is Role.LEADER else None


async def listed(request: web.Request, problem: str = "", status: int = 200) -> web.Response:
    centre, below = request.app[CENTRE], whole(request, "below", 0, 999_999_999) or None
    async with centre.look() as look:
        found = await reportrows.listed(look.connection, _units(request), below, PAGE)
        readers = await reportrows.readers(look.connection) if _lists(request) else []
    facts = {
        **words(request),
        "found": found,
        "older": found[-1]["id"] if len(found) == PAGE else None,
        "problem": problem,
        "may_build": request[ACTOR].role in BUILDERS,
        "may_list": _lists(request),
        "readers": readers,
        "units": forms.departments(centre.rules.tree),
        "topics": sorted({str(one["level1"]) for one in centre.city.topics}),
        "PUBLIC": PUBLIC,
        "ReportKind": Kind,
    }
    return render(request, "office/figurereports.html", facts, status)


def _lists(request: web.Request) -> bool:
    return request[ACTOR].role in LISTERS


async def build(request: web.Request) -> web.Response:
    """A 专报 or a later edition, as of now."""
    posted = {name: values[-1] for name, values in (await forms.posted(request)).items()}
    centre = request.app[CENTRE]
    try:
        wanted = _wanted(request, posted)
    except BadForm as error:
        english = request[LANGUAGE] == "en"
        told = " ".join(one.en if english else one.zh for one in error.problems)
        return await listed(request, told, 422)
    made = await reportroom.build(centre, wanted, centre.now(), request[ACTOR])
    return see_other(f"{BASE}/{made}" if made else BASE)


def _wanted(request: web.Request, posted: dict[str, str]) -> Wanted:
    kind = posted.get("kind", "special")
    if kind not in {one.value for one in Kind}:
        raise BadForm([FieldProblem("kind", "enum", "没有这种报表。", "No such report.")])
    first, last = (api_city.day_of(name, posted.get(name, "")) for name in ("from", "to"))
    if not 0 <= (last - first).days <= LONGEST:
        zh, en = f"起止日期应相隔 0 到 {LONGEST} 天。", f"0 to {LONGEST} days."
        raise BadForm([FieldProblem("to", "range", zh, en)])
    unit, tree = posted.get("unit", ""), request.app[CENTRE].rules.tree
    if unit not in ("", PUBLIC) and unit not in tree.departments:
        raise BadForm([FieldProblem("unit", "enum", "没有这个单位。", "No such unit.")])
    return Wanted(Kind(kind), first, last, unit, posted.get("topic", "")[:120])


async def _report(request: web.Request) -> dict[str, Any]:
    told = request.match_info["id"]
    number = int(told) if told.isascii() and told.isdigit() and len(told) < 10 else 0
    async with request.app[CENTRE].look() as look:
        found = await reportrows.one(look.connection, number)
    units = _units(request)
    if found is None or (units is not None and found["unit"] not in units):
        raise NoSuchCase
    return found


async def page(request: web.Request) -> web.Response:
    report = await _report(request)
    made = reportroom.shown(request.app[CENTRE], report)
    facts = {**words(request), "report": report, "made": made, "found": made.told}
    facts |= {"drawings": binding.drawings(made), "summary": binding.summary(made)}
    return render(request, "office/figurereport.html", facts | {"foot": binding.foot(made)})


async def file(request: web.Request) -> web.Response:
    form = chosen(request, "format", frozenset(binding.TYPES)) or "pdf"
    report = await _report(request)
    centre = request.app[CENTRE]
    made = reportroom.shown(centre, report)
    body = await request.app[PRESS].make(partial(_bound, made, form))
    about = {"report": report["id"], "format": form}
    async with centre.work() as work:
        await acts.record(work.connection, work.at, request[ACTOR], "report_handed_out", about)
    name = f"{made.title} {made.days}.{form}"
    headers = {
        "Content-Type": binding.TYPES[form],
        "Content-Disposition": (
            f"attachment; filename=\"report-{report['id']}.{form}\"; filename*=UTF-8''{quote(name)}"
        ),
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": "private, no-store",
    }
    return web.Response(body=body, headers=headers)


def _bound(made: binding.Bound, form: str) -> bytes:
    try:
        return binding.file(made, form)
    except typeset.NoFont:
        raise NotMade(*NO_FONT) from None
    except typeset.NotSet as error:
        raise NotMade(*UNSET) from error


async def subscribe(request: web.Request) -> web.Response:
    posted = {name: values[-1].strip() for name, values in (await forms.posted(request)).items()}
    name, address = posted.get("name", "")[:80], posted.get("address", "")[:200]
    kind, unit = posted.get("kind", ""), posted.get("unit", "")[:60]
    if not name or "@" not in address or kind not in {one.value for one in Kind}:
        zh, en = "请填写姓名、邮箱和报表种类。", "Name, mail address and kind are needed."
        return await listed(request, en if request[LANGUAGE] == "en" else zh, 422)
    centre = request.app[CENTRE]
    reader = reportrows.Reader(kind, unit, name, address)
    async with centre.work() as work:
        by = request[ACTOR]
        await reportrows.subscribe(work.connection, centre.cipher, reader, by, work.at)
        about = {"kind": kind, "unit": unit, "name": name}
        await acts.record(work.connection, work.at, by, "report_list_added", about)
    return see_other(BASE)


async def unsubscribe(request: web.Request) -> web.Response:
    await forms.posted(request)
    told = request.match_info["id"]
    number = int(told) if told.isascii() and told.isdigit() and len(told) < 10 else 0
    async with request.app[CENTRE].work() as work:
        await reportrows.unsubscribe(work.connection, number)
        about = {"entry": number}
        await acts.record(work.connection, work.at, request[ACTOR], "report_list_removed", about)
    return see_other(BASE)


async def public(request: web.Request) -> web.Response:
    """What anyone may read: the last month that was published, and those before it."""
    async with request.app[CENTRE].look() as look:
        months = await reportrows.latest_public(look.connection, PUBLIC)
    wanted = request.query.get("month", "")
    months = [one for one in months if one["kind"] == "monthly"]
    report = next((one for one in months if f"{one['last']:%Y-%m}" == wanted), None)
    report = report or (months[0] if months else None)
    told = json.loads(report["body"]) if report else None
    drawn = ""
    if told and told["topics"]:
        top = told["topics"][:10]
        names = [one["key"] or "—" for one in top]
        english = request[LANGUAGE] == "en"
        title = "Accepted by topic" if english else "各类事项受理件数"
        drawn = charts.lying(title, names, [one["received"] for one in top])
    facts = {**words(request), "report": report, "found": told, "months": months, "drawn": drawn}
    return render(request, "citizen/figures.html", facts | {"formulas": figures.FORMULAS})


def routes() -> list[Route]:
    def made(method: str, path: str, handler: Any, who: Any, summary: str) -> Route:
        return Route(method, path, handler, who, summary, api=False)

    readers = "/office/figures/readers"
    return [
        Route("GET", "/figures", public, ANYONE, "公开统计", api=False, limit="read"),
        made("GET", BASE, listed, api_city.READERS, "日报周报月报"),
        made("POST", BASE, build, BUILDERS, "生成报表"),
        made("GET", BASE + "/{id}", page, api_city.READERS, "报表"),
        made("GET", BASE + "/{id}/file", file, api_city.READERS, "报表文件"),
        made("POST", readers, subscribe, LISTERS, "加入报表收件人"),
        made("POST", readers + "/{id}/off", unsubscribe, LISTERS, "移出报表收件人"),
    ]
