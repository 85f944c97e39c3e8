"""Labelled rows -> fitted, calibrated arrays.

Calibration is by cross-validation on rows the fit has not seen: raw messages where there are any,
since they are what will be asked. The threshold is chosen on the same held-out probabilities.
"""

import csv
import gzip
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold
from sklearn.svm import LinearSVC

from classifiers.features import counts
from classifiers.linear import Linear
from classifiers.tokens import words

TOPIC_PLACES, DEPARTMENT_PLACES = 2**17, 2**16
FOLDS, SEED = 5, 12345
COPY = 0.6  # cosine from which on two texts are one
TOPIC_PRECISION, DEPARTMENT_PRECISION = 0.98, 0.95


@dataclass(frozen=True)
class Rows:
    """Texts as words, with the labels that are right for each (several for departments)."""

    words: list[list[str]] = field(default_factory=list)
    labels: list[list[str]] = field(default_factory=list)
    raw: list[bool] = field(default_factory=list)  # raw messages, as against ready-made words

    def add(self, found: Sequence[str], labels: Sequence[str], *, raw: bool) -> None:
        self.words.append(list(found))
        self.labels.append(list(labels))
        self.raw.append(raw)

    def only(self, which: Iterable[int]) -> "Rows":
        chosen = list(which)
        return Rows(
            [self.words[n] for n in chosen],
            [self.labels[n] for n in chosen],
            [self.raw[n] for n in chosen],
        )


def read_rows(path: Path) -> Iterable[dict[str, str]]:
    """Rows of a CSV file, gzipped or not."""
    body = path.read_bytes()
    if path.suffix == ".gz":
        body = gzip.decompress(body)
    yield from csv.DictReader(io.StringIO(body.decode("utf-8-sig")))


def load(paths: Sequence[Path]) -> tuple[Rows, Rows]:
    """Rows for topics and rows for departments; a file is known by its columns."""
    topics, departments = Rows(), Rows()
    for path in paths:
        for row in read_rows(path):
            if "tokens" in row:
                topics.add(row["tokens"].lower().split(), [row["label"]], raw=False)
            elif row.get("label"):
                topics.add(told(row), [row["label"]], raw=True)
            elif row.get("departments"):
                departments.add(told(row), row["departments"].split("|"), raw=True)
    return topics, departments


def told(row: dict[str, str]) -> list[str]:
    """A message's words, the title's twice, as the reader asks."""
    head = words(row.get("title", ""))
    return [*head, *head, *words(row.get("body") or row.get("content") or "")]


def matrix(
    rows: Rows, size: int, idf: numpy.ndarray | None, *, cut_long: bool
) -> tuple[csr_matrix, numpy.ndarray]:
    """tf-idf rows of unit length; the idf is learnt when none is given.

    A word seen once, or never, gets no weight: in a text it would only water down the others.
    """
    data: list[float] = []
    places: list[int] = []
    starts = [0]
    for found in rows.words:
        weights, _ = counts(found, size, cut_long=cut_long)
        places.extend(weights)
        data.extend(weights.values())
        starts.append(len(places))
    table = csr_matrix((data, places, starts), shape=(len(rows.words), size), dtype=numpy.float32)
    if idf is None:
        seen = numpy.bincount(table.indices, minlength=size)
        rare = numpy.log((1 + table.shape[0]) / (1 + seen)) + 1
        idf = numpy.where(seen >= 2, rare, 0.0).astype(numpy.float32)
    table.data *= idf[table.indices]
    norms = numpy.sqrt(numpy.asarray(table.multiply(table).sum(axis=1)).ravel())
    norms[norms == 0] = 1.0
    table.data /= numpy.repeat(norms, numpy.diff(table.indptr)).astype(numpy.float32)
    return table, idf


def fit_topics(rows: Rows) -> Linear:
    """Fitted on all rows; calibrated on raw messages, by a fit that saw nothing like them."""
    labels = tuple(sorted({label for row in rows.labels for label in row}))
    held = [n for n, raw in enumerate(rows.raw) if raw]
    ready = [n for n, raw in enumerate(rows.raw) if not raw]
    if not held:
        held, ready = ready[::5], [n for k, n in enumerate(ready) if k % 5]
    unseen = fresh(rows.only(ready), rows.only(held))
    part = fit_one(rows.only(ready).only(unseen), labels)
    table, _ = matrix(rows.only(held), TOPIC_PLACES, part.idf, cut_long=True)
    scores = table @ part.weights.T.astype(numpy.float32) + part.bias
    right = binary(rows.only(held), labels)
    return _calibrated(fit_one(rows, labels), scores, right, TOPIC_PRECISION)


def fresh(rows: Rows, held: Rows) -> list[int]:
    """The rows that are no near-copy of a held one: the same text cut by another's rules is."""
    table, idf = matrix(rows, TOPIC_PLACES, None, cut_long=False)
    other, _ = matrix(held, TOPIC_PLACES, idf, cut_long=False)
    nearest = (other @ table.T).max(axis=0).toarray().ravel()
    return [int(n) for n in numpy.nonzero(nearest <= COPY)[0]]


def fit_one(rows: Rows, labels: tuple[str, ...]) -> Linear:
    wanted = numpy.array([labels.index(row[0]) for row in rows.labels])
    table, idf = matrix(rows, TOPIC_PLACES, None, cut_long=True)
    svm = LinearSVC(C=0.3, class_weight="balanced", random_state=SEED).fit(table, wanted)
    return _plain(labels, idf, svm.coef_, svm.intercept_, exclusive=True)


def _plain(
    labels: tuple[str, ...],
    idf: numpy.ndarray,
    weights: numpy.ndarray,
    bias: numpy.ndarray,
    *,
    exclusive: bool,
) -> Linear:
    ones = numpy.ones(len(labels), dtype=numpy.float32)
    return Linear(
        labels,
        idf,
        weights.astype(numpy.float16),
        bias.astype(numpy.float32),
        ones,
        ones * 0,
        1.0,
        exclusive,
        cut_long=exclusive,
    )


def binary(rows: Rows, labels: tuple[str, ...]) -> numpy.ndarray:
    return numpy.array(
        [[label in row for label in labels] for row in rows.labels], dtype=numpy.int8
    )


def _calibrated(
    model: Linear, scores: numpy.ndarray, right: numpy.ndarray, precision: float
) -> Linear:
    """A sigmoid per label, fitted on held-out scores; then the threshold for the precision asked."""
    slope, shift = model.slope.copy(), model.shift.copy()
    for n in range(len(model.labels)):
        if 0 < right[:, n].sum() < len(right):
            sigmoid = LogisticRegression(C=10.0).fit(scores[:, [n]], right[:, n])
            slope[n], shift[n] = sigmoid.coef_[0, 0], sigmoid.intercept_[0]
    tuned = Linear(**{**model.__dict__, "slope": slope, "shift": shift})
    chances = tuned.chances(scores)
    top = chances.argmax(axis=1)
    hits = right[numpy.arange(len(top)), top].astype(bool)
    return Linear(
        **{**tuned.__dict__, "threshold": threshold(chances.max(axis=1), hits, precision)}
    )


def threshold(confidence: numpy.ndarray, hits: numpy.ndarray, precision: float) -> float:
    """The lowest confidence from which on at least `precision` are right; 1.0 when none is."""
    order = numpy.argsort(-confidence)
    share = numpy.cumsum(hits[order]) / numpy.arange(1, len(order) + 1)
    good = numpy.nonzero((share >= precision) & (numpy.arange(len(order)) >= 20))[0]
    return round(float(confidence[order[good[-1]]]), 4) if len(good) else 1.0


def fit_departments(rows: Rows) -> Linear:
    labels = tuple(sorted({label for row in rows.labels for label in row}))
    right = binary(rows, labels)
    scores = held_out(rows, right, labels)
    return _calibrated(_fit_many(rows, right, labels), scores, right, DEPARTMENT_PRECISION)


def held_out(rows: Rows, right: numpy.ndarray, labels: tuple[str, ...]) -> numpy.ndarray:
    """Scores of every row by a fit that has not seen it."""
    scores = numpy.zeros((len(rows.words), len(labels)))
    for train, test in KFold(FOLDS, shuffle=True, random_state=SEED).split(rows.words):
        part = _fit_many(rows.only(train), right[train], labels)
        table, _ = matrix(rows.only(test), DEPARTMENT_PLACES, part.idf, cut_long=False)
        scores[test] = table @ part.weights.T.astype(numpy.float32) + part.bias
    return scores


def _fit_many(rows: Rows, right: numpy.ndarray, labels: tuple[str, ...]) -> Linear:
    table, idf = matrix(rows, DEPARTMENT_PLACES, None, cut_long=False)
    weights = numpy.zeros((len(labels), DEPARTMENT_PLACES), dtype=numpy.float32)
    bias = numpy.full(len(labels), -4.0, dtype=numpy.float32)
    for n in range(len(labels)):
        if 0 < right[:, n].sum() < len(right):
            one = LogisticRegression(C=10.0, max_iter=200, class_weight="balanced").fit(
                table, right[:, n]
            )
            weights[n], bias[n] = one.coef_[0], one.intercept_[0]
    return _plain(labels, idf, weights, bias, exclusive=False)
