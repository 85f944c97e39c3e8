"""Fits who answers: kinds of department.

They learn from messages, from the real answers to them (as further texts, never to be asked with),
and from the catalogue.
"""

from collections.abc import Sequence
from typing import Any

import numpy
from scipy.sparse import csr_matrix, hstack

from classifiers import fitting, scores
from classifiers.catalogue import Topic, kinds_of
from classifiers.features import Text
from classifiers.fitting import Table
from classifiers.linear import Block, Departments, Topics, believed
from classifiers.matters import counted, lines
from classifiers.rows import Row, families, folds

Array = numpy.ndarray
FOLDS, SEED = 5, 12345
ANSWER, CATALOGUE, FIELDS = 0.8, 0.5, 0.25  # what an answer, a line, a topic's score weigh
PRECISION = 0.98  # of what may go by itself


def fit_departments(
    rows: Sequence[Row], topics: Topics, stranger: Topics, catalogue: Sequence[Topic]
) -> tuple[Departments, dict[str, Any]]:
    """`stranger`: topics that saw no near-copy of these rows; the figures are measured with it."""
    labels = tuple(sorted({kind for row in rows for kind in row.kinds}))
    right = numpy.array([[kind in row.kinds for kind in labels] for row in rows], dtype=int)
    known = [one for one in catalogue if set(kinds_of(one.department)) & set(labels)]
    extra = numpy.array([[k in kinds_of(one.department) for k in labels] for one in known], int)
    answers = [Text.of((), row.answer) for row in rows]
    texts = [*(row.text for row in rows), *answers, *lines(known)]
    seen, places = counted(texts)
    table = Table.learnt(seen, 2, among=len(rows))
    wanted, count = numpy.vstack([right, right, extra]), len(rows)
    weight = numpy.repeat([1.0, ANSWER, CATALOGUE], [count, count, len(known)])
    fold, held = folds(families(rows), FOLDS, SEED), numpy.zeros(right.shape)
    apart = _with_fields(table.rows, texts, stranger)
    for n in range(FOLDS):
        some = numpy.concatenate([fold != n, fold != n, numpy.full(len(known), True)])
        part, bias = fitting.one_by_one(apart[some], wanted[some], weight[some])
        held[fold == n] = apart[:count][fold == n] @ part.T + bias
    limit, figures = _measured(labels, held, right, fold)
    whole, bias = fitting.one_by_one(_with_fields(table.rows, texts, topics), wanted, weight)
    block = Block.of(places, table.idf, whole[:, : len(places)])
    fields = whole[:, len(places) :] * FIELDS
    belief = fitting.belief(held, right)
    return Departments(labels, block, fields, bias, belief, (limit,) * len(labels)), figures


def _with_fields(table: csr_matrix, texts: Sequence[Text], topics: Topics) -> csr_matrix:
    fields = numpy.array([topics.machine(topics.components(text)) for text in texts])
    return hstack([table, csr_matrix(fields * FIELDS)]).tocsr()


def _measured(
    labels: Sequence[str], held: Array, right: Array, fold: Array
) -> tuple[float, dict[str, Any]]:
    """One threshold for all kinds, since most have too few rows for one of their own."""
    chances, answered = numpy.zeros(held.shape), numpy.zeros(len(held), dtype=bool)
    for n in range(FOLDS):
        belief = fitting.belief(held[fold != n], right[fold != n])
        chances[fold == n] = believed(held[fold == n], belief)
    guessed, confidence = chances.argmax(axis=1), chances.max(axis=1)
    hits = right[numpy.arange(len(right)), guessed].astype(bool)
    for n in range(FOLDS):
        limit = scores.lowest(confidence[fold != n], hits[fold != n], PRECISION)
        answered[fold == n] = confidence[fold == n] >= limit
    figures = {
        **scores.hits_among(right, held),
        **scores.certainty(confidence, hits, answered),
        "per_label": _by_label(labels, right, guessed),
    }
    return scores.lowest(confidence, hits, PRECISION), figures


def _by_label(labels: Sequence[str], right: Array, guessed: Array) -> dict[str, Any]:
    found = {}
    for n, label in enumerate(labels):
        mine = guessed == n
        found[label] = {
            "rows": int(right[:, n].sum()),
            "suggested": int(mine.sum()),
            "precision": round(float(right[mine, n].mean()), 4) if mine.any() else None,
            "recall": round(float((right[:, n] & mine).sum() / max(right[:, n].sum(), 1)), 4),
        }
    return found
