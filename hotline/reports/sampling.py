"""Whom to call back (回访抽样), stratified, and what the answers say of all; pure.

Each unit and type is a stratum of its own and has at least a few of the calls, so that the small
ones are heard; the estimate weighs a stratum by its cases, not by its answers.
"""

import hashlib
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hotline.reports.rates import Z

LEAST = 5


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


def allotted(sizes: Mapping[Any, int], n: int, least: int = LEAST) -> dict[Any, int]:
    """How many of each stratum: a few of every one, the rest by size; never more than there are."""
    told = {key: min(size, least) for key, size in sizes.items()}
    left = n - sum(told.values())
    open_ = {key: size - told[key] for key, size in sizes.items()}
    total = sum(open_.values())
    if left <= 0 or not total:
        return told
    shares = {key: min(left, total) * size / total for key, size in open_.items()}
    for key, share in shares.items():
        told[key] += int(share)
    rest = min(left, total) - sum(int(share) for share in shares.values())
    by_rest = sorted(shares, key=lambda key: (int(shares[key]) - shares[key], str(key)))
    for key in by_rest[:rest]:
        told[key] += 1
    return told


def drawn(
    cases: Iterable[tuple[Any, str]], n: int, seed: str, least: int = LEAST
) -> dict[Any, list[str]]:
    """(stratum, number) of each case -> the numbers drawn. The same seed draws the same ones, and
    nobody who closes a case can know beforehand whether it will be called."""
    strata: dict[Any, list[str]] = defaultdict(list)
    for key, number in cases:
        strata[key].append(number)
    wanted = allotted({key: len(found) for key, found in strata.items()}, n, least)
    return {
        key: sorted(found, key=lambda number: _lot(seed, number))[: wanted[key]]
        for key, found in sorted(strata.items(), key=lambda one: str(one[0]))
    }


def _lot(seed: str, number: str) -> str:
    return hashlib.sha256(f"{seed}:{number}".encode()).hexdigest()


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
