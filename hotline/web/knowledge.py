"""Public pages of the knowledge base: search, an article, was it of use; no script is needed."""

from typing import Any
from urllib.parse import quote

from aiohttp import web

from hotline.domain.article import NoSuchArticle
from hotline.flow import answers
from hotline.flow.answers import Asked
from hotline.store import files
from hotline.web import auth, posting
from hotline.web.api_knowledge import LONGEST, number_of
from hotline.web.bodies import whole
from hotline.web.keys import CENTRE
from hotline.web.pages import render, see_other
from hotline.web.problems import CrossSite
from hotline.web.routing import ANYONE, Route

PAGE = 20


async def search(request: web.Request) -> web.Response:
    centre = request.app[CENTRE]
    q = request.query.get("q", "").strip()[:LONGEST]
    below = whole(request, "below", 0, 999_999_999) or None
    found = await answers.ask(centre, Asked(q)) if q else []
    rows = [] if q else await answers.newest(centre, below, PAGE)
    older = rows[-1].article_id if len(rows) == PAGE else None
    facts = {"q": q, "found": found, "rows": rows, "older": older}
    return render(request, "citizen/knowledge.html", facts)


async def article(request: web.Request) -> web.Response:
    row = await answers.opened(request.app[CENTRE], number_of(request), internal=False)
    facts = {"row": row, "said": request.query.get("said", "")}
    return render(request, "citizen/article.html", facts)


async def usefulness(request: web.Request) -> web.StreamResponse:
    if not auth.same_site(request):
        raise CrossSite
    posted = await posting.posted(request)
    kind = "helpful" if posted.get("helpful") == "yes" else "unhelpful"
    article_id = number_of(request)
    await answers.judged(request.app[CENTRE], article_id, kind, internal=False)
    return see_other(f"/knowledge/{article_id}?said={kind}")


async def file(request: web.Request) -> web.StreamResponse:
    return await download(request, internal=False)


async def download(request: web.Request, *, internal: bool) -> web.StreamResponse:
    """A file of the version in force, as a download and never as a page."""
    centre = request.app[CENTRE]
    row = await answers.readable(centre, number_of(request), internal=internal)
    n = request.match_info["n"]
    if not (n.isascii() and n.isdigit() and len(n) < 4 and 0 < int(n) <= len(row.files)):
        raise NoSuchArticle
    kept = row.files[int(n) - 1]
    return web.FileResponse(
        files.path(centre.files, kept["sha256"]),
        headers={
            "Content-Type": kept["type"],
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(kept['name'])}",
            "Content-Security-Policy": "default-src 'none'; sandbox",
        },
    )


def routes() -> list[Route]:
    def page(method: str, path: str, handler: Any, summary: str, limit: str = "read") -> Route:
        return Route(method, path, handler, ANYONE, summary, api=False, limit=limit)

    return [
        page("GET", "/knowledge", search, "知识库"),
        page("GET", "/knowledge/{id}", article, "知识"),
        page("POST", "/knowledge/{id}/usefulness", usefulness, "是否有用", "look_up"),
        page("GET", "/knowledge/{id}/files/{n}", file, "知识附件"),
    ]
