"""What calls do to desks, at once: one look a moment for all the streams of this process.

The fold of this node rings; what other nodes folded is found by a look twice a second, which only
happens while somebody watches.
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator, Iterable
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
KNOWN = 20_000  # calls whose last version is remembered


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
        loop, looked = asyncio.get_running_loop(), 0.0
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK):
                    await self.rung.wait()
            self.rung.clear()
            self._tell(_emptied(centre.callbox.changed))
            if self._watching and loop.time() - looked >= LOOK:
                looked = loop.time()
                with contextlib.suppress(Exception):  # the database may be away: the next look asks
                    await self.look(centre)

    async def look(self, centre: Centre) -> None:
        """What other nodes folded, for the agents who watch here; and who sits where."""
        async with centre.look() as look:
            extensions = await seats.extensions(look.connection)
            for one in self._watching:
                one.keys = frozenset({one.username, extensions.get(one.username, one.username)})
            agents = sorted({key for one in self._watching for key in one.keys})
            asked = Asked(agents=tuple(agents), changed_since=look.at - BACK, limit=MOST)
            found, _ = await calllist.listed(look.connection, asked)
        self._tell(reversed(found))

    def _tell(self, calls: Iterable[Call]) -> None:
        for call in calls:
            if self._seen.get(call.call_id, 0) >= call.version:
                continue
            self._seen.pop(call.call_id, None)
            self._seen[call.call_id] = call.version
            for one in self._watching:
                if one.wants(call):
                    one.offer(told(call))
        while len(self._seen) > KNOWN:
            self._seen.pop(next(iter(self._seen)))


def _emptied(calls: "deque[Any]") -> list[Call]:
    found = []
    while calls:
        found.append(calls.popleft())
    return found


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
