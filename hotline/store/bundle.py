"""A backup on disk: one tar file, private, whose last member lists all others with their hashes.

A file that was cut short lacks the list, one that was changed differs from it: both are refused
before anything of them is put in place.
"""

import hashlib
import io
import json
import os
import re
import secrets
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

FORMAT = 1
MANIFEST = "manifest.json"
PART = r"[^/\x00.][^/\x00]*"
KEYS, CHOICE, BORDERS, RUBRIC, FILES, ANCHORS = (
    "keys.json",
    "model.json",
    "boundaries.geojson",
    "inspection.toml",
    "files",
    "anchors",
)
OWN = ("papers", "mail", "privacy", "models", "candidate")  # folders of what a city made its own
# Of the data folder, all that goes along.
DATA = (KEYS, CHOICE, BORDERS, RUBRIC, FILES, *OWN, ANCHORS)
NAME = re.compile(
    rf"database\.(sqlite3|dump)|{'|'.join(map(re.escape, (KEYS, CHOICE, BORDERS, RUBRIC)))}"
    rf"|{FILES}/[0-9a-f]{{2}}/[0-9a-f]{{64}}|({'|'.join((*OWN, ANCHORS))})(/{PART})+"
)
CHUNK = 1 << 20
LARGEST_LIST = 1 << 30


class BadBackup(Exception):
    """Not a backup of ours, cut short, or changed; `args` say it in Chinese and in English."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(f"{zh} / {en}")


@dataclass
class Packing:
    """A backup being written: members one after another, then the list of them."""

    tar: tarfile.TarFile
    members: dict[str, dict[str, Any]] = field(default_factory=dict)

    def add(self, name: str, path: Path) -> str:
        """Returns the hash of what was really written."""
        with path.open("rb") as body:
            size = os.fstat(body.fileno()).st_size
            hashing = _Hashing(body)
            self.tar.addfile(_entry(name, size), hashing)
        digest = hashing.digest.hexdigest()
        self.members[name] = {"size": size, "sha256": digest}
        return digest

    def close(self, about: dict[str, Any]) -> None:
        told = {"format": FORMAT, **about, "members": self.members}
        body = json.dumps(told, ensure_ascii=False, indent=1).encode()
        self.tar.addfile(_entry(MANIFEST, len(body)), io.BytesIO(body))


def _entry(name: str, size: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = size, 0o600
    return entry


class _Hashing(io.RawIOBase):
    """Hashes what is read through it."""

    def __init__(self, body: IO[bytes]) -> None:
        self.digest, self._body = hashlib.sha256(), body

    def read(self, size: int = -1) -> bytes:
        chunk = self._body.read(size)
        self.digest.update(chunk)
        return chunk


@contextmanager
def packing(path: Path) -> Iterator[Packing]:
    """Under its name only when it is whole and on disk; an older file is never replaced."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as out:
            with tarfile.open(fileobj=out, mode="w") as tar:
                yield Packing(tar)
            out.flush()
            os.fsync(out.fileno())
        if path.exists():
            raise FileExistsError(path)
        draft.rename(path)
    finally:
        draft.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


def check(path: Path) -> dict[str, Any]:
    """The list of a backup that is whole and unchanged; raises BadBackup for any other file."""
    try:
        with tarfile.open(path, "r:") as tar:
            manifest, found = _read(tar)
    except (tarfile.TarError, EOFError, ValueError) as error:
        raise BadBackup(
            "备份文件不完整或不是本系统的备份，请换一份",
            f"cut short, or no backup of ours: {error}",
        ) from None
    if manifest is None:
        raise BadBackup("备份文件不完整（没有清单），请换一份", "cut short: it has no list")
    if manifest.get("format") != FORMAT:
        raise BadBackup("备份由其他版本制作，请用对应版本恢复", "made by another version")
    listed = manifest["members"]
    changed = sorted(name for name in listed.keys() | found if listed.get(name) != found.get(name))
    if changed:
        raise BadBackup(
            f"备份内容与清单不符（{changed[0]} 等 {len(changed)} 项），可能损坏或被改动，请换一份",
            "its content is not what its list says",
        )
    return manifest


def _read(tar: tarfile.TarFile) -> tuple[dict[str, Any] | None, dict[str, dict[str, Any]]]:
    manifest, found = None, dict[str, dict[str, Any]]()
    for entry in tar:
        body = tar.extractfile(entry) if entry.isreg() else None
        if body is None or entry.name in found or manifest is not None:
            raise ValueError(f"{entry.name[:80]!r} has no place in a backup")
        if entry.name == MANIFEST:
            manifest = _as_list(body, entry.size)
            continue
        if not NAME.fullmatch(entry.name):
            raise ValueError(f"{entry.name[:80]!r} has no place in a backup")
        digest, size = hashlib.sha256(), 0
        while chunk := body.read(CHUNK):
            digest.update(chunk)
            size += len(chunk)
        found[entry.name] = {"size": size, "sha256": digest.hexdigest()}
    return manifest, found


def _as_list(body: IO[bytes], size: int) -> dict[str, Any]:
    if size > LARGEST_LIST:
        raise ValueError("its list is too large")
    told = json.loads(body.read())
    if not isinstance(told, dict) or not isinstance(told.get("members"), dict):
        raise ValueError("its list cannot be read")
    return told


def unpack(path: Path, to: Path) -> None:
    """Writes a checked backup's members below a new folder, each synced; keys stay private."""
    with tarfile.open(path, "r:") as tar:
        for entry in tar:
            body = tar.extractfile(entry)
            if body is None or entry.name == MANIFEST or not NAME.fullmatch(entry.name):
                continue
            place = to / entry.name
            place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as out:
                while chunk := body.read(CHUNK):
                    out.write(chunk)
                out.flush()
                os.fsync(out.fileno())
