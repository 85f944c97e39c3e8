"""Public pages: the form, the receipt, my complaint; they work without scripts and on a phone."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from aiohttp import web

from channels.forms import BadForm, FieldProblem
from hotline import seed
from hotline.domain.errors import Refused
from hotline.domain.state import Action
from hotline.domain.words import Kind, Satisfaction
from hotline.flow import answers, citizen, intake
from hotline.flow.answers import Answer
from hotline.web import attachments, auth, challenge, complaintform, pages
from hotline.web.api_citizen import read_complaint, refused
from hotline.web.bodies import new_key, origin_of
from hotline.web.keys import CENTRE, LANGUAGE, SETTINGS
from hotline.web.pages import render, see_other
from hotline.web.problems import CrossSite
from hotline.web.routing import ANYONE, Route
from hotline.web.schemas import read_typed

MINE = "hotline_mine"  # the cookie that holds number and code, encrypted
SECONDS = 3600
ACTIONS = (Action.SUPPLEMENT, Action.URGE, Action.RATE, Action.REOPEN, Action.WITHDRAW)


async def home(request: web.Request) -> web.Response:
    return render(request, "citizen/home.html")


async def form(request: web.Request) -> web.Response:
    return await _asking(request, {"key": new_key()}, [])


async def _asking(
    request: web.Request,
    typed: dict[str, Any],
    problems: list[FieldProblem],
    status: int = 200,
    *,
    found: Sequence[Answer] | None = None,
) -> web.Response:
    """The form, with a challenge where one will be asked for."""
    asked = await request.app[challenge.GATE].asks(request)
    typed["challenge"] = challenge.give(request, "complaint") if asked else ""
    return _form(request, typed, problems, status, found=found)


def _form(
    request: web.Request,
    typed: dict[str, Any],
    problems: list[FieldProblem],
    status: int = 200,
    *,
    found: Sequence[Answer] | None = None,
) -> web.Response:
    version, notice = seed.privacy(request[LANGUAGE])
    english = request[LANGUAGE] == "en"
    facts = {
        "typed": defaultdict(str, typed),
        "problems": {one.field: one.en if english else one.zh for one in problems},
        "kinds": list(Kind),
        "districts": [str(one["name"]) for one in request.app[CENTRE].city.districts],
        "notice": notice,
        "notice_version": version,
        "answers": found,
        "bits": challenge.BITS,
    }
    return render(request, "citizen/form.html", facts, status)


async def look(request: web.Request) -> web.StreamResponse:
    """The three best answers for what was typed so far, which stays on the page; nothing is filed."""
    if not auth.same_site(request):
        raise CrossSite
    typed = await complaintform.typed(request)
    try:
        typed["files"] = await attachments.uploads(request)
    except BadForm as error:
        return await _asking(request, typed, error.problems, 422)
    told = typed["title"][:200], typed["content"][:20000]
    place = typed["place.district"][:40]
    found = await answers.offered(request.app[CENTRE], *told, place=place)
    return await _asking(request, typed, [], found=found)


async def file(request: web.Request) -> web.StreamResponse:
    """The key was given out with the form: a double click or a reload files one complaint."""
    if not auth.same_site(request):
        raise CrossSite
    typed = await complaintform.typed(request)
    try:
        typed["files"] = await attachments.uploads(request)
        await challenge.check(request, "complaint", *await complaintform.solution(request))
        incoming = await read_complaint(request, complaintform.nested(typed), typed["key"])
    except BadForm as error:
        await refused(request, "web")
        return await _asking(request, typed, error.problems, 422)
    except challenge.ChallengeNeeded as error:
        wrong = FieldProblem("challenge", error.code, error.zh, error.en)
        return _form(request, {**typed, "challenge": error.token}, [wrong], 429)
    facts = {"notice": seed.privacy(request[LANGUAGE])[0]}
    receipt = await intake.receive(request.app[CENTRE], incoming, scope="form", facts=facts)
    response = see_other("/complaints/receipt")
    _remember(request, response, receipt.number, receipt.query_code)
    return response


def _remember(request: web.Request, response: web.StreamResponse, number: str, code: str) -> None:
    response.set_cookie(
        MINE,
        pages.sealed(request, {"number": number, "code": code}),
        httponly=True,
        samesite="Lax",
        max_age=SECONDS,
        path="/complaints",
        secure=request.app[SETTINGS].base_url.startswith("https:"),
    )


async def receipt(request: web.Request) -> web.StreamResponse:
    mine = pages.opened(request, MINE, SECONDS)
    if not mine:
        return see_other("/complaints/find")
    return render(request, "citizen/receipt.html", {"mine": mine})


async def find(request: web.Request) -> web.Response:
    # A letter's link names its case; the code is the citizen's to type.
    number = request.query.get("number", "")[:40]
    return render(request, "citizen/find.html", {"number": number, "problem": None})


async def look_up(request: web.Request) -> web.StreamResponse:
    posted = await request.post()
    number, code = str(posted.get("number", ""))[:40].strip(), str(posted.get("code", ""))[:40]
    try:
        await citizen.progress(request.app[CENTRE], number, code, origin_of(request))
    except Refused as error:
        told = error.en if request[LANGUAGE] == "en" else error.zh
        status = 429 if isinstance(error, citizen.DoorShut) else 404
        return render(request, "citizen/find.html", {"number": number, "problem": told}, status)
    response = see_other("/complaints/mine")
    _remember(request, response, number, code)
    return response


async def mine(request: web.Request) -> web.StreamResponse:
    return await _mine(request, None, [], {})


async def _mine(
    request: web.Request,
    done: str | None,
    problems: list[FieldProblem],
    typed: dict[str, Any],
    status: int = 200,
) -> web.StreamResponse:
    kept = pages.opened(request, MINE, SECONDS)
    if not kept:
        return see_other("/complaints/find")
    found = await citizen.progress(
        request.app[CENTRE], kept["number"], kept["code"], origin_of(request), request[LANGUAGE]
    )
    english = request[LANGUAGE] == "en"
    facts = {
        "found": found,
        "kind": Kind(found.type) if found.type else None,
        "actions": [action for action in ACTIONS if action in found.actions],
        "Action": Action,
        "Satisfaction": Satisfaction,
        "done": done or request.query.get("done"),
        "problems": {one.field: one.en if english else one.zh for one in problems},
        "typed": defaultdict(str, typed),
    }
    return render(request, "citizen/mine.html", facts, status)


async def act(request: web.Request) -> web.StreamResponse:
    """One of the citizen's own actions, on the case that the cookie opens."""
    if not auth.same_site(request):
        raise CrossSite
    kept = pages.opened(request, MINE, SECONDS)
    if not kept:
        return see_other("/complaints/find")
    posted = await request.post()
    name = request.match_info["action"]
    action = next((one for one in ACTIONS if one.value == name), None)
    if action is None:
        raise web.HTTPNotFound
    values = pages.texts(posted)
    typed: dict[str, Any] = {key: found[-1] for key, found in values.items()}
    try:
        if action is Action.SUPPLEMENT:
            values["attachments"] = await attachments.uploads(request)
            typed["files"] = values["attachments"]
        facts = read_typed(action, values)
        await citizen.citizen_act(
            request.app[CENTRE], kept["number"], kept["code"], facts, origin=origin_of(request)
        )
    except BadForm as error:
        return await _mine(request, None, error.problems, typed, 422)
    except Refused as error:
        problem = FieldProblem(error.field or action.value, error.code, error.zh, error.en)
        return await _mine(request, None, [problem], typed, 409)
    return see_other(f"/complaints/mine?done={action.value}")


async def leave(request: web.Request) -> web.StreamResponse:
    """Somebody else may use this computer next."""
    if not auth.same_site(request):
        raise CrossSite
    response = see_other("/complaints/find")
    response.del_cookie(MINE, path="/complaints")
    return response


def routes() -> list[Route]:
    def page(method: str, path: str, handler: Any, summary: str, limit: str = "read") -> Route:
        return Route(method, path, handler, ANYONE, summary, api=False, limit=limit)

    return [
        page("GET", "/", home, "首页"),
        page("GET", "/complaints/new", form, "填写诉求"),
        page("POST", "/complaints/new", file, "提交诉求", "intake"),
        page("POST", "/complaints/new/answers", look, "查找现成答案", "look_up"),
        page("GET", "/complaints/receipt", receipt, "回执"),
        page("GET", "/complaints/find", find, "查询"),
        page("POST", "/complaints/find", look_up, "查询", "look_up"),
        page("GET", "/complaints/mine", mine, "我的诉求"),
        page("POST", "/complaints/leave", leave, "离开", "look_up"),
        page("POST", "/complaints/mine/{action}", act, "办理我的诉求", "look_up"),
    ]
