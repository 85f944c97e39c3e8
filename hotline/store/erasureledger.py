"""The list of erasures outside the database (删除台账): a restored backup is held against it.

It names numbers and moments, nobody; each line is signed, so that no one erases by writing to it.
It lies among the anchors, of which a copy is kept elsewhere anyway.
"""

import hashlib
import hmac
import json
import os
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from hotline.store.cipher import Cipher

FILE = "erasures.jsonl"


class Forged(Exception):
    """A line that was not written by this hotline."""


def path(folder: Path) -> Path:
    return folder / "anchors" / FILE


def _signature(cipher: Cipher, facts: dict[str, Any]) -> str:
    body = json.dumps(facts, ensure_ascii=False, sort_keys=True).encode()
    return hmac.new(cipher.signing_key("erasures"), body, hashlib.sha256).hexdigest()


def read(file: Path, cipher: Cipher) -> dict[str, tuple[datetime, str]]:
    """number -> when and why; a last line that was cut short by a power cut is no line."""
    try:
        lines = file.read_text("utf-8").split("\n")
    except FileNotFoundError:
        return {}
    found: dict[str, tuple[datetime, str]] = {}
    for line in lines[:-1]:
        told = json.loads(line)
        signed = told.pop("signed", "")
        if not hmac.compare_digest(signed, _signature(cipher, told)):
            raise Forged(f"{file}: {told.get('number')}")
        found[told["number"]] = (datetime.fromisoformat(told["at"]), told["why"])
    return found


def add(folder: Path, cipher: Cipher, erased: Iterable[tuple[str, datetime, str]]) -> None:
    """Appended and synced before it returns."""
    lines = []
    for number, at, why in erased:
        facts = {"number": number, "at": at.isoformat(), "why": why}
        lines.append(json.dumps({**facts, "signed": _signature(cipher, facts)}) + "\n")
    if not lines:
        return
    file = path(folder)
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a", encoding="utf-8") as out:
        out.write("".join(lines))
        out.flush()
        os.fsync(out.fileno())
