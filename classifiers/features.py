"""Words -> hashed vectors: the same few lines serve training and answering.

Words are hashed into a fixed number of places, so that a model holds numbers only: no vocabulary,
and no word of any citizen.
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy
from sklearn.utils import murmurhash3_32

from classifiers.tokens import pieces


@dataclass(frozen=True)
class Vector:
    """A sparse vector: places and values, and the word behind each place for the reasons."""

    places: numpy.ndarray
    values: numpy.ndarray
    words: tuple[str, ...]


def hashed(word: str, size: int) -> int:
    return int(murmurhash3_32(word, positive=True)) % size


def counts(
    found: Sequence[str], size: int, *, cut_long: bool
) -> tuple[dict[int, float], dict[int, str]]:
    """1 + log(times) by place, and the first word of each place."""
    names: dict[int, str] = {}
    times: Counter[int] = Counter()
    for word in (*found, *pieces(found)) if cut_long else found:
        place = hashed(word, size)
        times[place] += 1
        names.setdefault(place, word)
    return {place: 1 + math.log(n) for place, n in times.items()}, names


def vector(found: Sequence[str], idf: numpy.ndarray, *, cut_long: bool) -> Vector:
    """tf-idf of unit length; `cut_long` adds the two-letter pieces of longer words."""
    weights, names = counts(found, len(idf), cut_long=cut_long)
    places = numpy.fromiter(weights, dtype=numpy.int64, count=len(weights))
    values = numpy.fromiter(weights.values(), dtype=numpy.float32, count=len(weights))
    values = values * idf[places].astype(numpy.float32)
    norm = float(numpy.sqrt((values**2).sum())) or 1.0
    return Vector(places, values / norm, tuple(names[int(place)] for place in places))
