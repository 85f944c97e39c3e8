"""How long citizens waited for their first answer: median and 90th percentile, exactly; pure.

Percentiles are interpolated between the two nearest cases, as spreadsheets and numpy do. Who has
no answer yet has no waiting time: their number stands beside the figures, never hidden in them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

DAY = timedelta(days=1).total_seconds()
WITHIN = 15  # days


@dataclass(frozen=True)
class Waits:
    """In days; None where nobody was answered."""

    received: int
    answered: int
    within: int  # answered within 15 days
    median: float | None
    p90: float | None


def of(seconds: Sequence[int | None]) -> Waits:
    """From the waiting times themselves; None: no answer yet."""
    known = sorted(one for one in seconds if one is not None)
    within = sum(one <= WITHIN * DAY for one in known)
    spread = (_days(percentile(known, percent)) for percent in (50, 90))
    return Waits(len(seconds), len(known), within, *spread)


def percentile(ranked: Sequence[int], percent: int) -> float | None:
    if not ranked:
        return None
    place, rest = divmod((len(ranked) - 1) * percent, 100)
    low = ranked[place]
    high = ranked[min(place + 1, len(ranked) - 1)]
    return low + (high - low) * rest / 100


def _days(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds / DAY, 2)
