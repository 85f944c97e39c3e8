"""Sign-in by the city's own directory: to accounts that their owners linked, and no others."""

import hmac
from typing import Any

from aiohttp import web

from hotline.store import accounts, acts, subjects
from hotline.store.accounts import ADMINISTRATORS, Officer
from hotline.web import auth, forms, office_account, pages, posting
from hotline.web.bodies import origin_of
from hotline.web.directory import DIRECTORY, NotBelieved, Trip
from hotline.web.keys import ACTOR, CENTRE, LANGUAGE, SETTINGS
from hotline.web.office_account import NotTaken
from hotline.web.pages import render, see_other
from hotline.web.problems import CrossSite
from hotline.web.routing import ANYONE, STAFF, Route

TRIP, WAITING = "hotline_trip", "hotline_waiting"
SECONDS = 600
HERE = "/office/directory"
WRONG_CODE = (
    "动态口令不正确；连续输错会暂时锁定，请稍后再试或联系安全管理员。",
    "The code is wrong; several wrong ones lock the account for a while.",
)


async def begin(request: web.Request) -> web.StreamResponse:
    """To the directory and back, for who has linked the account."""
    trip = Trip.begin("login")
    response = see_other(await _directory(request).way(trip))
    _keep(request, response, TRIP, trip.__dict__)
    return response


def _directory(request: web.Request) -> Any:
    if DIRECTORY not in request.app:
        raise web.HTTPNotFound
    return request.app[DIRECTORY]


def _keep(
    request: web.Request, response: web.StreamResponse, name: str, told: dict[str, str]
) -> None:
    response.set_cookie(
        name,
        pages.sealed(request, told),
        httponly=True,
        samesite="Lax",
        max_age=SECONDS,
        path=HERE,
        secure=request.app[SETTINGS].base_url.startswith("https:"),
    )


async def back(request: web.Request) -> web.StreamResponse:
    """The directory's answer: to the browser that was sent there, and once."""
    kept = pages.opened(request, TRIP, SECONDS)
    state = request.query.get("state", "")
    if not kept or not hmac.compare_digest(state.encode(), kept.get("state", "").encode()):
        raise NotBelieved
    trip = Trip(*(kept[name] for name in ("state", "nonce", "verifier", "purpose")))
    centre, code = request.app[CENTRE], request.query.get("code", "")[:2000]
    person = await _directory(request).person(code, trip, centre.now())
    if trip.purpose != "login":
        response = await _link(request, trip.purpose, person.subject)
    else:
        async with centre.look() as look:
            officer = await subjects.officer_of(look.connection, person.subject)
        if officer is None or officer.disabled:
            raise NotBelieved
        response = await _enter(request, officer, strong=person.strong)
    response.del_cookie(TRIP, path=HERE)
    return response


async def _enter(request: web.Request, officer: Officer, *, strong: bool) -> web.StreamResponse:
    """Our own second factor is asked for as well, unless the directory asked for one of its own;
    of administrators always."""
    enough = strong and officer.role not in ADMINISTRATORS
    if officer.factor and not enough:
        response: web.StreamResponse = render(request, "office/directory.html", {"problem": None})
        _keep(request, response, WAITING, {"officer": str(officer.id)})
        return response
    return await _let_in(request, officer)


async def _let_in(request: web.Request, officer: Officer) -> web.StreamResponse:
    centre = request.app[CENTRE]
    async with centre.work() as work:
        secret, _ = await auth.let_in(centre, work, officer, origin_of(request))
    response = see_other(pages.home(officer.role))
    auth.set_cookie(request, response, secret)
    response.del_cookie(WAITING, path=HERE)
    return response


async def code(request: web.Request) -> web.StreamResponse:
    """The second factor after the directory's word; behind the same lock as every sign-in."""
    if not auth.same_site(request):
        raise CrossSite
    kept = pages.opened(request, WAITING, SECONDS)
    if not kept:
        raise NotBelieved
    centre, posted = request.app[CENTRE], await posting.posted(request)
    async with centre.look() as look:
        officer = await accounts.by_id(look.connection, int(kept["officer"]))
    if officer is None or officer.disabled:
        raise NotBelieved
    if await auth.takes_code(centre, officer, str(posted.get("code", ""))[:40], origin_of(request)):
        return await _let_in(request, officer)
    problem = WRONG_CODE[request[LANGUAGE] == "en"]
    return render(request, "office/directory.html", {"problem": problem}, 401)


async def link(request: web.Request) -> web.StreamResponse:
    """Asked with the own password: somebody else's sign-in must not be put on this account."""
    posted = await forms.posted(request)
    officer = await office_account.own(request)
    if not await auth.confirmed(request.app[CENTRE], officer, posted.get("old", [""])[-1][:200]):
        raise NotTaken("密码不正确。", "The password is wrong.")
    trip = Trip.begin(str(officer.id))
    facts = {"way": await _directory(request).way(trip)}
    response = render(request, "office/directory_link.html", facts)
    _keep(request, response, TRIP, trip.__dict__)
    return response


async def _link(request: web.Request, officer_id: str, subject: str) -> web.StreamResponse:
    """The one who set out is the one who is signed in still."""
    centre = request.app[CENTRE]
    officer, _ = await auth.identify(request)
    if officer is None or str(officer.id) != officer_id:
        raise NotBelieved
    async with centre.work() as work:
        if not await subjects.link(work.connection, officer.id, subject):
            raise NotBelieved  # it is somebody else's already
        actor = auth.actor_of(centre, officer, origin_of(request))
        await acts.record(work.connection, work.at, actor, "directory_linked", {})
    return see_other("/office/account")


async def unlink(request: web.Request) -> web.StreamResponse:
    await forms.posted(request)
    async with request.app[CENTRE].work() as work:
        await subjects.unlink(work.connection, request[ACTOR].officer_id or 0)
        await acts.record(work.connection, work.at, request[ACTOR], "directory_unlinked", {})
    return see_other("/office/account")


def routes() -> list[Route]:
    def page(method: str, path: str, handler: Any, summary: str, **more: Any) -> Route:
        return Route(method, HERE + path, handler, summary=summary, api=False, **more)

    anyone: dict[str, Any] = {"who": ANYONE, "limit": "sign_in"}
    return [
        page("GET", "", begin, "统一身份认证登录", **anyone),
        page("GET", "/back", back, "统一身份认证返回", **anyone),
        page("POST", "/code", code, "动态口令", **anyone),
        page("POST", "/link", link, "绑定统一身份认证", who=STAFF),
        page("POST", "/unlink", unlink, "解除绑定", who=STAFF),
    ]
