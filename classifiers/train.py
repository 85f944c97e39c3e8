"""Labelled rows -> fitted, calibrated arrays, with what they reach on rows they have not seen.

Everything is measured by cross-validation in which copies and near-copies of a text lie in one
fold. The scores of texts held out fit the mixing that calibrates, again by folds for the figures;
thresholds come from the same held-out probabilities, and are measured on folds they do not come
from.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy
from scipy.sparse import csr_matrix

from classifiers import fitting, scores
from classifiers.features import Text, Vector, head_vector, letter_vector, word_vector
from classifiers.fitting import Table, weighed
from classifiers.linear import Block, Topics, softmax, widened
from classifiers.rows import Row, families, folds, squeezed, table_of

Array = numpy.ndarray
FOLDS, SEED = 10, 12345
# Of what may go by itself: of all, with a little in hand for unseen texts, and of every topic.
PRECISION, WORST = 0.9807, 0.97
LEAST = 2  # texts that a place is met in, else it says nothing
FIT_NAMES = ("machine", "bayes_words", "bayes_letters", "complement", "bayes_heads")
FITS = len(FIT_NAMES)


@dataclass(frozen=True)
class Seen:
    """Rows counted once, weighed anew by every fit; and which places the columns are."""

    rows: csr_matrix
    places: Array
    beside: Array  # in how many texts without labels each place is met

    @classmethod
    def of(cls, vectors: Sequence[Vector], others: Sequence[Vector]) -> "Seen":
        rows, places = squeezed(table_of(vectors))
        beside = numpy.zeros(len(places), dtype=numpy.int64)
        for one in others:
            at = numpy.minimum(numpy.searchsorted(places, one.places), len(places) - 1)
            beside[at[places[at] == one.places]] += 1
        return cls(rows, places, beside)

    def __getitem__(self, which: Array) -> "Seen":
        return Seen(self.rows[which], self.places, self.beside)

    def table(self) -> Table:
        return Table.learnt(self.rows, LEAST, beside=self.beside)


@dataclass(frozen=True)
class Vectors:
    """The rows' words, letters and titles."""

    words: Seen
    letters: Seen
    heads: Seen

    @classmethod
    def of(cls, rows: Sequence[Row], others: Sequence[Row] = ()) -> "Vectors":
        def seen(vector: Callable[[Text], Vector]) -> Seen:
            return Seen.of([vector(row.text) for row in rows], [vector(row.text) for row in others])

        return cls(seen(word_vector), seen(letter_vector), seen(head_vector))

    def __getitem__(self, which: Array) -> "Vectors":
        return Vectors(self.words[which], self.letters[which], self.heads[which])


@dataclass(frozen=True)
class Fitted:
    """Weights (columns, places) of one kind of feature before they are packed."""

    places: Array
    idf: Array
    weights: Array

    def scores(self, seen: Seen) -> Array:
        found: Array = weighed(seen.rows, self.idf) @ self.weights.T
        return found

    def packed(self) -> Block:
        return Block.of(self.places, self.idf, self.weights)


@dataclass(frozen=True)
class Components:
    """The five fits of topics before they are packed."""

    words: Fitted  # machine, Bayesian
    letters: Fitted  # machine, Bayesian, complement
    heads: Fitted  # Bayesian
    bias: Array

    @classmethod
    def fit(cls, seen: Vectors, wanted: Array, count: int) -> "Components":
        words, letters, heads = seen.words.table(), seen.letters.table(), seen.heads.table()
        both, first = fitting.machine(words.rows, letters.rows, wanted, count)
        by_words, second = fitting.bayesian(words.rows, wanted, count)
        by_letters, third = fitting.bayesian(letters.rows, wanted, count)
        by_heads, fourth = fitting.bayesian(heads.rows, wanted, count)
        by_lack = fitting.complement(letters.rows, wanted, count)
        border = len(seen.words.places)
        of_letters = numpy.vstack([both[:, border:], by_letters, by_lack])
        return cls(
            Fitted(seen.words.places, words.idf, numpy.vstack([both[:, :border], by_words])),
            Fitted(seen.letters.places, letters.idf, of_letters),
            Fitted(seen.heads.places, heads.idf, by_heads),
            numpy.concatenate([first, second, third, numpy.zeros(count), fourth]),
        )

    def scores(self, seen: Vectors) -> Array:
        count = len(self.bias) // FITS
        words, letters = self.words.scores(seen.words), self.letters.scores(seen.letters)
        machine = words[:, :count] + letters[:, :count]
        parts = [machine, words[:, count:], letters[:, count:], self.heads.scores(seen.heads)]
        found: Array = numpy.hstack(parts) + self.bias
        return found


def learnable(rows: Sequence[Row], family: Array) -> Array:
    """Rows to learn from: ready-made words, and raw messages that are no near-copy of them."""
    ready = {int(family[n]) for n, row in enumerate(rows) if not row.raw}
    return numpy.array([not row.raw or int(family[n]) not in ready for n, row in enumerate(rows)])


@dataclass(frozen=True)
class Lesson:
    """What topics are learnt from, and which rows are held out together."""

    labels: tuple[str, ...]
    wanted: Array
    vectors: Vectors
    learn: Array
    fold: Array

    @classmethod
    def of(cls, rows: Sequence[Row], others: Sequence[Row] = ()) -> "Lesson":
        """`others` have no labels: they only tell which places are met more than once."""
        labels = tuple(sorted({row.label for row in rows}))
        wanted = numpy.array([labels.index(row.label) for row in rows])
        vectors = Vectors.of(rows, others)
        family = families(rows)
        return cls(labels, wanted, vectors, learnable(rows, family), folds(family, FOLDS, SEED))

    def held_out(self, n: int) -> Array:
        """The scores of a fold's rows by the five fits that have not seen it."""
        some = self.learn & (self.fold != n)
        part = Components.fit(self.vectors[some], self.wanted[some], len(self.labels))
        return part.scores(self.vectors[self.fold == n])

    def figures(self, n: int, held: Array) -> dict[str, float]:
        """How often each fit by itself is right on the fold that it has not seen."""
        if not len(held):
            return {}
        guessed = held.reshape(len(held), FITS, len(self.labels)).argmax(axis=2)
        right = (guessed == self.wanted[self.fold == n, None]).mean(axis=0)
        return {name: round(float(one), 4) for name, one in zip(FIT_NAMES, right, strict=True)}


def fit_topics(rows: Sequence[Row], others: Sequence[Row] = ()) -> tuple[Topics, dict[str, Any]]:
    """The model and its cross-validated figures: on all rows, on the raw messages, and by fold."""
    lesson = Lesson.of(rows, others)
    labels, wanted, learn, fold = lesson.labels, lesson.wanted, lesson.learn, lesson.fold
    held, by_fold = numpy.zeros((len(rows), FITS * len(labels))), {}
    for n in range(FOLDS):
        held[fold == n] = found = lesson.held_out(n)
        by_fold[str(n)] = lesson.figures(n, found)
    chances, answered = _crossed(held, wanted, fold, learn, labels)
    figures: dict[str, Any] = {
        "all": figures_of(labels, wanted[learn], chances[learn], answered[learn]),
        "folds": by_fold,
    }
    raw = numpy.array([row.raw for row in rows])
    if raw.any():
        figures["messages"] = figures_of(labels, wanted[raw], chances[raw], answered[raw])
    hits = chances.argmax(axis=1) == wanted
    limits = scores.thresholds(labels, chances[learn], hits[learn], PRECISION, WORST)
    whole = Components.fit(lesson.vectors[learn], wanted[learn], len(labels))
    mixing, shift = fitting.mixer(widened(held[learn]), wanted[learn], len(labels))
    return _packed(labels, whole, mixing, shift, limits), figures


def fit_quickly(rows: Sequence[Row]) -> Topics:
    """The fits alone, without mixing or figures: for what only needs their scores."""
    labels = tuple(sorted({row.label for row in rows}))
    wanted = numpy.array([labels.index(row.label) for row in rows])
    learn = learnable(rows, families(rows))
    part = Components.fit(Vectors.of(rows)[learn], wanted[learn], len(labels))
    nothing = numpy.zeros((len(labels), 3 * FITS * len(labels)))
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
        limits = numpy.array(scores.thresholds(labels, chances[some], hits[some], PRECISION, WORST))
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
        whole.words.packed(),
        whole.letters.packed(),
        whole.heads.packed(),
        whole.bias.astype(numpy.float32),
        mixing.astype(numpy.float32),
        shift.astype(numpy.float32),
        limits,
    )
