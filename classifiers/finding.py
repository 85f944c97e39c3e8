"""Which topic of the catalogue: the field, the matter and the words, each as far as it is known.

A topic's worth is how well its words fit (to the power of 1.5), times the probability of its matter
(level 2, squared), times that of its field. Topics that no label covers compete with a fixed share of the field.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy

from classifiers.features import Text
from classifiers.keywords import Keywords
from classifiers.linear import Array

UNLABELLED = 0.5  # what a topic outside the labels is worth beside a certain label
FLOOR, LEAST = 0.2, 0.001
SILENT = 1.0  # what a topic is worth whose words are not in the text, beside the best one
MOST = 3


@dataclass(frozen=True)
class Found:
    """Topics by number, likeliest first and each of another matter, with their probability and the words that told."""

    order: tuple[int, ...]
    chances: Mapping[int, float]
    because: tuple[str, ...]
    fields: Mapping[str, float]
    field: str  # the likeliest one
    agrees: bool  # the best topic lies in that field


def find(
    keywords: Keywords,
    text: Text,
    fields: Mapping[str, float],
    matters: tuple[Sequence[str], Array] | None,
) -> Found:
    scored = keywords.scores(text.head, text.rest)
    field = next(iter(fields), "")
    if not fields and not scored.any():
        return Found((), {}, (), fields, field, False)
    worth = _worths(keywords, scored, fields, matters)
    order = _apart(keywords, worth)
    total = float(worth.sum()) or 1.0
    chances = {n: float(worth[n]) / total for n in order}
    said = tuple(keywords.because(order[0], text.all))
    agrees = bool(field) and keywords.fields[order[0]] == field
    return Found(tuple(order), chances, said, fields, field, agrees)


def _apart(keywords: Keywords, worth: Array) -> list[int]:
    """The best topic of each of the likeliest matters: a choice, not three shades of one."""
    left, found = worth.copy(), []
    for _ in range(MOST):
        best = int(left.argmax())
        if left[best] < 0:
            break
        found.append(best)
        left[keywords.matters == keywords.matters[best]] = -1.0
    return found


def _worths(
    keywords: Keywords,
    scored: Array,
    fields: Mapping[str, float],
    matters: tuple[Sequence[str], Array] | None,
) -> Array:
    """A number by topic; without a model of matters only topics whose words were found have one."""
    words = scored / (scored.max() or 1.0)
    worth: Array = _shares(keywords, fields)
    if matters is None:
        return worth * words * numpy.sqrt(words)
    labels, chances = matters
    by_matter = numpy.append(LEAST + chances, LEAST)[_numbers(keywords, tuple(labels))]
    words += SILENT
    worth *= words * numpy.sqrt(words) * by_matter * by_matter
    return worth


def _shares(keywords: Keywords, fields: Mapping[str, float]) -> Array:
    if not fields:
        return numpy.full(len(keywords.topics), UNLABELLED)
    places = _field_numbers(keywords, tuple(sorted(fields)))
    known = [*(FLOOR + fields[label] for label in sorted(fields)), FLOOR, UNLABELLED]
    found: Array = numpy.array(known)[places]
    return found


@lru_cache(maxsize=8)
def _field_numbers(keywords: Keywords, labels: tuple[str, ...]) -> Array:
    """Where each topic's field stands among the labels; then those of other labels, and of none."""
    known = {label: n for n, label in enumerate(labels)}
    count = len(labels)
    return numpy.array(
        [count + 1 if field is None else known.get(field, count) for field in keywords.fields]
    )


@lru_cache(maxsize=8)
def _numbers(keywords: Keywords, labels: tuple[str, ...]) -> Array:
    """Where each topic's matter stands among the labels; behind the last when it is none of them."""
    known = {label: n for n, label in enumerate(labels)}
    return numpy.array([known.get(topic.matter, len(labels)) for topic in keywords.topics])
