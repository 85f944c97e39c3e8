"""Fitted models as plain arrays: scores, calibrated probabilities, and the words that told.

A block holds one byte per place and column. Topics are judged by four linear fits (a machine and
two Bayesian-weighted ones on words and letters) mixed by a small logistic regression, which was
fitted on texts the four had not seen; so its probabilities are calibrated as they stand.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy

from classifiers.features import Text, Vector, letter_vector, word_places

Array = numpy.ndarray


@dataclass(frozen=True)
class Block:
    """Weights of hashed places: small whole numbers, and what one of them is worth by column.

    Most places are empty; those that are not have a row, and all others share the first, of zeros.
    """

    idf: Array  # (places,)
    rows: Array  # (places,): which row of the weights
    weights: Array  # (rows, columns), int8
    scale: Array  # (columns,)

    @classmethod
    def of(cls, idf: Array, weights: Array) -> "Block":
        """Packs (columns, places) weights; 127 stands for a column's largest."""
        scale = numpy.maximum(numpy.abs(weights).max(axis=1), 1e-9) / 127
        small = numpy.rint(weights / scale[:, None]).astype(numpy.int8)
        return cls.packed(idf.astype(numpy.float32), small.T, scale.astype(numpy.float32))

    @classmethod
    def packed(cls, idf: Array, weights: Array, scale: Array) -> "Block":
        """From (places, columns): only the rows of places that have an idf are kept."""
        known = numpy.nonzero(idf)[0]
        rows = numpy.zeros(len(idf), dtype=numpy.int32)
        rows[known] = numpy.arange(1, len(known) + 1)
        empty = numpy.zeros((1, weights.shape[1]), dtype=numpy.int8)
        return cls(idf, rows, numpy.concatenate([empty, weights[known]]), scale)

    def scores(self, seen: Vector) -> Array:
        told: Array = (
            seen.values @ self.weights[self.rows[seen.places]].astype(numpy.float32) * self.scale
        )
        return told

    def telling(self, text: Text, column: int, most: int = 4) -> list[str]:
        """The words of the text that spoke most for a column."""
        words = list(dict.fromkeys(text.all))
        places = numpy.array([word_places(word)[0] for word in words], dtype=numpy.int64)
        spoke = self.weights[self.rows[places], column] * self.idf[places]
        order = numpy.argsort(-spoke, kind="stable")[:most]
        return [words[n] for n in order if spoke[n] > 0]


@dataclass(frozen=True)
class Topics:
    """Which field of the training labels a text belongs to."""

    labels: tuple[str, ...]
    words: Block
    letters: Block
    bias: Array  # (components * labels,)
    mixing: Array  # (labels, 2 * components * labels): of the scores and of their positive squares
    shift: Array  # (labels,)
    thresholds: tuple[float, ...]  # by label: from here on it is right often enough to act on

    def components(self, text: Text) -> Array:
        """The scores of the four fits, side by side."""
        words = self.words.scores(text.seen.weighed(self.words.idf))
        letters = self.letters.scores(letter_vector(text).weighed(self.letters.idf))
        count = len(self.labels)
        machine = words[:count] + letters[:count]
        found: Array = numpy.concatenate([machine, words[count:], letters[count:]]) + self.bias
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
        seen = text.seen.weighed(self.words.idf)
        found: Array = self.words.scores(seen) + self.fields @ fields + self.bias
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

    def ask(self, text: Text) -> Array:
        seen = text.seen.weighed(self.words.idf)
        found: Array = softmax(((self.words.scores(seen) + self.bias) / self.warmth)[None, :])[0]
        return found


def widened(components: Array) -> Array:
    return numpy.concatenate([components, numpy.maximum(components, 0) ** 2], axis=1)


def ranked(labels: Sequence[str], chances: Array) -> dict[str, float]:
    order = numpy.argsort(-chances, kind="stable")
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
