"""This process among the nodes: that it can write, and that its clock can be believed.

A clock that is far from the database's, or that jumped ahead, would strike promises early: the
watch of such a node waits, and the node says that it is not ready.
"""

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
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
    away: float = 0.0  # seconds that all jumps together moved it from where it was trusted
    held_until: float = -inf
    beaten: float = field(init=False)  # when it last could write; before that, when it began
    checked: float = field(init=False)  # when the last whole self check ended; before, the start
    seen: tuple[float, datetime] | None = None

    def __post_init__(self) -> None:
        self.centre.clock_believed = self.believed
        self.beaten = self.checked = self.even()

    async def beat(self) -> None:
        """Raises what kept it from writing; the schedule logs it and tries again."""
        self._look()  # while it is still known how far the clock was from the database's
        async with self.centre.store.write() as connection:
            self.skew = await beats.beat(connection, self.node, self.wall())
        self.beaten = self.even()

    def trouble(self) -> str:
        """Why this node should not be asked, in one word; empty: nothing is wrong with it."""
        if self.centre.stopping.is_set():
            return "stopping"
        if self.even() - self.beaten > SILENT:
            return "cannot_write"
        return "" if self.believed() else "clock"

    def since_check(self) -> float:
        """Seconds since all that is promised was last looked at."""
        return self.even() - self.checked

    def believed(self) -> bool:
        """Whether a watch may go by this clock; asked before each tick, since one tick under a
        clock that has just jumped would strike what is not due."""
        self._look()
        return abs(self.skew) <= SKEW and self.even() >= self.held_until

    def _look(self) -> None:
        own, even = self.wall(), self.even()
        seen, self.seen = self.seen, (even, own)
        if seen is None:
            return
        jump = (own - seen[1]).total_seconds() - (even - seen[0])
        if abs(jump) <= STEP:
            return
        if abs(self.skew) > SKEW:  # the database's clock had told: this one is being set right
            self.away, self.skew = 0.0, self.skew + jump
        else:
            self.away += jump
        if self.away <= STEP:  # back where it was, or behind: late, but never early
            self.held_until = -inf
        elif jump > 0:
            self.stepped, self.held_until = jump, even + HELD
            log.error("clock.stepped", seconds=round(jump), held=HELD)

    async def leave(self) -> None:
        """Says good-bye; where it cannot, the others will notice."""
        with contextlib.suppress(Exception):
            async with self.centre.store.write() as connection:
                await beats.leave(connection, self.node)
