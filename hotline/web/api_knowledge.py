"""The JSON interface of answers: what anyone may ask, and what forms are offered as they are typed."""

from typing import Any

from aiohttp import web

from hotline.domain.article import NoSuchArticle
from hotline.domain.people import Tree
from hotline.flow import answers
from hotline.flow.answers import Answer, Asked
from hotline.web.articleforms import TypedForm, UsefulForm, read
from hotline.web.bodies import json_object, whole
from hotline.web.keys import CENTRE
from hotline.web.shown import answer, moment

LONGEST = 200


async def get_knowledge(request: web.Request) -> web.Response:
    """With `q` the best answers, otherwise the newest articles; for citizens, in force today."""
    centre = request.app[CENTRE]
    limit = whole(request, "limit", 20, 50, 1)
    place, topic = (request.query.get(name, "").strip()[:120] for name in ("place", "topic"))
    question = request.query.get("q", "").strip()[:LONGEST]
    if question:
        found = await answers.ask(centre, Asked(question, place=place, topic=topic), limit)
        items, older = [told(one, centre.rules.tree) for one in found], None
    else:
        below = whole(request, "cursor", 0, 999_999_999) or None
        rows = await answers.newest(centre, below, limit)
        items = [_plain(row, centre.rules.tree) for row in rows]
        older = str(rows[-1].article_id) if len(rows) == limit else None
    return answer({"items": items, "next_cursor": older})


def told(one: Answer, tree: Tree) -> dict[str, Any]:
    passage = [{"text": part.text, "marked": part.marked} for part in one.passage]
    return {**_facts(one.row, tree), "passage": passage, "score": one.score}


def _plain(row: Any, tree: Tree) -> dict[str, Any]:
    passage = [{"text": row.body[:120], "marked": False}]
    return {**_facts(row, tree), "passage": passage, "score": 0.0}


def _facts(row: Any, tree: Tree) -> dict[str, Any]:
    return {
        "id": row.article_id,
        "version": row.n,
        **{name: getattr(row, name) for name in ("title", "topic", "department", "place", "basis")},
        "department_name": tree.top(row.department),
        "effective_on": day(row.effective_on),
        "expires_on": day(row.expires_on),
        "released_at": moment(row.released_at),
    }


def day(on: Any) -> str | None:
    return on.isoformat() if on else None


def number_of(request: web.Request) -> int:
    given = request.match_info["id"]
    if not (given.isascii() and given.isdigit() and len(given) < 10):
        raise NoSuchArticle
    return int(given)


async def get_article(request: web.Request) -> web.Response:
    centre, article_id = request.app[CENTRE], number_of(request)
    row = await answers.opened(centre, article_id, internal=False)
    files = [
        {name: one[name] for name in ("name", "size", "type")}
        | {"url": f"/knowledge/{article_id}/files/{n}"}
        for n, one in enumerate(row.files, 1)
    ]
    return answer({**_facts(row, centre.rules.tree), "body": row.body, "files": files})


async def post_usefulness(request: web.Request) -> web.Response:
    said = read(UsefulForm, await json_object(request))
    kind = "helpful" if said.helpful else "unhelpful"
    await answers.judged(request.app[CENTRE], number_of(request), kind, internal=False)
    return answer({"counted": True})


async def post_suggestions(request: web.Request) -> web.Response:
    return await suggestions(request, internal=False)


async def suggestions(request: web.Request, *, internal: bool) -> web.Response:
    """A body, not a query: what citizens type stays out of addresses and logs."""
    typed = read(TypedForm, await json_object(request))
    centre = request.app[CENTRE]
    found = await answers.offered(
        centre, typed.title, typed.content, internal=internal, place=typed.place
    )
    return answer({"items": [told(one, centre.rules.tree) for one in found]})
