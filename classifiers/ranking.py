"""Which text answers a question best: BM25 over fields, and the passage of it that says so."""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from classifiers.tokens import STOP

K1, B = 1.2, 0.5
# Field: what one of its terms says beside one of the body, and how many terms such a field has.
FIELDS: Mapping[str, tuple[float, float]] = {
    "title": (3.0, 10.0),
    "keys": (2.0, 30.0),
    "sounds": (2.0, 60.0),
    "body": (1.0, 160.0),
}
SENTENCE = re.compile(r"[^。！？；\n]*[。！？；\n]?")
RUN = re.compile(r"[一-鿿]+")
LONGEST = 120  # signs of a passage


@dataclass(frozen=True)
class Part:
    """A run of a passage, and whether it is what was asked for."""

    text: str
    marked: bool = False


def rarity(texts: int, having: int) -> float:
    return math.log(1 + (texts - having + 0.5) / (having + 0.5))


def score(
    asked: Mapping[str, float], rare: Mapping[str, float], fields: Mapping[str, str]
) -> float:
    """BM25F: how often each term stands in which field, frequent ones soon saying no more."""
    weighed: dict[str, float] = dict.fromkeys(asked, 0.0)
    for name, (weight, usual) in FIELDS.items():
        held = fields[name].split()
        spread = 1 - B + B * len(held) / usual
        for term in held:
            if term in weighed:
                weighed[term] += weight / spread
    return sum(
        asked[term] * rare.get(term, 0.0) * seen * (K1 + 1) / (seen + K1)
        for term, seen in weighed.items()
        if seen
    )


def signs(question: str, words: Iterable[str]) -> list[str]:
    """What is marked: the words asked for, and every pair of characters of the question that may
    belong to a word that no dictionary knows."""
    low = question.lower()
    pairs = [run[n : n + 2] for run in RUN.findall(low) for n in range(len(run) - 1)]
    told = [pair for pair in pairs if pair not in STOP and not STOP & set(pair)]
    return list(dict.fromkeys(one for one in (*words, *told) if len(one) > 1))


def passage(text: str, asked: Sequence[str]) -> list[Part]:
    """The sentence that holds most of what was asked, in runs, with those words marked."""
    sentences = [one.strip() for one in SENTENCE.findall(text) if one.strip()] or [text[:LONGEST]]
    best = max(sentences, key=lambda one: sum(sign in one.lower() for sign in asked))
    low = best.lower()
    at = min((low.index(sign) for sign in asked if sign in low), default=0)
    start = max(0, min(at - 20, len(best) - LONGEST))
    shown = best[start : start + LONGEST]
    shown = ("…" if start else "") + shown + ("…" if start + LONGEST < len(best) else "")
    return marked(shown, asked)


def marked(text: str, asked: Sequence[str]) -> list[Part]:
    """The text in runs; what lies side by side is marked as one."""
    low, hit = text.lower(), [False] * len(text)
    if len(low) != len(text):  # a letter whose small form is longer: no place fits
        return [Part(text)]
    for sign in asked:
        at = low.find(sign)
        while at >= 0:
            hit[at : at + len(sign)] = [True] * len(sign)
            at = low.find(sign, at + 1)
    cuts = [n for n in range(1, len(text)) if hit[n] != hit[n - 1]]
    ends = [*cuts, len(text)]
    return [Part(text[a:b], hit[a]) for a, b in zip([0, *cuts], ends, strict=True) if text]
