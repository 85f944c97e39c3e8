"""Staff pages: sign in, the queue with its counts, the case with exactly the actions it allows."""

from collections import defaultdict
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from channels.forms import BadForm, FieldProblem
from hotline.domain.acts.asking import Act
from hotline.domain.case import Case
from hotline.domain.errors import Refused, Stale
from hotline.domain.state import OPEN, Action, State
from hotline.domain.words import Kind, Urgency
from hotline.flow import intake, notify
from hotline.flow import work as flow
from hotline.store import accounts
from hotline.store.vault import FIELDS
from hotline.web import api_city, attachments, auth, forms, shown
from hotline.web.api_citizen import read_complaint, refused
from hotline.web.api_staff import wanted
from hotline.web.bodies import new_key, number_of, origin_of, whole
from hotline.web.keys import ACTOR, CENTRE, LANGUAGE, SECRET
from hotline.web.pages import render
from hotline.web.problems import CrossSite
from hotline.web.routes import FILERS, WORKERS
from hotline.web.routing import ANYONE, STAFF, Route
from hotline.web.schemas import action_named, read_typed


async def login(request: web.Request) -> web.Response:
    return render(request, "office/login.html", {"problem": None, "username": ""})


async def sign_in(request: web.Request) -> web.StreamResponse:
    if not auth.same_site(request):
        raise CrossSite
    posted = await request.post()
    username = str(posted.get("username", ""))[:80].strip()
    try:
        officer, secret, _ = await auth.sign_in(
            request.app[CENTRE], username, str(posted.get("password", ""))[:200], origin_of(request)
        )
    except Refused as error:
        told = error.en if request[LANGUAGE] == "en" else error.zh
        return render(request, "office/login.html", {"problem": told, "username": username}, 401)
    home = "/office/admin" if officer.role in accounts.ADMINISTRATORS else "/office/"
    response = web.HTTPSeeOther(home)
    auth.set_cookie(request, response, secret)
    return response


async def sign_out(request: web.Request) -> web.StreamResponse:
    await forms.posted(request)
    await auth.sign_out(request.app[CENTRE], request[SECRET])
    response = web.HTTPSeeOther("/office/login")
    response.del_cookie(auth.COOKIE, path="/")
    return response


async def queue(request: web.Request) -> web.Response:
    """The work at hand: what waits in which state, most urgent ways to sort, page by page."""
    centre, actor = request.app[CENTRE], request[ACTOR]
    asked = wanted(request)
    if "state" not in request.query:
        asked = replace(asked, state=("open",))
    found = await flow.listed(centre, actor, asked)
    counts = await flow.counts(centre, actor)
    query = {name: value for name, value in request.query.items() if name != "cursor"}
    facts = {
        "rows": found.rows,
        "next_link": _link(query, cursor=found.next_cursor) if found.next_cursor else None,
        "counts": [(state, counts.get(state.value, 0)) for state in State if state in OPEN],
        "total": sum(counts.values()),
        "asked": request.query,
        "state_link": lambda state: _link({}, state=state),
        "kinds": list(Kind),
        "urgencies": list(Urgency),
        "units": forms.departments(centre.rules.tree),
        "State": State,
        "Kind": Kind,
        "Urgency": Urgency,
        "messages": await notify.desk_messages(centre, actor, limit=5),
    }
    return render(request, "office/queue.html", facts)


def _link(query: dict[str, str], **changes: str | None) -> str:
    told = {**query, **{name: value for name, value in changes.items() if value}}
    return f"/office/?{urlencode(told)}"


async def case(request: web.Request) -> web.Response:
    return await _case(request)


async def _case(
    request: web.Request,
    *,
    problems: list[FieldProblem] | None = None,
    action: str = "",
    typed: dict[str, list[str]] | None = None,
    revealed: dict[str, str] | None = None,
    status: int = 200,
) -> web.Response:
    centre, actor, number = request.app[CENTRE], request[ACTOR], number_of(request)
    view = await flow.view(centre, number, actor)
    _, entries = await flow.timeline(centre, number, actor)
    english = request[LANGUAGE] == "en"
    facts = {
        "case": view.case,
        "view": view,
        "deadlines": shown.deadlines(view.case),
        "entries": list(reversed(entries)),
        "actions": [_form_of(request, view.case, Action(name)) for name in view.actions],
        "problems": {one.field: one.en if english else one.zh for one in problems or []},
        "failed_action": action,
        "typed": typed or {},
        "revealed": revealed,
        "fields": FIELDS,
        "topics": forms.topics(centre.city) if any(_asks_topic(view.actions)) else (),
        "done": request.query.get("done", ""),
        "State": State,
        "Action": Action,
    }
    return render(request, "office/case.html", facts, status)


def _asks_topic(names: list[str]) -> list[bool]:
    return [name in ("accept", "transfer", "split", "correct") for name in names]


def _form_of(request: web.Request, one: Case, action: Action) -> forms.ActionForm:
    return forms.form_of(request.app[CENTRE], one, action)


async def act(request: web.Request) -> web.StreamResponse:
    """One action from its form; whatever goes wrong, what was typed is still there."""
    posted = await forms.posted(request)
    number = number_of(request)
    action = action_named(posted.get("action", [""])[-1])
    version = posted.get("version", ["0"])[-1]
    try:
        facts: Act = read_typed(action, posted)
        seen = int(version) if version.isdigit() and len(version) < 10 else 0
        await flow.act(request.app[CENTRE], number, facts, request[ACTOR], seen)
    except BadForm as error:
        return await _case(
            request, problems=error.problems, action=action.value, typed=posted, status=422
        )
    except Stale as error:
        problem = FieldProblem("version", error.code, error.zh, error.en)
        return await _case(
            request, problems=[problem], action=action.value, typed=posted, status=409
        )
    except Refused as error:
        problem = FieldProblem(error.field or action.value, error.code, error.zh, error.en)
        return await _case(
            request, problems=[problem], action=action.value, typed=posted, status=409
        )
    if await _still_mine(request, number):
        return web.HTTPSeeOther(f"/office/cases/{number}?done={action.value}")
    return web.HTTPSeeOther("/office/")


async def _still_mine(request: web.Request, number: str) -> bool:
    """A department that sent a case away may not see it any more."""
    try:
        await flow.view(request.app[CENTRE], number, request[ACTOR])
    except Refused:
        return False
    return True


async def reveal(request: web.Request) -> web.StreamResponse:
    posted = await forms.posted(request)
    fields = tuple(name for name in posted.get("fields", []) if name in (*FIELDS, "words"))
    purpose = posted.get("purpose", [""])[-1].strip()[:500]
    if not fields or not purpose:
        wrong = FieldProblem(
            "purpose", "required", "请选择内容并写明查看目的。", "Choose fields and say why."
        )
        return await _case(request, problems=[wrong], action="reveal", typed=posted, status=422)
    try:
        found = await flow.reveal(
            request.app[CENTRE], number_of(request), fields, purpose, request[ACTOR]
        )
    except Refused as error:
        wrong = FieldProblem("purpose", error.code, error.zh, error.en)
        return await _case(request, problems=[wrong], action="reveal", typed=posted, status=403)
    return await _case(request, revealed=found)


async def new(request: web.Request) -> web.Response:
    return _new(request, {"key": [new_key()]}, [])


def _new(
    request: web.Request,
    typed: dict[str, list[str]],
    problems: list[FieldProblem],
    status: int = 200,
) -> web.Response:
    english = request[LANGUAGE] == "en"
    facts = {
        "typed": defaultdict(str, {name: values[-1] for name, values in typed.items()}),
        "problems": {one.field: one.en if english else one.zh for one in problems},
        "kinds": list(Kind),
        "channels": forms.CHANNELS,
        "districts": [str(one["name"]) for one in request.app[CENTRE].city.districts],
    }
    return render(request, "office/new.html", facts, status)


async def file(request: web.Request) -> web.StreamResponse:
    """A complaint on a citizen's behalf, with number and code to read out."""
    posted = await forms.posted(request)
    channel = posted.get("channel", ["phone"])[-1]
    key = posted.get("key", [""])[-1] or new_key()
    try:
        if channel not in {one.value for one in forms.CHANNELS}:
            raise BadForm(
                [FieldProblem("channel", "enum", "没有这种来源渠道。", "No such channel.")]
            )
        incoming = await read_complaint(request, forms.nested(posted), key, channel)
    except BadForm as error:
        await refused(request, "phone")
        return _new(request, posted, error.problems, 422)
    scope = f"staff:{request[ACTOR].name}"
    receipt = await intake.file(request.app[CENTRE], incoming, request[ACTOR], scope=scope)
    return render(request, "office/filed.html", {"receipt": receipt}, 201)


async def reports(request: web.Request) -> web.Response:
    within = api_city.period(request)
    names = ("cases", "promises", "departments", "topics", "supervision", "satisfaction")
    found = [await api_city.report(request, name, within, None) for name in names]
    facts = {"reports": found, "asked": request.query}
    return render(request, "office/reports.html", facts)


async def messages(request: web.Request) -> web.Response:
    below = whole(request, "below", 0, 999_999_999) or None
    found = await notify.desk_messages(request.app[CENTRE], request[ACTOR], below, 50)
    last = found[-1]["id"] if len(found) == 50 else None
    return render(request, "office/messages.html", {"messages": found, "older": last})


def routes() -> list[Route]:
    def page(
        method: str, path: str, handler: Any, who: Any, summary: str, limit: str = ""
    ) -> Route:
        return Route(method, path, handler, who, summary, api=False, limit=limit)

    number = "/office/cases/{number}"
    return [
        page("GET", "/office/login", login, ANYONE, "登录", "read"),
        page("POST", "/office/login", sign_in, ANYONE, "登录", "sign_in"),
        page("POST", "/office/logout", sign_out, STAFF, "退出"),
        page("GET", "/office/", queue, WORKERS, "工作台"),
        page("GET", number, case, WORKERS, "诉求"),
        page("POST", number + "/actions", act, WORKERS, "办理"),
        page("POST", number + "/reveal", reveal, WORKERS, "查看诉求人信息"),
        page("GET", "/office/new", new, FILERS, "登记"),
        page("POST", "/office/new", file, FILERS, "登记"),
        page("GET", "/office/files/{token}", attachments.download, WORKERS, "附件"),
        page("GET", "/office/reports", reports, api_city.READERS, "报表"),
        page("GET", "/office/messages", messages, WORKERS, "通知"),
    ]
