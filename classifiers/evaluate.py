"""Macro-F1, per-label table, calibration, and coverage at the shipped threshold."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy
from sklearn.metrics import accuracy_score, f1_score, precision_recall_fscore_support

from classifiers.linear import Linear
from classifiers.reader import Reader
from classifiers.train import read_rows, told

BINS = 10


def topic(path: Path, model: Linear) -> dict[str, Any]:
    """Topic labels on raw messages or ready-made words; ECE over ten equal bins."""
    rows = [row for row in read_rows(path) if row.get("label")]
    ranked = [
        model.ask(row["tokens"].lower().split() if "tokens" in row else told(row))[0]
        for row in rows
    ]
    wanted = [row["label"] for row in rows]
    guessed = [labels[0][0] for labels in ranked]
    confidence = numpy.array([labels[0][1] for labels in ranked])
    hits = numpy.array([one == other for one, other in zip(wanted, guessed, strict=True)])
    surest = numpy.argsort(-confidence)[: int(len(hits) * 0.8)]
    answered = confidence >= model.threshold
    return {
        **_shared(wanted, guessed),
        "ece": round(calibration_error(confidence, hits), 4),
        "accuracy_at_80": round(float(hits[surest].mean()), 4) if len(surest) else None,
        "coverage_at_98": round(float(answered.mean()), 4),
        "precision_at_coverage": round(float(hits[answered].mean()), 4) if answered.any() else None,
    }


def department(path: Path, model: Linear) -> dict[str, Any]:
    rows = [row for row in read_rows(path) if row.get("departments")]
    first = third = 0
    for row in rows:
        right = set(row["departments"].split("|"))
        guesses = [label for label, _ in model.ask(told(row))[0][:3]]
        first += guesses[0] in right
        third += bool(right & set(guesses))
    count = len(rows) or 1
    return {"rows": len(rows), "hit1": round(first / count, 4), "hit3": round(third / count, 4)}


def wish_or_urgency(path: Path, task: str, reader: Reader) -> dict[str, Any]:
    """Type and urgency on rows that have a column of that name."""
    rows = [row for row in read_rows(path) if row.get(task)]
    guessed = [
        getattr(
            reader.read(row.get("title", ""), row.get("body") or row.get("content") or ""), task
        ).label
        for row in rows
    ]
    return _shared([row[task] for row in rows], guessed)


def _shared(wanted: Sequence[str], guessed: Sequence[str]) -> dict[str, Any]:
    if not wanted:
        return {"rows": 0, "accuracy": None, "macro_f1": None, "per_label": {}}
    labels = sorted(set(wanted))
    table = precision_recall_fscore_support(wanted, guessed, labels=labels, zero_division=0)
    per_label: Mapping[str, Any] = {
        label: {
            "precision": round(float(table[0][n]), 4),
            "recall": round(float(table[1][n]), 4),
            "f1": round(float(table[2][n]), 4),
            "rows": int(table[3][n]),
        }
        for n, label in enumerate(labels)
    }
    return {
        "rows": len(wanted),
        "accuracy": round(float(accuracy_score(wanted, guessed)), 4),
        "macro_f1": round(
            float(f1_score(wanted, guessed, labels=labels, average="macro", zero_division=0)), 4
        ),
        "per_label": per_label,
    }


def calibration_error(confidence: numpy.ndarray, hits: numpy.ndarray) -> float:
    """Expected calibration error over ten equal bins."""
    bins = numpy.minimum((confidence * BINS).astype(int), BINS - 1)
    total = 0.0
    for n in range(BINS):
        inside = bins == n
        if inside.any():
            total += inside.mean() * abs(hits[inside].mean() - confidence[inside].mean())
    return float(total)
