"""Model folders with a manifest: write, list, choose, load, roll back; numbers only, never a pickle."""

import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy

from classifiers.catalogue import topics
from classifiers.keywords import Keywords
from classifiers.linear import Linear
from classifiers.reader import Reader

FORMAT = 1
ARRAYS = ("idf", "weights", "bias", "slope", "shift")
PARTS = ("topics", "departments")
CHOSEN = "model.json"  # in a state folder: which model is used, and which was before


class BadModel(Exception):
    """A model folder that is not what its manifest says, with what is wrong."""


@dataclass(frozen=True)
class Model:
    """What a folder holds."""

    name: str
    topics: Linear | None
    departments: Linear | None
    manifest: Mapping[str, Any]


def save(
    folder: Path, name: str, parts: Mapping[str, Linear | None], facts: Mapping[str, Any]
) -> None:
    """Writes arrays and manifest; the manifest holds the hash of the arrays."""
    folder.mkdir(parents=True, exist_ok=True)
    arrays: dict[str, Any] = {}
    told: dict[str, Any] = {}
    for part, model in parts.items():
        if model is None:
            continue
        arrays |= {f"{part}_{array}": getattr(model, array) for array in ARRAYS}
        arrays[f"{part}_idf"] = model.idf.astype(numpy.float16)
        told[part] = {
            "labels": model.labels,
            "threshold": model.threshold,
            "exclusive": model.exclusive,
            "cut_long": model.cut_long,
            "places": len(model.idf),
        }
    body = io.BytesIO()
    numpy.savez_compressed(body, **arrays)
    (folder / "arrays.npz").write_bytes(body.getvalue())
    manifest = {
        "format": FORMAT,
        "name": name,
        "arrays_sha256": hashlib.sha256(body.getvalue()).hexdigest(),
        "features": {"cutter": f"jieba {version('jieba')}", "hash": "murmurhash3_32"},
        "models": told,
        **facts,
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True)
    (folder / "manifest.json").write_text(text + "\n", "utf-8")


def load(folder: Path) -> Model:
    """Raises BadModel when the folder does not match its manifest, or this version."""
    try:
        manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
        body = (folder / "arrays.npz").read_bytes()
    except (OSError, ValueError) as error:
        raise BadModel(f"{folder.name}: {error}") from error
    if manifest.get("format") != FORMAT:
        raise BadModel(
            f"{folder.name}: format {manifest.get('format')}, this version reads {FORMAT}"
        )
    if hashlib.sha256(body).hexdigest() != manifest.get("arrays_sha256"):
        raise BadModel(f"{folder.name}: the arrays are not those of the manifest")
    with numpy.load(io.BytesIO(body), allow_pickle=False) as arrays:
        parts = {
            part: _linear(part, manifest["models"][part], arrays)
            if part in manifest["models"]
            else None
            for part in PARTS
        }
    return Model(manifest["name"], parts["topics"], parts["departments"], manifest)


def _linear(part: str, told: Mapping[str, Any], arrays: Mapping[str, Any]) -> Linear:
    return Linear(
        labels=tuple(told["labels"]),
        threshold=told["threshold"],
        exclusive=told["exclusive"],
        cut_long=told["cut_long"],
        **{array: arrays[f"{part}_{array}"] for array in ARRAYS},
    )


def shipped() -> Path:
    """The folder of the models that come with the package."""
    return Path(str(resources.files("classifiers") / "models"))


def found(state: Path | None = None) -> list[Path]:
    """Model folders at hand: the shipped ones, then those trained here."""
    places = [shipped(), *([state / "models"] if state else [])]
    return [path.parent for place in places for path in sorted(place.glob("*/manifest.json"))]


def use(folder: Path, state: Path) -> None:
    """Chooses a model after it was loaded once; the one before is kept for a roll-back."""
    load(folder)
    before = chosen(state)
    state.mkdir(parents=True, exist_ok=True)
    told = {"use": str(folder.resolve()), "before": str(before) if before else None}
    draft = state / f".{CHOSEN}"
    draft.write_text(json.dumps(told), "utf-8")
    draft.replace(state / CHOSEN)


def chosen(state: Path | None) -> Path | None:
    """The model in use: the chosen one, else the newest shipped."""
    if state is not None and (state / CHOSEN).exists():
        return Path(json.loads((state / CHOSEN).read_text("utf-8"))["use"])
    shipped_ones = [path.parent for path in sorted(shipped().glob("*/manifest.json"))]
    return shipped_ones[-1] if shipped_ones else None


@cache
def _keywords() -> Keywords:
    return Keywords(topics())


def load_default(
    *, state: Path | None = None, gazetteer: Mapping[str, Sequence[str]] | None = None
) -> Reader:
    """The reader with the model in use; the catalogue's words alone when none can be loaded."""
    folder = chosen(state)
    if folder is None:
        return Reader(_keywords(), gazetteer or {})
    try:
        model = load(folder)
    except BadModel:
        return Reader(_keywords(), gazetteer or {}, version="keywords-1 (model refused)")
    return Reader(_keywords(), gazetteer or {}, model.topics, model.departments, model.name)
