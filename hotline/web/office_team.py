"""The leader's page of who has how much in hand, and from which cases are given to another."""

from aiohttp import web

from hotline.domain.state import State
from hotline.domain.words import Urgency
from hotline.flow import bulk, team
from hotline.web.bodies import whole
from hotline.web.keys import ACTOR, CENTRE
from hotline.web.pages import render
from hotline.web.routing import Route

PAGE = 50


async def shown(request: web.Request) -> web.Response:
    """`of`: whose cases are listed, empty for those not signed for; page by page."""
    found = await team.load(request.app[CENTRE], request[ACTOR])
    name = request.query.get("of")
    chosen = next((one for one in found.loads if one.handler == name), None)
    first = whole(request, "from", 0, 100_000)
    cases = chosen.cases[first : first + PAGE] if chosen else []
    facts = {
        "loads": found.loads,
        "clerks": [one for one in found.clerks if one != name],
        "chosen": chosen,
        "cases": cases,
        "further": first + PAGE if chosen and len(chosen.cases) > first + PAGE else None,
        "kinds": [bulk.Kind.REASSIGN],
        "State": State,
        "Urgency": Urgency,
    }
    return render(request, "office/team.html", facts)


def routes() -> list[Route]:
    return [Route("GET", "/office/team", shown, team.LEADERS, "经办人负荷", api=False)]
