"""Words -> hashed vectors: the same few lines serve training and answering.

Words and the letters they are written with are hashed into a fixed number of places, so that a
model holds numbers only: no vocabulary, and no word of any citizen. The title counts several times.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import chain

import numpy
from sklearn.utils import murmurhash3_32

HEAD = 3  # how often the title is counted beside its place in the whole
HEAD_WORDS = 12  # a title longer than this is no title
PLACES = 2**22  # wide enough that few words share one, too narrow to tell which word it was
MULTIPLIERS = numpy.array([0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D], dtype=numpy.uint32)
RUNS = 2  # in which way letters in a row are mixed
HALF = numpy.uint32(15)
LAST = numpy.uint32(PLACES - 1)


@dataclass(frozen=True)
class Vector:
    """A sparse vector: places, each once, and how often something was seen there, as 1 + log."""

    places: numpy.ndarray
    values: numpy.ndarray


@dataclass(frozen=True)
class Text:
    """A complaint's words; the title's are in `head`, and `rest` follows them."""

    head: tuple[str, ...]
    rest: tuple[str, ...]

    @classmethod
    def of(cls, title: Sequence[str], body: Sequence[str]) -> "Text":
        return cls(tuple(title[:HEAD_WORDS]), (*title[HEAD_WORDS:], *body))

    @cached_property
    def all(self) -> tuple[str, ...]:
        return (*self.head, *self.rest)

    @cached_property
    def told(self) -> tuple[list[str], numpy.ndarray]:
        """Its words, each once, and where each lies by itself."""
        words = list(dict.fromkeys(self.all))
        places = [word_places(word)[0] for word in words]
        return words, numpy.array(places, dtype=numpy.uint32)

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
    times = Counter(chain.from_iterable(map(word_places, text.head)))
    for place in times:
        times[place] *= 1 + HEAD
    times.update(chain.from_iterable(map(word_places, text.rest)))
    places = numpy.fromiter(times.keys(), dtype=numpy.uint32, count=len(times))
    counts = numpy.fromiter(times.values(), dtype=numpy.int32, count=len(times))
    return Vector(places, often(counts))


def head_vector(text: Text) -> Vector:
    """The title's words alone, however often."""
    places = list(dict.fromkeys(word_places(word)[0] for word in text.head))
    return Vector(numpy.array(places, numpy.uint32), numpy.ones(len(places), dtype=numpy.float32))


def run_vector(text: str) -> Vector:
    """Two and three letters in a row of a text as it stands, little words and all."""
    return counted(numpy.concatenate(_runs(text)))


def letter_vector(text: Text) -> Vector:
    """Two and three letters in a row, across the borders of words."""
    two, three = _runs("".join(text.all))
    length = sum(map(len, text.head))  # the title's own runs are the first of the whole's
    head = [two[: max(length - 1, 0)], three[: max(length - 2, 0)]]
    return counted(numpy.concatenate([two, three, *(head * HEAD)]))


def counted(seen: numpy.ndarray) -> Vector:
    """Each place once, in their order, with how often it was seen."""
    seen.sort()
    new = numpy.ones(len(seen), dtype=bool)
    numpy.not_equal(seen[1:], seen[:-1], out=new[1:])
    starts = new.nonzero()[0]
    counts = numpy.empty(len(starts), dtype=numpy.int32)
    if len(starts):
        numpy.subtract(starts[1:], starts[:-1], out=counts[:-1], casting="unsafe")
        counts[-1] = len(seen) - starts[-1]
    return Vector(seen[starts], often(counts))


OFTEN = (1 + numpy.log(numpy.arange(1, 8192))).astype(numpy.float32)  # no text is seen more often


def often(counts: numpy.ndarray) -> numpy.ndarray:
    found: numpy.ndarray = OFTEN[counts - 1]
    return found


def _runs(text: str) -> tuple[numpy.ndarray, numpy.ndarray]:
    """Where its pairs lie, in their order, and where its threes."""
    codes = numpy.frombuffer(text.encode("utf-32-le", "ignore"), dtype=numpy.uint32)
    two = _mixed(_mixed(codes[:-1], 0) ^ codes[1:], 1)
    three = _mixed(two[:-1] ^ codes[2:], 2)
    two &= LAST
    three &= LAST
    return two, three


def _mixed(codes: numpy.ndarray, step: int) -> numpy.ndarray:
    mixed: numpy.ndarray = codes * MULTIPLIERS[step]
    mixed ^= mixed >> HALF
    return mixed
