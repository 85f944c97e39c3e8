"""The page of the classifier: whether cases go by themselves, its control limits, the shadow run."""

from typing import Any

from aiohttp import web

from channels.forms import clean
from hotline.domain.errors import Refused
from hotline.flow import drift, shadow
from hotline.store import alarms, decisions
from hotline.web import forms
from hotline.web.keys import ACTOR, CENTRE, LANGUAGE
from hotline.web.pages import render, see_other
from hotline.web.routes_rules import LOOKERS
from hotline.web.routing import Route


async def model(request: web.Request) -> web.Response:
    return await _model(request)


async def _model(request: web.Request, problem: str = "", status: int = 200) -> web.Response:
    centre = request.app[CENTRE]
    run = await shadow.running(centre)
    async with centre.look() as look:
        open_alarms = await alarms.listed(look.connection)
        turns = await decisions.turns(look.connection)
    facts = {
        "standing": await drift.standing(centre),
        "by_setting": not centre.automatic,
        "needs": drift.thresholds(),
        "shadow": await shadow.report(centre, run) if run else None,
        "alarms": open_alarms,
        "turns": turns,
        "may_turn": request[ACTOR].role in drift.TURNERS,
        "problem": problem,
    }
    return render(request, "office/model.html", facts, status)


async def turn(request: web.Request) -> web.StreamResponse:
    posted = {name: values[-1] for name, values in (await forms.posted(request)).items()}
    try:
        await drift.turn(
            request.app[CENTRE],
            request[ACTOR],
            running=posted.get("running") == "on",
            reason=clean(posted.get("reason", ""))[:500],
            relearn=posted.get("relearn") == "on",
        )
    except Refused as error:
        return await _model(request, error.en if request[LANGUAGE] == "en" else error.zh, 409)
    return see_other("/office/model")


def routes() -> list[Route]:
    def page(method: str, path: str, handler: Any, who: Any, summary: str) -> Route:
        return Route(method, path, handler, who, summary, api=False)

    return [
        page("GET", "/office/model", model, LOOKERS, "分类模型"),
        page("POST", "/office/model/dispatch", turn, drift.TURNERS, "停用或恢复自动派单"),
    ]
