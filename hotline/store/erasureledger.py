"""The list of erasures outside the database (删除台账): a restored backup is held against it.

It names numbers and moments, nobody; each line is signed, so that no one erases by writing to it.
It lies among the anchors, of which a copy is kept elsewhere anyway.
"""

import fcntl
import hashlib
import hmac
import json
import os
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from hotline.store.cipher import Cipher

FILE = "erasures.jsonl"
BLOCK = 4096
Listed = dict[str, tuple[datetime, str]]  # number -> when and why


class Forged(Exception):
    """A line that was not written by this hotline."""


def path(folder: Path) -> Path:
    return folder / "anchors" / FILE


def _signature(cipher: Cipher, facts: dict[str, Any]) -> str:
    body = json.dumps(facts, ensure_ascii=False, sort_keys=True).encode()
    return hmac.new(cipher.signing_key("erasures"), body, hashlib.sha256).hexdigest()


def read(file: Path, cipher: Cipher) -> Listed:
    """All of it; a last line that was cut short by a power cut is no line."""
    return read_on(file, cipher, 0)[0]


def read_on(file: Path, cipher: Cipher, start: int) -> tuple[Listed, int]:
    """What stands behind a place where a line began, and the place behind the last whole line."""
    found: Listed = {}
    try:
        lines = file.open("rb")
    except FileNotFoundError:
        return found, 0
    with lines:
        lines.seek(start)
        for line in lines:
            if not line.endswith(b"\n"):
                break
            start += len(line)
            told = json.loads(line)
            signed = told.pop("signed", "")
            if not hmac.compare_digest(signed, _signature(cipher, told)):
                raise Forged(f"{file}: {told.get('number')}")
            found[told["number"]] = (datetime.fromisoformat(told["at"]), told["why"])
    return found, start


def length(file: Path) -> int:
    return file.stat().st_size if file.exists() else 0


def add(folder: Path, cipher: Cipher, erased: Iterable[tuple[str, datetime, str]]) -> None:
    """Appended behind the last whole line, and synced before it returns.

    What a power cut or a full disk left of a line is cut off first: whatever was appended to it
    could never be read again. One process at a time: what another has written half is not cut.
    """
    lines = []
    for number, at, why in erased:
        facts = {"number": number, "at": at.isoformat(), "why": why}
        lines.append(json.dumps({**facts, "signed": _signature(cipher, facts)}) + "\n")
    if not lines:
        return
    file = path(folder)
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a+b") as out:
        fcntl.flock(out, fcntl.LOCK_EX)  # given back when it is closed, by whatever end
        out.truncate(_whole(out))
        out.write("".join(lines).encode())
        out.flush()
        os.fsync(out.fileno())


def _whole(file: BinaryIO) -> int:
    """The place behind the last line end, looked for from the end."""
    place = file.seek(0, os.SEEK_END)
    while place > 0:
        start = max(place - BLOCK, 0)
        file.seek(start)
        found = file.read(place - start).rfind(b"\n")
        if found >= 0:
            return start + found + 1
        place = start
    return 0
