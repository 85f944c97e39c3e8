"""The JSON interface of keeping somebody out of a case (回避)."""

from typing import Annotated, Any

from aiohttp import web
from pydantic import Field

from channels.forms import Form, words
from hotline.domain.interest import LIFTERS, WRITERS, Interest
from hotline.flow import interests
from hotline.web.api_privacy import read
from hotline.web.bodies import json_object, number_of
from hotline.web.keys import ACTOR, CENTRE
from hotline.web.routing import Route
from hotline.web.shown import answer, moment
from hotline.web.told import Moment, Told

MOST = 20


class InterestForm(Form):
    """Units with all below them, and accounts."""

    units: Annotated[tuple[words(40), ...], Field(max_length=MOST)] = ()  # type: ignore[valid-type]
    officers: Annotated[tuple[words(80), ...], Field(max_length=MOST)] = ()  # type: ignore[valid-type]
    reason: words(500, needed=True)  # type: ignore[valid-type]


class InterestTold(Told):
    id: int
    kind: str
    of: str
    why: str
    by: str
    at: Moment


class Interests(Told):
    number: str
    items: list[InterestTold]


def shown(number: str, found: Any) -> web.Response:
    return answer({"number": number, "items": [_one(one) for one in found]})


def _one(one: Interest) -> dict[str, Any]:
    return {**one.__dict__, "at": moment(one.at)}


async def get_interests(request: web.Request) -> web.Response:
    number = number_of(request)
    found = await interests.of_case(request.app[CENTRE], number, request[ACTOR])
    return shown(number, found)


async def post_interests(request: web.Request) -> web.Response:
    form, number = read(InterestForm, await json_object(request)), number_of(request)
    wish = interests.Wish(form.units, form.officers, form.reason)
    return shown(
        number, await interests.keep_out(request.app[CENTRE], number, wish, request[ACTOR])
    )


async def delete_interest(request: web.Request) -> web.Response:
    number, raw = number_of(request), request.match_info["id"]
    which = int(raw) if raw.isascii() and raw.isdigit() and len(raw) <= 9 else 0
    await interests.let_in(request.app[CENTRE], number, which, request[ACTOR])
    return await get_interests(request)


def routes() -> list[Route]:
    path = "/api/v1/cases/{number}/interests"
    listed: dict[str, Any] = {"answers": {200: "回避"}, "told": Interests}
    put: dict[str, Any] = {**listed, "body": InterestForm}
    ended: dict[str, Any] = {**listed, "refusals": (409,)}
    return [
        Route("GET", path, get_interests, WRITERS, "回避的单位和人员", **listed),
        Route("POST", path, post_interests, WRITERS, "登记回避", **put),
        Route("DELETE", path + "/{id}", delete_interest, LIFTERS, "解除回避", **ended),
    ]
