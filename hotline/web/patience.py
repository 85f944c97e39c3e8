"""Cuts off a body that only drips in: aiohttp itself would wait for it for ever."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import StreamReader, web

from hotline.web.problems import TooSlow

FIRST = 30.0  # seconds that every body is given
SLOWEST = 16_384  # bytes a second that earn it more: 20 MB may take twenty minutes
LOOK = 10.0


@asynccontextmanager
async def patient(request: web.Request) -> AsyncIterator[None]:
    """Raises TooSlow when the body stops coming; one that has arrived is waited for no more."""
    body, loop = request.content, asyncio.get_running_loop()
    if body.is_eof():
        yield
        return
    try:
        async with asyncio.timeout(FIRST) as limit:
            watching = asyncio.create_task(_watch(body, limit, loop.time()))
            try:
                yield
            finally:
                watching.cancel()
    except TimeoutError:
        if limit.expired():
            raise TooSlow from None
        raise


async def _watch(body: StreamReader, limit: asyncio.Timeout, started: float) -> None:
    """Gives more time as long as enough has come, and all of it once everything has."""
    loop, pause = asyncio.get_running_loop(), FIRST - LOOK / 2
    while not body.is_eof():
        await asyncio.sleep(pause)
        if body.total_bytes < SLOWEST * (loop.time() - started):
            return
        limit.reschedule(loop.time() + 2 * LOOK)
        pause = LOOK
    limit.reschedule(None)
