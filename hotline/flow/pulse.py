"""This process among the nodes: that it can write, and that its clock can be believed.

A clock that is far from the database's, or that jumped ahead, would strike promises early: the
watch of such a node waits, and the node says that it is not ready.
"""

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from math import inf

import structlog

from hotline.flow.centre import Centre
from hotline.store import beats

log = structlog.get_logger(__name__)
EVERY = 10.0  # seconds
SILENT = 30.0  # seconds without a write that went through: not ready
GONE = 60.0  # seconds until the others call a node gone
SKEW = 90.0  # seconds that clocks may be apart
STEP, HELD = 60.0, 600.0  # a jump ahead of so many seconds holds the watch for so many


def boot_time() -> float:
    """Seconds that run evenly, also while the machine sleeps; no clock setting moves them."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


@dataclass
class Pulse:
    """Beats every ten seconds; knows when it last could."""

    centre: Centre
    node: str
    wall: Callable[[], datetime]
    even: Callable[[], float] = boot_time
    skew: float = 0.0
    stepped: float = 0.0  # seconds of the last jump ahead
    held_until: float = -inf
    beaten: float | None = None
    seen: tuple[float, datetime] | None = None

    async def beat(self) -> None:
        """Raises what kept it from writing; the schedule logs it and tries again."""
        own, even = self.wall(), self.even()
        if self.seen is not None:
            jump = (own - self.seen[1]).total_seconds() - (even - self.seen[0])
            if jump > STEP and abs(self.skew) <= SKEW:  # else it was set right
                self.stepped, self.held_until = jump, even + HELD
                log.error("clock.stepped", seconds=round(jump), held=HELD)
        self.seen = even, own
        self.centre.clock_believed = self.believed()
        async with self.centre.store.write() as connection:
            self.skew = await beats.beat(connection, self.node, self.wall())
        self.beaten = self.even()
        self.centre.clock_believed = self.believed()

    def trouble(self) -> str:
        """Why this node should not be asked, in one word; empty: nothing is wrong with it."""
        if self.centre.stopping.is_set():
            return "stopping"
        if self.beaten is not None and self.even() - self.beaten > SILENT:
            return "cannot_write"
        return "" if self.believed() else "clock"

    def believed(self) -> bool:
        return abs(self.skew) <= SKEW and self.even() >= self.held_until

    async def leave(self) -> None:
        """Says good-bye; where it cannot, the others will notice."""
        with contextlib.suppress(Exception):
            async with self.centre.store.write() as connection:
                await beats.leave(connection, self.node)
