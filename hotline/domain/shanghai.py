"""The city's day at a moment: rosters and papers count days, not instants."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")


def city_day(at: datetime) -> date:
    return at.astimezone(ZONE).date()
