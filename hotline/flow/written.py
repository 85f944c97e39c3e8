"""What came in, as it is written down: the receipt's facts and their hash."""

import hashlib
import json
from dataclasses import asdict
from datetime import datetime
from typing import Any

from channels.message import LATER, Incoming
from hotline.store.inbox import Letter


def letter_of(incoming: Incoming, scope: str | None, facts: dict[str, Any]) -> Letter:
    """What came in as it is written down."""
    body = asdict(incoming) | {"facts": facts, "raw": ""}
    return Letter(
        channel=incoming.channel,
        key=incoming.key,
        content_hash=content_hash(incoming),
        received_at=incoming.received_at,
        raw=json.loads(json.dumps(body, default=_plain)),
        answer_scope=scope,
    )


def content_hash(incoming: Incoming) -> str:
    """Over what the citizen sent, not over when or how often."""
    sent = {**asdict(incoming), "received_at": None, "raw": None}
    # The same file sent again with a form is another token, not another complaint.
    sent["attachments"] = [(one.name, one.size, one.type) for one in incoming.attachments]
    # A receipt of before these were asked for has the hash that it had.
    sent = {name: value for name, value in sent.items() if name not in LATER or value is not None}
    body = json.dumps(sent, default=_plain, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(body.encode("utf-8", "surrogatepass")).hexdigest()


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else str(value)
