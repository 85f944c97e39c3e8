"""The telephone's way in: signed events of any switch, and the generic CTI shape."""

import hmac
from typing import Any

from aiohttp import web

from channels.forms import BadForm
from channels.telephone import events, generic, signing
from hotline.flow import calls, restrict
from hotline.web import posting
from hotline.web.answers_calls import EventsTaken
from hotline.web.bodies import json_body, json_of, read_bytes
from hotline.web.keys import CENTRE, SETTINGS
from hotline.web.problems import BadBody, WrongType
from hotline.web.shown import answer, moment
from hotline.web.signatures import NotSigned, WrongToken

FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


async def post_events(request: web.Request) -> web.Response:
    """Signature first, then the whole of the post, then the disk; folding comes after the answer."""
    centre = request.app[CENTRE]
    box, secret = centre.callbox, request.app[SETTINGS].calls.secret.get_secret_value()
    if request.content_type not in ("application/json", "text/json"):
        raise WrongType("application/json")
    raw = await read_bytes(request)
    time, signature = (request.headers.get(name, "") for name in SIGNED)
    fault = signing.fault(secret, time, signature, raw, centre.now())
    if fault:
        box.refuse(fault)
        raise NotSigned(fault)
    try:
        told = events.read(json_of(raw))
    except (BadForm, BadBody):
        box.refuse("malformed")
        raise
    taken = await calls.take(centre, told, "webhook")
    return answer(EventsTaken(**taken.__dict__).model_dump(), status=202)


SIGNED = ("X-Hotline-Time", "X-Hotline-Signature")


async def post_generic(request: web.Request) -> web.Response:
    """A JSON object, whatever the shape was posted as."""
    centre = request.app[CENTRE]
    right = request.app[SETTINGS].calls.generic_token.get_secret_value()
    given = request.match_info["token"].encode("utf-8", "replace")
    if not right or not hmac.compare_digest(right.encode(), given):
        centre.callbox.refuse("wrong_token")
        raise WrongToken
    try:
        sent = await _posted(request)
        told = generic.read(sent, centre.now())
    except (BadForm, BadBody):
        centre.callbox.refuse("malformed")
        raise
    await calls.take(centre, [(event, sent) for event in told], "cti")
    held = None
    if told[0].direction == "in" and told[0].kind is events.Kind.OFFERED:
        held = await restrict.of_number(centre, told[0].from_)
    if held is None:
        return answer({})
    return answer(
        {
            "restriction": {
                "rule": held.rule.value,
                "rule_text": held.rule.zh,
                "until": moment(held.until),
                "announce": held.announce,
            }
        }
    )


async def _posted(request: web.Request) -> dict[str, Any]:
    if request.content_type not in FORMS:
        found = await json_body(request)
        if not isinstance(found, dict):
            raise BadBody("not_json")
        return found
    posted = await posting.posted(request)
    return {
        name: values if len(values) > 1 else values[0]
        for name in posted
        if (values := [str(one) for one in posted.getall(name) if isinstance(one, str)])
    }
