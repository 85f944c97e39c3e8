"""What every page shares: templates, language, forms, errors."""

import json
import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any
from urllib.parse import urlencode

import jinja2
from aiohttp import web
from markupsafe import Markup
from multidict import MultiDictProxy

from hotline.domain.words import Named, Role
from hotline.store.accounts import ADMINISTRATORS
from hotline.web import actwords, assets, auth, dates, entrywords, looks
from hotline.web.keys import ACTOR, BADGE, CENTRE, LACKS, LANGUAGE, SECRET, SETTINGS
from hotline.web.problems import Problem

LANGUAGE_COOKIE = "hotline_language"
# Where a form is sent, and the page that it stands on.
FORMS = {
    "/complaints/mine/privacy": "/complaints/mine/privacy",
    "/complaints/mine/": "/complaints/mine",
    "/office/privacy/": "/office/privacy",
    "/office/admin/reveals": "/office/admin/reveals",
    "/office/admin/": "/office/admin",
    "/office/account/": "/office/account",
    "/office/messages/": "/office/messages",
    "/office/calls/": "/office/calls",
    "/office/phone/": "/office/phone",
    "/office/missed/": "/office/missed",
    "/office/bulletins/": "/office/bulletins",
    "/office/restrictions/": "/office/restrictions",
    "/office/rules/": "/office/rules",
    "/office/figures/": "/office/figures/reports",
    "/office/exports/": "/office/exports",
    "/office/model/": "/office/model",
    "/office/new/": "/office/new",
    "/office/views": "/office/",
    "/office/bulk": "/office/",
    "/office/callbacks/next": "/office/callbacks",
    "/office/search": "/office/",
    "/office/alerts/": "/office/alerts",
    "/office/knowledge/": "/office/knowledge",
    "/knowledge/": "/knowledge",
    "/office/polls/": "/office/polls",
    "/office/inspections/results/": "/office/inspections/results",
    "/polls/": "/polls",
    "/office/published/": "/office/published",
    "/published/": "/published",
    "/complaints/new/": "/complaints/new",
}


def language(request: web.Request) -> str:
    """`?lang=`, else the choice made before, else what the browser asks for; Chinese first."""
    wanted = request.query.get("lang") or request.cookies.get(LANGUAGE_COOKIE)
    if wanted in ("zh", "en"):
        return wanted
    asked = request.headers.get("Accept-Language", "").lower()
    api = request.path.startswith("/api/")
    return "en" if api and asked.startswith("en") else "zh"


@cache
def templates() -> jinja2.Environment:
    made = jinja2.Environment(
        loader=jinja2.PackageLoader("hotline.web"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "when": _unbroken(dates.when),
        "clock": _unbroken(dates.clock),
        "day": _unbroken(dates.day),
        "spoken": _unbroken(dates.spoken),
        "when_in_words": dates.when,  # inside a sentence that is put together as text
        "day_in_words": dates.day,
        "left": dates.left,
    }
    made.globals |= {"PROMISES": entrywords.PROMISES, "PART": entrywords.PART}
    return made


def _unbroken(write: Callable[..., str]) -> Callable[..., Markup]:
    """A moment stays on one line: between its figures and 年, 月, 日 a browser would break it."""
    return lambda *told: Markup('<span class="nowrap">{}</span>').format(write(*told))


def context(request: web.Request) -> dict[str, Any]:
    """What every template may use; `t` chooses between the two languages."""
    spoken = request.get(LANGUAGE, "zh")
    centre, actor = request.app[CENTRE], request.get(ACTOR)
    return {
        "t": lambda zh, en: en if spoken == "en" else zh,
        "who": lambda actor: actwords.who(actor, spoken),
        "name": lambda word: word.name_in(spoken) if isinstance(word, Named) else str(word),
        "language": spoken,
        "other_language": _with(request, lang="zh" if spoken == "en" else "en"),
        "actor": actor,
        "asset": assets.asset,
        "look": looks.of(request),
        "switched": lambda **choice: _with(request, **choice),
        "home": home(actor.role) if actor else "/",
        "role": actor.role if actor else None,
        "badge": request.get(BADGE),
        "lacks": request.get(LACKS, False),
        "city": request.app[SETTINGS].city,
        "now": centre.now(),
        "storm": centre.storm.told(centre.now(), spoken),
        "tree": centre.rules.tree,
        "token": auth.form_token(centre, request[SECRET]) if SECRET in request else "",
        "path": request.path,
        "Role": Role,
        "directory": request.app[SETTINGS].oidc.issuer and request.app[SETTINGS].oidc.name,
    }


def home(role: Role) -> str:
    """Where a role's work begins."""
    if role is Role.CALLBACK:
        return "/office/callbacks"
    return "/office/admin" if role in ADMINISTRATORS else "/office/"


def _with(request: web.Request, **changes: str) -> str:
    return f"{_page_of(request)}?{urlencode({**request.query, **changes})}"


def _page_of(request: web.Request) -> str:
    """The page that is shown, or that a form stands on: a form's address cannot be fetched."""
    # Two slashes at the front would name another host.
    path = "/" + request.rel_url.raw_path.lstrip("/")
    if request.method != "GET":
        path = next((shown for taken, shown in FORMS.items() if taken in path), path)
        path = re.sub(
            "/(actions|reveal|decide|reply-[a-z]+|away|back|call|outcome|lay-back"
            "|interests(/[0-9]+/end)?)$",
            "",
            path,
        )
    return path


def _way_back(request: web.Request) -> str:
    """Where a sign-in leads whose session ended on a page."""
    asked = f"?{request.rel_url.raw_query_string}" if request.rel_url.raw_query_string else ""
    return _page_of(request) + (asked if request.method == "GET" else "")


def staff_page(told: str) -> str | None:
    """An address that a sign-in may lead to: a page of the desks on this host, or None."""
    fine = re.fullmatch(r"/office/[\x21-\x5b\x5d-\x7e]{0,600}", told) is not None
    return told if fine and not told.startswith(("/office/log", "/office/directory")) else None


def render(
    request: web.Request, template: str, facts: Mapping[str, Any] | None = None, status: int = 200
) -> web.Response:
    text = templates().get_template(template).render({**context(request), **(facts or {})})
    response = web.Response(
        text=text, status=status, content_type="text/html", charset="utf-8", headers=NO_STORE
    )
    if request.query.get("lang") in ("zh", "en"):
        response.set_cookie(
            LANGUAGE_COOKIE,
            request.query["lang"],
            samesite="Lax",
            httponly=True,
            max_age=31_536_000,
        )
    looks.keep(request, response)
    return response


NO_STORE = {"Cache-Control": "no-store"}


def failed(request: web.Request, problem: Problem) -> web.Response:
    """An error as a page; who is not signed in is shown the way in."""
    if problem.status == 401 and request.path.startswith("/office"):
        facts = {"problem": None, "username": "", "back": _way_back(request)}
        return render(request, "office/login.html", facts, 401)
    answer = render(request, "error.html", {"problem": problem}, problem.status)
    if problem.allow:
        answer.headers["Allow"] = problem.allow
    if problem.retry_after is not None:
        answer.headers["Retry-After"] = str(problem.retry_after)
    return answer


def texts(posted: MultiDictProxy[Any]) -> dict[str, list[str]]:
    """A form's fields without its files; every name has at least one value."""
    found = {name: [one for one in posted.getall(name) if isinstance(one, str)] for name in posted}
    return {name: values for name, values in found.items() if values}


def see_other(location: str) -> web.Response:
    """After a form was taken: the browser fetches a page, and a reload sends nothing again."""
    return web.Response(status=303, headers={"Location": location})


def sealed(request: web.Request, told: Mapping[str, str]) -> str:
    """A few facts for a short-lived cookie, encrypted: number and query code stay out of addresses."""
    cipher = request.app[CENTRE].cipher
    body = json.dumps({**told, "at": request.app[CENTRE].now().timestamp()})
    return cipher.lock(body, "cookie").hex()


def opened(request: web.Request, name: str, seconds: int) -> dict[str, str]:
    """What `sealed` made, if it is ours and not too old; empty otherwise."""
    centre = request.app[CENTRE]
    try:
        told = json.loads(
            centre.cipher.unlock(bytes.fromhex(request.cookies.get(name, "")), "cookie")
        )
    except Exception:  # a cookie that is not ours is no cookie
        return {}
    fresh = centre.now().timestamp() - float(told["at"]) < seconds
    return {key: str(value) for key, value in told.items()} if fresh else {}
