"""Rising matters: is an hour above what that hour of the week usually brings? Pure arithmetic.

How many callers a matter usually has is not known but estimated, from few hours at first. The
bound is that of the distribution which knows this (Gamma-Poisson, a negative binomial): wide
while nothing is known, near the Poisson one after months; wider where hours differ by more than
chance. The prior is worth one hour with one caller.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

PRIOR = 0.5  # callers, and hours, that are believed before anything was seen
HIGHEST = 100_000  # a bound above this is none
WIDEST = 2.0  # the least size: one mass incident in the past must not hide the next


@dataclass(frozen=True)
class Rising:
    """From when on a matter counts as rising."""

    least: int = 5  # different callers within an hour, whatever is usual
    chance: float = 1e-5  # that an ordinary hour brings as many
    weeks: int = 8  # of history
    days: int = 28  # of the same hour on other days, at a quarter of the weight


@dataclass(frozen=True)
class Hour:
    """A past hour like the one that is judged: its callers, and how much it is like it."""

    callers: float
    weight: float = 1.0


@dataclass(frozen=True)
class Bound:
    """What is usual, and from how many callers on it is not."""

    usual: float
    callers: int


def bound(history: Sequence[Hour], rule: Rising) -> Bound:
    """The least number of callers that an ordinary hour reaches with less than the chance."""
    seen = PRIOR + sum(hour.callers * hour.weight for hour in history)
    hours = PRIOR + sum(hour.weight for hour in history)
    usual = seen / hours
    size = min(seen, _scatter(history, usual))
    return Bound(usual, max(rule.least, _least(usual, size, rule.chance)))


def _scatter(history: Sequence[Hour], usual: float) -> float:
    """The negative binomial's size: small where hours differ by more than chance would have it."""
    weights = sum(hour.weight for hour in history)
    if weights < 2 or usual <= 0:
        return math.inf
    spread = sum(hour.weight * (hour.callers - usual) ** 2 for hour in history) / weights
    return max(usual * usual / (spread - usual), WIDEST) if spread > usual else math.inf


def _least(usual: float, size: float, chance: float) -> int:
    """Walks up the negative binomial until what is left above is rarer than the chance."""
    size = min(size, 1e6)
    share = usual / (usual + size)  # of each further caller
    term = math.exp(size * math.log1p(-share))  # that nobody calls
    below, callers = 0.0, 0
    while 1 - below > chance and callers < HIGHEST:
        below += term
        callers += 1
        term *= share * (size + callers - 1) / callers
        if term < 1e-15 and callers > usual:
            break
    return callers


def matter(topic: str) -> str:
    """A topic to its second level."""
    return "/".join(topic.split("/")[:2])
