"""Staff pages: sign in, the queue with its counts, filing for a citizen, figures, notices."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from aiohttp import web

from channels.forms import BadForm, FieldProblem
from hotline.domain.errors import NotPossible, Refused
from hotline.domain.state import State
from hotline.domain.words import Kind, Party, Tongue
from hotline.flow import answers, phone, repeats
from hotline.web import api_city, api_repeats, auth, filing, forms, office_phone, posting
from hotline.web.api_citizen import read_complaint, refused
from hotline.web.bodies import key_typed, new_key, origin_of
from hotline.web.keys import ACTOR, CENTRE, LANGUAGE, SECRET
from hotline.web.pages import home, render, see_other, staff_page
from hotline.web.problems import CrossSite
from hotline.web.routing import ANYONE, FILERS, STAFF, Route


async def login(request: web.Request) -> web.Response:
    return render(request, "office/login.html", {"problem": None, "username": "", "back": ""})


async def sign_in(request: web.Request) -> web.StreamResponse:
    if not auth.same_site(request):
        raise CrossSite
    posted = await posting.posted(request)
    username = str(posted.get("username", ""))[:80].strip()
    password, code = str(posted.get("password", ""))[:200], str(posted.get("code", ""))[:40]
    back = staff_page(str(posted.get("back", "")))
    try:
        officer, secret, _ = await auth.sign_in(
            request.app[CENTRE], username, password, origin_of(request), code
        )
    except Refused as error:
        told = error.en if request[LANGUAGE] == "en" else error.zh
        facts = {"problem": told, "username": username, "back": back or ""}
        return render(request, "office/login.html", facts, 401)
    response = see_other(back or home(officer.role))
    auth.set_cookie(request, response, secret)
    return response


async def sign_out(request: web.Request) -> web.StreamResponse:
    await forms.posted(request)
    await auth.sign_out(request.app[CENTRE], request[ACTOR], request[SECRET])
    response = see_other("/office/login")
    response.del_cookie(auth.COOKIE, path="/")
    return response


async def new(request: web.Request) -> web.Response:
    return _new(request, {"key": [new_key()]}, [])


def _new(
    request: web.Request,
    typed: dict[str, list[str]],
    problems: list[FieldProblem],
    status: int = 200,
    *,
    found: repeats.Filing | None = None,
    offered: Sequence[answers.Answer] | None = None,
) -> web.Response:
    english = request[LANGUAGE] == "en"
    facts = {
        "typed": defaultdict(str, {name: values[-1] for name, values in typed.items()}),
        "problems": {one.field: one.en if english else one.zh for one in problems},
        "kinds": list(Kind),
        "channels": forms.CHANNELS,
        "parties": list(Party),
        "tongues": list(Tongue),
        "districts": [str(one["name"]) for one in request.app[CENTRE].city.districts],
        "found": found,
        "answers": offered,
        "State": State,
    }
    return render(request, "office/new.html", facts, status)


async def look(request: web.Request) -> web.Response:
    """What was typed so far is looked up, and stays on the page; nothing is filed."""
    posted = await forms.posted(request)
    typed = {name: values[-1] for name, values in posted.items()}
    asked = repeats.asked(
        request.app[CENTRE],
        typed.get("title", "")[:200],
        typed.get("content", "")[:20000],
        district=typed.get("place.district", "")[:40],
        phone=typed.get("contact.phone", "")[:40],
        guarded=bool({"anonymous", "confidential"} & set(typed)) or typed.get("type") == "report",
    )
    found = await api_repeats.known(request, asked)
    told = asked.title, asked.content
    best = await answers.offered(request.app[CENTRE], *told, internal=True, place=asked.district)
    return _new(request, posted, [], found=found, offered=best)


async def file(request: web.Request) -> web.StreamResponse:
    """A complaint on a citizen's behalf, with number and code to read out."""
    posted = await forms.posted(request)
    channel = posted.get("channel", ["phone"])[-1]
    key = key_typed(posted.get("key", [""])[-1])
    try:
        if channel not in {one.value for one in forms.CHANNELS}:
            raise BadForm(
                [FieldProblem("channel", "enum", "没有这种来源渠道。", "No such channel.")]
            )
        call_id = filing.checked(posted.get("call_id", [""])[-1], channel)
        body = forms.nested(posted)
        if call_id is not None:
            body, key = await filing.with_number(request, body, call_id), filing.call_key(call_id)
        incoming = await read_complaint(request, body, key, channel)
    except BadForm as error:
        await refused(request, "phone")
        return await _again(request, posted, error.problems, 422)
    scope = f"staff:{request[ACTOR].name}"
    try:
        receipt = await filing.file(request, incoming, scope=scope, call_id=call_id)
    except NotPossible as error:
        wrong = FieldProblem(error.field or "title", error.code, error.zh, error.en)
        return await _again(request, posted, [wrong], 409)
    found = await api_repeats.of_incoming(request, incoming, receipt.number)
    desk = call_id or "" if _calling(request, posted) else None
    facts = {"receipt": receipt, "found": found, "State": State, "desk": desk}
    return render(request, "office/filed.html", facts, 201)


async def _again(
    request: web.Request, posted: dict[str, list[str]], wrong: list[FieldProblem], status: int
) -> web.Response:
    """The form as it was sent, on the page that it was sent from: whoever talks keeps the call."""
    if _calling(request, posted):
        return await office_phone.again(request, posted, wrong, status)
    return _new(request, posted, wrong, status)


def _calling(request: web.Request, posted: dict[str, list[str]]) -> bool:
    """It was sent from the telephone desk, or with a call, by somebody who sits there."""
    told = {"desk", "call_id"} & {name for name, values in posted.items() if values[-1]}
    return bool(told) and request[ACTOR].role in phone.DESK


async def reports(request: web.Request) -> web.Response:
    within = api_city.period(request)
    names = ("calls", "cases", "promises", "departments", "topics", "supervision", "satisfaction")
    found = [await api_city.report(request, name, within, None) for name in names]
    facts = {"reports": found, "asked": request.query}
    return render(request, "office/reports.html", facts)


def routes() -> list[Route]:
    def page(
        method: str, path: str, handler: Any, who: Any, summary: str, *, limit: str = ""
    ) -> Route:
        return Route(method, path, handler, who, summary, api=False, limit=limit)

    return [
        page("GET", "/office/login", login, ANYONE, "登录", limit="read"),
        page("POST", "/office/login", sign_in, ANYONE, "登录", limit="sign_in"),
        replace(page("POST", "/office/logout", sign_out, STAFF, "退出"), early=True),
        page("GET", "/office/new", new, FILERS, "登记"),
        page("POST", "/office/new", file, FILERS, "登记"),
        page("POST", "/office/new/repeats", look, FILERS, "查找重复"),
        page("GET", "/office/reports", reports, api_city.READERS, "报表"),
    ]
