"""Staff pages of the knowledge base: search and list, an article with its versions, its steps."""

from collections import defaultdict
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from channels.forms import BadForm, FieldProblem
from hotline.domain.article import AUTHORS, OPEN, REVIEWERS, Stage
from hotline.domain.errors import NotAllowed, NotPossible, Refused
from hotline.flow import answers, drafting, knowledge
from hotline.flow.answers import Asked
from hotline.web import api_articles, forms, office_writing
from hotline.web import knowledge as public
from hotline.web.api_knowledge import LONGEST, number_of
from hotline.web.articleforms import ReasonForm, ReviewForm, UseForm, read
from hotline.web.bodies import whole
from hotline.web.keys import ACTOR, CENTRE, LANGUAGE
from hotline.web.pages import render, see_other
from hotline.web.routes_knowledge import WITHDRAWERS
from hotline.web.routing import WORKERS, Route

PAGE = 30


async def listed(request: web.Request) -> web.Response:
    """With a question its answers; otherwise the list, by stage, owner and topic."""
    centre = request.app[CENTRE]
    q = request.query.get("q", "").strip()[:LONGEST]
    found = await answers.ask(centre, Asked(q, internal=True)) if q else []
    below = whole(request, "below", 0, 999_999_999) or None
    asked = {**api_articles.asked(request), "q": ""}
    rows = [] if q else await knowledge.listed(centre, asked, below, PAGE)
    counts = await knowledge.counts(centre)
    query = {name: value for name, value in request.query.items() if name != "below" and value}
    older = urlencode({**query, "below": rows[-1].id}) if len(rows) == PAGE else None
    facts = {
        "q": q,
        "found": found,
        "rows": rows,
        "older": older,
        "asked": defaultdict(str, request.query),
        "stages": [(stage, counts.get(stage.value, 0)) for stage in Stage],
        "total": sum(counts.values()),
        "Stage": Stage,
        "units": forms.departments(centre.rules.tree),
        "may_write": request[ACTOR].role in AUTHORS,
    }
    return render(request, "office/knowledge.html", facts)


async def shown(request: web.Request) -> web.Response:
    return await _shown(request, number_of(request))


async def _shown(
    request: web.Request, article_id: int, problem: str = "", status: int = 200
) -> web.Response:
    centre, actor = request.app[CENTRE], request[ACTOR]
    found = await knowledge.shown(centre, article_id)
    row, last = found.row, found.newest
    own = actor.role in AUTHORS and (not actor.of_department or row.department in actor.units)
    facts = {
        "row": row,
        "versions": found.versions,
        "newest": last,
        "in_force": found.in_force,
        "Stage": Stage,
        "problem": problem,
        "done": request.query.get("done", ""),
        "may_write": own and last.stage != Stage.SUBMITTED,
        "may_submit": own and last.stage in OPEN,
        "may_review": actor.role in REVIEWERS
        and last.stage == Stage.SUBMITTED
        and last.author != actor.name,
        "may_confirm": own and row.released is not None,
        "may_withdraw": own and actor.role in WITHDRAWERS and row.stage != Stage.WITHDRAWN,
    }
    return render(request, "office/article.html", facts, status)


async def step(request: web.Request) -> web.StreamResponse:
    """One of the steps of an article's life; what cannot be is said on its page."""
    posted, article_id = await forms.posted(request), number_of(request)
    name = request.match_info["step"]
    if name not in STEPS:
        raise web.HTTPNotFound
    try:
        await STEPS[name](request, article_id, {key: told[-1] for key, told in posted.items()})
    except BadForm as error:
        first = error.problems[0]
        return await _shown(request, article_id, _said(request, first), 422)
    except (NotPossible, NotAllowed) as error:
        status = 403 if isinstance(error, NotAllowed) else 409
        return await _shown(request, article_id, _said(request, error), status)
    return see_other(f"/office/knowledge/{article_id}?done={name}")


def _said(request: web.Request, what: FieldProblem | Refused) -> str:
    return what.en if request[LANGUAGE] == "en" else what.zh


async def _submit(request: web.Request, article_id: int, told: dict[str, str]) -> None:
    await drafting.submit(request.app[CENTRE], request[ACTOR], article_id)


async def _review(request: web.Request, article_id: int, told: dict[str, str]) -> None:
    said = read(ReviewForm, {"verdict": told.get("verdict"), "note": told.get("note", "")})
    await knowledge.review(request.app[CENTRE], request[ACTOR], article_id, said.verdict, said.note)


async def _confirm(request: web.Request, article_id: int, told: dict[str, str]) -> None:
    await knowledge.confirm(request.app[CENTRE], request[ACTOR], article_id)


async def _withdraw(request: web.Request, article_id: int, told: dict[str, str]) -> None:
    said = read(ReasonForm, {"reason": told.get("reason", "")})
    await knowledge.withdraw(request.app[CENTRE], request[ACTOR], article_id, said.reason)


async def _use(request: web.Request, article_id: int, told: dict[str, str]) -> None:
    said = read(UseForm, {"kind": told.get("kind", "used")})
    await answers.judged(request.app[CENTRE], article_id, said.kind, internal=True)


STEPS = {
    "submit": _submit,
    "review": _review,
    "confirm": _confirm,
    "withdraw": _withdraw,
    "use": _use,
}


async def file(request: web.Request) -> web.StreamResponse:
    return await public.download(request, internal=True)


def routes() -> list[Route]:
    """With those of the public and of writing, whose paths go before an article's number."""

    def page(method: str, path: str, handler: Any, summary: str) -> Route:
        return Route(method, path, handler, WORKERS, summary, api=False)

    one = "/office/knowledge/{id}"
    return [
        *public.routes(),
        *office_writing.routes(),
        page("GET", "/office/knowledge", listed, "知识库"),
        page("GET", one, shown, "知识"),
        page("GET", one + "/files/{n}", file, "知识附件"),
        page("POST", one + "/steps/{step}", step, "办理知识"),
    ]
