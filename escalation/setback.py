"""What fails again and again in the background, told so that a log stays readable and small.

A database that is away for a weekend lets every loop and tick fail at each of its tries: told whole
each time, that was 2 MB of log a minute, on the disk whose filling up is an incident of its own.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import structlog

log = structlog.get_logger(__name__)
AGAIN = 2  # failures in a row; a single one is made good by the next try
QUIET = 60.0  # seconds between two lines about the same


@dataclass
class Failing:
    """What has not succeeded since; seconds by an even clock."""

    since: float
    told: float
    times: int = 0
    error: str = ""
    kinds: set[str] = field(default_factory=set)


class Setbacks:
    """One for a loop or a group of ticks: whole at the first failure of a kind, then a line a
    minute with how often, and a line when it works again."""

    def __init__(
        self, failed: str, works: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """The two events by which the log tells of it; an even clock, in seconds."""
        self._event, self._works, self._clock = failed, works, clock
        self._failing: dict[str, Failing] = {}

    def failed(self, error: Exception, name: str = "", **told: Any) -> None:
        now, kind = self._clock(), type(error).__name__
        one = self._failing.setdefault(name, Failing(now, now))
        one.times, one.error = one.times + 1, kind
        if kind in one.kinds and now - one.told < QUIET:
            return
        whole = None if kind in one.kinds else error
        log.error(self._event, error=kind, times=one.times, exc_info=whole, **told)
        one.told = now
        one.kinds.add(kind)

    def worked(self, name: str = "", **told: Any) -> None:
        one = self._failing.pop(name, None)
        if one is not None:
            seconds = round(self._clock() - one.since, 1)
            log.warning(self._works, after=one.error, times=one.times, seconds=seconds, **told)

    def lasting(self, seconds: float) -> dict[str, str]:
        """What has failed again and again, for so long and without one success: name, and the kind
        of the last error."""
        now = self._clock()
        return {
            name: one.error
            for name, one in self._failing.items()
            if one.times >= AGAIN and now - one.since >= seconds
        }
