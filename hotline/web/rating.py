"""The page behind a letter's rating link (评价): a look changes nothing, mail scanners look too."""

from collections import defaultdict
from typing import Any

from aiohttp import web

from channels.forms import BadForm, FieldProblem
from hotline.domain.acts.citizen import Rate
from hotline.domain.errors import NoSuchCase, Refused
from hotline.domain.state import Action
from hotline.domain.words import Satisfaction
from hotline.flow import rating
from hotline.web import auth, pages, posting
from hotline.web.bodies import origin_of
from hotline.web.keys import CENTRE, LANGUAGE
from hotline.web.pages import render, see_other
from hotline.web.problems import CrossSite
from hotline.web.routing import ANYONE, Route
from hotline.web.schemas import read_typed

PATH = "/complaints/rate/{mark}"
DONE = "/complaints/rated"
NOTHING: dict[str, object] = {"done": False, "refused": None, "asked": None}


async def ask(request: web.Request) -> web.Response:
    return await _page(request, [], {})


async def take(request: web.Request) -> web.StreamResponse:
    if not auth.same_site(request):
        raise CrossSite
    values = pages.texts(await posting.posted(request))
    typed: dict[str, Any] = {key: found[-1] for key, found in values.items()}
    try:
        facts = read_typed(Action.RATE, values)
        assert isinstance(facts, Rate)
        await rating.rate(
            request.app[CENTRE], request.match_info["mark"], facts, origin_of(request)
        )
    except BadForm as error:
        return await _page(request, error.problems, typed, 422)
    except Refused as error:
        return _refused(request, error)
    return see_other(DONE)


async def done(request: web.Request) -> web.Response:
    return render(request, "citizen/rate.html", {**NOTHING, "done": True})


async def _page(
    request: web.Request, problems: list[FieldProblem], typed: dict[str, Any], status: int = 200
) -> web.Response:
    mark, english = request.match_info["mark"], request[LANGUAGE] == "en"
    try:
        asked = await rating.asked(request.app[CENTRE], mark)
    except Refused as error:
        return _refused(request, error)
    facts = {
        **NOTHING,
        "asked": asked,
        "target": f"/complaints/rate/{mark}",
        "Satisfaction": Satisfaction,
        "problems": {one.field: one.en if english else one.zh for one in problems},
        "typed": defaultdict(str, typed),
    }
    return render(request, "citizen/rate.html", facts, status)


def _refused(request: web.Request, error: Refused) -> web.Response:
    gone = isinstance(error, rating.BadLink | NoSuchCase)
    told = {**NOTHING, "refused": error.en if request[LANGUAGE] == "en" else error.zh}
    return render(request, "citizen/rate.html", told, 404 if gone else 409)


def routes() -> list[Route]:
    def page(method: str, path: str, handler: Any, limit: str) -> Route:
        return Route(method, path, handler, ANYONE, "评价答复", api=False, limit=limit)

    return [
        page("GET", PATH, ask, "look_up"),
        page("POST", PATH, take, "look_up"),
        page("GET", DONE, done, "read"),
    ]
