"""The keys that lie outside the database: made once, added to by rotation, never taken away.

An old key stays, because old backups are opened with it.
"""

import base64
import json
import os
import secrets
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

FILE = "keys.json"
SIZES = {"intl": 32, "sm": 16}  # AES-256 and SHA-256; SM4 and SM3 (国密)


@dataclass(frozen=True)
class Keys:
    """Secrets of one installation: numbered field keys, a look-up key, a code key."""

    current: str
    fields: dict[str, bytes]
    lookup: bytes
    codes: bytes
    suites: dict[str, str] = field(default_factory=dict)  # of the field keys; none: intl
    suite: str = "intl"  # of the keyed hashes; they are never made anew
    rotating: bool = False  # a rotation was begun and has not ended

    @classmethod
    def load_or_make(cls, folder: Path, suite: str = "intl") -> "Keys":
        path = folder / FILE
        if not path.exists():
            first = secrets.token_bytes(SIZES[suite])
            made = cls("k1", {"k1": first}, _new(), _new(), {"k1": suite}, suite)
            path.parent.mkdir(parents=True, exist_ok=True)
            _write(path, made, replaces=False)
        return cls.load(path)

    @classmethod
    def load(cls, path: Path) -> "Keys":
        stored = json.loads(path.read_text("ascii"))
        return cls(
            current=stored["current"],
            fields={name: base64.b64decode(key) for name, key in stored["fields"].items()},
            lookup=base64.b64decode(stored["lookup"]),
            codes=base64.b64decode(stored["codes"]),
            suites=stored.get("suites", {}),
            suite=stored.get("suite", "intl"),
            rotating=stored.get("rotating", False),
        )

    def with_new(self, suite: str) -> "Keys":
        """A new current key beside the old ones."""
        name = f"k{len(self.fields) + 1}"
        fields = {**self.fields, name: secrets.token_bytes(SIZES[suite])}
        suites = {**self.suites, name: suite}
        return replace(self, current=name, fields=fields, suites=suites, rotating=True)

    def save(self, folder: Path) -> None:
        _write(folder / FILE, self, replaces=True)

    def stored(self) -> dict[str, Any]:
        return {
            **self.__dict__,
            "fields": {name: _text(key) for name, key in self.fields.items()},
            "lookup": _text(self.lookup),
            "codes": _text(self.codes),
        }


def _new() -> bytes:
    return secrets.token_bytes(32)


def _text(key: bytes) -> str:
    return base64.b64encode(key).decode("ascii")


def _write(path: Path, keys: Keys, *, replaces: bool) -> None:
    """On disk before it counts; a link refuses to replace: of two first starts one set stays."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as out:
        json.dump(keys.stored(), out)
        out.flush()
        os.fsync(out.fileno())
    if replaces:
        draft.replace(path)
    else:
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
