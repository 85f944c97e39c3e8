"""Gathered commits: rows of many callers, written in one transaction by the one writer of a process.

Insert-only rows are gathered for a few milliseconds; each caller is answered only after the commit
that covers its own, or learns what kept it from the disk.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Item = TypeVar("Item")
Kept = TypeVar("Kept")

SECONDS = 0.005  # that rows are waited for
ANSWERED = 9.0  # seconds a caller waits; it may be kept all the same: the next try will tell
KNOWN = 1.0  # seconds for which it counts how long a crowd waited
CROWD = 4  # fewer wait for the disk alone, which is as fast as it is


@dataclass
class _Waiting(Generic[Item, Kept]):
    item: Item
    since: float
    done: "asyncio.Future[Kept]" = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )


class Gathering(Generic[Item, Kept]):
    """`commit` writes a batch and says of each item, in order, what came of it.

    `most` items make a batch; `size` says for how many an item counts.
    """

    def __init__(
        self,
        name: str,
        commit: Callable[[Sequence[Item]], Awaitable[Sequence[Kept]]],
        most: int,
        size: Callable[[Item], int] = lambda item: 1,
    ) -> None:
        self._name, self._commit, self._most, self._size = name, commit, most, size
        self._queue: asyncio.Queue[_Waiting[Item, Kept]] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None
        self._writing = (0.0, 0)  # since when the first of the batch in hand waits; how many
        self._longest = self._answered = 0.0  # the longest wait of late, and when it ended

    def start(self) -> None:
        self._task = asyncio.create_task(self._write_for_ever(), name=self._name)

    async def stop(self) -> None:
        """What waits is written first."""
        if self._task is not None:
            await self._queue.join()
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    async def put(self, item: Item) -> Kept:
        """Returns when the item is on disk, or raises what kept it from getting there."""
        if self._task is None:
            return (await self._commit([item]))[0]
        waiting = _Waiting[Item, Kept](item, asyncio.get_running_loop().time())
        await self._queue.put(waiting)
        async with asyncio.timeout(ANSWERED):
            return await waiting.done

    def delay(self) -> float:
        """Seconds that a crowd waits for its commit, now or within the last second; 0: none did.

        Whatever keeps it waiting: the disk, others who write, a process that has too much to do.
        """
        now = asyncio.get_running_loop().time()
        longest = self._longest if now - self._answered < KNOWN else 0.0
        since, callers = self._writing
        crowd = callers + self._queue.qsize() >= CROWD
        return max(longest, now - since) if callers and crowd else longest

    def _waited(self) -> None:
        longest, now = self.delay(), asyncio.get_running_loop().time()
        since, callers = self._writing
        self._writing = (0.0, 0)
        if callers >= CROWD and now - since >= longest:
            self._longest, self._answered = now - since, now

    async def _write_for_ever(self) -> None:
        while True:
            batch = [await self._queue.get()]
            ends = asyncio.get_running_loop().time() + SECONDS
            size = self._size(batch[0].item)
            while size < self._most:
                left = ends - asyncio.get_running_loop().time()
                try:
                    async with asyncio.timeout(max(left, 0)):
                        batch.append(await self._queue.get())
                except TimeoutError:
                    break
                size += self._size(batch[-1].item)
            await self._answer(batch)

    async def _answer(self, batch: Sequence[_Waiting[Item, Kept]]) -> None:
        self._writing = (batch[0].since, len(batch))
        try:
            found = await self._commit([one.item for one in batch])
            for waiting, kept in zip(batch, found, strict=True):
                if not waiting.done.done():
                    waiting.done.set_result(kept)
        except Exception as error:  # every caller learns of it; the writer itself goes on
            for waiting in batch:
                if not waiting.done.done():
                    waiting.done.set_exception(error)
        finally:
            self._waited()
            for _ in batch:
                self._queue.task_done()
