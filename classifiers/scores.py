"""What a fit reaches on rows it has not seen; kept in the model's manifest."""

import numpy
from sklearn.metrics import f1_score
from sklearn.model_selection import KFold

from classifiers import train


def scores(topics: train.Rows, departments: train.Rows) -> dict[str, dict[str, float]]:
    """Cross-validated: macro-F1 and accuracy of topics, hits of departments."""
    found: dict[str, dict[str, float]] = {}
    if topics.words:
        found["topics"] = _topic_scores(topics)
    if departments.words:
        found["departments"] = _department_scores(departments)
    return found


def _topic_scores(rows: train.Rows) -> dict[str, float]:
    labels = tuple(sorted({label for row in rows.labels for label in row}))
    wanted = numpy.array([labels.index(row[0]) for row in rows.labels])
    guessed = numpy.zeros(len(wanted), dtype=int)
    for some, test in KFold(train.FOLDS, shuffle=True, random_state=train.SEED).split(wanted):
        seen, held = rows.only(some), rows.only(test)
        part = train.fit_one(seen.only(train.fresh(seen, held)), labels)
        table, _ = train.matrix(held, train.TOPIC_PLACES, part.idf, cut_long=True)
        guessed[test] = (table @ part.weights.T.astype(numpy.float32) + part.bias).argmax(axis=1)
    return {
        "macro_f1": round(float(f1_score(wanted, guessed, average="macro")), 4),
        "accuracy": round(float((wanted == guessed).mean()), 4),
    }


def _department_scores(rows: train.Rows) -> dict[str, float]:
    labels = tuple(sorted({label for row in rows.labels for label in row}))
    right = train.binary(rows, labels)
    order = numpy.argsort(-train.held_out(rows, right, labels), axis=1)
    hits = numpy.take_along_axis(right, order[:, :3], axis=1).astype(bool)
    return {
        "hit1": round(float(hits[:, 0].mean()), 4),
        "hit3": round(float(hits.any(axis=1).mean()), 4),
    }
