"""Public pages: home, the receipt, my complaint; they work without scripts and on a phone."""

from collections import defaultdict
from typing import Any

from aiohttp import web

from channels.forms import BadForm, FieldProblem
from hotline.domain.errors import Refused
from hotline.domain.state import OPEN, Action
from hotline.domain.words import Kind, Satisfaction
from hotline.flow import citizen
from hotline.web import attachments, auth, pages, posting, publicwords, standing
from hotline.web.bodies import key_typed, new_key, origin_of
from hotline.web.factor import square
from hotline.web.keys import CENTRE, LANGUAGE, SETTINGS
from hotline.web.pages import render, see_other
from hotline.web.problems import CrossSite
from hotline.web.routing import ANYONE, Route
from hotline.web.schemas import read_typed

MINE = "hotline_mine"  # the cookie that holds number and code, encrypted
SECONDS = 3600
FIND: dict[str, Any] = {"problem": None, "words": "", "late": False}
WORDS = ("content", "facts", "reason", "comment")  # what people write on the own case
ACTIONS = (Action.SUPPLEMENT, Action.URGE, Action.RATE, Action.REOPEN, Action.WITHDRAW)


async def home(request: web.Request) -> web.Response:
    return render(request, "citizen/home.html")


def remember(request: web.Request, response: web.StreamResponse, number: str, code: str) -> None:
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
    pages_of = request.app[SETTINGS].serve.base_url or f"{request.scheme}://{request.host}"
    # Behind a # nothing is sent to any server: the code stays between the paper and the telephone.
    told = f"{pages_of.rstrip('/')}/complaints/find#{mine['number']}/{mine['code']}"
    return render(request, "citizen/receipt.html", {"mine": mine, "square": square(told)})


async def find(request: web.Request) -> web.Response:
    # A letter's link names its case; the code is the citizen's to type.
    number = request.query.get("number", "")[:40]
    return render(request, "citizen/find.html", {**FIND, "number": number})


async def look_up(request: web.Request) -> web.StreamResponse:
    posted = await posting.posted(request)
    number, code = str(posted.get("number", ""))[:40].strip(), str(posted.get("code", ""))[:40]
    try:
        await citizen.progress(request.app[CENTRE], number, code, origin_of(request))
    except Refused as error:
        told = error.en if request[LANGUAGE] == "en" else error.zh
        status = 429 if isinstance(error, citizen.DoorShut) else 404
        return render(
            request, "citizen/find.html", {**FIND, "number": number, "problem": told}, status
        )
    response = see_other("/complaints/mine")
    remember(request, response, number, code)
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
        "here": standing.here(
            found.state, request[LANGUAGE], rateable=Action.RATE in found.actions
        ),
        "public": publicwords.english if english else str,
        "kind": Kind(found.type) if found.type else None,
        "actions": [action for action in ACTIONS if action in found.actions],
        "Action": Action,
        "OPEN": OPEN,
        "Satisfaction": Satisfaction,
        "done": done or request.query.get("done"),
        "problems": {one.field: one.en if english else one.zh for one in problems},
        "typed": defaultdict(str, typed),
        "key": typed.get("key") or new_key(),
        "kept": await attachments.named(request, typed.get("files", [])),
    }
    return render(request, "citizen/mine.html", facts, status)


async def act(request: web.Request) -> web.StreamResponse:
    """One of the citizen's own actions, on the case that the cookie opens."""
    if not auth.same_site(request):
        raise CrossSite
    kept = pages.opened(request, MINE, SECONDS)
    posted = await posting.posted(request)
    if not kept:
        return _too_late(request, pages.texts(posted))
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
        if action is Action.URGE and "urging" in values:
            values["content"] = values["urging"]
        facts = read_typed(action, values)
        await citizen.citizen_act(
            request.app[CENTRE],
            kept["number"],
            kept["code"],
            facts,
            origin=origin_of(request),
            key=key_typed(typed.get("key", "")),
        )
    except BadForm as error:
        return await _mine(request, None, error.problems, typed, 422)
    except Refused as error:
        problem = FieldProblem(error.field or action.value, error.code, error.zh, error.en)
        return await _mine(request, None, [problem], typed, 409)
    return see_other(f"/complaints/mine?done={action.value}")


def _too_late(request: web.Request, values: dict[str, list[str]]) -> web.Response:
    """The hour is over: the code is asked for anew, and what was written stands there to be kept."""
    told = [values[name][-1] for name in WORDS if name in values]
    facts = {"number": "", "problem": None, "words": "\n".join(told)[:20000], "late": True}
    return render(request, "citizen/find.html", facts, 401)


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
        page("GET", "/complaints/receipt", receipt, "回执"),
        page("GET", "/complaints/find", find, "查询"),
        page("POST", "/complaints/find", look_up, "查询", "look_up"),
        page("GET", "/complaints/mine", mine, "我的诉求"),
        page("POST", "/complaints/leave", leave, "离开", "look_up"),
        page("POST", "/complaints/mine/{action}", act, "办理我的诉求", "look_up"),
    ]
