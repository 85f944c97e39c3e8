"""APScheduler: named ticks, one at a time, late ones merged; rows are the schedule, not its jobs."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

log = structlog.get_logger(__name__)
Tick = Callable[[], Awaitable[object]]


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
        self._stopping = False

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
            under_way = asyncio.create_task(_run(name, tick), name=name)
            self._under_way.add(under_way)
            under_way.add_done_callback(self._under_way.discard)
            await asyncio.wait([under_way])

        return guarded


async def _run(name: str, tick: Tick) -> None:
    try:
        await tick()
    except asyncio.CancelledError:
        log.warning("tick.broken_off", tick=name)
    except Exception as error:  # one bad tick must not be the last one
        log.error("tick.failed", tick=name, error=type(error).__name__, exc_info=error)
