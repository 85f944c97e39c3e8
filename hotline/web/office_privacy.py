"""The desk's page of requests about people's own data, and of legal holds."""

from typing import Any

from aiohttp import web

from channels.forms import BadForm
from hotline.domain import privacy as law
from hotline.domain.errors import Refused
from hotline.domain.privacy import Outcome, Wish
from hotline.flow import privacy
from hotline.web import api_privacy, forms
from hotline.web.bodies import whole
from hotline.web.keys import ACTOR, CENTRE, LANGUAGE
from hotline.web.pages import render, see_other
from hotline.web.routing import Route

PAGE = 30
HERE = "/office/privacy"


async def listed(request: web.Request) -> web.Response:
    return await _page(request)


async def _page(request: web.Request, problem: str = "", status: int = 200) -> web.Response:
    below = whole(request, "below", 0, 999_999_999) or None
    found = await privacy.listed(request.app[CENTRE], request[ACTOR], below=below, limit=PAGE)
    facts = {
        "requests": [api_privacy.shown(one, request[LANGUAGE]) | {"row": one} for one in found],
        "older": found[-1].id if len(found) == PAGE else None,
        "problem": problem,
        "Wish": Wish,
        "erasers": law.ERASERS,
        "limits": law.LIMITS_EN if request[LANGUAGE] == "en" else law.LIMITS_ZH,
    }
    return render(request, "office/privacy.html", facts, status)


async def decide(request: web.Request) -> web.Response:
    posted = await forms.posted(request)
    told = {name: posted.get(name, [""])[-1] for name in ("outcome", "answer")}
    try:
        form = api_privacy.read(api_privacy.DecisionForm, told)
        row, outcome = api_privacy.row_of(request), Outcome(form.outcome)
        await privacy.decide(request.app[CENTRE], request[ACTOR], row, outcome, form.answer)
    except (BadForm, Refused) as error:
        return await _page(request, _said(error, request), 422)
    return see_other(HERE)


async def hold(request: web.Request) -> web.Response:
    posted = await forms.posted(request)
    number, doing = (posted.get(name, [""])[-1].strip()[:40] for name in ("number", "doing"))
    centre, actor = request.app[CENTRE], request[ACTOR]
    try:
        if doing == "end":
            await privacy.release(centre, actor, number)
        else:
            told = {"reason": posted.get("reason", [""])[-1]}
            form = api_privacy.read(api_privacy.HoldForm, told)
            await privacy.hold(centre, actor, number, form.reason)
    except (BadForm, Refused) as error:
        return await _page(request, _said(error, request), 422)
    return see_other(HERE)


def _said(error: BadForm | Refused, request: web.Request) -> str:
    first = error.problems[0] if isinstance(error, BadForm) else error
    return first.en if request[LANGUAGE] == "en" else first.zh


def routes() -> list[Route]:
    def page(method: str, path: str, handler: Any, summary: str) -> Route:
        who = law.ERASERS if path.endswith("hold") else law.DESK
        return Route(method, path, handler, who, summary, api=False)

    return [
        page("GET", HERE, listed, "个人信息申请"),
        page("POST", HERE + "/{id}/decision", decide, "答复申请"),
        page("POST", HERE + "/hold", hold, "留存"),
    ]
