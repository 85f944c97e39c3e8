"""Hints beside a reply: on the case's page, and as JSON while it is written."""

from collections.abc import Sequence
from typing import Any

from aiohttp import web
from pydantic import BaseModel, ValidationError

from channels.forms import BadForm, Form, problems, words
from hotline.domain.case import Case
from hotline.domain.people import Actor
from hotline.domain.state import Action
from hotline.flow import replyhints
from hotline.flow import work as flow
from hotline.flow.centre import Centre
from hotline.flow.replyquality import Hint
from hotline.web.bodies import json_object, number_of
from hotline.web.keys import ACTOR, CENTRE, LANGUAGE
from hotline.web.routing import Route
from hotline.web.shown import answer

WRITTEN = frozenset({Action.REPLY.value, Action.ENDORSE.value})  # forms with a reply to write
NAMES = {"public_reply": "公开答复内容"}


class ReplyTyped(Form):
    """A reply as far as it is written."""

    public_reply: words(5000) = ""  # type: ignore[valid-type]


class HintTold(BaseModel):
    code: str
    text: str
    quoted: list[str]


class ReplyHints(BaseModel):
    items: list[HintTold]


async def on_page(
    centre: Centre, actor: Actor, case: Case, typed: dict[str, list[str]]
) -> dict[str, Sequence[Hint]]:
    """`writing`: of what was typed, else of what was signed off; `sent`: kept with the last reply."""
    if actor.role not in replyhints.READERS:
        return {"writing": [], "sent": []}
    written = typed.get("public_reply", [case.endorsed or ""])[-1]
    return {
        "writing": await replyhints.of(centre, case, written),
        "sent": await replyhints.sent(centre, case),
    }


async def post_hints(request: web.Request) -> web.Response:
    view = await flow.view(request.app[CENTRE], number_of(request), request[ACTOR])
    try:
        told = ReplyTyped.model_validate(await json_object(request))
    except ValidationError as error:
        raise BadForm(problems(error, NAMES)) from None
    found = await replyhints.of(request.app[CENTRE], view.case, told.public_reply)
    english = request[LANGUAGE] == "en"
    items: list[dict[str, Any]] = [
        {"code": one.code, "text": one.en if english else one.zh, "quoted": list(one.quoted)}
        for one in found
    ]
    return answer({"items": items})


def routes() -> list[Route]:
    return [
        Route(
            "POST",
            "/api/v1/cases/{number}/reply-hints",
            post_hints,
            replyhints.READERS,
            "答复提示",
            answers={200: "答复提示"},
            told=ReplyHints,
            body=ReplyTyped,
        )
    ]
