"""Fits what citizens want (type) from messages that were read."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy
from scipy.sparse import csr_matrix, hstack
from sklearn.svm import LinearSVC
from sklearn.utils.extmath import randomized_svd
from threadpoolctl import threadpool_limits

from classifiers import scores
from classifiers.features import run_vector
from classifiers.fitting import Table, spread
from classifiers.linear import Block, Wishes, softmax
from classifiers.readings import Reading
from classifiers.rows import squeezed, table_of
from classifiers.wishes import head_of, heard, signs_of

Array = numpy.ndarray
FOLDS, SEED, LEAST = 10, 12345, 2
BODY, SIGN = 0.8, 0.3  # what the body and a sign weigh beside the title
STRENGTH = 0.5
# Directions that texts differ in together: few readings tell more of those than of letters.
SHARED = 100
WARMTHS = (0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.7, 1.0)


@dataclass(frozen=True)
class Seen:
    """What is learnt from: the readings as one table of rows, and where its columns come from."""

    labels: tuple[str, ...]
    wanted: Array  # (rows,): which label
    table: csr_matrix  # (rows, places of titles, of bodies, signs)
    places: tuple[Array, Array]  # of titles, of bodies
    idf: tuple[Array, Array]

    @classmethod
    def of(cls, read: Sequence[Reading]) -> "Seen":
        labels = tuple(sorted({one.type for one in read}))
        wanted = numpy.array([labels.index(one.type) for one in read])
        heads, head_places = squeezed(table_of([head_of(one.title) for one in read]))
        bodies, body_places = squeezed(table_of([run_vector(one.body[:2000]) for one in read]))
        signs = numpy.array([signs_of(heard(one.title, one.body)) for one in read])
        title, body = Table.learnt(heads, LEAST), Table.learnt(bodies, LEAST)
        parts = [title.rows, body.rows * BODY, csr_matrix(signs * SIGN)]
        table = hstack(parts).tocsr()
        return cls(labels, wanted, table, (head_places, body_places), (title.idf, body.idf))

    def held_out(self) -> Array:
        """(rows, labels): scores of each reading by a model that did not see its fold."""
        count = len(self.labels)
        fold = numpy.random.RandomState(SEED).randint(0, FOLDS, size=len(self.wanted))
        held = numpy.zeros((len(self.wanted), count))
        for n in range(FOLDS):
            coef, bias = _fit(self.table[fold != n], self.wanted[fold != n], count)
            held[fold == n] = self.table[fold == n] @ coef.T + bias
        return held

    def model(self, warmth: float) -> Wishes:
        """Learnt from all of it; `warmth` is what its scores are divided by to be believed."""
        fitted = _fit(self.table, self.wanted, len(self.labels))
        coef, bias = (part / warmth for part in fitted)
        border = len(self.places[0])
        end = border + len(self.places[1])
        return Wishes(
            self.labels,
            Block.of(self.places[0], self.idf[0], coef[:, :border]),
            Block.of(self.places[1], self.idf[1], coef[:, border:end] * BODY),
            coef[:, end:] * SIGN,
            bias,
        )


def fit_wishes(read: Sequence[Reading]) -> tuple[Wishes, dict[str, Any]]:
    """The model, and its cross-validated figures on the messages that were drawn at random."""
    seen = Seen.of(read)
    labels, wanted, held = seen.labels, seen.wanted, seen.held_out()
    warmth = min(WARMTHS, key=lambda one: _surprise(held / one, wanted))
    drawn = numpy.array([one.drawn == "random" for one in read])
    chances, guessed = softmax(held / warmth), held.argmax(axis=1)
    figures = {
        **scores.table([labels[n] for n in wanted[drawn]], [labels[n] for n in guessed[drawn]]),
        "ece": scores.calibration_error(chances.max(axis=1)[drawn], (guessed == wanted)[drawn]),
    }
    return seen.model(warmth), figures


def _fit(table: csr_matrix, wanted: Array, count: int) -> tuple[Array, Array]:
    """Rare wishes weigh more, by the root of how much rarer they are.

    What is learnt of the shared directions is put back on the places, so the weights stay one table.
    """
    seen = numpy.bincount(wanted, minlength=count)
    weights = {n: float((len(wanted) / (count * seen[n])) ** 0.5) for n in range(count) if seen[n]}
    met, shared = _shared(table)
    both = hstack([table, csr_matrix(table[:, met] @ shared)]).tocsr()
    fit = LinearSVC(C=STRENGTH, class_weight=weights, random_state=SEED).fit(both, wanted)
    border = table.shape[1]
    coef = fit.coef_[:, :border].copy()
    coef[:, met] += fit.coef_[:, border:] @ shared.T
    return spread(coef, fit.intercept_, fit.classes_, count)


def _shared(table: csr_matrix) -> tuple[Array, Array]:
    """The places that are met, and (those, directions): the strongest, as long as a row of it."""
    met = numpy.unique(table.indices[table.data != 0])
    small = table[:, met]
    most = min(SHARED, min(small.shape) - 1)
    with threadpool_limits(1):  # threads wait for each other here more than they help
        _, strength, directions = randomized_svd(small, most, n_iter=2, random_state=SEED)
    length = float(numpy.sqrt((strength**2).sum() / small.shape[0]))
    return met, directions.T / length


def _surprise(told: Array, wanted: Array) -> float:
    right = softmax(told)[numpy.arange(len(wanted)), wanted]
    return float(-numpy.log(right + 1e-9).mean())
