"""Is this a repeat of a recent complaint? What a text is known by, how alike two are, and by which words.

A signature holds numbers only: hashes of the two-character pieces of the text and of its head (a
title names the place and the matter), of the areas that are named, and the keys by which an index
finds it. Characters, not words: names of estates stand in no dictionary and are cut differently
from text to text. The weights were fitted by logistic regression on pairs read by hand.
"""

import math
import re
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import blake2b

from classifiers.pieces import LETTERED, RUN, hashed, pieces
from classifiers.places import places
from classifiers.rarity import SIZE, STEP, table
from classifiers.tokens import normalise

VERSION = 1  # of the signature; one of another version is not compared with
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

    @cached_property
    def weight(self) -> int:
        """Of the head: what each of its pieces says, together."""
        return _weight(self.head)

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
    head = pieces(plain_title, 2)
    if len(head) < SHORT_HEAD:
        head += pieces(plain[:OPENING], 2)
    text = frozenset(head) | frozenset(pieces(plain, 2))
    return Signature(
        frozenset(head[:HEAD]), text, named, _whole(content), _keys(plain_title, plain)
    )


def _without(text: str, areas: Sequence[str]) -> str:
    """Areas are compared by themselves; sharing a district makes no two texts alike."""
    for name in areas:
        text = text.replace(name, " ")
    return text


def _areas(text: str, areas: Sequence[str], district: str) -> frozenset[int]:
    """Even numbers are whole cities, odd ones lie inside: only like is compared with like."""
    lettered = set(LETTERED.findall(text))
    inside = {one for one in lettered if len(one) > 2} | {name for name in areas if name in text}
    whole = {one[0] for one in lettered}
    if district:
        inside.add(district)
    return frozenset([hashed(one) | 1 for one in inside] + [hashed(one) & ~1 for one in whole])


def _whole(content: str) -> int:
    plain = "".join(RUN.findall(content.lower()))
    if len(plain) < TELLING:
        return 0
    return int.from_bytes(blake2b(plain.encode(), digest_size=8).digest()) >> 1 or 1


def _keys(title: str, content: str) -> tuple[int, ...]:
    """Pieces of the title and of places; of the body those with the smallest hashes: the same
    ones are chosen from two texts that are alike, wherever they stand in them."""
    named = [piece for name in places(f"{title} {content}") for piece in pieces(name, 3)]
    whole = _whole(content)
    found = [
        *pieces(title or content[:OPENING], 3)[:TITLE_KEYS],
        *named[:PLACE_KEYS],
        *sorted(set(pieces(content, 4)))[:BODY_KEYS],
        *([whole & 0xFFFFFFFF] if whole else []),
    ]
    return tuple(dict.fromkeys(found))


@dataclass(frozen=True)
class Weights:
    base: float
    heads: float  # how much of each title stands in the other text, rare pieces counting more
    rare: float  # of log(1 + how much rarer than common all shared pieces are)
    elsewhere: float  # both name areas, and none in common
    days: float  # of log(1 + days)


LIKE = Weights(-4.47, 5.57, 1.33, -1.61, -0.38)
OTHER_MATTER = 0.25  # so little of the heads is shared with another matter's text
COMMON = 4.0  # ln(texts / texts that have it): from here on a piece is rare enough to say something


def likeness(one: Signature, other: Signature, days: float = 0.0) -> float:
    """Between 0 and 1: how likely both are about one matter, so many days apart."""
    shared_pieces = one.text & other.text
    if not shared_pieces:
        return 0.0
    numbers, apart = table(), elsewhere(one, other)
    told = (
        LIKE.base
        + LIKE.heads * heads(one, other)
        + LIKE.rare * math.log1p(rare(numbers, shared_pieces))
        + LIKE.elsewhere * apart
        + LIKE.days * math.log1p(max(days, 0.0))
    )
    score = 1 / (1 + math.exp(-told))
    return max(score, IDENTICAL) if identical(one, other) and not apart else score


def heads(one: Signature, other: Signature) -> float:
    return (_covered(one, other.text) + _covered(other, one.text)) / 2


def rare(numbers: bytes, found: Iterable[int]) -> float:
    least = int(COMMON * STEP)
    return sum(max(0, numbers[piece % SIZE] - least) for piece in found) / STEP


def without_habits(
    one: Signature, other: Signature, written: Iterable[Signature]
) -> tuple[Signature, Signature]:
    """Two texts of one person without what the person writes of other matters too.

    Who writes often has turns of phrase; sharing those, two complaints need share nothing else.
    What is written of the matter again and again is no habit: it is the matter.
    """
    habits: set[int] = set()
    for text in written:
        if other_matter(text, one) and other_matter(text, other):
            habits |= text.text
    first, second = (replace(s, head=s.head - habits, text=s.text - habits) for s in (one, other))
    return first, second


def other_matter(one: Signature, other: Signature) -> bool:
    return heads(one, other) < OTHER_MATTER


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


def _covered(one: Signature, text: frozenset[int]) -> float:
    """How much of its head stands in the other text."""
    return _weight(one.head & text) / one.weight if one.weight else 0.0


def _weight(found: Iterable[int]) -> int:
    numbers = table()
    return sum([numbers[piece % SIZE] for piece in found])


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


def _common(run: str, known: frozenset[int]) -> Iterable[str]:
    start, low = 0, run.lower()
    for n in range(len(run)):
        goes_on = n + 1 < len(run) and hashed(low[n : n + 2]) in known
        if not goes_on:
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
