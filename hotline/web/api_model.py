"""The model as JSON: whether cases go by themselves, its control limits, the shadow run, alarms."""

from typing import Any

from aiohttp import web
from pydantic import ValidationError

from channels.forms import BadForm, Form, problems, words
from hotline.domain.drift import Measure
from hotline.flow import drift, shadow
from hotline.flow.centre import Centre
from hotline.flow.drift import Baseline
from hotline.flow.shadow import Report
from hotline.store import alarms
from hotline.store.decisions import Switch
from hotline.web.bodies import json_object
from hotline.web.keys import ACTOR, CENTRE, LANGUAGE
from hotline.web.shown import answer, moment

NAMES = {"running": "是否自动派单", "reason": "理由", "relearn": "重新学习常态"}


class Turn(Form):
    """Automatic dispatch on or off, with the reason; `relearn`: what is usual is learnt anew."""

    running: bool
    reason: words(500, needed=True)  # type: ignore[valid-type]
    relearn: bool = False


async def get_model(request: web.Request) -> web.Response:
    return answer(await model(request.app[CENTRE], request[LANGUAGE]))


async def post_dispatch(request: web.Request) -> web.Response:
    try:
        told = Turn.model_validate(await json_object(request))
    except ValidationError as error:
        raise BadForm(problems(error, NAMES)) from None
    centre = request.app[CENTRE]
    await drift.turn(centre, request[ACTOR], **told.model_dump())
    return answer(await model(centre, request[LANGUAGE]))


async def model(centre: Centre, language: str) -> dict[str, Any]:
    found = await drift.standing(centre)
    run = await shadow.running(centre)
    async with centre.look() as look:
        open_alarms = await alarms.listed(look.connection)
    return {
        "dispatch": switch(found.switch),
        "set_by_hand": not centre.automatic,
        "baseline": _baseline(found.baseline) if found.baseline else None,
        "measures": [_measure(one, language) for one in found.measures],
        "alarms": [
            {
                **{name: one[name] for name in ("kind", "times", "text")},
                "first_at": moment(one["first_at"]),
                "last_at": moment(one["last_at"]),
            }
            for one in open_alarms
        ],
        "shadow": _shadow(await shadow.report(centre, run)) if run else None,
    }


def switch(found: Switch) -> dict[str, Any]:
    since = moment(found.at)
    return {"running": found.running, "since": since, "by": found.actor, "reason": found.reason}


def _baseline(found: Baseline) -> dict[str, Any]:
    return {
        "model": found.model,
        "since": moment(found.since),
        "until": moment(found.until),
        "readings": found.counts.readings,
        "judged": found.counts.judged,
    }


def _measure(one: Measure, language: str) -> dict[str, Any]:
    told = {name: getattr(one, name) for name in ("name", "days", "n", "value", "low", "high")}
    return {**told, "usual": one.base, "out": one.out, "text": one.said(language)}


def _shadow(found: Report) -> dict[str, Any]:
    return {
        "candidate": found.run.name,
        "since": found.run.since,
        "by": found.run.by,
        "waiting": found.waiting,
        "texts": found.texts,
        "failed": found.failed,
        "fields": {name: dict(told) for name, told in found.fields.items()},
    }
