"""Public pages of typical cases: list with search, one, support; no comments, no script needed."""

import re
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from hotline.domain.typical import NoSuchTypical
from hotline.flow import typicals
from hotline.web import auth, shown
from hotline.web.bodies import new_key, whole
from hotline.web.keys import CENTRE, SETTINGS
from hotline.web.pages import render, see_other
from hotline.web.problems import CrossSite
from hotline.web.routing import ANYONE, Route

PAGE, LONGEST, MOST = 20, 100, 999_999_999
VISITOR = "hotline_visitor"  # a random word of this browser, kept here only as a keyed hash


def number_of(request: web.Request) -> int:
    raw = request.match_info["id"]
    if not re.fullmatch("[0-9]{1,9}", raw):
        raise NoSuchTypical
    return int(raw)


async def listed(request: web.Request) -> web.Response:
    q = request.query.get("q", "").strip()[:LONGEST]
    below = whole(request, "below", 0, MOST) or None
    rows = await typicals.released(request.app[CENTRE], q, below, PAGE)
    older = urlencode({"q": q, "below": rows[-1].id}) if len(rows) == PAGE else None
    return render(request, "citizen/published.html", {"q": q, "rows": rows, "older": older})


async def one(request: web.Request) -> web.Response:
    row = await typicals.opened(request.app[CENTRE], number_of(request))
    return render(request, "citizen/typical.html", {"row": row, "said": request.query.get("said")})


async def support(request: web.Request) -> web.StreamResponse:
    if not auth.same_site(request):
        raise CrossSite
    kept = request.cookies.get(VISITOR, "")
    visitor = kept if re.fullmatch("[0-9a-f]{32}", kept) else new_key()
    counted = await typicals.support(request.app[CENTRE], number_of(request), visitor)
    told = "counted" if counted else "before"
    response = see_other(f"/published/{number_of(request)}?said={told}")
    response.set_cookie(
        VISITOR,
        visitor,
        httponly=True,
        samesite="Lax",
        max_age=31_536_000,
        path="/published",
        secure=request.app[SETTINGS].base_url.startswith("https:"),
    )
    return response


async def get_published(request: web.Request) -> web.Response:
    """The same for machines: what two people released, and nothing that names its case."""
    centre = request.app[CENTRE]
    q = request.query.get("q", "").strip()[:LONGEST]
    limit = whole(request, "limit", PAGE, 50, 1)
    rows = await typicals.released(centre, q, whole(request, "cursor", 0, MOST) or None, limit)
    items = [
        {name: getattr(row, name) for name in NAMES}
        | {"department": centre.rules.tree.top(row.department)}
        | {"released_at": shown.moment(row.released_at)}
        for row in rows
    ]
    older = str(rows[-1].id) if len(rows) == limit else None
    return shown.answer({"items": items, "next_cursor": older})


NAMES = ("id", "title", "topic", "problem", "handling", "supports")


def routes() -> list[Route]:
    def page(method: str, path: str, handler: Any, summary: str, limit: str = "read") -> Route:
        return Route(method, path, handler, ANYONE, summary, api=False, limit=limit)

    return [
        page("GET", "/published", listed, "典型案例"),
        page("GET", "/published/{id}", one, "典型案例"),
        page("POST", "/published/{id}/support", support, "支持典型案例", "look_up"),
    ]
