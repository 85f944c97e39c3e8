"""The other forms on a case's page: check the reply, take a template over, take the offer, reveal."""

from typing import Any

from aiohttp import web

from channels.forms import BadForm, FieldProblem
from hotline.domain.errors import Refused
from hotline.domain.words import Role
from hotline.flow import replytemplates
from hotline.flow import work as flow
from hotline.store.vault import FIELDS
from hotline.web import attachments, forms
from hotline.web.bodies import number_of
from hotline.web.keys import ACTOR, CENTRE
from hotline.web.office_case import case_page
from hotline.web.pages import see_other
from hotline.web.routing import WORKERS, Route
from hotline.web.schemas import action_named, asked


async def check(request: web.Request) -> web.Response:
    """The reply is read and not sent: the page again, with what was typed and hints beside it."""
    posted = await forms.posted(request)
    action = action_named(posted.get("action", [""])[-1])
    return await case_page(request, action=action.value, typed=posted)


async def take_template(request: web.Request) -> web.Response:
    """A template's text into the reply as it is written: added below, nothing typed is lost."""
    posted = await forms.posted(request)
    action = action_named(posted.get("action", [""])[-1])
    centre, chosen = request.app[CENTRE], posted.get("template", [""])[-1]
    view = await flow.view(centre, number_of(request), request[ACTOR])
    known = chosen.isascii() and chosen.isdigit() and len(chosen) < 10
    try:
        if "attachments" in asked(action):
            posted["attachments"] = await attachments.uploads(request)
        text = await replytemplates.taken(centre, view.case, int(chosen) if known else 0)
    except BadForm as error:
        return await case_page(
            request, problems=error.problems, action=action.value, typed=posted, status=422
        )
    except Refused as error:
        problem = FieldProblem("template", error.code, error.zh, error.en)
        return await case_page(
            request, problems=[problem], action=action.value, typed=posted, status=409
        )
    written = posted.get("public_reply", [""])[-1].strip()
    posted["public_reply"] = [f"{written}\n\n{text}" if written else text]
    return await case_page(request, action=action.value, typed={**posted, "taken": [chosen]})


async def decide(request: web.Request) -> web.StreamResponse:
    """The offer taken as it stands, or another of the three: accepted and dispatched in one step."""
    posted = await forms.posted(request)
    number, version = number_of(request), posted.get("version", ["0"])[-1]
    topic, department = (posted.get(name, [""])[-1][:120] for name in ("topic", "department"))
    seen = int(version) if version.isdigit() and len(version) < 10 else 0
    try:
        await flow.accept_offer(
            request.app[CENTRE], number, (topic, department), request[ACTOR], seen
        )
    except Refused as error:
        problem = FieldProblem("decide", error.code, error.zh, error.en)
        return await case_page(
            request, problems=[problem], action="decide", typed=posted, status=409
        )
    return see_other(f"/office/cases/{number}?done=transfer")


async def reveal(request: web.Request) -> web.StreamResponse:
    posted = await forms.posted(request)
    fields = tuple(name for name in posted.get("fields", []) if name in (*FIELDS, "words"))
    purpose = posted.get("purpose", [""])[-1].strip()[:500]
    if not fields or not purpose:
        wrong = FieldProblem(
            "purpose", "required", "请选择内容并写明查看目的。", "Choose fields and say why."
        )
        return await case_page(request, problems=[wrong], action="reveal", typed=posted, status=422)
    try:
        found = await flow.reveal(
            request.app[CENTRE], number_of(request), fields, purpose, request[ACTOR]
        )
    except Refused as error:
        wrong = FieldProblem("purpose", error.code, error.zh, error.en)
        return await case_page(request, problems=[wrong], action="reveal", typed=posted, status=403)
    return await case_page(request, revealed=found)


def routes() -> list[Route]:
    def page(path: str, handler: Any, summary: str, who: frozenset[Role] = WORKERS) -> Route:
        return Route("POST", "/office/cases/{number}" + path, handler, who, summary, api=False)

    writers = frozenset({Role.CLERK, Role.LEADER})
    return [
        page("/decide", decide, "采纳建议", frozenset({Role.DISPATCHER})),
        page("/reveal", reveal, "查看诉求人信息"),
        page("/reply-hints", check, "检查答复"),
        page("/reply-template", take_template, "套用答复模板", writers),
    ]
