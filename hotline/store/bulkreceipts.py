"""Receipts of a generated city: each case came in once, was counted, and has used up its number."""

import hashlib
import json
from collections import Counter
from typing import Any, cast

from sqlalchemy import Table
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.domain.facts import CaseFact
from hotline.store import counters
from hotline.store.cipher import Cipher, new_query_code
from hotline.store.inbox import RAISE_NUMBER
from hotline.store.tables import IntakeRow

RECEIPTS = cast(Table, IntakeRow.__table__)


def receipt(fact: CaseFact, title: str, cipher: Cipher) -> dict[str, Any]:
    """The row a live complaint would have left; nobody knows its query code."""
    told = {"title": title, "content": title, "place": {"district": fact.district}}
    key = f"generated-{fact.number}"
    body = json.dumps(told, ensure_ascii=False, sort_keys=True)
    raw = json.dumps({**told, "told": told}, ensure_ascii=False)
    return {
        "channel": fact.channel,
        "key": key,
        "content_hash": hashlib.sha256(body.encode("utf-8", "surrogatepass")).hexdigest(),
        "number": fact.number,
        "query_hash": cipher.hash_code(fact.number, new_query_code()),
        "received_at": fact.received_at,
        "outcome": "case",
        "case_id": fact.case_id,
        "attempts": 1,
        "raw": cipher.lock(raw, f"intake.raw.{fact.channel}.{key}"),
    }


class Tally:
    """What the rows written so far come to, by the day of receipt."""

    def __init__(self) -> None:
        self._numbers: Counter[str] = Counter()
        self._receipts: Counter[tuple[str, str]] = Counter()

    def add(self, fact: CaseFact, *, received: bool) -> None:
        """`received`: with a receipt of its own, which the day's counter must know of."""
        self._numbers[f"{fact.day:%Y%m%d}"] += 1
        if received:
            self._receipts[fact.day.isoformat(), fact.channel] += 1

    async def write(self, connection: AsyncConnection) -> None:
        """Once, after the rows: the next live complaint of a day gets the next number."""
        for day, n in self._numbers.items():
            await connection.execute(RAISE_NUMBER, {"day": day, "wanted": n})
        for (day, channel), n in self._receipts.items():
            told = {"day": day, "channel": channel, "outcome": "case", "n": n}
            await connection.execute(counters.ADD, told)
