"""Staff page of rising matters: the alerts with the cases behind them, and who has taken them."""

from typing import Any

from aiohttp import web
from pydantic import ValidationError

from channels.forms import problems
from hotline.domain.errors import NotPossible
from hotline.flow import interests, rising
from hotline.web import api_repeats, forms
from hotline.web.bodies import whole
from hotline.web.keys import ACTOR, CENTRE, LANGUAGE
from hotline.web.pages import render, see_other
from hotline.web.routing import Route

PAGE = 30


async def alerts(request: web.Request) -> web.Response:
    return await _alerts(request)


async def _alerts(request: web.Request, problem: str = "", status: int = 200) -> web.Response:
    below = whole(request, "below", 0, 999_999_999) or None
    found = await rising.listed(request.app[CENTRE], below=below, limit=PAGE)
    facts = {
        "alerts": found,
        "secret": await interests.kept_from(request.app[CENTRE], request[ACTOR]),
        "older": found[-1].id if len(found) == PAGE else None,
        "problem": problem,
    }
    return render(request, "office/alerts.html", facts, status)


async def acknowledge(request: web.Request) -> web.Response:
    posted = await forms.posted(request)
    english = request[LANGUAGE] == "en"
    try:
        told = api_repeats.AcknowledgeForm.model_validate({"note": posted.get("note", [""])[-1]})
        alert_id = api_repeats.alert_of(request)
        await rising.acknowledge(request.app[CENTRE], request[ACTOR], alert_id, told.note)
    except ValidationError as error:
        (wrong,) = problems(error, api_repeats.NAMES)
        return await _alerts(request, wrong.en if english else wrong.zh, 422)
    except NotPossible as error:
        return await _alerts(request, error.en if english else error.zh, 409)
    return see_other("/office/alerts")


def routes() -> list[Route]:
    def page(method: str, path: str, handler: Any, summary: str) -> Route:
        return Route(method, path, handler, rising.READERS, summary, api=False)

    return [
        page("GET", "/office/alerts", alerts, "热点预警"),
        page("POST", "/office/alerts/{id}/acknowledgement", acknowledge, "认领预警"),
    ]
