"""A way to the database that can be broken: nothing passes, or all is reset, or a COMMIT's answer."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

COMMIT = b"COMMIT"


@dataclass
class Proxy:
    """Passes bytes between the hotline and its database, as long as it is told to."""

    target: int
    port: int = 0
    open: asyncio.Event = field(default_factory=asyncio.Event)
    cut_commits: int = 0  # so many more COMMITs reach the server, and their answers nobody
    cuts: int = 0
    _ways: "set[asyncio.StreamWriter]" = field(default_factory=set)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            writer.close()
            return
        self._ways |= {writer, there[1]}
        cut = asyncio.Event()
        await asyncio.gather(
            self._pass(reader, there[1], cut, outward=True),
            self._pass(there[0], writer, cut, outward=False),
        )

    async def _pass(
        self,
        source: asyncio.StreamReader,
        to: asyncio.StreamWriter,
        cut: asyncio.Event,
        *,
        outward: bool,
    ) -> None:
        with contextlib.suppress(OSError):
            while body := await source.read(65536):
                await self.open.wait()
                if not outward and cut.is_set():
                    break  # the answer to the COMMIT
                if outward and self.cut_commits and COMMIT in body:
                    self.cut_commits -= 1
                    self.cuts += 1
                    cut.set()
                to.write(body)
                await to.drain()
        to.close()
        self._ways.discard(to)

    def part(self) -> None:
        """A network that swallows everything."""
        self.open.clear()

    def heal(self) -> None:
        self.open.set()

    def reset(self) -> None:
        """Every connection breaks off at once."""
        for way in tuple(self._ways):
            way.transport.abort()


@asynccontextmanager
async def proxy(target: int) -> AsyncIterator[Proxy]:
    made = Proxy(target)
    made.heal()
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        made.heal()
        made.reset()
        server.close()
