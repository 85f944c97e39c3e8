"""Drawing by lot inside strata: the small are heard, and the same seed draws the same; pure."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

LEAST = 5


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
        key: sorted(found, key=lambda number: lot(seed, number))[: wanted[key]]
        for key, found in sorted(strata.items(), key=lambda one: str(one[0]))
    }


def lot(seed: str, number: str) -> str:
    """Where a number stands in the order that a seed makes."""
    return hashlib.sha256(f"{seed}:{number}".encode()).hexdigest()
