"""The linear fits: vectors and labels in, weights out; nothing here knows what the labels mean."""

from dataclasses import dataclass

import numpy
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import ComplementNB
from sklearn.svm import LinearSVC

from classifiers.linear import leads
from classifiers.rows import unit

Array = numpy.ndarray
SEED = 12345
UNMET = -4.0  # the score of a label without rows


@dataclass(frozen=True)
class Table:
    """tf-idf rows of unit length, with the idf they were made by."""

    rows: csr_matrix
    idf: Array

    @classmethod
    def learnt(
        cls, counted: csr_matrix, least: int, among: int = 0, beside: Array | None = None
    ) -> "Table":
        """Learns the idf on the first `among` rows (on all); what is rarer than `least` has none.

        `beside`: in how many texts without labels each place is met; they count towards `least`.
        """
        places = counted.shape[1]
        known = counted[: among or counted.shape[0]]
        seen = numpy.bincount(known.indices, minlength=places)
        everywhere = numpy.bincount(counted.indices, minlength=places)
        rare = numpy.log((1 + known.shape[0]) / (1 + seen)) + 1
        often = (everywhere > 0) * (everywhere + (0 if beside is None else beside))
        idf = numpy.where(often >= least, rare, 0.0).astype(numpy.float32)
        return cls(weighed(counted, idf), idf)


def weighed(table: csr_matrix, idf: Array) -> csr_matrix:
    table = table.copy()
    table.data *= idf[table.indices]
    table.eliminate_zeros()
    return unit(table)


def spread(coef: Array, bias: Array, classes: Array, count: int) -> tuple[Array, Array]:
    """A row by label: of two, the library gives one; of those it did not meet, none."""
    if len(classes) == 2:
        coef, bias = numpy.vstack([-coef, coef]), numpy.concatenate([-bias, bias])
    weights, shift = numpy.zeros((count, coef.shape[1])), numpy.full(count, UNMET)
    weights[classes], shift[classes] = coef, bias
    return weights, shift


def machine(
    words: csr_matrix, letters: csr_matrix, wanted: Array, count: int
) -> tuple[Array, Array]:
    """A linear support vector machine on both: (labels, places) side by side, and the bias."""
    both = hstack([words, letters]).tocsr()
    fit = LinearSVC(C=0.3, class_weight="balanced", random_state=SEED).fit(both, wanted)
    return spread(fit.coef_, fit.intercept_, fit.classes_, count)


def bayesian(table: csr_matrix, wanted: Array, count: int) -> tuple[Array, Array]:
    """A support vector machine on log-count ratios, one label against the rest (NB-SVM)."""
    weights, bias = numpy.zeros((count, table.shape[1]), dtype=numpy.float32), numpy.zeros(count)
    for n in range(count):
        mine = wanted == n
        if not mine.any() or mine.all():
            bias[n] = UNMET
            continue
        inside = numpy.asarray(table[mine].sum(axis=0)).ravel() + 0.1
        outside = numpy.asarray(table[~mine].sum(axis=0)).ravel() + 0.1
        ratio = numpy.log((inside / inside.sum()) / (outside / outside.sum()))
        ratio = ratio.astype(numpy.float32)
        fit = LinearSVC(C=0.1, class_weight="balanced", random_state=SEED)
        fit.fit(table.multiply(ratio).tocsr(), mine)
        weights[n], bias[n] = fit.coef_[0] * ratio, fit.intercept_[0]
    return weights, bias


def complement(table: csr_matrix, wanted: Array, count: int) -> Array:
    """Complement naive Bayes; centred by place, so that an unknown one says nothing."""
    fit = ComplementNB(alpha=0.3).fit(table, wanted)
    logs = numpy.zeros((count, table.shape[1]))
    logs[fit.classes_] = fit.feature_log_prob_ - fit.feature_log_prob_.mean(axis=0)
    return logs


def mixer(wide: Array, wanted: Array, count: int) -> tuple[Array, Array]:
    """Logistic regression on held-out scores: mixes and calibrates at once."""
    width = wide.std(axis=0) + 1e-6
    fit = LogisticRegression(C=0.1, max_iter=2000).fit(wide / width, wanted)
    coef, bias = fit.coef_ / width, fit.intercept_
    if len(fit.classes_) == 2:  # the library's one row stands for the difference of two
        coef, bias = coef / 2, bias / 2
    return spread(coef, bias, fit.classes_, count)


def one_by_one(table: csr_matrix, right: Array, weight: Array) -> tuple[Array, Array]:
    """A logistic regression for each label, when several may be right."""
    count = right.shape[1]
    weights = numpy.zeros((count, table.shape[1]), dtype=numpy.float32)
    bias = numpy.full(count, -4.0)
    for n in range(count):
        if 0 < right[:, n].sum() < len(right):
            fit = LogisticRegression(C=5.0, solver="liblinear", class_weight="balanced")
            fit.set_params(random_state=SEED).fit(table, right[:, n], sample_weight=weight)
            weights[n], bias[n] = fit.coef_[0], fit.intercept_[0]
    return weights, bias


def belief(scores: Array, right: Array, most: int = 3) -> Array:
    """A sigmoid on score and lead of each row's likeliest labels, fitted on held-out scores."""
    order = numpy.argsort(-scores, axis=1)[:, :most]
    told = [numpy.take_along_axis(one, order, 1).ravel() for one in (scores, leads(scores))]
    hits = numpy.take_along_axis(right, order, 1).ravel()
    fit = LogisticRegression(C=10.0).fit(numpy.stack(told, axis=1), hits)
    return numpy.array([*numpy.maximum(fit.coef_[0], 1e-3), fit.intercept_[0]])
