"""The city's day at a moment: rosters and papers count days, not instants."""

from datetime import date, datetime, time

from escalation.calendar import ZONE


def city_day(at: datetime) -> date:
    return at.astimezone(ZONE).date()


def midnight(at: datetime) -> datetime:
    """Where the city's day at a moment began."""
    return datetime.combine(city_day(at), time(), ZONE)
