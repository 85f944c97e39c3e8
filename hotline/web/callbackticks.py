"""The day's lot: closed cases that nobody was asked about, drawn for the caller-back's plan (回访抽样)."""

from datetime import timedelta

from escalation.schedule import Schedule
from hotline.domain.shanghai import city_day, midnight
from hotline.flow.centre import Centre
from hotline.reports import factsampling
from hotline.store import callbacks
from hotline.web.pulses import trusting

WITHIN = timedelta(days=7)  # closed no longer ago: the citizen still knows what was answered


def add(schedule: Schedule, centre: Centre) -> None:
    schedule.once("call-backs at start", lambda: draw(centre))
    schedule.every(60.0, "call-backs", trusting(centre, lambda: draw(centre)))


async def draw(centre: Centre) -> int:
    """Fills the day's lot up to what the terms say; the same day draws the same. How many it drew."""
    begun = midnight(centre.now())
    day, since = city_day(begun), begun - WITHIN
    async with centre.look() as look:
        known = await callbacks.drawn(look.connection, day)
        left = centre.terms.follow_up_sample - len(known)
        found = await factsampling.lot(look.connection, since, left, str(day)) if left > 0 else []
    fresh = [one for one in found if one not in known]
    async with centre.work() as work:
        await callbacks.forget(work.connection, begun)
        await callbacks.draw(work.connection, day, fresh)
    return len(fresh)
