"""Addresses that letters came back from (退信地址): the list, and writing to one again for a reason."""

import re
from typing import Any

from aiohttp import web
from pydantic import ValidationError

from channels.forms import BadForm, Form, line, problems
from hotline.domain.errors import Refused
from hotline.flow import marked
from hotline.store.posted import Marked
from hotline.web import forms
from hotline.web.bodies import json_object, whole
from hotline.web.keys import ACTOR, CENTRE, LANGUAGE
from hotline.web.pages import render, see_other
from hotline.web.routing import Param, Route
from hotline.web.shown import answer, moment
from hotline.web.told import Moment, Told

SIZE = 50
MOST_PAGES = 100_000
LIST, ONE = "/office/marked-addresses", "/office/marked-addresses/{id}"
API = "/api/v1/marked-addresses"
NAMES = {"reason": "理由"}


class Clearing(Form):
    """Why letters may go there again."""

    reason: line(500)  # type: ignore[valid-type]


class MarkedAddress(Told):
    """Known by a keyed hash; the address itself is nowhere told."""

    id: str
    number: str | None
    reason: str
    at: Moment


class MarkedAddresses(Told):
    items: list[MarkedAddress]
    next: int | None


def told(one: Marked) -> dict[str, Any]:
    return {"id": one.hash, "number": one.number, "reason": one.reason, "at": moment(one.at)}


async def get_marked(request: web.Request) -> web.Response:
    page, limit = whole(request, "page", 1, MOST_PAGES, 1), whole(request, "limit", SIZE, 200, 1)
    found = await marked.listed(request.app[CENTRE], request[ACTOR], page, limit)
    more = page + 1 if len(found) > limit else None
    return answer({"items": [told(one) for one in found[:limit]], "next": more})


async def post_clearing(request: web.Request) -> web.Response:
    try:
        wanted = Clearing.model_validate(await json_object(request))
    except ValidationError as error:
        raise BadForm(problems(error, NAMES)) from None
    found = await marked.clear(request.app[CENTRE], request[ACTOR], _id(request), wanted.reason)
    return answer(told(found))


def _id(request: web.Request) -> str:
    found = request.match_info["id"]
    if not re.fullmatch(r"[0-9a-f]{64}", found, re.ASCII):
        raise marked.NoSuchAddress
    return found


async def addresses(request: web.Request) -> web.Response:
    return await _page(request, None)


async def _page(request: web.Request, wrong: str | None, status: int = 200) -> web.Response:
    page = whole(request, "page", 1, MOST_PAGES, 1)
    found = await marked.listed(request.app[CENTRE], request[ACTOR], page, SIZE)
    facts = {
        "marked": found[:SIZE],
        "page": page,
        "more": len(found) > SIZE,
        "wrong": wrong,
        "done": "done" in request.query,
    }
    return render(request, "office/marked.html", facts, status)


async def clear(request: web.Request) -> web.StreamResponse:
    posted = await forms.posted(request)
    reason = (posted.get("reason") or [""])[-1]
    try:
        await marked.clear(request.app[CENTRE], request[ACTOR], _id(request), reason)
    except Refused as error:
        gone = isinstance(error, marked.NoSuchAddress)
        words = error.en if request[LANGUAGE] == "en" else error.zh
        return await _page(request, words, 404 if gone else 409)
    return see_other(f"{LIST}?done=1")


WHO = frozenset(marked.DESKS)
TITLE, AGAIN = "退信地址", "恢复向退信地址发信"


def interface() -> list[Route]:
    number = {"type": "integer", "minimum": 1, "maximum": MOST_PAGES, "default": 1}
    pages = Param("page", "query", "第几页", schema=number)
    size = Param(
        "limit", "query", "每页条数", schema={"type": "integer", "minimum": 1, "maximum": 200}
    )
    listed: dict[str, Any] = {"answers": {200: TITLE}, "told": MarkedAddresses}
    cleared: dict[str, Any] = {"answers": {200: AGAIN}, "told": MarkedAddress, "body": Clearing}
    return [
        Route("GET", API, get_marked, WHO, TITLE, params=(pages, size), **listed),
        Route("POST", API + "/{id}/clearing", post_clearing, WHO, AGAIN, **cleared),
    ]


def routes() -> list[Route]:
    return [
        Route("GET", LIST, addresses, WHO, TITLE, api=False),
        Route("POST", ONE, clear, WHO, AGAIN, api=False),
    ]
