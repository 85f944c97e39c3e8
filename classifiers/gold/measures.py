"""Shares with their intervals, and how far two readings agree beyond chance."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy
from sklearn.metrics import (
    cohen_kappa_score,
    confusion_matrix,
    f1_score,
    precision_recall_fscore_support,
)

Z = 1.959964  # 95 %
DRAWS, SEED = 2000, 12345
Figure = Mapping[str, Any]


def wilson(hits: int, rows: int) -> tuple[float, float]:
    """The 95 % interval of a share: honest for few rows and for shares near 0 and 1."""
    if rows == 0:
        return 0.0, 1.0
    share, spread = hits / rows, Z * Z / rows
    middle = (share + spread / 2) / (1 + spread)
    half = Z * math.sqrt(share * (1 - share) / rows + spread / rows / 4) / (1 + spread)
    return max(0.0, middle - half), min(1.0, middle + half)


def share(right: Sequence[bool]) -> Figure:
    hits, rows = sum(right), len(right)
    low, high = wilson(hits, rows)
    return {
        "value": round(hits / rows, 4) if rows else None,
        "low": round(low, 4),
        "high": round(high, 4),
        "hits": hits,
        "rows": rows,
    }


def kappa(one: Sequence[str], other: Sequence[str]) -> Figure:
    """Cohen's kappa; None where both used one label only, as there is nothing to agree beyond."""
    if len({*one, *other}) < 2:
        return {"value": None, "low": None, "high": None, "rows": len(one)}
    labels = sorted({*one, *other})
    return _drawn(float(cohen_kappa_score(one, other)), _table(one, other, labels), _kappas)


def macro_f1(wanted: Sequence[str], guessed: Sequence[str]) -> Figure:
    """Over the labels that the readers gave."""
    known = sorted(set(wanted))
    if not known:
        return {"value": None, "low": None, "high": None, "rows": 0}
    value = float(f1_score(wanted, guessed, labels=known, average="macro", zero_division=0))
    labels = [*known, *sorted(set(guessed) - set(known))]
    return _drawn(
        value, _table(wanted, guessed, labels), lambda tables: _f1s(tables)[:, : len(known)].mean(1)
    )


def per_label(wanted: Sequence[str], guessed: Sequence[str]) -> Mapping[str, Figure]:
    labels = sorted(set(wanted))
    if not labels:
        return {}
    table = precision_recall_fscore_support(wanted, guessed, labels=labels, zero_division=0)
    return {
        label: {
            "precision": round(float(table[0][n]), 4),
            "recall": round(float(table[1][n]), 4),
            "f1": round(float(table[2][n]), 4),
            "rows": int(table[3][n]),
        }
        for n, label in enumerate(labels)
    }


def _table(one: Sequence[str], other: Sequence[str], labels: Sequence[str]) -> numpy.ndarray:
    return numpy.asarray(confusion_matrix(one, other, labels=labels))


def _drawn(
    value: float, table: numpy.ndarray, measure: Callable[[numpy.ndarray], numpy.ndarray]
) -> Figure:
    """A figure with the middle 95 % of what it is when the rows are drawn again, by a fixed seed."""
    rows = int(table.sum())
    draw = numpy.random.default_rng(SEED)
    drawn = draw.multinomial(rows, table.ravel() / rows, DRAWS).reshape(DRAWS, *table.shape)
    low, high = numpy.quantile(measure(drawn), (0.025, 0.975))
    return {
        "value": round(value, 4),
        "low": round(float(low), 4),
        "high": round(float(high), 4),
        "rows": rows,
    }


def _kappas(tables: numpy.ndarray) -> numpy.ndarray:
    """Of each table; 1 where a draw left one label only."""
    rows = tables.sum(axis=(1, 2))
    equal = numpy.trace(tables, axis1=1, axis2=2) / rows
    chance = (tables.sum(axis=1) * tables.sum(axis=2)).sum(axis=1) / rows**2
    beyond = numpy.where(chance < 1, 1 - chance, 1)
    return numpy.where(chance < 1, (equal - chance) / beyond, 1.0)


def _f1s(tables: numpy.ndarray) -> numpy.ndarray:
    """Of each label of each table."""
    right = numpy.diagonal(tables, axis1=1, axis2=2)
    named = tables.sum(axis=1) + tables.sum(axis=2)
    return numpy.asarray(2 * right / numpy.maximum(named, 1))
