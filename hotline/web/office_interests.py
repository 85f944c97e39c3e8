"""Keeping somebody out of a case, and letting in again, on the case's page."""

from typing import Any

from aiohttp import web

from hotline.domain.interest import LIFTERS, WRITERS
from hotline.flow import interests
from hotline.web import api_interests, forms
from hotline.web.api_privacy import read
from hotline.web.bodies import number_of
from hotline.web.keys import ACTOR, CENTRE
from hotline.web.pages import see_other
from hotline.web.routing import Route


async def add(request: web.Request) -> web.Response:
    posted, number = await forms.posted(request), number_of(request)
    told = {"reason": posted.get("reason", [""])[-1]}
    body: dict[str, Any] = {
        name: [one for one in posted.get(name, []) if one.strip()] for name in ("units", "officers")
    }
    form = read(api_interests.InterestForm, {**told, **body})
    wish = interests.Wish(form.units, form.officers, form.reason)
    await interests.keep_out(request.app[CENTRE], number, wish, request[ACTOR])
    return see_other(f"/office/cases/{number}#interests")


async def end(request: web.Request) -> web.Response:
    await forms.posted(request)
    number, raw = number_of(request), request.match_info["id"]
    which = int(raw) if raw.isascii() and raw.isdigit() and len(raw) <= 9 else 0
    await interests.let_in(request.app[CENTRE], number, which, request[ACTOR])
    return see_other(f"/office/cases/{number}#interests")


def routes() -> list[Route]:
    path = "/office/cases/{number}/interests"
    return [
        Route("POST", path, add, WRITERS, "登记回避", api=False),
        Route("POST", path + "/{id}/end", end, LIFTERS, "解除回避", api=False),
    ]
