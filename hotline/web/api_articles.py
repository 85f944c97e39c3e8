"""The JSON interface of the knowledge base for those who write, review and use it."""

from typing import Any

from aiohttp import web

from hotline.domain.article import Stage
from hotline.domain.people import Tree
from hotline.flow import answers, knowledge, offers
from hotline.flow import drafting as writing
from hotline.flow.knowledge import Shown
from hotline.web import api_knowledge
from hotline.web.api_knowledge import day, number_of
from hotline.web.articleforms import (
    ArticleForm,
    GapForm,
    ReasonForm,
    ReviewForm,
    RewriteForm,
    UseForm,
    read,
)
from hotline.web.bodies import chosen, json_object, whole
from hotline.web.keys import ACTOR, CENTRE
from hotline.web.shown import answer, moment

STAGES = frozenset(stage.value for stage in Stage)
PLAIN = ("topic", "department", "place", "public", "title")
COUNTS = ("latest", "released", "used", "helpful", "unhelpful")


def asked(request: web.Request) -> dict[str, Any]:
    """What a list is narrowed to; a unit's staff see their own unit's with `own`."""
    unit = request.query.get("department", "").strip()[:40]
    return {
        "stage": chosen(request, "stage", STAGES),
        "units": request.app[CENTRE].rules.tree.subtree(unit) or {unit} if unit else (),
        "topic": request.query.get("topic", "").strip()[:120],
        "q": request.query.get("q", "").strip()[:100],
    }


async def get_articles(request: web.Request) -> web.Response:
    centre = request.app[CENTRE]
    limit = whole(request, "limit", 50, 200, 1)
    below = whole(request, "below", 0, 999_999_999) or None
    rows = await knowledge.listed(centre, asked(request), below, limit)
    older = rows[-1].id if len(rows) == limit else None
    return answer({"items": [row_of(one, centre.rules.tree) for one in rows], "older": older})


def row_of(row: Any, tree: Tree) -> dict[str, Any]:
    return {
        "id": row.id,
        **{name: getattr(row, name) for name in (*PLAIN, *COUNTS)},
        "department_name": tree.top(row.department),
        "stage": row.stage,
        "stage_text": Stage(row.stage).zh,
        "released_at": moment(row.released_at),
        "review_on": day(row.review_on),
        "expires_on": day(row.expires_on),
    }


def told(found: Shown, tree: Tree) -> dict[str, Any]:
    return {**row_of(found.row, tree), "versions": [_version(one) for one in found.versions]}


def _version(one: Any) -> dict[str, Any]:
    written = ("n", "revision", "body", "basis", "origin", "author", "reviewer", "note")
    return {
        **{name: getattr(one, name) for name in (*PLAIN, *written)},
        "stage": one.stage,
        "stage_text": Stage(one.stage).zh,
        "keywords": list(one.keywords),
        "questions": list(one.questions),
        "attachments": [file["token"] for file in one.files],
        "effective_on": day(one.effective_on),
        "expires_on": day(one.expires_on),
        **{name: moment(getattr(one, name)) for name in ("written_at", "submitted_at")},
        "reviewed_at": moment(one.reviewed_at),
    }


async def _answered(request: web.Request, article_id: int, status: int = 200) -> web.Response:
    centre = request.app[CENTRE]
    found = await knowledge.shown(centre, article_id)
    return answer(told(found, centre.rules.tree), status=status)


async def get_article(request: web.Request) -> web.Response:
    return await _answered(request, number_of(request))


async def post_article(request: web.Request) -> web.Response:
    draft = read(ArticleForm, await json_object(request)).draft()
    article_id = await writing.write(request.app[CENTRE], request[ACTOR], draft)
    return await _answered(request, article_id, 201)


async def put_draft(request: web.Request) -> web.Response:
    form, article_id = read(RewriteForm, await json_object(request)), number_of(request)
    await writing.rewrite(
        request.app[CENTRE], request[ACTOR], article_id, form.draft(), form.revision
    )
    return await _answered(request, article_id)


async def post_submission(request: web.Request) -> web.Response:
    article_id = number_of(request)
    await writing.submit(request.app[CENTRE], request[ACTOR], article_id)
    return await _answered(request, article_id)


async def post_review(request: web.Request) -> web.Response:
    said, article_id = read(ReviewForm, await json_object(request)), number_of(request)
    await knowledge.review(request.app[CENTRE], request[ACTOR], article_id, said.verdict, said.note)
    return await _answered(request, article_id)


async def post_confirmation(request: web.Request) -> web.Response:
    article_id = number_of(request)
    await knowledge.confirm(request.app[CENTRE], request[ACTOR], article_id)
    return await _answered(request, article_id)


async def post_withdrawal(request: web.Request) -> web.Response:
    said, article_id = read(ReasonForm, await json_object(request)), number_of(request)
    await knowledge.withdraw(request.app[CENTRE], request[ACTOR], article_id, said.reason)
    return await _answered(request, article_id)


async def post_use(request: web.Request) -> web.Response:
    said = read(UseForm, await json_object(request))
    await answers.judged(request.app[CENTRE], number_of(request), said.kind, internal=True)
    return answer({"counted": True})


async def post_suggestions(request: web.Request) -> web.Response:
    return await api_knowledge.suggestions(request, internal=True)


async def get_gaps(request: web.Request) -> web.Response:
    rows = await offers.gaps(request.app[CENTRE])
    items = [
        {
            **{name: getattr(row, name) for name in ("key", "question", "times")},
            "first_at": moment(row.first_at),
            "last_at": moment(row.last_at),
        }
        for row in rows
    ]
    return answer({"items": items})


async def post_gap(request: web.Request) -> web.Response:
    said = read(GapForm, await json_object(request))
    key = request.match_info["key"][:64]
    await offers.end_gap(request.app[CENTRE], request[ACTOR], key, said.article)
    return await get_gaps(request)


async def get_offers(request: web.Request) -> web.Response:
    found = await offers.offers(request.app[CENTRE], request[ACTOR])
    named = ("number", "title", "body", "topic", "department")
    items = [
        {**{name: getattr(one, name) for name in named}, "received_at": moment(one.received_at)}
        for one in found
    ]
    return answer({"items": items})


async def post_offer(request: web.Request) -> web.Response:
    article_id = await offers.take(
        request.app[CENTRE], request[ACTOR], request.match_info["number"][:20]
    )
    return await _answered(request, article_id, 201)
