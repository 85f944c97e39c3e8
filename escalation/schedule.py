"""APScheduler: named ticks, one at a time, late ones merged; rows are the schedule, not its jobs."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger

from escalation.setback import Setbacks

log = structlog.get_logger(__name__)
Tick = Callable[[], Awaitable[object]]
LOOK = 5.0  # seconds between two looks whether a tick is overdue by the even clock
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
GAPS = (5.0, 10.0, 20.0, 40.0, 80.0, 160.0, 300.0)  # seconds until what is done once is tried again
# A tick that took no step for ten of its intervals, at least and at most so many seconds, hangs.
TIMES, LEAST, MOST = 10, 600.0, 3600.0


@dataclass
class Course:
    """A tick under way: when it took its last step, by an even clock, and whether that was told."""

    moved: float
    told: bool = False


COURSE: ContextVar[Course | None] = ContextVar("course", default=None)


def goes_on() -> None:
    """Said by whatever a tick does, at each further step: work of hours is no hanging as long as
    it moves, and what stands still for a while is not taken for work."""
    course = COURSE.get()
    if course is not None:
        course.moved = time.monotonic()


class Apart(BaseTrigger):  # type: ignore[misc]  # it has no types
    """So long after the last time. What a clock passed over in a jump ahead is one time: listed one
    by one, the seconds of a machine that woke up in 1970 would fill its memory."""

    def __init__(self, seconds: float) -> None:
        self.interval = timedelta(seconds=seconds)

    def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime:
        following = (previous or now) + self.interval
        return following if following > now else now + self.interval


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
        self._under_way: set[asyncio.Task[bool]] = set()
        self._courses: dict[str, Course] = {}
        self._setbacks = Setbacks("tick.failed", "tick.works_again")
        self._apart: dict[str, Apart] = {}
        self._next: dict[str, tuple[datetime, float]] = {}  # when, and since when that stands
        self._looking: asyncio.TimerHandle | None = None
        self._stopping = False

    def failing(self, seconds: float) -> dict[str, str]:
        """Ticks that have failed again and again, for so long and without one success, and those
        that hang: name, and the kind of the last error or since when it stands still."""
        return self._setbacks.lasting(seconds) | {
            name: f"卡住：已 {still / 60:.0f} 分钟没有进展，请重启该节点的 serve"
            for name, still in self._hanging().items()
        }

    def _hanging(self) -> dict[str, float]:
        """Name, and the seconds since its last step."""
        now = time.monotonic()
        still = {name: now - course.moved for name, course in self._courses.items()}
        return {name: seconds for name, seconds in still.items() if seconds > self._patience(name)}

    def _patience(self, name: str) -> float:
        """What is done once may have all that there is before it: it has the longest time."""
        apart = self._apart.get(name)
        wanted = TIMES * apart.interval.total_seconds() if apart else MOST
        return min(max(wanted, LEAST), MOST)

    def every(self, seconds: float, name: str, tick: Tick) -> None:
        self._apart[name] = Apart(seconds)
        self._scheduler.add_job(self._guarded(name, tick), self._apart[name], id=name, name=name)

    def once(self, name: str, tick: Tick, failures: int = 0) -> None:
        """As soon as it starts; what fails is done again, at growing gaps, until it has worked."""
        guarded = self._guarded(name, tick)

        async def tried() -> None:
            if await guarded() or self._stopping:
                return
            gap = GAPS[min(failures, len(GAPS) - 1)]
            again = partial(self.once, name, tick, failures + 1)
            asyncio.get_running_loop().call_later(
                gap, again
            )  # even, whatever the wall's clock says

        self._scheduler.add_job(tried, id=name, name=name)

    def start(self, look: float = LOOK) -> None:
        """`look`: seconds between two looks whether a tick is overdue by the even clock."""
        self._scheduler.start()
        self._look(look)

    def _look(self, again: float) -> None:
        """APScheduler waits until the wall's clock says so: set back by hours, as one that took the
        local time for UTC is, it would let every tick wait for those hours."""
        loop = asyncio.get_running_loop()
        for name, apart in self._apart.items():
            job = self._scheduler.get_job(name)
            at, since = self._next.get(name, (None, 0.0))
            if job.next_run_time != at:
                self._next[name] = (job.next_run_time, loop.time())
            elif loop.time() - since > apart.interval.total_seconds() + again:
                log.warning("tick.overdue", tick=name)
                job.modify(next_run_time=LONG_AGO)
        for name, still in self._hanging().items():
            if not self._courses[name].told:
                self._courses[name].told = True
                log.error("tick.hangs", tick=name, seconds=round(still))
        self._looking = loop.call_later(again, self._look, again)

    async def stop(self, seconds: float = 10.0) -> None:
        """No tick begins any more; those under way get so long to end, then they are broken off.

        None is under way when this returns: one that the end of the loop cut off would be cut off a
        second time while it gives its database connection back, and wait there for ever.
        """
        if not self._scheduler.running:
            return
        self._stopping = True
        if self._looking is not None:
            self._looking.cancel()
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=seconds)
        late = set(self._under_way)
        for tick in late:
            tick.cancel()
        if late:
            await asyncio.wait(late)
        self._scheduler.shutdown(wait=False)

    def _guarded(self, name: str, tick: Tick) -> Callable[[], Awaitable[bool]]:
        """Whether it worked."""

        async def guarded() -> bool:
            if self._stopping:
                return False
            # A task of its own: APScheduler breaks off its own ones when it is shut down.
            under_way = asyncio.create_task(self._run(name, tick), name=name)
            self._under_way.add(under_way)
            under_way.add_done_callback(self._under_way.discard)
            await asyncio.wait([under_way])
            return not under_way.cancelled() and under_way.result()

        return guarded

    async def _run(self, name: str, tick: Tick) -> bool:
        course = self._courses[name] = Course(time.monotonic())
        COURSE.set(course)
        try:
            await tick()
        except asyncio.CancelledError:
            log.warning("tick.broken_off", tick=name)
        except Exception as error:  # one bad tick must not be the last one
            self._setbacks.failed(error, name, tick=name)
        else:
            self._setbacks.worked(name, tick=name)
            return True
        finally:
            del self._courses[name]
        return False
