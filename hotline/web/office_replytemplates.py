"""Staff pages of reply templates (答复模板): the list, one with its versions, and what changes them."""

from typing import Any

from aiohttp import web
from pydantic import ValidationError

from channels.forms import Form, line, problems, words
from hotline.domain.errors import NotFound, Refused
from hotline.flow import replytemplates
from hotline.web import forms
from hotline.web.bodies import whole
from hotline.web.keys import ACTOR, CENTRE, LANGUAGE
from hotline.web.pages import render, see_other
from hotline.web.routing import Route

BASE, PAGE, MOST = "/office/reply-templates", 30, 999_999_999
NAMES = {"name": "名称", "topic": "适用事项", "body": "模板正文", "department": "适用单位"}


class ReplyTemplateForm(Form):
    name: line(replytemplates.LONGEST_NAME, needed=True)  # type: ignore[valid-type]
    topic: line(120) = ""  # type: ignore[valid-type]
    body: words(replytemplates.LONGEST, needed=True)  # type: ignore[valid-type]


async def listed(request: web.Request) -> web.Response:
    return await _listed(request, {}, {})


async def _listed(
    request: web.Request, typed: dict[str, str], wrong: dict[str, str], status: int = 200
) -> web.Response:
    centre, actor = request.app[CENTRE], request[ACTOR]
    below = whole(request, "below", 0, MOST) or None
    rows = await replytemplates.listed(centre, actor, below, PAGE)
    units = centre.rules.tree.departments.values()
    facts = {
        "rows": rows,
        "older": rows[-1].id if len(rows) == PAGE else None,
        "units": [one for one in units if replytemplates.may_keep(actor, one.code)],
        "typed": typed,
        "wrong": wrong,
    }
    return render(request, "office/replytemplates.html", facts | _shared(request), status)


def _shared(request: web.Request) -> dict[str, Any]:
    centre, actor = request.app[CENTRE], request[ACTOR]
    levels = [one.split("/") for one in forms.topics(centre.city)]
    paths = dict.fromkeys("/".join(one[:n]) for one in levels for n in (1, 2, 3))
    return {
        "variables": replytemplates.VARIABLES,
        "topics": list(paths),
        "may_keep": lambda code: replytemplates.may_keep(actor, code),
        "longest": replytemplates.LONGEST,
    }


def _read(
    request: web.Request, typed: dict[str, str]
) -> tuple[replytemplates.Wanted | None, dict[str, str]]:
    """What is wanted, or what is wrong field by field."""
    try:
        told = ReplyTemplateForm.model_validate(
            {name: typed[name] for name in ("name", "topic", "body")}
        )
    except ValidationError as error:
        english = request[LANGUAGE] == "en"
        found = problems(error, NAMES)
        return None, {one.field: one.en if english else one.zh for one in found}
    return replytemplates.Wanted(told.name, told.topic, told.body), {}


async def _typed(request: web.Request) -> dict[str, str]:
    posted = await forms.posted(request)
    return {name: posted.get(name, [""])[-1] for name in (*NAMES, "version")}


def _said(request: web.Request, error: Refused) -> dict[str, str]:
    return {error.field or "form": error.en if request[LANGUAGE] == "en" else error.zh}


async def keep(request: web.Request) -> web.StreamResponse:
    typed = await _typed(request)
    wanted, wrong = _read(request, typed)
    if wanted is None:
        return await _listed(request, typed, wrong, 422)
    centre, actor = request.app[CENTRE], request[ACTOR]
    # Every unit is chosen as such: nothing chosen is none.
    department = {"": "?", "*": ""}.get(typed["department"], typed["department"])
    try:
        made = await replytemplates.keep(centre, actor, department, wanted)
    except Refused as error:
        return await _listed(request, typed, _said(request, error), 409)
    return see_other(f"{BASE}/{made}?done=kept")


async def shown(request: web.Request) -> web.Response:
    return await _shown(request, {}, {})


async def _shown(
    request: web.Request, typed: dict[str, str], wrong: dict[str, str], status: int = 200
) -> web.Response:
    row, versions = await replytemplates.shown(request.app[CENTRE], request[ACTOR], _id(request))
    facts = {
        "row": row,
        "versions": versions,
        "typed": typed or {"name": row.name, "topic": row.topic, "body": row.body},
        "wrong": wrong,
        "done": request.query.get("done", ""),
    }
    return render(request, "office/replytemplate.html", facts | _shared(request), status)


async def change(request: web.Request) -> web.StreamResponse:
    typed, template_id = await _typed(request), _id(request)
    wanted, wrong = _read(request, typed)
    if wanted is None:
        return await _shown(request, typed, wrong, 422)
    seen = int(typed["version"]) if typed["version"].isdigit() and len(typed["version"]) < 9 else 0
    try:
        await replytemplates.change(request.app[CENTRE], request[ACTOR], template_id, seen, wanted)
    except NotFound:
        raise
    except Refused as error:
        return await _shown(request, typed, _said(request, error), 409)
    return see_other(f"{BASE}/{template_id}?done=kept")


async def away(request: web.Request) -> web.StreamResponse:
    return await _turn(request, away=True)


async def back(request: web.Request) -> web.StreamResponse:
    return await _turn(request, away=False)


async def _turn(request: web.Request, *, away: bool) -> web.StreamResponse:
    await forms.posted(request)
    try:
        await replytemplates.turn(request.app[CENTRE], request[ACTOR], _id(request), away=away)
    except NotFound:
        raise
    except Refused as error:
        return await _shown(request, {}, _said(request, error), 409)
    return see_other(f"{BASE}/{_id(request)}?done={'away' if away else 'back'}")


def _id(request: web.Request) -> int:
    given = request.match_info["id"]
    if not (given.isascii() and given.isdigit() and len(given) < 10):
        raise NotFound("没有这个答复模板。", "There is no such template.")
    return int(given)


def routes() -> list[Route]:
    def page(method: str, path: str, handler: Any, who: Any, summary: str) -> Route:
        return Route(method, path, handler, who, summary, api=False)

    readers, keepers, one = replytemplates.READERS, replytemplates.KEEPERS, BASE + "/{id}"
    return [
        page("GET", BASE, listed, readers, "答复模板"),
        page("POST", BASE, keep, keepers, "新建答复模板"),
        page("GET", one, shown, readers, "一个答复模板"),
        page("POST", one, change, keepers, "修改答复模板"),
        page("POST", one + "/away", away, keepers, "停用答复模板"),
        page("POST", one + "/back", back, keepers, "恢复答复模板"),
    ]
