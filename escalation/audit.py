"""Does the watch work? Rungs late or failing again, the last tick, the end of the holiday list."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from escalation.calendar import WorkCalendar

PUBLISHED_BY = 11  # the month in which next year's holidays are out, as a rule
GRACE = timedelta(seconds=60)
SILENCE = timedelta(seconds=180)
# Growing gaps between tries of a rung that fails: a broken case costs the others next to nothing.
GAPS = tuple(timedelta(seconds=seconds) for seconds in (10, 30, 60, 300, 900, 3600))
ALARM_AFTER = 3  # failures: one may be the database's, three are the case's


@dataclass(frozen=True)
class Health:
    """The watch as the health page shows it."""

    last_tick: datetime | None
    late: int  # rungs whose time came more than the grace ago
    oldest: datetime | None
    stumbling: int = 0  # rungs that failed and are tried again
    attempts: int = 0  # the most tries of one of them
    first_failure: datetime | None = None

    def silent(self, now: datetime) -> bool:
        return self.last_tick is None or now - self.last_tick > SILENCE

    def well(self, now: datetime) -> bool:
        return not self.late and not self.stumbling and not self.silent(now)


def next_try(attempts: int, now: datetime) -> datetime:
    """When a rung that failed so often is tried again."""
    return now + GAPS[min(attempts, len(GAPS)) - 1]


def latest_on_time(now: datetime, grace: timedelta = GRACE) -> datetime:
    """A rung due before this moment and not taken is late."""
    return now - grace


def list_ends(calendar: WorkCalendar, now: datetime) -> bool:
    """From 1 November on next year's list is missed: its deadlines are only provisional."""
    local = now.astimezone(calendar.zone)
    return local.year + (local.month >= PUBLISHED_BY) > calendar.last_year
