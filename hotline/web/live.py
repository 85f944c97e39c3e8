"""Server-sent events: a desk's news and counts, which lights come on, who is at a case."""

import asyncio
import json
from datetime import timedelta
from typing import Any

from aiohttp import web

from hotline.flow import notify, presence, unread
from hotline.flow import work as flow
from hotline.flow.callbacks import CALLERS
from hotline.flow.phone import DESK
from hotline.flow.presence import Seen
from hotline.flow.seating import BOARD
from hotline.store import accounts, callbacks, cockpit, seats
from hotline.web import presence as atcase
from hotline.web.keys import ACTOR, CENTRE, LANGUAGE, SECRET
from hotline.web.office_cockpit import LIGHTS, PILOTS
from hotline.web.pulse import PULSE, Watching

BACK = timedelta(seconds=10)  # how far a look for lights goes back: commits come out of order
PAUSE = 2.0  # seconds between looks; each look is a few small reads


class Streams:
    """The streams that are open, so that a stop can end them."""

    def __init__(self) -> None:
        self.tasks: set[asyncio.Task[object]] = set()


OPEN = web.AppKey("open_streams", Streams)


async def events(request: web.Request) -> web.StreamResponse:
    """`message` for each new notice, `counts` and `badge` whenever they change, `call`, `light`,
    `callbacks`, a heartbeat.

    With `?case=`: `presence` alone, for a page that has the case open.
    """
    number = request.query.get("case", "")
    seen = await presence.look(request.app[CENTRE], request[ACTOR], number) if number else None
    response = web.StreamResponse(
        headers={"Content-Type": "text/event-stream; charset=utf-8", "Cache-Control": "no-store"}
    )
    await response.prepare(request)
    task = asyncio.current_task()
    assert task is not None
    request.app[OPEN].tasks.add(task)
    try:
        if seen is not None:
            await _presence(request, response, seen)
        else:
            await _desk(request, response)
    except (ConnectionResetError, asyncio.CancelledError):
        pass  # the browser went away, or the server stops: both are how a stream ends
    finally:
        request.app[OPEN].tasks.discard(task)
    return response


async def _presence(request: web.Request, response: web.StreamResponse, seen: Seen) -> None:
    async def send(event: str, told: object) -> None:
        if event:
            await _send(response, event, told)
        await response.write(b": still here\n\n")

    await atcase.follow(request, seen, send, lambda: _signed_in(request))


async def _desk(request: web.Request, response: web.StreamResponse) -> None:
    actor = request[ACTOR]
    async with request.app[CENTRE].look() as look:
        keys = frozenset(await seats.keys(look.connection, actor.name))
    watching = Watching(actor.name, actor.role in BOARD, keys)
    async with request.app[PULSE].watch(watching):
        await _stream(request, response, watching if actor.role in DESK | BOARD else None)


async def _stream(
    request: web.Request, response: web.StreamResponse, watching: Watching | None
) -> None:
    centre, actor = request.app[CENTRE], request[ACTOR]
    latest = await notify.desk_messages(centre, actor, limit=1)
    last = int(str(latest[0]["id"])) if latest else 0
    counted: dict[str, int] | None = None
    badge: unread.Badge | None = None
    known: set[tuple[int, int, int]] | None = None
    hands: tuple[Any, ...] | None = None
    while await _signed_in(request):
        counts = await flow.counts(centre, actor)
        if counts != counted:
            await _send(response, "counts", counts)
            counted = counts
        standing = await unread.badge(centre, actor)
        if standing != badge:
            await _send(response, "badge", {"total": standing.total, **standing.__dict__})
            badge = standing
        fresh = [m for m in await notify.desk_messages(centre, actor) if int(str(m["id"])) > last]
        for message in reversed(fresh):
            last = int(str(message["id"]))
            told = {name: message[name] for name in ("about", "subject", "text", "level")}
            await _send(response, "message", told)
        if actor.role in PILOTS:
            known = await _lights(request, response, known)
        if actor.role in CALLERS:
            hands = await _callbacks(request, response, hands)
        await response.write(b": still here\n\n")
        await _calls(response, watching)


async def _lights(
    request: web.Request, response: web.StreamResponse, known: set[tuple[int, int, int]] | None
) -> set[tuple[int, int, int]]:
    """`light` for each that came on since the last look; what is on already the page shows itself."""
    async with request.app[CENTRE].look() as look:
        found = await cockpit.newly_lit(look.connection, request[ACTOR], look.at - BACK)
    marks = [(one["case_id"], one["deadline_n"], one["rung"]) for one in found]
    for mark, one in reversed(list(zip(marks, found, strict=True))):
        if known is not None and mark not in known:
            zh, en = LIGHTS[one["kind"]]
            said = en.capitalize() if request[LANGUAGE] == "en" else zh
            told = {name: one[name] for name in ("number", "title", "kind", "level")}
            await _send(response, "light", told | {"said": said})
    return set(marks)


async def _callbacks(
    request: web.Request, response: web.StreamResponse, known: tuple[Any, ...] | None
) -> tuple[Any, ...]:
    """`callbacks` when somebody took, called or laid back a case of the day's plan."""
    async with request.app[CENTRE].look() as look:
        found = await callbacks.signature(look.connection)
    if known is not None and found != known:
        await _send(response, "callbacks", {"in_hand": len(found)})
    return found


async def _calls(response: web.StreamResponse, watching: Watching | None) -> None:
    """`call` the moment that one of the desk's calls changes, until it is time for the next look."""
    if watching is None:
        await asyncio.sleep(PAUSE)
        return
    ends = asyncio.get_running_loop().time() + PAUSE
    while (left := ends - asyncio.get_running_loop().time()) > 0:
        try:
            async with asyncio.timeout(left):
                told = await watching.calls.get()
        except TimeoutError:
            return
        await _send(response, "call", told)


async def _signed_in(request: web.Request) -> bool:
    """Looks without counting as use: an open page does not keep a session alive."""
    centre = request.app[CENTRE]
    async with centre.look() as look:
        return await accounts.session(look.connection, request[SECRET], look.at) is not None


async def _send(response: web.StreamResponse, event: str, told: object) -> None:
    body = json.dumps(told, ensure_ascii=False)
    await response.write(f"event: {event}\ndata: {body}\n\n".encode())


async def end_streams(app: web.Application) -> None:
    """A stream would hold the stop up until its time limit."""
    for task in list(app[OPEN].tasks):
        task.cancel()
