"""The citizen's page of what is kept of them: see, copy, correct, erase; with its limits in law."""

import json
from collections import defaultdict
from typing import Any

from aiohttp import web

from channels.forms import BadForm, FieldProblem
from hotline.domain import privacy as law
from hotline.domain.errors import NotFound, Refused
from hotline.domain.privacy import Outcome, Wish
from hotline.domain.shanghai import city_day
from hotline.flow import privacy
from hotline.web import api_privacy, auth, pages, posting
from hotline.web.bodies import origin_of
from hotline.web.citizen import MINE, SECONDS
from hotline.web.keys import CENTRE, LANGUAGE
from hotline.web.pages import render, see_other
from hotline.web.problems import CrossSite
from hotline.web.routing import ANYONE, Route

PAGE = "/complaints/mine/privacy"
NOTICE = "/privacy"


def door(request: web.Request) -> tuple[str, str, str] | None:
    kept = pages.opened(request, MINE, SECONDS)
    return (kept["number"], kept["code"], origin_of(request)) if kept else None


async def notice(request: web.Request) -> web.StreamResponse:
    """The notice as it is, or as it was when somebody filed under an older version."""
    centre = request.app[CENTRE]
    versions = centre.notices.until(city_day(centre.now()))
    version = request.match_info.get("version", "") or versions[0]
    if version not in versions:
        raise NotFound("没有这一版隐私说明。", "There is no such version of the notice.")
    text = centre.notices.text(request[LANGUAGE], version)
    facts = {"version": version, "paragraphs": text.split("\n"), "versions": versions}
    return render(request, "citizen/notice.html", facts)


async def standing(request: web.Request) -> web.StreamResponse:
    return await _page(request, {}, [])


async def _page(
    request: web.Request, typed: dict[str, str], problems: list[FieldProblem], status: int = 200
) -> web.StreamResponse:
    mine = door(request)
    if mine is None:
        return see_other("/complaints/find")
    english = request[LANGUAGE] == "en"
    facts = {
        "found": await privacy.standing(request.app[CENTRE], mine),
        "Wish": Wish,
        "Outcome": Outcome,
        "days": privacy.DAYS,
        "limits": law.LIMITS_EN if english else law.LIMITS_ZH,
        "done": request.query.get("done"),
        "typed": defaultdict(str, typed),
        "problems": {one.field: one.en if english else one.zh for one in problems},
    }
    return render(request, "citizen/privacy.html", facts, status)


async def ask(request: web.Request) -> web.StreamResponse:
    if not auth.same_site(request):
        raise CrossSite
    mine = door(request)
    if mine is None:
        return see_other("/complaints/find")
    typed = {name: said[-1] for name, said in pages.texts(await posting.posted(request)).items()}
    changes = {name: typed[name] for name in law.FIELDS if typed.get(name)}
    body: dict[str, Any] = {"kind": typed.get("kind", ""), "reason": typed.get("reason", "")}
    try:
        wish, said = api_privacy.wished({**body, "corrections": changes or None})
        await privacy.ask(request.app[CENTRE], mine, wish, said)
    except BadForm as error:
        return await _page(request, typed, error.problems, 422)
    except Refused as error:
        wrong = FieldProblem("kind", error.code, error.zh, error.en)
        return await _page(request, typed, [wrong], 409)
    return see_other(f"{PAGE}?done=yes")


async def fetch(request: web.Request) -> web.StreamResponse:
    """A file, not a page: the browser keeps no copy of it in its history."""
    mine = door(request)
    if mine is None:
        return see_other("/complaints/find")
    found = api_privacy.data(await privacy.own_data(request.app[CENTRE], mine))
    headers = {
        "Content-Disposition": f'attachment; filename="{mine[0]}.json"',
        "Cache-Control": "no-store",
    }
    text = json.dumps(found, ensure_ascii=False, indent=2)
    return web.Response(text=text, content_type="application/json", headers=headers)


def routes() -> list[Route]:
    def page(method: str, path: str, handler: Any, summary: str) -> Route:
        return Route(method, path, handler, ANYONE, summary, api=False, limit="look_up")

    def told(path: str) -> Route:
        return Route("GET", path, notice, ANYONE, "隐私说明", api=False, limit="read")

    return [
        told(NOTICE),
        told(NOTICE + "/{version}"),
        page("GET", PAGE, standing, "我的个人信息"),
        page("POST", PAGE, ask, "个人信息申请"),
        page("GET", PAGE + "/data", fetch, "取用个人信息副本"),
    ]
