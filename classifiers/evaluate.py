"""Figures of a model on labelled rows, at the thresholds it was shipped with.

On rows that the model learnt from, these figures flatter it: what it reaches on unseen ones stands
in its manifest, by cross-validation, and `crossed` tells that instead.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy

from classifiers import scores
from classifiers.linear import Departments, Topics
from classifiers.reader import Reader
from classifiers.rows import body_of, fingerprint, read_rows, text_of


def topic(path: Path, model: Topics) -> dict[str, Any]:
    """Topic labels on raw messages or ready-made words."""
    rows = [row for row in read_rows(path) if row.get("label")]
    ranked = [model.ask(text_of(row)) for row in rows]
    wanted = [row["label"] for row in rows]
    guessed = [next(iter(one)) for one in ranked]
    confidence = numpy.array([one[label] for one, label in zip(ranked, guessed, strict=True)])
    hits = numpy.array([one == other for one, other in zip(wanted, guessed, strict=True)])
    limits = numpy.array([model.threshold(label) for label in guessed])
    return {
        **scores.table(wanted, guessed),
        **scores.certainty(confidence, hits, confidence >= limits),
    }


def department(path: Path, topics: Topics, model: Departments) -> dict[str, Any]:
    rows = [row for row in read_rows(path) if row.get("departments")]
    if not rows:
        return {"rows": 0, "hit1": None, "hit3": None}
    right, told = [], []
    for row in rows:
        text = text_of(row)
        told.append(model.scores(text, topics.machine(topics.components(text))))
        named = row["departments"].split("|")
        right.append([label in named for label in model.labels])
    return scores.hits_among(numpy.array(right, dtype=int), numpy.array(told))


def wish_or_urgency(path: Path, task: str, reader: Reader) -> dict[str, Any]:
    """Type and urgency on rows that have a column of that name."""
    rows = [row for row in read_rows(path) if row.get(task)]
    guessed = [
        getattr(reader.read(row.get("title") or "", body_of(row)), task).label for row in rows
    ]
    return scores.table([row[task] for row in rows], guessed)


def seen(path: Path, manifest: Mapping[str, Any]) -> bool:
    """Did the model learn from this very file?"""
    return fingerprint(path) in manifest.get("data_sha256", {}).values()


def crossed(task: str, manifest: Mapping[str, Any]) -> dict[str, Any]:
    """The figures of the training itself, each row judged by a fit that had not seen it."""
    found = manifest.get("scores", {}).get(f"{task}s")
    if found is None:
        raise ValueError(f"模型清单里没有 {task} 的交叉验证数字 / no cross-validated figures")
    told: dict[str, Any] = {"cross_validated": True, **found}
    return told
