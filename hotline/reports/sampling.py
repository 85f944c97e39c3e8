"""What the answers of a stratified sample (回访抽样) say of all; pure.

Each unit and type is a stratum of its own and has at least a few of the calls, so that the small
ones are heard; the estimate weighs a stratum by its cases, not by its answers.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from hotline.reports.rates import Z


@dataclass(frozen=True)
class Stratum:
    """So many cases, so many of them asked, so many who said yes."""

    cases: int
    asked: int
    yes: int


@dataclass(frozen=True)
class Estimate:
    """A share of all cases, with the interval that holds the true one 95 times of 100."""

    value: float
    low: float
    high: float
    covered: float  # the share of cases whose stratum was asked at all


def estimated(strata: Sequence[Stratum]) -> Estimate | None:
    """None: nobody was asked. A stratum of one answer is taken at its most uncertain."""
    heard = [one for one in strata if one.asked]
    total = sum(one.cases for one in heard)
    if not total:
        return None
    value = spread = 0.0
    for one in heard:
        weight, share = one.cases / total, one.yes / one.asked
        smoothed = (one.yes + 1) / (one.asked + 2)  # no stratum is certain of itself
        unasked = max(0.0, 1 - one.asked / one.cases) if one.cases else 1.0
        value += weight * share
        spread += weight**2 * unasked * smoothed * (1 - smoothed) / max(one.asked - 1, 1)
    half = Z * math.sqrt(spread)
    low, high = max(0.0, value - half), min(1.0, value + half)
    every = sum(one.cases for one in strata)
    return Estimate(round(value, 4), round(low, 4), round(high, 4), round(total / every, 4))
