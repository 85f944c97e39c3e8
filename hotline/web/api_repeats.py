"""The JSON interface of repeats and rising matters: what is asked while filing, and the alerts."""

from collections.abc import Collection, Sequence
from typing import Any

import structlog
from aiohttp import web
from pydantic import ValidationError

from channels.forms import BadForm, Form, line, problems, words
from channels.message import Incoming
from hotline.domain.state import State
from hotline.domain.words import Kind
from hotline.flow import interests, repeats, rising
from hotline.flow.repeats import Asked, Filing, Repeat
from hotline.web.bodies import chosen, json_object, whole
from hotline.web.keys import ACTOR, CENTRE
from hotline.web.shown import answer, moment, repeat

log = structlog.get_logger(__name__)
ALERTS = frozenset({"open", "ended", "waiting"})
NAMES = {
    "title": "标题",
    "content": "诉求内容",
    "district": "区县",
    "phone": "电话",
    "note": "说明",
}


class RepeatForm(Form):
    """What is typed so far; nothing of it is kept."""

    title: words(200) = ""  # type: ignore[valid-type]
    content: words(20000) = ""  # type: ignore[valid-type]
    district: line(40) = ""  # type: ignore[valid-type]
    phone: line(40) = ""  # type: ignore[valid-type]


class AcknowledgeForm(Form):
    note: words(500) = ""  # type: ignore[valid-type]


async def post_repeats(request: web.Request) -> web.Response:
    try:
        told = RepeatForm.model_validate(await json_object(request))
    except ValidationError as error:
        raise BadForm(problems(error, NAMES)) from None
    centre = request.app[CENTRE]
    asked = repeats.asked(
        centre, told.title, told.content, district=told.district, phone=told.phone
    )
    found = await known(request, asked)
    caller = [
        {
            "number": row.number,
            "title": row.title,
            "state": row.state,
            "state_text": State(row.state).zh,
            "received_at": moment(row.received_at),
        }
        for row in found.caller
    ]
    return answer({"items": [repeat(one) for one in found.repeats], "caller": caller})


async def known(request: web.Request, asked: Asked) -> Filing:
    """What it may repeat and what its caller brought before, as far as who asks may know of it."""
    found = await repeats.filing(request.app[CENTRE], asked)
    secret = await interests.kept_from(request.app[CENTRE], request[ACTOR])
    return Filing(
        [one for one in found.repeats if one.number not in secret],
        [row for row in found.caller if row.number not in secret],
    )


async def of_incoming(request: web.Request, incoming: Incoming, number: str) -> Sequence[Repeat]:
    """What a complaint just filed likely repeats; a receipt never fails for it."""
    contact, place = incoming.contact, incoming.place
    asked = repeats.asked(
        request.app[CENTRE],
        incoming.title,
        incoming.content,
        district=place.district if place else "",
        phone=contact.phone if contact else "",
        email=contact.email if contact else "",
        guarded=incoming.anonymous or incoming.confidential or incoming.type == Kind.REPORT.value,
    )
    try:
        found = await known(request, asked)
    except Exception as error:
        log.error("repeats.not_told", error=type(error).__name__, exc_info=error)
        return []
    return [one for one in found.repeats if one.number != number]


async def get_alerts(request: web.Request) -> web.Response:
    limit = whole(request, "limit", 50, 200, 1)
    below = whole(request, "below", 0, 999_999_999) or None
    state = chosen(request, "state", ALERTS)
    found = await rising.listed(request.app[CENTRE], state, below, limit)
    older = found[-1].id if len(found) == limit else None
    secret = await interests.kept_from(request.app[CENTRE], request[ACTOR])
    return answer({"items": [alert(one, secret) for one in found], "older": older})


def alert_of(request: web.Request) -> int:
    told = request.match_info["id"]
    if not (told.isascii() and told.isdigit() and len(told) < 10):
        raise rising.NoSuchAlert
    return int(told)


async def post_acknowledgement(request: web.Request) -> web.Response:
    try:
        told = AcknowledgeForm.model_validate(await json_object(request))
    except ValidationError as error:
        raise BadForm(problems(error, NAMES)) from None
    found = await rising.acknowledge(
        request.app[CENTRE], request[ACTOR], alert_of(request), told.note
    )
    secret = await interests.kept_from(request.app[CENTRE], request[ACTOR])
    return answer(alert(found, secret))


def alert(row: Any, secret: Collection[str]) -> dict[str, Any]:
    return {
        **{name: getattr(row, name) for name in ("id", "topic", "place", "callers", "usual")},
        "bound": row.bound,
        "state": "ended" if row.ended_at else "open",
        "raised_at": moment(row.raised_at),
        "seen_at": moment(row.seen_at),
        "ended_at": moment(row.ended_at),
        "cases": [number for number in row.cases if number not in secret],
        "acknowledged_by": row.acknowledged_by,
        "acknowledged_at": moment(row.acknowledged_at),
        "note": row.note,
    }
