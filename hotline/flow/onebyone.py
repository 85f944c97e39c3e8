"""Many cases, each by itself: a broken one is passed over and told of, and stops only itself.

Oldest first, a page at a time and each behind the page before: what cannot be done is not met again
before the next look, however much of it there is.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, TypeVar

import structlog

from hotline.flow.centre import Centre
from hotline.store.cursors import START, Paged, Place

log = structlog.get_logger(__name__)
T = TypeVar("T")
Page = Callable[[Any, Place], Awaitable[Paged[T]]]  # by the connection, behind the place
LONGEST = 300.0  # seconds that one look goes on; what is left is the next one's
PAUSE = 0.02  # seconds after a page and after what failed: requests go first
NAMED = 20  # of those that failed, in the log


class PassedOver(Exception):
    """Some cases failed, the others were done: the log has their numbers, and why the first did."""


async def paged(centre: Centre, page: Page[T]) -> AsyncIterator[T]:
    """What `page` finds, each page in a read of its own; ends when the hotline stops."""
    time = asyncio.get_running_loop().time
    ends, place = time() + LONGEST, START
    while True:
        async with centre.look() as look:
            found, ended = await page(look.connection, place)
        for case in found:
            if centre.stopping.is_set() or time() > ends:
                return
            yield case
        if ended is None or centre.stopping.is_set():
            return
        place = ended
        await asyncio.sleep(PAUSE)


async def each(
    centre: Centre, job: str, cases: AsyncIterator[T], do: Callable[[T], Awaitable[int]]
) -> int:
    """The sum of what `do` came to. Raises PassedOver at the end, when all others are done, so that
    the job is told of as failing; what is nobody's own fault, a database that is away, at once."""
    failed, first, done = dict[T, None](), None, 0
    async for case in cases:
        if case in failed:
            continue
        try:
            done += await do(case)
        except Exception as error:
            await centre.store.ping()
            failed[case], first = None, first or error
            await asyncio.sleep(PAUSE)
    if first is None:
        centre.passed_over.worked(job, job=job)
        return done
    centre.passed_over.failed(first, job, job=job, failed=len(failed), cases=list(failed)[:NAMED])
    raise PassedOver
