"""APScheduler: named ticks, one at a time, late ones merged; rows are the schedule, not its jobs."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

log = structlog.get_logger(__name__)
Tick = Callable[[], Awaitable[object]]
AGAIN = 2  # failures in a row; a single one is made good by the next tick


@dataclass
class Failing:
    """A tick that has not succeeded since; seconds by the loop's even clock."""

    since: float
    times: int
    error: str


class Schedule:
    """Wakes named coroutines at a fixed interval; keeps nothing that a restart could lose."""

    def __init__(self) -> None:
        # A tick that runs long is normal under load; the merged ones need no line each.
        for name in ("apscheduler.scheduler", "apscheduler.executors.default"):
            logging.getLogger(name).setLevel(logging.ERROR)
        self._scheduler = AsyncIOScheduler(
            timezone="UTC",
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        self._under_way: set[asyncio.Task[None]] = set()
        self._failed: dict[str, Failing] = {}
        self._stopping = False

    def failing(self, seconds: float) -> dict[str, str]:
        """Ticks that have failed again and again, for so long and without one success: name, and
        the kind of the last error."""
        now = asyncio.get_running_loop().time()
        return {
            name: one.error
            for name, one in self._failed.items()
            if one.times >= AGAIN and now - one.since >= seconds
        }

    def every(self, seconds: float, name: str, tick: Tick) -> None:
        self._scheduler.add_job(
            self._guarded(name, tick), "interval", seconds=seconds, id=name, name=name
        )

    def once(self, name: str, tick: Tick) -> None:
        """As soon as it starts."""
        self._scheduler.add_job(self._guarded(name, tick), id=name, name=name)

    def start(self) -> None:
        self._scheduler.start()

    async def stop(self, seconds: float = 10.0) -> None:
        """No tick begins any more; those under way get so long to end, then they are broken off.

        None is under way when this returns: one that the end of the loop cut off would be cut off a
        second time while it gives its database connection back, and wait there for ever.
        """
        if not self._scheduler.running:
            return
        self._stopping = True
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=seconds)
        late = set(self._under_way)
        for tick in late:
            tick.cancel()
        if late:
            await asyncio.wait(late)
        self._scheduler.shutdown(wait=False)

    def _guarded(self, name: str, tick: Tick) -> Tick:
        async def guarded() -> None:
            if self._stopping:
                return
            # A task of its own: APScheduler breaks off its own ones when it is shut down.
            under_way = asyncio.create_task(self._run(name, tick), name=name)
            self._under_way.add(under_way)
            under_way.add_done_callback(self._under_way.discard)
            await asyncio.wait([under_way])

        return guarded

    async def _run(self, name: str, tick: Tick) -> None:
        try:
            await tick()
        except asyncio.CancelledError:
            log.warning("tick.broken_off", tick=name)
        except Exception as error:  # one bad tick must not be the last one
            log.error("tick.failed", tick=name, error=type(error).__name__, exc_info=error)
            now = asyncio.get_running_loop().time()
            one = self._failed.setdefault(name, Failing(now, 0, ""))
            one.times, one.error = one.times + 1, type(error).__name__
        else:
            self._failed.pop(name, None)
