"""What stands beside a case on its page: what may answer it, its calls and sheets, hints, templates."""

from collections.abc import Sequence
from typing import Any

from aiohttp import web

from hotline.domain.case import Entry
from hotline.domain.state import Action
from hotline.domain.words import Verdict
from hotline.flow import answers, inspecting, phone, precedents, presence, replytemplates
from hotline.flow import work as flow
from hotline.flow.centre import Centre
from hotline.web import entryfacts, replyhints
from hotline.web.keys import ACTOR, CENTRE


async def beside(
    request: web.Request,
    view: flow.CaseView,
    entries: Sequence[Entry],
    typed: dict[str, list[str]],
    *,
    stale: bool = False,
) -> dict[str, Any]:
    """`entries`: the timeline, oldest first; `stale`: the form came back because the case had moved."""
    centre, actor = request.app[CENTRE], request[ACTOR]
    names = {one.token: one.name for one in view.attachments}
    writes = not replyhints.WRITTEN.isdisjoint(view.actions)
    return {
        "dispute": await precedents.dispute(centre, actor, view.case, entries),
        "Verdict": Verdict,
        "said": entryfacts.reader(request, view.case, names),
        "waiting": entryfacts.waiting(view.case, entries),
        "others": (await presence.look(centre, actor, view.case.number)).others,
        "meanwhile": meanwhile(entries, typed) if stale else [],
        "articles": await _articles(centre, view),
        "calls": await phone.of_case(centre, actor, view.case.number),
        "sheets": await inspecting.of_case(centre, actor, view.case.number),
        "outcome_text": phone.outcome_text,
        "reply_hints": await replyhints.on_page(centre, actor, view.case, typed),
        "reply_templates": await replytemplates.fitting(centre, view.case) if writes else [],
    }


async def _articles(centre: Centre, view: flow.CaseView) -> list[answers.Answer]:
    """What may answer it at once, for who may do so."""
    if Action.ANSWER.value not in view.actions:
        return []
    return await answers.offered(centre, view.case.title, view.case.content, internal=True)


def meanwhile(entries: Sequence[Entry], typed: dict[str, list[str]]) -> list[Entry]:
    """What was done since the page was read on which the form stood, oldest first."""
    seen = typed.get("seq", [""])[-1]
    if not (seen.isascii() and seen.isdigit() and len(seen) < 10):
        return []
    return [one for one in entries if one.seq > int(seen)]
