"""jieba's cut, letter for letter, in half the time: its dictionary and its tables, other loops.

The library's own cut looks every piece up twice, takes a logarithm for each and asks a generator
for each word. Here each dictionary holds logarithms, a sentence is walked once, and the hidden
Markov model that finds unknown words keeps four numbers instead of four tables.
"""

import math
import re
import warnings
from collections.abc import Mapping, Sequence
from functools import cache

HAN = re.compile("([\u4e00-\u9fd5a-zA-Z0-9+#&._%\\-]+)")  # the library's own three
SPACE = re.compile(r"(\r\n|\s)")
RUN = re.compile("([\u4e00-\u9fd5]+)")
OTHER = re.compile(r"([a-zA-Z0-9]+(?:\.\d+)?%?)")
LOWEST = -1e300  # below whatever a way is worth
ONLY_BEGUN = -math.inf  # the logarithm of what words begin with and is none
SHORT, KEPT = 4, 2**14  # runs of so many letters are kept, and so many of them
UNSEEN = -3.14e100  # the library's logarithm of a chance that it does not know
Four = tuple[float, float, float, float]  # of a letter that begins, goes on in, ends, or is a word


class Words:
    """A dictionary by logarithms, with a city's names on top; calling it cuts a text."""

    def __init__(self, known: Mapping[str, float], total: int) -> None:
        self._get, self._times, self._total = known.get, total, math.log(total)
        self._names: dict[str, float] = {}
        self._firsts: set[str] = set()
        self._kept: dict[str, list[str]] = {}

    def add(self, name: str) -> None:
        """So that it stays whole: as often as its parts together, by the library's reckoning."""
        chance, at, stops = 1.0, 0, self._best_way(name)
        while at < len(name):
            chance *= self._often(name[at : stops[at]]) / self._times
            at = stops[at]
        often = max(int(chance * self._times) + 1, self._often(name))
        self._times += often
        self._total = math.log(self._times)
        self._firsts.add(name[0])
        for end in range(1, len(name)):
            if self._named(name[:end]) is None:
                self._names[name[:end]] = ONLY_BEGUN
        self._names[name] = math.log(often)
        self._kept.clear()

    def _often(self, piece: str) -> int:
        found = self._named(piece)
        return 1 if found is None else round(math.exp(found))

    def _named(self, piece: str) -> float | None:
        found = self._names.get(piece)
        return self._get(piece) if found is None else found

    def __call__(self, text: str) -> list[str]:
        found: list[str] = []
        for n, block in enumerate(HAN.split(text)):
            if n % 2:
                self._sentence(block, found)
            elif len(block) == 1:
                found.append(block)
            elif block:
                for m, piece in enumerate(SPACE.split(block)):
                    found.extend((piece,) if m % 2 else piece)
        return found

    def _sentence(self, block: str, found: list[str]) -> None:
        """Words of more than one letter as they are; of single ones in a row, what they may be."""
        stops, at, alone = self._best_way(block), 0, 0
        while at < len(block):
            stop = stops[at]
            if stop - at > 1:
                if alone < at:
                    self._singles(block[alone:at], found)
                found.append(block[at:stop])
                alone = stop
            at = stop
        if alone < at:
            self._singles(block[alone:at], found)

    def _best_way(self, block: str) -> list[int]:
        """Where the word that starts at each letter ends, on the likeliest way to the end."""
        length, total, known, firsts = len(block), self._total, self._get, self._firsts
        worths, stops = [0.0] * (length + 1), [0] * length
        for start in range(length - 1, -1, -1):
            letter, end, best, stop = block[start], start + 1, LOWEST, start + 1
            get = self._named if letter in firsts else known
            chance = get(letter)
            while chance is not None:
                worth = chance - total + worths[end]
                if worth >= best:
                    best, stop = worth, end
                if end == length:
                    break
                end += 1
                chance = get(block[start:end])
            worths[start] = worths[start + 1] - total if best == LOWEST else best
            stops[start] = stop
        return stops

    def _singles(self, run: str, found: list[str]) -> None:
        """Short runs come again and again (little words, endings): what they are is kept."""
        if len(run) == 1:
            found.append(run)
            return
        kept = self._kept.get(run)
        if kept is None:
            kept = []
            self._parts(run, kept)
            if len(run) <= SHORT and len(self._kept) < KEPT:
                self._kept[run] = kept
        found.extend(kept)

    def _parts(self, run: str, found: list[str]) -> None:
        if (self._named(run) or ONLY_BEGUN) > ONLY_BEGUN:
            found.extend(run)
            return
        for n, block in enumerate(RUN.split(run)):
            if n % 2:
                unknown(block, found)
            else:
                found.extend(piece for piece in OTHER.split(block) if piece)


def dictionary(text: str) -> tuple[dict[str, float], int]:
    """Words by logarithms, and how often all were met together, of lines `word times kind`.

    What a word begins with is in it as well, so that a search knows when to stop.
    """
    fields = text.split()
    words, times = fields[::3], fields[1::3]
    logs = {one: math.log(int(one)) if int(one) else ONLY_BEGUN for one in set(times)}
    known = dict(zip(words, map(logs.__getitem__, times), strict=True))
    total = sum(map(int, times))
    del fields, words, times  # half a million little texts
    begun = {word[:-1] for word in known if len(word) > 1} - known.keys()
    while begun:
        known.update(dict.fromkeys(begun, ONLY_BEGUN))
        begun = {word[:-1] for word in begun if len(word) > 1} - known.keys()
    return known, total


def unknown(run: str, found: list[str]) -> None:
    """The words of letters that stand in no dictionary, by where each letter of a word may stand."""
    start = 0
    for n, place in enumerate(places(run)):
        if place in "ES":
            found.append(run[start : n + 1])
            start = n + 1
    if start < len(run):
        found.append(run[start:])


def places(run: str) -> str:
    """The likeliest places (B begins, M goes on, E ends, S alone); of like ones the later letter."""
    (start_b, start_m, start_e, start_s), (b_m, b_e, m_m, m_e, e_b, e_s, s_b, s_s), seen = _tables()
    b, m, e, s = seen.get(run[0], NEVER_SEEN)
    b, m, e, s = start_b + b, start_m + m, start_e + e, start_s + s
    way_b, way_m, way_e, way_s = "B", "M", "E", "S"
    for letter in run[1:]:
        here_b, here_m, here_e, here_s = seen.get(letter, NEVER_SEEN)
        from_e, from_s = e + e_b + here_b, s + s_b + here_b
        next_b, new_b = (from_s, way_s + "B") if from_s >= from_e else (from_e, way_e + "B")
        from_b, from_m = b + b_m + here_m, m + m_m + here_m
        next_m, new_m = (from_m, way_m + "M") if from_m >= from_b else (from_b, way_b + "M")
        from_e, from_s = e + e_s + here_s, s + s_s + here_s
        next_s, new_s = (from_s, way_s + "S") if from_s >= from_e else (from_e, way_e + "S")
        from_b, from_m = b + b_e + here_e, m + m_e + here_e
        e, way_e = (from_m, way_m + "E") if from_m >= from_b else (from_b, way_b + "E")
        b, m, s, way_b, way_m, way_s = next_b, next_m, next_s, new_b, new_m, new_s
    return way_s if s >= e else way_e


NEVER_SEEN: Four = (UNSEEN, UNSEEN, UNSEEN, UNSEEN)


@cache
def _tables() -> tuple[Four, Sequence[float], Mapping[str, Four]]:
    """The library's tables: of the first letter, from place to place, and by letter."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the library has stale escapes
        from jieba.finalseg import emit_P, start_P, trans_P

    letters = {letter for table in emit_P.values() for letter in table}
    seen = {one: tuple(emit_P[place].get(one, UNSEEN) for place in "BMES") for one in letters}
    moves = [trans_P[move[0]][move[1]] for move in ("BM", "BE", "MM", "ME", "EB", "ES", "SB", "SS")]
    first: Four = tuple(start_P[place] for place in "BMES")
    return first, moves, seen
