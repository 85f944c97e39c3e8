"""Fitted models as plain arrays: scores, calibrated probabilities, and the words that told.

A block holds one byte per place and column. Topics are judged by five linear fits (a machine, and
Bayesian-weighted ones on words, letters and the title) mixed by a small logistic regression, which
was fitted on texts the five had not seen; so its probabilities are calibrated as they stand.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy

from classifiers.features import PLACES, Text, Vector, head_vector, letter_vector

Array = numpy.ndarray
ONE, FIVE, LOW = numpy.uint32(1), numpy.uint32(5), numpy.uint32(31)
NEVER = 1.01  # a threshold that no confidence reaches


@dataclass(frozen=True)
class Block:
    """Weights of the hashed places that were met in training: small whole numbers by column."""

    places: Array  # (known,) in their order
    idf: Array  # (known,)
    weights: Array  # (known, columns), int8
    scale: Array  # (columns,): what one of them is worth

    @classmethod
    def of(cls, places: Array, idf: Array, weights: Array) -> "Block":
        """Packs (columns, places) weights; 127 stands for a column's largest."""
        scale = numpy.maximum(numpy.abs(weights).max(axis=1, initial=0), 1e-9) / 127
        small = numpy.rint(weights / scale[:, None]).astype(numpy.int8)
        known = numpy.nonzero(idf)[0]
        return cls(
            places[known].astype(numpy.uint32),
            idf[known].astype(numpy.float32),
            numpy.ascontiguousarray(small.T[known]),
            scale.astype(numpy.float32),
        )

    @cached_property
    def _index(self) -> Array:
        """A bit for every place beside how many known ones lie before each 32 of them.

        (PLACES / 32, 2): the two are asked for together, so they lie together.
        """
        table = numpy.zeros((PLACES // 32, 2), dtype=numpy.uint32)
        words = numpy.zeros(PLACES // 32, dtype=numpy.uint32)
        numpy.bitwise_or.at(words, self.places >> FIVE, ONE << (self.places & LOW))
        table[:, 0] = words
        numpy.cumsum(numpy.bitwise_count(words)[:-1], out=table[1:, 1])
        return table

    def _at(self, places: Array) -> tuple[Array, Array]:
        """Which places are known, and the rows of those; a small table that a cache holds."""
        held, bit = self._index.take(places >> FIVE, axis=0), ONE << (places & LOW)
        met = (held[:, 0] & bit).nonzero()[0]
        held, bit = held.take(met, axis=0), bit.take(met)
        bit -= ONE
        bit &= held[:, 0]
        return met, held[:, 1] + numpy.bitwise_count(bit)

    def scores(self, seen: Vector) -> Array:
        """Of the tf-idf of unit length of the known places; the others say nothing."""
        met, at = self._at(seen.places)
        values = seen.values.take(met) * self.idf.take(at)
        norm = math.sqrt(values @ values) or 1.0
        told: Array = values @ self.weights.take(at, axis=0).astype(numpy.float32)
        told *= self.scale / norm
        return told

    def telling(self, text: Text, column: int, most: int = 4) -> list[str]:
        """The words of the text that spoke most for a column."""
        words, places = text.told
        met, at = self._at(places)
        spoke = self.weights[at, column] * self.idf.take(at)
        order = (-spoke).argsort(kind="stable")[:most]
        return [words[met[n]] for n in order if spoke[n] > 0]


@dataclass(frozen=True)
class Topics:
    """Which field of the training labels a text belongs to."""

    labels: tuple[str, ...]
    words: Block
    letters: Block
    heads: Block
    bias: Array  # (components * labels,)
    mixing: Array  # (labels, 3 * components * labels): of the scores and of their squares, by sign
    shift: Array  # (labels,)
    thresholds: tuple[float, ...]  # by label: from here on it is right often enough to act on

    def components(self, text: Text) -> Array:
        """The scores of the five fits, side by side."""
        words, letters = self.words.scores(text.seen), self.letters.scores(letter_vector(text))
        heads = self.heads.scores(head_vector(text))
        count = len(self.labels)
        machine = words[:count] + letters[:count]
        parts = [machine, words[count:], letters[count:], heads]
        found: Array = numpy.concatenate(parts) + self.bias
        return found

    def chances(self, components: Array) -> Array:
        """Calibrated probabilities of rows of component scores."""
        return softmax(widened(components) @ self.mixing.T + self.shift)

    def ask(self, text: Text) -> dict[str, float]:
        """Labels with their probability, likeliest first."""
        return self.told(self.components(text))

    def told(self, components: Array) -> dict[str, float]:
        return ranked(self.labels, self.chances(components[None, :])[0])

    def machine(self, components: Array) -> Array:
        """The first fit's scores: what a text is about, as other models are told."""
        return components[..., : len(self.labels)]

    def threshold(self, label: str) -> float:
        return self.thresholds[self.labels.index(label)]


@dataclass(frozen=True)
class Departments:
    """Which kinds of department answer such a text; several may be right."""

    labels: tuple[str, ...]
    words: Block
    fields: Array  # (labels, topics): what the topic says about the department
    bias: Array  # (labels,)
    belief: Array  # (3,) of a sigmoid: by score, by lead over the best other, and shift
    thresholds: tuple[float, ...]

    def scores(self, text: Text, fields: Array) -> Array:
        found: Array = self.words.scores(text.seen) + self.fields @ fields + self.bias
        return found

    def ask(self, text: Text, fields: Array) -> dict[str, float]:
        scores = self.scores(text, fields)
        return ranked(self.labels, believed(scores[None, :], self.belief)[0])

    def threshold(self, label: str) -> float:
        return self.thresholds[self.labels.index(label)]


@dataclass(frozen=True)
class Matters:
    """Which matter (level 2 of the catalogue) a text is about."""

    labels: tuple[str, ...]
    words: Block
    bias: Array
    warmth: float  # divides the scores: how far they are believed
    thresholds: tuple[float, ...] = ()  # by label: a topic's confidence to act on; none: never

    def ask(self, text: Text) -> Array:
        scores = (self.words.scores(text.seen) + self.bias) / self.warmth
        found: Array = softmax(scores[None, :])[0]
        return found

    def threshold(self, label: str) -> float:
        known = label in self.labels and self.thresholds
        return self.thresholds[self.labels.index(label)] if known else NEVER


@dataclass(frozen=True)
class Wishes:
    """What a citizen wants: by the title's letters, the body's, and the signs that patterns see."""

    labels: tuple[str, ...]
    heads: Block
    bodies: Block
    signs: Array  # (labels, signs)
    bias: Array

    def ask(self, head: Vector, body: Vector, signs: Array) -> Array:
        scores = self.heads.scores(head) + self.bodies.scores(body) + self.signs @ signs
        found: Array = softmax((scores + self.bias)[None, :])[0]
        return found


def widened(components: Array) -> Array:
    parts = [components, numpy.maximum(components, 0) ** 2, numpy.minimum(components, 0) ** 2]
    return numpy.concatenate(parts, axis=1)


def ranked(labels: Sequence[str], chances: Array) -> dict[str, float]:
    order = (-chances).argsort(kind="stable")
    return {labels[n]: float(chances[n]) for n in order}


def leads(scores: Array) -> Array:
    """How far each score of a row is ahead of the best of the others."""
    order = numpy.sort(scores, axis=1)
    best, second = order[:, [-1]], order[:, [-2]]
    found: Array = scores - numpy.where(scores == best, second, best)
    return found


def believed(scores: Array, belief: Array) -> Array:
    """Probabilities in the order of the scores."""
    return sigmoid(scores * belief[0] + leads(scores) * belief[1] + belief[2])


def softmax(scores: Array) -> Array:
    raised = numpy.exp(scores - scores.max(axis=1, keepdims=True))
    found: Array = raised / raised.sum(axis=1, keepdims=True)
    return found


def sigmoid(scores: Array) -> Array:
    found: Array = 1.0 / (1.0 + numpy.exp(-scores))
    return found
