"""Is this a repeat of a recent complaint? What a text is known by, how alike two are, and by which words.

A signature holds numbers only: hashes of the two-character pieces of the text and of its head (a
title names the place and the matter), of the areas that are named, and the keys by which an index
finds it. Characters, not words: names of estates stand in no dictionary and are cut differently
from text to text. The weights were fitted by logistic regression on pairs read by hand; see `LIKE`.
"""

import math
import re
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from zlib import crc32

from classifiers.places import places
from classifiers.tokens import normalise

VERSION = 1  # of the signature; what was signed by another is signed anew
RUN = re.compile(r"[一-鿿A-Za-z0-9]+")
# A lettered area (A3区, K4县), as forms and masked records write them; with one letter it is coarse.
LETTERED = re.compile(r"[A-Z]\d{0,2}(?=[市县区])[市县区]")
HEAD, SHORT_HEAD = 60, 6  # pieces of a head at most; with fewer the text's beginning helps out
OPENING = 40  # characters of it
TITLE_KEYS, PLACE_KEYS, BODY_KEYS = 28, 20, 15
MOST_KEYS = TITLE_KEYS + PLACE_KEYS + BODY_KEYS + 1  # and that of the whole body
TELLING = 10  # signs: a body below says too little to be the same words for the same matter
IDENTICAL = 0.99


@dataclass(frozen=True)
class Signature:
    """What a text is known by: no word of it, only hashes."""

    head: frozenset[int]
    text: frozenset[int]
    areas: frozenset[int]
    whole: int  # of the body without signs and spaces; 0: too short to tell
    keys: tuple[int, ...]

    def pack(self) -> bytes:
        parts = (self.head, self.text, self.areas, self.keys)
        numbers = array("Q", [VERSION, self.whole, *map(len, parts)])
        return numbers.tobytes() + b"".join(array("I", sorted(part)).tobytes() for part in parts)


def unpack(packed: bytes) -> Signature | None:
    """A signature again; None for one of another version."""
    numbers = array("Q", packed[:48])
    if numbers[0] != VERSION:
        return None
    found, at = [], 48
    for size in numbers[2:]:
        found.append(array("I", packed[at : at + 4 * size]))
        at += 4 * size
    head, text, areas, keys = found
    return Signature(frozenset(head), frozenset(text), frozenset(areas), numbers[1], tuple(keys))


def sign(title: str, content: str, areas: Sequence[str] = (), district: str = "") -> Signature:
    """Bounded, whatever the text: only what `normalise` leaves of it is read.

    `areas` are the city's districts by name, `district` is the one that is known.
    """
    title, content = normalise(title), normalise(content)
    named = _areas(f"{title}\n{content}", areas, district)
    plain_title, plain = (_without(one, areas) for one in (title, content))
    head = _pieces(plain_title, 2)
    if len(head) < SHORT_HEAD:
        head += _pieces(plain[:OPENING], 2)
    text = frozenset(head) | frozenset(_pieces(plain, 2))
    return Signature(
        frozenset(head[:HEAD]), text, named, _whole(content), _keys(plain_title, plain)
    )


def _without(text: str, areas: Sequence[str]) -> str:
    """Areas are compared by themselves; sharing a district makes no two texts alike."""
    for name in areas:
        text = text.replace(name, " ")
    return LETTERED.sub(" ", text).lower()


def _pieces(text: str, size: int) -> list[int]:
    """Every run of so many characters, hashed, in its order."""
    return [
        crc32(run[n : n + size].encode())
        for run in RUN.findall(text)
        for n in range(len(run) - size + 1)
    ]


def _areas(text: str, areas: Sequence[str], district: str) -> frozenset[int]:
    """Even numbers are whole cities, odd ones lie inside: only like is compared with like."""
    lettered = set(LETTERED.findall(text))
    inside = {one for one in lettered if len(one) > 2} | {name for name in areas if name in text}
    whole = {one[0] for one in lettered}
    if district:
        inside.add(district)
    return frozenset(
        [crc32(one.encode()) | 1 for one in inside] + [crc32(one.encode()) & ~1 for one in whole]
    )


def _whole(content: str) -> int:
    plain = "".join(RUN.findall(content.lower()))
    if len(plain) < TELLING:
        return 0
    return int.from_bytes(blake2b(plain.encode(), digest_size=8).digest()) >> 1 or 1


def _keys(title: str, content: str) -> tuple[int, ...]:
    """Pieces of the title and of places; of the body those with the smallest hashes: the same
    ones are chosen from two texts that are alike, wherever they stand in them."""
    named = [piece for name in places(f"{title} {content}") for piece in _pieces(name.lower(), 3)]
    whole = _whole(content)
    found = [
        *_pieces(title or content[:OPENING], 3)[:TITLE_KEYS],
        *named[:PLACE_KEYS],
        *sorted(set(_pieces(content, 4)))[:BODY_KEYS],
        *([whole & 0xFFFFFFFF] if whole else []),
    ]
    return tuple(dict.fromkeys(found))


@dataclass(frozen=True)
class Near:
    """What lies beside the words of two complaints: days between them, and whether one person wrote."""

    days: float = 0.0
    same_caller: bool = False


@dataclass(frozen=True)
class Weights:
    base: float
    words: float  # the whole text, heads counting double
    heads: float  # how much of each title stands in the other text, on average
    head: float  # and the better of the two
    elsewhere: float  # both name areas, and none in common
    days: float  # of log(1 + days)
    caller: float


LIKE = Weights(-1.07, 1.08, 2.61, 3.35, -1.51, -0.467, 0.3)


def likeness(one: Signature, other: Signature, near: Near = Near()) -> float:
    """Between 0 and 1: how likely both are about one matter."""
    if not one.text or not other.text:
        return 0.0
    covered = sorted((_covered(one.head, other.text), _covered(other.head, one.text)))
    apart = elsewhere(one, other)
    told = (
        LIKE.base
        + LIKE.words * _cosine(one, other)
        + LIKE.heads * sum(covered) / 2
        + LIKE.head * covered[1]
        + LIKE.elsewhere * apart
        + LIKE.days * math.log1p(max(near.days, 0.0))
        + LIKE.caller * near.same_caller
    )
    score = 1 / (1 + math.exp(-told))
    return max(score, IDENTICAL) if identical(one, other) and not apart else score


def identical(one: Signature, other: Signature) -> bool:
    return one.whole != 0 and one.whole == other.whole


def elsewhere(one: Signature, other: Signature) -> bool:
    """Each names an area, and none is the other's: districts if both name one, else cities."""
    for level in (1, 0):
        here, there = ({n for n in s.areas if n & 1 == level} for s in (one, other))
        if here and there:
            return not here & there
    return False


def same_area(one: Signature, other: Signature) -> bool:
    return any(number & 1 for number in one.areas & other.areas)


def _covered(head: frozenset[int], text: frozenset[int]) -> float:
    return len(head & text) / len(head) if head else 0.0


def _cosine(one: Signature, other: Signature) -> float:
    """Of the sets of pieces, those of a head with double weight."""
    shared = (
        len(one.text & other.text)
        + len(one.head & other.text)
        + len(other.head & one.text)
        + len(one.head & other.head)
    )
    sizes = (len(one.text) + 3 * len(one.head)) * (len(other.text) + 3 * len(other.head))
    return shared / math.sqrt(sizes)


LONGEST_SHOWN, MOST_SHOWN, LEAST_SHOWN = 16, 5, 3
EDGES = "的了和与在就我你他是也都很有从到对被把向这那们个几多每0123456789"
SAYS = re.compile(r"[一-鿿]{2}")


def shared(title: str, content: str, other: Signature) -> tuple[str, ...]:
    """The longest runs of the one text whose every piece the other has too: why they are alike."""
    found: dict[str, None] = {}
    for run in RUN.findall(LETTERED.sub(" ", normalise(title) + "\n" + normalise(content))):
        for phrase in _common(run, other.text):
            found.setdefault(phrase[:LONGEST_SHOWN])
    return _longest(found)


def _common(run: str, pieces: frozenset[int]) -> Iterable[str]:
    start, low = 0, run.lower()
    for n in range(len(run)):
        known = n + 1 < len(run) and crc32(low[n : n + 2].encode()) in pieces
        if not known:
            phrase = run[start : n + 1].strip(EDGES)
            if len(phrase) >= LEAST_SHOWN and SAYS.search(phrase):
                yield phrase
            start = n + 1


def _longest(phrases: Iterable[str]) -> tuple[str, ...]:
    kept: list[str] = []
    for phrase in sorted(phrases, key=len, reverse=True):
        if len(kept) < MOST_SHOWN and not any(phrase in longer for longer in kept):
            kept.append(phrase)
    return tuple(kept)
