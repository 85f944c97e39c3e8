"""Keeping somebody out of a case, and letting in again, on the case's page."""

from typing import Any

from aiohttp import web

from channels.forms import BadForm, FieldProblem
from hotline.domain.errors import Refused
from hotline.domain.interest import LIFTERS, WRITERS
from hotline.flow import interests
from hotline.web import api_interests, forms
from hotline.web.api_privacy import read
from hotline.web.bodies import number_of
from hotline.web.keys import ACTOR, CENTRE
from hotline.web.office_case import case_page
from hotline.web.pages import see_other
from hotline.web.routing import Route


async def add(request: web.Request) -> web.Response:
    posted, number = await forms.posted(request), number_of(request)
    told = {"reason": posted.get("reason", [""])[-1]}
    body: dict[str, Any] = {
        name: [one for one in posted.get(name, []) if one.strip()] for name in ("units", "officers")
    }
    try:
        form = read(api_interests.InterestForm, {**told, **body})
        wish = interests.Wish(form.units, form.officers, form.reason)
        await interests.keep_out(request.app[CENTRE], number, wish, request[ACTOR])
    except BadForm as error:
        return await again(request, posted, error.problems, 422)
    except Refused as error:
        problem = FieldProblem(error.field or "units", error.code, error.zh, error.en)
        return await again(request, posted, [problem], 409)
    return see_other(f"/office/cases/{number}#interests")


async def again(
    request: web.Request, posted: dict[str, list[str]], problems: list[FieldProblem], status: int
) -> web.Response:
    """The case's page with what was typed and what is wrong with it."""
    return await case_page(
        request, problems=problems, action="interests", typed=posted, status=status
    )


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
