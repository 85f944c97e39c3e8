"""Turns at the one write connection of SQLite: acknowledging goes before thinking.

Whoever keeps what has just come in overtakes those who wait to do something with it. Only those who
wait are overtaken, and after each turn of theirs the next is one of the others', if any waits: a
flood of letters and calls stops nobody's work.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

LONGEST = 60.0  # seconds in the line; who stands there longer waits for oneself


class Turns:
    """One at a time."""

    def __init__(self) -> None:
        self._taken = self._owed = False  # owed: the last turn was one that overtook
        self._first: deque[asyncio.Future[None]] = deque()
        self._others: deque[asyncio.Future[None]] = deque()

    @asynccontextmanager
    async def turn(self, *, first: bool) -> AsyncIterator[None]:
        """Raises TimeoutError after LONGEST seconds in the line."""
        if self._taken:
            await self._stand(self._first if first else self._others)
        self._taken = True
        try:
            yield
        finally:
            self._pass_on()

    async def _stand(self, line: "deque[asyncio.Future[None]]") -> None:
        mine = asyncio.get_running_loop().create_future()
        line.append(mine)
        try:
            async with asyncio.timeout(LONGEST):
                await mine
        except BaseException:
            if mine.done() and not mine.cancelled():
                self._pass_on()  # it was given to one who had just gone
            raise

    def _pass_on(self) -> None:
        """To the next who still stands there; until it is taken up it counts as taken."""
        lines = (self._others, self._first) if self._owed else (self._first, self._others)
        for line in lines:
            while line:
                if not (next_one := line.popleft()).done():
                    self._owed = line is self._first
                    next_one.set_result(None)
                    return
        self._taken = self._owed = False
