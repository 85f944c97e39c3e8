"""The notices page: what the desk was told, what of it is unread, a sound by choice, letters."""

from typing import Any

from aiohttp import web
from pydantic import ValidationError

from channels.forms import problems
from channels.web import ContactForm
from hotline.domain.words import Role
from hotline.flow import notify, unread
from hotline.web import forms
from hotline.web.bodies import whole
from hotline.web.keys import ACTOR, CENTRE, LANGUAGE
from hotline.web.pages import render, see_other
from hotline.web.routing import WORKERS, Route

PAGE = 50


async def messages(request: web.Request) -> web.Response:
    return await _messages(request, "")


async def _messages(request: web.Request, problem: str, status: int = 200) -> web.Response:
    centre, actor = request.app[CENTRE], request[ACTOR]
    below = whole(request, "below", 0, 999_999_999) or None
    mark = await unread.mark(centre, actor)
    found = await notify.desk_messages(centre, actor, below, PAGE)
    newest = found[0]["id"] if found and below is None else None
    last = found[-1]["id"] if len(found) == PAGE else None
    facts = {"messages": found, "older": last, "mark": mark, "newest": newest}
    facts |= {"email": await unread.email(centre, actor), "relay": "mail" in centre.senders}
    return render(request, "office/messages.html", {**facts, "problem": problem}, status)


async def read(request: web.Request) -> web.Response:
    """Up to the newest that the page showed: what came meanwhile stays unread."""
    posted = await forms.posted(request)
    shown = posted.get("up_to", [""])[-1]
    if shown.isascii() and shown.isdigit() and len(shown) < 10:
        await unread.read_up_to(request.app[CENTRE], request[ACTOR], int(shown))
    return see_other("/office/messages")


async def sound(request: web.Request) -> web.Response:
    posted = await forms.posted(request)
    on = posted.get("sound", [""])[-1] == "on"
    await unread.choose_sound(request.app[CENTRE], request[ACTOR], on=on)
    return see_other("/office/messages")


async def email(request: web.Request) -> web.Response:
    """Where grave notices go as well; empty: nowhere any more."""
    posted = await forms.posted(request)
    try:
        told = ContactForm.model_validate({"email": posted.get("email", [""])[-1]})
    except ValidationError as error:
        (wrong,) = problems(error, {"email": "邮箱"})
        return await _messages(request, wrong.en if request[LANGUAGE] == "en" else wrong.zh, 422)
    await unread.set_email(request.app[CENTRE], request[ACTOR], told.email or "")
    return see_other("/office/messages")


READERS = WORKERS | {Role.SYSADMIN}  # who is told of rungs that keep failing


def routes() -> list[Route]:
    def page(method: str, path: str, handler: Any, summary: str) -> Route:
        return Route(method, path, handler, READERS, summary, api=False)

    return [
        page("GET", "/office/messages", messages, "通知"),
        page("POST", "/office/messages/read", read, "全部标为已读"),
        page("POST", "/office/messages/sound", sound, "提示音"),
        page("POST", "/office/messages/email", email, "通知邮箱"),
    ]
