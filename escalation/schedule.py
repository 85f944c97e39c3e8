"""APScheduler: named ticks, one at a time, late ones merged; rows are the schedule, not its jobs."""

import logging
from collections.abc import Awaitable, Callable

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

log = structlog.get_logger(__name__)
Tick = Callable[[], Awaitable[object]]


def _guarded(name: str, tick: Tick) -> Tick:
    async def guarded() -> None:
        try:
            await tick()
        except Exception as error:  # one bad tick must not be the last one
            log.error("tick.failed", tick=name, error=type(error).__name__, exc_info=error)

    return guarded


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

    def every(self, seconds: float, name: str, tick: Tick) -> None:
        self._scheduler.add_job(
            _guarded(name, tick), "interval", seconds=seconds, id=name, name=name
        )

    def once(self, name: str, tick: Tick) -> None:
        """As soon as it starts."""
        self._scheduler.add_job(_guarded(name, tick), id=name, name=name)

    def start(self) -> None:
        self._scheduler.start()

    def stop(self) -> None:
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
