"""What calls do to desks, at once: one look a moment for all the streams of this process.

The fold of this node rings; what other nodes folded is found by a look twice a second, which only
happens while somebody watches.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from aiohttp import web

from hotline.flow.centre import Centre
from hotline.store import calllist, seats
from hotline.store.calllist import Asked
from hotline.store.calls import Call

LOOK = 0.5  # seconds between looks when this node itself has folded nothing
BACK = timedelta(seconds=10)  # how far a look goes back: commits come out of order
MOST = 500


@dataclass(eq=False)
class Watching:
    """One stream: by which names calls find it, and what it has not sent yet."""

    username: str
    board: bool  # sees every call, as the shift lead does
    keys: frozenset[str] = frozenset()
    calls: "asyncio.Queue[dict[str, Any]]" = field(default_factory=lambda: asyncio.Queue(200))

    def wants(self, call: Call) -> bool:
        return self.board or bool({call.agent, *call.agents} & self.keys)

    def offer(self, told: dict[str, Any]) -> None:
        """A stream that does not keep up loses the oldest: the page asks anew when it is back."""
        if self.calls.full():
            self.calls.get_nowait()
        self.calls.put_nowait(told)


class Pulse:
    """The streams that watch calls, and what of them they have seen."""

    def __init__(self) -> None:
        self._watching: set[Watching] = set()
        self._seen: dict[str, int] = {}
        self.rung = asyncio.Event()

    @contextlib.asynccontextmanager
    async def watch(self, watching: Watching) -> AsyncIterator[Watching]:
        self._watching.add(watching)
        try:
            yield watching
        finally:
            self._watching.discard(watching)

    async def run(self, centre: Centre) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.rung.wait(), LOOK)
            self.rung.clear()
            if self._watching:
                with contextlib.suppress(Exception):  # the database may be away: the next look asks
                    await self.look(centre)

    async def look(self, centre: Centre) -> None:
        async with centre.look() as look:
            asked = Asked(changed_since=look.at - BACK, limit=MOST)
            found, _ = await calllist.listed(look.connection, asked)
            for one in self._watching:
                one.keys = frozenset(await seats.keys(look.connection, one.username))
        fresh = [call for call in found if self._seen.get(call.call_id) != call.version]
        self._seen = {call.call_id: call.version for call in found}
        for call in reversed(fresh):
            for one in self._watching:
                if one.wants(call):
                    one.offer(told(call))


def told(call: Call) -> dict[str, Any]:
    """What a stream says of a call: enough to ring by, the number masked."""
    return {
        "call_id": call.call_id,
        "version": call.version,
        "phase": call.phase,
        "direction": call.direction,
        "outcome": call.outcome,
        "number": call.masked,
        "queue": call.queue,
        "agent": call.agent,
    }


PULSE = web.AppKey("pulse", Pulse)
