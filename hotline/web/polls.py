"""Public pages of consultations and polls: what is asked, a vote, the results; no script needed."""

import re
from typing import Any

from aiohttp import web

from hotline.domain.errors import Refused
from hotline.domain.poll import Asking, NoSuchPoll, PollKind, PollStage, takes_votes
from hotline.domain.shanghai import city_day
from hotline.flow import polls
from hotline.flow.citizen import DoorShut
from hotline.web import auth, posting
from hotline.web.bodies import origin_of, whole
from hotline.web.keys import CENTRE, LANGUAGE
from hotline.web.pages import render, see_other, texts
from hotline.web.problems import CrossSite
from hotline.web.routing import ANYONE, Route

PAGE, MOST = 20, 999_999_999
WORDS = {"Asking": Asking, "PollKind": PollKind, "PollStage": PollStage}


def number_of(request: web.Request) -> int:
    raw = request.match_info["id"]
    if not re.fullmatch("[0-9]{1,9}", raw):
        raise NoSuchPoll
    return int(raw)


async def listed(request: web.Request) -> web.Response:
    centre = request.app[CENTRE]
    rows = await polls.listed(centre, True, whole(request, "below", 0, MOST) or None, PAGE)
    today = city_day(centre.now())
    facts = {"rows": [(row, polls.ended(row, today)) for row in rows], **WORDS}
    facts["older"] = rows[-1].id if len(rows) == PAGE else None
    return render(request, "citizen/polls.html", facts)


async def one(request: web.Request) -> web.Response:
    return await _one(request, {})


async def _one(
    request: web.Request, typed: dict[str, list[str]], problem: str = "", status: int = 200
) -> web.Response:
    centre = request.app[CENTRE]
    row, results = await polls.shown(centre, number_of(request), public=True)
    facts = {
        "row": row,
        "results": results,
        "votes": takes_votes(row, city_day(centre.now())),
        "typed": typed,
        "problem": problem,
        "done": request.query.get("done", ""),
        **WORDS,
    }
    return render(request, "citizen/poll.html", facts, status)


async def vote(request: web.Request) -> web.StreamResponse:
    """The answers with number and query code; what was typed stays where something is wrong."""
    if not auth.same_site(request):
        raise CrossSite
    typed = texts(await posting.posted(request))
    number, code = (typed.get(name, [""])[-1].strip()[:40] for name in ("number", "code"))
    given = {
        int(name[1:]): said for name, said in typed.items() if re.fullmatch("q[0-9]{1,2}", name)
    }
    door = (number, code, origin_of(request))
    try:
        await polls.vote(request.app[CENTRE], number_of(request), door, given)
    except NoSuchPoll:
        raise
    except Refused as error:
        told = error.en if request[LANGUAGE] == "en" else error.zh
        return await _one(request, typed, told, 429 if isinstance(error, DoorShut) else 409)
    return see_other(f"/polls/{number_of(request)}?done=vote")


def routes() -> list[Route]:
    def page(method: str, path: str, handler: Any, summary: str, limit: str = "read") -> Route:
        return Route(method, path, handler, ANYONE, summary, api=False, limit=limit)

    return [
        page("GET", "/polls", listed, "征集调查"),
        page("GET", "/polls/{id}", one, "征集调查"),
        page("POST", "/polls/{id}/vote", vote, "参与征集调查", "look_up"),
    ]
