"""A Reading over a pipe: JSON, then the files' bytes; nothing that could run when it is read."""

import json
import struct
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from channels.mailbox.facts import Address, Enclosure, Folded, Reading, Report, Unreadable

LENGTH = struct.Struct("!I")


def packed(outcome: Reading | Unreadable) -> bytes:
    """How long the JSON is, the JSON, the files one after the other."""
    if isinstance(outcome, Unreadable):
        told: dict[str, Any] = {"unreadable": outcome.reason, "kind": outcome.kind}
        files: tuple[Enclosure, ...] = ()
    else:
        files = outcome.attachments
        told = asdict(replace(outcome, attachments=()))
        told["attachments"] = [(one.name, one.type, len(one.body)) for one in files]
    head = json.dumps(told, default=_plain, ensure_ascii=False).encode("utf-8", "replace")
    return b"".join([LENGTH.pack(len(head)), head, *(one.body for one in files)])


def unpacked(data: bytes) -> Reading:
    """Raises Unreadable where that is what was packed."""
    at = LENGTH.size + LENGTH.unpack_from(data)[0]
    told: dict[str, Any] = json.loads(data[LENGTH.size : at])
    if "unreadable" in told:
        raise Unreadable(told["unreadable"], kind=told["kind"])
    files = list[Enclosure]()
    for name, kind, size in told["attachments"]:
        files.append(Enclosure(name, kind, data[at : at + size]))
        at += size
    date, report = told["date"], told["report"]
    lists = {name: tuple(value) for name, value in told.items() if isinstance(value, list)}
    return Reading(
        **{
            **told,
            **lists,
            "sender": Address(**told["sender"]),
            "reply_to": tuple(Address(**one) for one in told["reply_to"]),
            "to": tuple(Address(**one) for one in told["to"]),
            "date": datetime.fromisoformat(date) if date else None,
            "folded": tuple(Folded(**one) for one in told["folded"]),
            "attachments": tuple(files),
            "headers": tuple((name, value) for name, value in told["headers"]),
            "report": Report(**{**report, "failed": tuple(report["failed"])}) if report else None,
        }
    )


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(type(value).__name__)
