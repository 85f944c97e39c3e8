"""Words -> hashed vectors: the same few lines serve training and answering.

Words and the letters they are written with are hashed into a fixed number of places, so that a
model holds numbers only: no vocabulary, and no word of any citizen. The title counts several times.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy
from sklearn.utils import murmurhash3_32

HEAD = 3  # how often the title is counted beside its place in the whole
HEAD_WORDS = 12  # a title longer than this is no title
PLACES = 2**22  # wide enough that few words share one, too narrow to tell which word it was
MULTIPLIERS = (0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D)


@dataclass(frozen=True)
class Vector:
    """A sparse vector: places, each once, and how often something was seen there, as 1 + log."""

    places: numpy.ndarray
    values: numpy.ndarray

    def weighed(self, known: numpy.ndarray, idf: numpy.ndarray) -> "Vector":
        """tf-idf of unit length, its places counted among the known ones; the others say nothing."""
        at = numpy.searchsorted(known, self.places)
        at[at == len(known)] = 0
        met = known[at] == self.places if len(known) else at < 0
        at, values = at[met], self.values[met]
        values = values * idf[at]
        norm = float(numpy.sqrt(values @ values)) or 1.0
        return Vector(at, values / norm)


@dataclass(frozen=True)
class Text:
    """A complaint's words; the title's are in `head`, and `rest` follows them."""

    head: tuple[str, ...]
    rest: tuple[str, ...]

    @classmethod
    def of(cls, title: Sequence[str], body: Sequence[str]) -> "Text":
        return cls(tuple(title[:HEAD_WORDS]), (*title[HEAD_WORDS:], *body))

    @property
    def all(self) -> tuple[str, ...]:
        return (*self.head, *self.rest)

    @cached_property
    def seen(self) -> "Vector":
        """Its words, counted once for all that ask."""
        return word_vector(self)


@lru_cache(maxsize=2**16)
def word_places(word: str) -> tuple[int, ...]:
    """Where a word lies, and the two-letter pieces of a longer one: 物业管理费 also says 物业."""
    pieces = ["#" + word[n : n + 2] for n in range(len(word) - 1)] if len(word) > 2 else []
    return tuple(murmurhash3_32(one, positive=True) % PLACES for one in (word, *pieces))


def word_vector(text: Text) -> Vector:
    times: dict[int, int] = {}
    for some, count in ((text.head, 1 + HEAD), (text.rest, 1)):
        for word in some:
            for place in word_places(word):
                times[place] = times.get(place, 0) + count
    places = numpy.fromiter(times.keys(), dtype=numpy.int64, count=len(times))
    counts = numpy.fromiter(times.values(), dtype=numpy.float32, count=len(times))
    return Vector(places, 1 + numpy.log(counts))


def head_vector(text: Text) -> Vector:
    """The title's words alone, however often."""
    places = numpy.unique(numpy.array([word_places(word)[0] for word in text.head], numpy.int64))
    return Vector(places, numpy.ones(len(places), dtype=numpy.float32))


def run_vector(text: str) -> Vector:
    """Two and three letters in a row of a text as it stands, little words and all."""
    places, counts = numpy.unique(_runs(text), return_counts=True)
    return Vector(places, (1 + numpy.log(counts)).astype(numpy.float32))


def letter_vector(text: Text) -> Vector:
    """Two and three letters in a row, across the borders of words."""
    whole, head = _runs("".join(text.all)), _runs("".join(text.head))
    seen = numpy.concatenate([whole, *([head] * HEAD)])
    places, counts = numpy.unique(seen, return_counts=True)
    return Vector(places, (1 + numpy.log(counts)).astype(numpy.float32))


def _runs(text: str) -> numpy.ndarray:
    codes = numpy.frombuffer(text.encode("utf-32-le", "ignore"), dtype=numpy.uint32)
    found = []
    for length in (2, 3):
        if len(codes) >= length:
            mixed = numpy.full(len(codes) - length + 1, length * 0x27D4EB2F, dtype=numpy.uint32)
            for n in range(length):
                mixed = (mixed ^ codes[n : n + len(mixed)]) * numpy.uint32(MULTIPLIERS[n])
                mixed ^= mixed >> numpy.uint32(15)
            found.append((mixed % numpy.uint32(PLACES)).astype(numpy.int64))
    return numpy.concatenate(found) if found else numpy.zeros(0, dtype=numpy.int64)
