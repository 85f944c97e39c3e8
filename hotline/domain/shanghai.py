"""The city's day at a moment: rosters and papers count days, not instants."""

from datetime import date, datetime

from escalation.calendar import ZONE


def city_day(at: datetime) -> date:
    return at.astimezone(ZONE).date()
