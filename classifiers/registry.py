"""Model folders with a manifest: write, list, choose, load, roll back; numbers only, never a pickle."""

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy

from classifiers import features, tokens, wishes
from classifiers.catalogue import topics
from classifiers.gate import worse
from classifiers.keywords import Keywords
from classifiers.linear import Departments, Matters, Topics, Wishes
from classifiers.reader import Reader
from classifiers.storing import Part, arrays_of, part_from, told_of

FORMAT = 3
CHOSEN = "model.json"  # in a state folder: what is used, what was before, what runs in the shadow
LIBRARIES = ("scikit-learn", "numpy", "jieba")


class BadModel(Exception):
    """A model folder that is not what its manifest says, with what is wrong and what to do."""


@dataclass(frozen=True)
class Model:
    """What a folder holds."""

    name: str
    topics: Topics | None
    departments: Departments | None
    matters: Matters | None
    wishes: Wishes | None
    manifest: Mapping[str, Any]


def libraries() -> dict[str, str]:
    return {name: version(name) for name in LIBRARIES}


@cache
def spoken() -> dict[str, Any]:
    """How texts become numbers here; a model made in another way would read nonsense."""
    text = (resources.files("classifiers") / "spellings.csv").read_bytes()
    words = " ".join(sorted(tokens.STOP)).encode() + text + wishes.SPOKEN.encode()
    return {
        "cutter": "jieba",
        "hash": "murmurhash3_32",
        "runs": features.RUNS,
        "places": features.PLACES,
        "head": [features.HEAD, features.HEAD_WORDS],
        "longest": tokens.LONGEST,
        "words_sha256": hashlib.sha256(words).hexdigest(),
    }


def save(
    folder: Path, name: str, parts: Mapping[str, Part | None], facts: Mapping[str, Any]
) -> None:
    """Writes arrays and manifest; the manifest holds the hash of the arrays."""
    folder.mkdir(parents=True, exist_ok=True)
    arrays: dict[str, Any] = {}
    told: dict[str, Any] = {}
    for part, model in parts.items():
        if model is not None:
            arrays |= arrays_of(part, model)
            told[part] = told_of(model)
    body = io.BytesIO()
    numpy.savez_compressed(body, **arrays)
    (folder / "arrays.npz").write_bytes(body.getvalue())
    manifest = {
        "format": FORMAT,
        "name": name,
        "arrays_sha256": hashlib.sha256(body.getvalue()).hexdigest(),
        "features": spoken(),
        "libraries": libraries(),
        "models": told,
        **facts,
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True)
    (folder / "manifest.json").write_text(text + "\n", "utf-8")


def load(folder: Path) -> Model:
    """Raises BadModel when the folder does not match its manifest, or this version."""
    manifest, body = _checked(folder)
    try:  # the hash says whose they are, not that they are numbers
        with numpy.load(io.BytesIO(body), allow_pickle=False) as packed:
            arrays = {name: packed[name] for name in packed.files}
    except (ValueError, OSError, zipfile.BadZipFile) as error:
        raise _refused(folder, "the arrays hold more than numbers") from error
    parts: dict[str, Any] = {
        part: part_from(part, told, arrays) for part, told in manifest["models"].items()
    }
    return Model(
        manifest["name"],
        parts.get("topics"),
        parts.get("departments"),
        parts.get("matters"),
        parts.get("wishes"),
        manifest,
    )


def _checked(folder: Path) -> tuple[Mapping[str, Any], bytes]:
    try:
        manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
        body = (folder / "arrays.npz").read_bytes()
    except (OSError, ValueError) as error:
        raise BadModel(f"{folder.name}：读不了，请检查模型目录 / {error}") from error
    if manifest.get("format") != FORMAT:
        raise _refused(folder, f"format {manifest.get('format')}, this version reads {FORMAT}")
    if hashlib.sha256(body).hexdigest() != manifest.get("arrays_sha256"):
        raise _refused(folder, "the arrays are not those of the manifest")
    if manifest.get("features") != spoken():
        raise _refused(folder, "made with other features (words, places or spellings)")
    for name, here in libraries().items():
        made = str(manifest.get("libraries", {}).get(name, ""))
        if made.split(".")[0] != here.split(".")[0]:
            raise _refused(folder, f"made with {name} {made or '?'}, here is {here}")
    return manifest, body


def _refused(folder: Path, why: str) -> BadModel:
    return BadModel(f"{folder.name}：模型与清单或本版本不符，请重新训练或换用其他模型 / {why}")


def shipped() -> Path:
    """The folder of the models that come with the package."""
    return Path(str(resources.files("classifiers") / "models"))


def found(state: Path | None = None) -> list[Path]:
    """Model folders at hand: the shipped ones, then those trained here."""
    places = [shipped(), *([state / "models"] if state else [])]
    return [path.parent for place in places for path in sorted(place.glob("*/manifest.json"))]


def use(folder: Path, state: Path, *, reason: str = "") -> None:
    """Chooses a model after it was loaded once; a worse one only with a reason, which is kept."""
    current, manifest = chosen(state), load(folder).manifest
    if current is not None and current.resolve() != folder.resolve() and not reason:
        told = worse(manifest, figures(current))
        if told:
            raise BadModel(
                f"{folder.name}：比现用模型差（{'；'.join(told)}），未换用；确需换用请写明理由"
            )
    before = str(current) if current else None
    kept = {"use": str(folder.resolve()), "before": before, "reason": reason}
    _remember(state, {**kept, "candidate": None})


def back(state: Path) -> Path:
    """The model that was used before this one is used again."""
    before = _remembered(state).get("before")
    if not before:
        raise BadModel("没有可以退回的模型 / there is no model to go back to")
    use(Path(before), state, reason="roll-back")
    return Path(before)


def propose(folder: Path | None, state: Path) -> None:
    """Lets a model run in the shadow of the one in use; none ends that."""
    if folder is not None:
        load(folder)
    kept = _remembered(state)
    _remember(state, {**kept, "candidate": str(folder.resolve()) if folder else None})


def figures(folder: Path) -> Mapping[str, Any]:
    """Of the model in use; one that is gone or broken is no hurdle for its successor."""
    try:
        return load(folder).manifest
    except BadModel:
        return {}


def _remembered(state: Path | None) -> dict[str, Any]:
    if state is None or not (state / CHOSEN).exists():
        return {}
    found: dict[str, Any] = json.loads((state / CHOSEN).read_text("utf-8"))
    return found


def _remember(state: Path, told: Mapping[str, Any]) -> None:
    state.mkdir(parents=True, exist_ok=True)
    draft = state / f".{CHOSEN}"
    draft.write_text(json.dumps(told, ensure_ascii=False), "utf-8")
    draft.replace(state / CHOSEN)


def chosen(state: Path | None) -> Path | None:
    """The model in use: the chosen one, else the newest shipped."""
    told = _remembered(state).get("use")
    if told:
        return Path(told)
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
        return reader_of(folder, gazetteer)
    except BadModel:
        return Reader(_keywords(), gazetteer or {}, version="keywords-1 (model refused)")


def candidate(
    state: Path | None, *, gazetteer: Mapping[str, Sequence[str]] | None = None
) -> Reader | None:
    """The reader of the model that runs in the shadow, if one was proposed and can be loaded."""
    told = _remembered(state).get("candidate")
    try:
        return reader_of(Path(told), gazetteer) if told else None
    except BadModel:
        return None


def reader_of(folder: Path, gazetteer: Mapping[str, Sequence[str]] | None = None) -> Reader:
    model = load(folder)
    return Reader(
        _keywords(),
        gazetteer or {},
        model.topics,
        model.departments,
        model.matters,
        model.wishes,
        version=model.name,
    )
