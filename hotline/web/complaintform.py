"""The citizen's form as a page posts it: what was typed, and the interface's body made of it."""

from typing import Any

from aiohttp import web

from hotline.web import posting
from hotline.web.bodies import key_typed

FIELDS = (
    "title",
    "content",
    "type",
    "party",
    "language",
    "place.address",
    "place.district",
    "place.lon",
    "place.lat",
    "contact.name",
    "contact.phone",
    "contact.email",
)
TICKED = ("anonymous", "confidential")


async def typed(request: web.Request) -> dict[str, Any]:
    posted = await posting.posted(request)
    told: dict[str, Any] = {name: str(posted.get(name, "")) for name in (*FIELDS, "key", "topic")}
    told |= {name: posted.get(name) == "on" for name in (*TICKED, "keep_position")}
    told["key"] = key_typed(told["key"])
    told["files"] = [str(token) for token in posted.getall("file_token", [])]
    return told


async def solution(request: web.Request) -> tuple[str, str, str]:
    """The challenge that the page was given, what the browser found, and the digits that were heard."""
    posted = await posting.posted(request)
    token, number, heard = (
        str(posted.get(f"challenge_{name}", "")) for name in ("token", "number", "heard")
    )
    return token, number, heard


def nested(typed: dict[str, Any]) -> dict[str, Any]:
    """The flat fields of a page as the interface's nested body."""
    body: dict[str, Any] = {
        "title": typed["title"],
        "content": typed["content"],
        "type": typed["type"],
        "party": typed["party"],
        "language": typed["language"],
        "anonymous": typed["anonymous"],
        "confidential": typed["confidential"],
        "attachments": typed["files"],
        "contact": {},
        "place": {},
    }
    for name in FIELDS:
        group, _, field = name.partition(".")
        if field:
            body[group][field] = typed[name]
    return body
