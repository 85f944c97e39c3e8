"""What a model reaches: macro-F1, per-label table, calibration, coverage and thresholds; pure."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy
from sklearn.metrics import accuracy_score, f1_score, precision_recall_fscore_support

Array = numpy.ndarray
BINS, DRAWS, FEWEST = 10, 200, 30
FLOORS = numpy.arange(0.5, 1.0, 0.0025)


def table(wanted: Sequence[str], guessed: Sequence[str]) -> dict[str, Any]:
    """Rows, accuracy, macro-F1 and each label's precision and recall."""
    if not wanted:
        return {"rows": 0, "accuracy": None, "macro_f1": None, "per_label": {}}
    labels = sorted(set(wanted))
    parts = precision_recall_fscore_support(wanted, guessed, labels=labels, zero_division=0)
    per_label = {
        label: {
            "precision": round(float(parts[0][n]), 4),
            "recall": round(float(parts[1][n]), 4),
            "f1": round(float(parts[2][n]), 4),
            "rows": int(parts[3][n]),
        }
        for n, label in enumerate(labels)
    }
    macro = f1_score(wanted, guessed, labels=labels, average="macro", zero_division=0)
    return {
        "rows": len(wanted),
        "accuracy": round(float(accuracy_score(wanted, guessed)), 4),
        "macro_f1": round(float(macro), 4),
        "per_label": per_label,
    }


def certainty(confidence: Array, hits: Array, answered: Array) -> dict[str, Any]:
    """Calibration with its noise floor, and how often it is right where it answers."""
    if not len(hits):
        names = ("ece", "ece_noise", "accuracy_at_80", "coverage_at_98", "precision_at_coverage")
        return dict.fromkeys(names)
    surest = numpy.argsort(-confidence, kind="stable")[: int(len(hits) * 0.8)]
    right = float(hits[answered].mean()) if answered.any() else None
    return {
        "ece": round(calibration_error(confidence, hits), 4),
        "ece_noise": round(noise_floor(confidence), 4),
        "accuracy_at_80": round(float(hits[surest].mean()), 4) if len(surest) else None,
        "coverage_at_98": round(float(answered.mean()), 4),
        "precision_at_coverage": None if right is None else round(right, 4),
    }


def calibration_error(confidence: Array, hits: Array) -> float:
    """Expected calibration error over ten equal bins."""
    bins = numpy.minimum((confidence * BINS).astype(int), BINS - 1)
    total = 0.0
    for n in range(BINS):
        inside = bins == n
        if inside.any():
            total += inside.mean() * abs(hits[inside].mean() - confidence[inside].mean())
    return float(total)


def noise_floor(confidence: Array) -> float:
    """The error that a perfectly calibrated model would show on as many rows, on average."""
    draw = numpy.random.RandomState(0)
    errors = [
        calibration_error(confidence, draw.random_sample(len(confidence)) < confidence)
        for _ in range(DRAWS)
    ]
    return float(numpy.mean(errors))


def thresholds(
    labels: Sequence[str], chances: Array, hits: Array, precision: float, worst: float
) -> tuple[float, ...]:
    """By guessed label: the lowest confidence from which on enough of the answers are right.

    At least `worst` of each label's (as far as enough rows tell, else never: above 1), and at least
    `precision` of all together: for that one floor is raised under every label.
    """
    guessed, confidence = chances.argmax(axis=1), chances.max(axis=1)
    found = []
    for n in range(len(labels)):
        mine = guessed == n
        found.append(lowest(confidence[mine], hits[mine], worst))
    apart = numpy.array(found)
    for floor in FLOORS:
        answered = confidence >= numpy.maximum(apart, floor)[guessed]
        if not answered.any() or hits[answered].mean() >= precision:
            break
    return tuple(round(float(one), 4) for one in numpy.maximum(apart, floor))


def lowest(confidence: Array, hits: Array, precision: float) -> float:
    order = numpy.argsort(-confidence, kind="stable")
    share = numpy.cumsum(hits[order]) / numpy.arange(1, len(order) + 1)
    good = numpy.nonzero((share >= precision) & (numpy.arange(len(order)) >= FEWEST - 1))[0]
    return round(float(confidence[order[good[-1]]]), 4) if len(good) else 1.01


def hits_among(right: Array, scores: Array) -> dict[str, float]:
    """How often a right answer stands first, and among the first three."""
    order = numpy.argsort(-scores, axis=1, kind="stable")
    hits = numpy.take_along_axis(right, order[:, :3], axis=1).astype(bool)
    return {
        "rows": len(right),
        "hit1": round(float(hits[:, 0].mean()), 4),
        "hit3": round(float(hits.any(axis=1).mean()), 4),
    }


def summary(found: Mapping[str, Any]) -> dict[str, Any]:
    """The same without the table by label, for a line of its own."""
    return {name: value for name, value in found.items() if name != "per_label"}
