"""The telephone's work beside the requests: folding, the pulse of the desks, lines to switches."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from aiohttp import web

from escalation.schedule import Schedule
from escalation.setback import Setbacks
from escalation.watch import Watch
from hotline.flow import calls
from hotline.flow.centre import Centre
from hotline.flow.missedladder import MissedAgenda
from hotline.web.keys import CENTRE
from hotline.web.pulse import PULSE, Pulse
from hotline.web.pulses import believing, trusting

GATHER = 0.02  # seconds in which events gather before they are folded
IDLE = 0.5


def mount(app: web.Application) -> None:
    app[PULSE] = Pulse()
    app.cleanup_ctx.append(background)


async def background(app: web.Application) -> AsyncIterator[None]:
    centre, pulse = app[CENTRE], app[PULSE]
    tasks = [
        asyncio.create_task(fold_for_ever(centre, pulse), name="fold"),
        asyncio.create_task(pulse.run(centre), name="pulse"),
        *[asyncio.create_task(line.run(), name="switch") for line in centre.lines],
    ]
    yield
    for task in tasks:
        task.cancel()
    for task in tasks:
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def fold_for_ever(centre: Centre, pulse: Pulse) -> None:
    setbacks = Setbacks("fold.stopped", "fold.goes_on")
    while True:
        try:
            found = await calls.fold_pending(centre)
        except Exception as error:  # the database may be away; the raw events wait in it
            setbacks.failed(error)
            await asyncio.sleep(IDLE)
            continue
        setbacks.worked()
        if found:
            pulse.rung.set()
        if found < calls.BATCH:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(IDLE):
                    await centre.callbox.kept.wait()
            await asyncio.sleep(GATHER)


def add_ticks(schedule: Schedule, centre: Centre, seconds: float) -> None:
    """What time does to calls: promises climb, lost ends are supplied, writing up ends."""
    missed = Watch(MissedAgenda(centre))
    schedule.every(seconds, "missed calls", believing(centre, missed.tick))
    schedule.every(60.0, "lost calls", trusting(centre, lambda: calls.sweep(centre)))
    schedule.every(2.0, "after calls", lambda: calls.seats_ready(centre))
