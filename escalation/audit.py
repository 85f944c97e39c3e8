"""Does the watch work? Rungs later than the grace, the last tick's age, the holiday list's end."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from escalation.calendar import WorkCalendar

PUBLISHED_BY = 11  # the month in which next year's holidays are out, as a rule
GRACE = timedelta(seconds=60)
SILENCE = timedelta(seconds=180)


@dataclass(frozen=True)
class Health:
    """The watch as the health page shows it."""

    last_tick: datetime | None
    late: int  # rungs whose time came more than the grace ago
    oldest: datetime | None

    def silent(self, now: datetime) -> bool:
        return self.last_tick is None or now - self.last_tick > SILENCE

    def well(self, now: datetime) -> bool:
        return not self.late and not self.silent(now)


def latest_on_time(now: datetime, grace: timedelta = GRACE) -> datetime:
    """A rung due before this moment and not taken is late."""
    return now - grace


def list_ends(calendar: WorkCalendar, now: datetime) -> bool:
    """From 1 November on next year's list is missed: its deadlines are only provisional."""
    local = now.astimezone(calendar.zone)
    return local.year + (local.month >= PUBLISHED_BY) > calendar.last_year
