"""The board's figures: the last half hour, and the day so far."""

from datetime import datetime, time, timedelta
from typing import Any

from escalation.calendar import ZONE
from hotline.flow.centre import Centre
from hotline.reports import callreport
from hotline.reports.queries import Period

RECENT = timedelta(minutes=30)


async def measured(centre: Centre) -> dict[str, dict[str, Any]]:
    at = centre.now()
    midnight = datetime.combine(at.astimezone(ZONE).date(), time(), ZONE)
    soon = at + timedelta(seconds=1)  # what is offered in this very moment counts
    async with centre.look() as look:
        recent, _ = await callreport.told(look.connection, Period(at - RECENT, soon, at), None)
        today, _ = await callreport.told(look.connection, Period(midnight, soon, at), None)
    return {"recent": recent, "today": today}
