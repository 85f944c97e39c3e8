"""Scripted switches on loopback: they say what they are told to, and can be cut off in between."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

from channels.telephone.events import CallEvent

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter, int], Awaitable[None]]


@asynccontextmanager
async def switch(talk: Talk) -> AsyncIterator[tuple[str, int]]:
    """Serves `talk(reader, writer, n)` to the n-th connection."""
    served = 0

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal served
        served += 1
        try:
            await talk(reader, writer, served)
        finally:
            writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[:2]
    finally:
        server.close()
        await server.wait_closed()


class Kept:
    """Takes events as the hotline does; each id once."""

    def __init__(self, failures: int = 0) -> None:
        self.events: dict[str, CallEvent] = {}
        self.failures = failures
        self.changed = asyncio.Event()

    async def __call__(self, told: Sequence[CallEvent]) -> None:
        if self.failures:
            self.failures -= 1
            raise OSError("the database is away")
        for one in told:
            self.events.setdefault(one.event_id, one)
        self.changed.set()

    async def until(self, enough: Callable[[list[CallEvent]], bool]) -> list[CallEvent]:
        async with asyncio.timeout(10):
            while not enough(list(self.events.values())):
                self.changed.clear()
                await self.changed.wait()
        return list(self.events.values())
