"""What reading a letter found out, kept encrypted beside it: for threads, the tray and replies."""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.store.cipher import Cipher
from hotline.store.mailtables import LetterRow


def lock_facts(cipher: Cipher, letter_id: int, facts: Mapping[str, Any]) -> bytes:
    return cipher.lock(json.dumps(facts, ensure_ascii=False), f"letter.facts.{letter_id}")


def open_facts(cipher: Cipher, letter_id: int, locked: bytes | None) -> dict[str, Any]:
    if locked is None:
        return {}
    found: dict[str, Any] = json.loads(cipher.unlock(locked, f"letter.facts.{letter_id}"))
    return found


async def of_case(
    connection: AsyncConnection, cipher: Cipher, number: str, limit: int = 5
) -> list[dict[str, Any]]:
    """What is known of the newest letters that belong to a case, newest first: for the thread."""
    found = await connection.execute(
        select(LetterRow.id, LetterRow.facts)
        .where(LetterRow.number == number, LetterRow.outcome.in_(("case", "followup")))
        .order_by(LetterRow.id.desc())
        .limit(limit)
    )
    return [open_facts(cipher, row.id, row.facts) for row in found]
