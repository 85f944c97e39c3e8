"""Labelled rows -> fitted, calibrated arrays, with what they reach on rows they have not seen.

Everything is measured by cross-validation in which copies and near-copies of a text lie in one
fold. The scores of texts held out fit the mixing that calibrates, again by folds for the figures;
thresholds come from the same held-out probabilities, and are measured on folds they do not come
from.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy
from scipy.sparse import csr_matrix

from classifiers import fitting, scores
from classifiers.features import LETTER_PLACES, WORD_PLACES, letter_vector, word_vector
from classifiers.fitting import Table, weighed
from classifiers.linear import Block, Topics, softmax, widened
from classifiers.rows import Row, families, folds, table_of

Array = numpy.ndarray
FOLDS, SEED = 5, 12345
PRECISION = 0.98  # of what goes to a department by itself
WORDS_LEAST, LETTERS_LEAST = 2, 2


@dataclass(frozen=True)
class Vectors:
    """The rows' words and letters, counted once and weighed anew by every fit."""

    words: csr_matrix
    letters: csr_matrix

    @classmethod
    def of(cls, rows: Sequence[Row]) -> "Vectors":
        return cls(
            table_of([word_vector(row.text) for row in rows], WORD_PLACES),
            table_of([letter_vector(row.text) for row in rows], LETTER_PLACES),
        )

    def __getitem__(self, which: Array) -> "Vectors":
        return Vectors(self.words[which], self.letters[which])


@dataclass(frozen=True)
class Components:
    """The four fits of topics before they are packed."""

    word_idf: Array
    letter_idf: Array
    words: Array  # (2 * labels, places): machine, Bayesian
    letters: Array  # (3 * labels, places): machine, Bayesian, complement
    bias: Array

    @classmethod
    def fit(cls, seen: Vectors, wanted: Array, count: int) -> "Components":
        words = Table.learnt(seen.words, WORDS_LEAST)
        letters = Table.learnt(seen.letters, LETTERS_LEAST)
        both, first = fitting.machine(words.rows, letters.rows, wanted, count)
        by_words, second = fitting.bayesian(words.rows, wanted, count)
        by_letters, third = fitting.bayesian(letters.rows, wanted, count)
        return cls(
            words.idf,
            letters.idf,
            numpy.vstack([both[:, :WORD_PLACES], by_words]),
            numpy.vstack(
                [
                    both[:, WORD_PLACES:],
                    by_letters,
                    fitting.complement(letters.rows, wanted, count),
                ]
            ),
            numpy.concatenate([first, second, third, numpy.zeros(count)]),
        )

    def scores(self, seen: Vectors) -> Array:
        count = len(self.bias) // 4
        words = weighed(seen.words, self.word_idf) @ self.words.T
        letters = weighed(seen.letters, self.letter_idf) @ self.letters.T
        machine = words[:, :count] + letters[:, :count]
        found: Array = numpy.hstack([machine, words[:, count:], letters[:, count:]]) + self.bias
        return found


def learnable(rows: Sequence[Row]) -> Array:
    """Rows to learn from: ready-made words, and raw messages that are no near-copy of them."""
    family = families(rows)
    ready = {int(family[n]) for n, row in enumerate(rows) if not row.raw}
    return numpy.array([not row.raw or int(family[n]) not in ready for n, row in enumerate(rows)])


def fit_topics(rows: Sequence[Row]) -> tuple[Topics, dict[str, Any]]:
    """The model and its cross-validated figures: on all rows, and on the raw messages alone."""
    labels = tuple(sorted({row.label for row in rows}))
    wanted = numpy.array([labels.index(row.label) for row in rows])
    vectors, learn, fold = Vectors.of(rows), learnable(rows), folds(rows, FOLDS, SEED)
    held = numpy.zeros((len(rows), 4 * len(labels)))
    for n in range(FOLDS):
        some = learn & (fold != n)
        part = Components.fit(vectors[some], wanted[some], len(labels))
        held[fold == n] = part.scores(vectors[fold == n])
    chances, answered = _crossed(held, wanted, fold, learn, labels)
    figures = {
        "all": figures_of(labels, wanted[learn], chances[learn], answered[learn]),
    }
    raw = numpy.array([row.raw for row in rows])
    if raw.any():
        figures["messages"] = figures_of(labels, wanted[raw], chances[raw], answered[raw])
    hits = chances.argmax(axis=1) == wanted
    limits = scores.thresholds(labels, chances[learn], hits[learn], PRECISION)
    whole = Components.fit(vectors[learn], wanted[learn], len(labels))
    mixing, shift = fitting.mixer(widened(held[learn]), wanted[learn], len(labels))
    return _packed(labels, whole, mixing, shift, limits), figures


def fit_quickly(rows: Sequence[Row]) -> Topics:
    """The fits alone, without mixing or figures: for what only needs their scores."""
    labels = tuple(sorted({row.label for row in rows}))
    wanted, learn = numpy.array([labels.index(row.label) for row in rows]), learnable(rows)
    part = Components.fit(Vectors.of(rows)[learn], wanted[learn], len(labels))
    nothing = numpy.zeros((len(labels), 8 * len(labels)))
    return _packed(labels, part, nothing, nothing[:, 0], (1.01,) * len(labels))


def _crossed(
    held: Array, wanted: Array, fold: Array, learn: Array, labels: tuple[str, ...]
) -> tuple[Array, Array]:
    """Probabilities by a mixing, and answers by thresholds, that saw neither the row nor its fold."""
    chances = numpy.zeros((len(held), len(labels)))
    for n in range(FOLDS):
        some = learn & (fold != n)
        mixing, shift = fitting.mixer(widened(held[some]), wanted[some], len(labels))
        chances[fold == n] = softmax(widened(held[fold == n]) @ mixing.T + shift)
    hits, guessed = chances.argmax(axis=1) == wanted, chances.argmax(axis=1)
    answered = numpy.zeros(len(held), dtype=bool)
    for n in range(FOLDS):
        some, mine = learn & (fold != n), fold == n
        limits = numpy.array(scores.thresholds(labels, chances[some], hits[some], PRECISION))
        answered[mine] = chances[mine].max(axis=1) >= limits[guessed[mine]]
    return chances, answered


def figures_of(
    labels: tuple[str, ...], wanted: Array, chances: Array, answered: Array
) -> dict[str, Any]:
    guessed = chances.argmax(axis=1)
    return {
        **scores.table([labels[n] for n in wanted], [labels[n] for n in guessed]),
        **scores.certainty(chances.max(axis=1), guessed == wanted, answered),
    }


def _packed(
    labels: tuple[str, ...],
    whole: Components,
    mixing: Array,
    shift: Array,
    limits: tuple[float, ...],
) -> Topics:
    return Topics(
        labels,
        Block.of(whole.word_idf, whole.words),
        Block.of(whole.letter_idf, whole.letters),
        whole.bias.astype(numpy.float32),
        mixing.astype(numpy.float32),
        shift.astype(numpy.float32),
        limits,
    )
