"""The pulse and the self-check of a process: ticks of their own, beside whatever else it does."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime

from aiohttp import web

from escalation.schedule import Schedule
from hotline.flow import selfcheck
from hotline.flow.centre import Centre
from hotline.flow.pulse import EVERY, Pulse
from hotline.store.reserve import LOOKED
from hotline.web.keys import CENTRE, SETTINGS
from hotline.wiring import system_clock

CHECKED = 30.0  # seconds between two looks at what is promised
PULSE = web.AppKey("pulse", Pulse)


@asynccontextmanager
async def beating(pulse: Pulse) -> AsyncIterator[Pulse]:
    """Every process says that it is there and looks whether all is as promised: a watch that stands
    still can tell nobody of it."""
    schedule = Schedule()
    schedule.once("beat at start", pulse.beat)
    schedule.every(EVERY, "beat", pulse.beat)
    if pulse.centre.reserve.size:
        schedule.every(LOOKED, "reserve", lambda: asyncio.to_thread(pulse.centre.reserve.keep))
    schedule.every(CHECKED, "self check", lambda: checked(pulse))
    pulse.centre.schedules.append(schedule)
    schedule.start()
    try:
        yield pulse
    finally:
        await schedule.stop()
        await pulse.leave()


async def checked(pulse: Pulse) -> None:
    """A self check is whole only where every single one of its checks could be made."""
    await selfcheck.check(pulse.centre, pulse.node)
    if not pulse.centre.unmade:
        pulse.checked = pulse.even()


def install(app: web.Application) -> None:
    """The node is named by host and port, so that one that comes back is the same."""
    centre, settings = app[CENTRE], app[SETTINGS]
    app[PULSE] = Pulse(centre, f"{centre.node}:{settings.serve.port}", system_clock)
    app.cleanup_ctx.append(_context)


async def _context(app: web.Application) -> AsyncIterator[None]:
    async with beating(app[PULSE]):
        yield


def believing(
    centre: Centre, tick: Callable[[datetime], Awaitable[object]]
) -> Callable[[], Awaitable[object]]:
    """A tick that waits while the node's clock cannot be believed: nothing is struck early."""
    return trusting(centre, lambda: tick(centre.now()))


def trusting(
    centre: Centre, job: Callable[[], Awaitable[object]]
) -> Callable[[], Awaitable[object]]:
    """Work that goes by the time of day, and waits while the node's clock cannot be believed:
    nothing is struck, sent or deleted because a clock was set wrong."""

    async def guarded() -> None:
        if centre.clock_believed():
            await job()

    return guarded
