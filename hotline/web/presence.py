"""The stream of a case's page: who else has it open, and which version the case has now."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from hotline.domain.errors import NoSuchCase
from hotline.domain.words import Role
from hotline.flow import presence
from hotline.flow.centre import Centre
from hotline.flow.presence import Seen
from hotline.web.keys import ACTOR, CENTRE, LANGUAGE

LOOK = 2.0  # seconds between looks at who else is there
BEAT = 10.0  # seconds between two words of the own being there

Send = Callable[[str, object], Awaitable[None]]


async def follow(
    request: web.Request, seen: Seen, send: Send, signed_in: Callable[[], Awaitable[bool]]
) -> None:
    """`presence` at once and whenever it changes, until the officer may not see the case any more."""
    centre, actor, number = request.app[CENTRE], request[ACTOR], request.query["case"]
    loop, told, beat, said = asyncio.get_running_loop(), None, float("-inf"), None
    try:
        while await signed_in():
            if loop.time() - beat >= BEAT:
                beat = loop.time()
                seen = await presence.look(centre, actor, number)  # it may be no more the officer's
                said = await presence.here(centre, actor, seen.case_id)
            now = told_of(centre, seen, request[LANGUAGE])
            await send("presence", now) if now != told else await send("", None)
            told = now
            await asyncio.sleep(LOOK)
            seen = await presence.glance(centre, actor, seen.case_id)
    except NoSuchCase:
        return
    finally:
        with contextlib.suppress(Exception):  # the database may be away: it is forgotten by itself
            await presence.gone(centre, actor, seen.case_id, said)


def told_of(centre: Centre, seen: Seen, language: str) -> dict[str, Any]:
    """As the page is told; names as they stand in the case's timeline."""
    tree = centre.rules.tree
    others = [
        {
            "name": one.name,
            "role": Role(one.role).name_in(language),
            "department": tree.top(one.department) if one.department else "",
        }
        for one in seen.others
    ]
    return {"version": seen.version, "others": others}
