"""What stands beside a case on its page: what may answer it, its calls, hints, templates."""

from typing import Any

from aiohttp import web

from hotline.domain.state import Action
from hotline.flow import answers, phone, replytemplates
from hotline.flow import work as flow
from hotline.flow.centre import Centre
from hotline.web import replyhints
from hotline.web.keys import ACTOR, CENTRE


async def beside(
    request: web.Request, view: flow.CaseView, typed: dict[str, list[str]]
) -> dict[str, Any]:
    centre, actor = request.app[CENTRE], request[ACTOR]
    writes = not replyhints.WRITTEN.isdisjoint(view.actions)
    return {
        "articles": await _articles(centre, view),
        "calls": await phone.of_case(centre, actor, view.case.number),
        "outcome_text": phone.outcome_text,
        "reply_hints": await replyhints.on_page(centre, actor, view.case, typed),
        "reply_templates": await replytemplates.fitting(centre, view.case) if writes else [],
    }


async def _articles(centre: Centre, view: flow.CaseView) -> list[answers.Answer]:
    """What may answer it at once, for who may do so."""
    if Action.ANSWER.value not in view.actions:
        return []
    return await answers.offered(centre, view.case.title, view.case.content, internal=True)
