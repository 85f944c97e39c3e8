"""Staff pages on which articles are written, and what the knowledge base lacks."""

from typing import Any

from aiohttp import web

from channels.forms import BadForm, FieldProblem
from hotline.domain.article import AUTHORS
from hotline.domain.errors import NotAllowed, NotPossible, Refused
from hotline.flow import drafting, knowledge, offers
from hotline.web import attachments, forms
from hotline.web.api_knowledge import number_of
from hotline.web.articleforms import ArticleForm, RewriteForm, read, typed
from hotline.web.keys import ACTOR, CENTRE, LANGUAGE
from hotline.web.pages import render, see_other
from hotline.web.routing import Route

FIELDS = ("title", "body", "topic", "department", "place", "basis")
EMPTY: dict[str, Any] = {name: "" for name in FIELDS} | {
    "keywords": [],
    "questions": [],
    "public": True,
    "effective_on": None,
    "expires_on": None,
}


async def new(request: web.Request) -> web.Response:
    own = request[ACTOR].department or offers.CENTRE
    question = request.query.get("question", "")[:100]
    known = {"department": own, "questions": [question] if question else []}
    return _form(request, {**EMPTY, **known}, {})


def _form(
    request: web.Request,
    values: dict[str, Any],
    problems: dict[str, str],
    status: int = 200,
    **more: Any,
) -> web.Response:
    centre = request.app[CENTRE]
    facts = {
        "values": {**EMPTY, **values},
        "problems": problems,
        "article_id": more.get("article_id"),
        "revision": more.get("revision", 0),
        "files": more.get("files", []),
        "topics": forms.topics(centre.city),
        "units": _units(request),
        "districts": [str(one["name"]) for one in centre.city.districts],
    }
    return render(request, "office/writing.html", facts, status)


def _units(request: web.Request) -> list[Any]:
    actor = request[ACTOR]
    found = forms.departments(request.app[CENTRE].rules.tree)
    return [one for one in found if not actor.of_department or one.value in actor.units]


async def create(request: web.Request) -> web.StreamResponse:
    posted = await forms.posted(request)
    try:
        posted["attachments"] = await attachments.uploads(request)
        draft = read(ArticleForm, typed(posted)).draft()
        article_id = await drafting.write(request.app[CENTRE], request[ACTOR], draft)
    except (BadForm, NotPossible, NotAllowed) as error:
        return _form(request, typed(posted), _problems(request, error), 422)
    return see_other(f"/office/knowledge/{article_id}?done=write")


def _problems(request: web.Request, error: BadForm | Refused) -> dict[str, str]:
    english = request[LANGUAGE] == "en"
    if isinstance(error, BadForm):
        found = error.problems
    else:
        found = [FieldProblem(error.field or "title", error.code, error.zh, error.en)]
    return {one.field.split(".")[0]: one.en if english else one.zh for one in found}


async def edit(request: web.Request) -> web.Response:
    article_id = number_of(request)
    last = (await knowledge.shown(request.app[CENTRE], article_id)).newest
    values = {name: getattr(last, name) for name in EMPTY}
    more = {"article_id": article_id, "revision": last.revision, "files": last.files}
    return _form(request, values, {}, **more)


async def save(request: web.Request) -> web.StreamResponse:
    posted, article_id = await forms.posted(request), number_of(request)
    files = (await knowledge.shown(request.app[CENTRE], article_id)).newest.files
    try:
        kept = set(posted.get("keep", []))
        held = [one["token"] for one in files if one["token"] in kept]
        posted["attachments"] = [*held, *await attachments.uploads(request)]
        form = read(RewriteForm, typed(posted))
        await drafting.rewrite(
            request.app[CENTRE], request[ACTOR], article_id, form.draft(), form.revision
        )
    except (BadForm, Refused) as error:
        values = typed(posted)
        more = {"article_id": article_id, "revision": values.get("revision", 0), "files": files}
        return _form(request, values, _problems(request, error), 422, **more)
    return see_other(f"/office/knowledge/{article_id}?done=write")


async def lacking(request: web.Request) -> web.Response:
    return await _lacking(request)


async def _lacking(request: web.Request, problem: str = "", status: int = 200) -> web.Response:
    centre = request.app[CENTRE]
    facts = {
        "gaps": await offers.gaps(centre),
        "offers": await offers.offers(centre, request[ACTOR]),
        "problem": problem,
    }
    return render(request, "office/lacking.html", facts, status)


async def see_to(request: web.Request) -> web.StreamResponse:
    """A consultation becomes a draft or is passed over; a question is closed."""
    posted = await forms.posted(request)
    centre, actor = request.app[CENTRE], request[ACTOR]
    number, key = (posted.get(name, [""])[-1][:64] for name in ("number", "key"))
    try:
        if key:
            await offers.end_gap(centre, actor, key)
        elif posted.get("do", [""])[-1] == "take":
            article_id = await offers.take(centre, actor, number)
            return see_other(f"/office/knowledge/{article_id}/edit")
        else:
            await offers.pass_over(centre, actor, number)
    except (NotPossible, NotAllowed) as error:
        told = error.en if request[LANGUAGE] == "en" else error.zh
        return await _lacking(request, told, 409)
    return see_other("/office/knowledge/lacking")


def routes() -> list[Route]:
    def page(method: str, path: str, handler: Any, summary: str) -> Route:
        return Route(method, path, handler, AUTHORS, summary, api=False)

    every = "/office/knowledge"
    return [
        page("GET", every + "/new", new, "起草知识"),
        page("POST", every + "/new", create, "起草知识"),
        page("GET", every + "/lacking", lacking, "知识缺口"),
        page("POST", every + "/lacking", see_to, "处理知识缺口"),
        page("GET", every + "/{id}/edit", edit, "修改知识"),
        page("POST", every + "/{id}/edit", save, "修改知识"),
    ]
