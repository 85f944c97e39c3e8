"""A Reading over a pipe: JSON, bytes in base64; nothing that could run when it is read."""

import json
from base64 import b64decode, b64encode
from dataclasses import asdict
from datetime import datetime
from typing import Any

from channels.mailbox.facts import Address, Enclosure, Folded, Reading, Report, Unreadable


def packed(outcome: Reading | Unreadable) -> bytes:
    if isinstance(outcome, Unreadable):
        return json.dumps({"unreadable": outcome.reason, "kind": outcome.kind}).encode()
    return json.dumps(asdict(outcome), default=_plain, ensure_ascii=False).encode(
        "utf-8", "replace"
    )


def unpacked(data: bytes) -> Reading:
    """Raises Unreadable where that is what was packed."""
    told: dict[str, Any] = json.loads(data)
    if "unreadable" in told:
        raise Unreadable(told["unreadable"], kind=told["kind"])
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
            "attachments": tuple(_enclosure(one) for one in told["attachments"]),
            "headers": tuple((name, value) for name, value in told["headers"]),
            "report": Report(**{**report, "failed": tuple(report["failed"])}) if report else None,
        }
    )


def _enclosure(told: dict[str, str]) -> Enclosure:
    return Enclosure(told["name"], told["type"], b64decode(told["body"]))


def _plain(value: object) -> str:
    if isinstance(value, bytes):
        return b64encode(value).decode("ascii")
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(type(value).__name__)
