"""Does the watch work? Any rung later than the grace, and the last tick's age."""

from dataclasses import dataclass
from datetime import datetime, timedelta

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
