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


async def ids_of_case(connection: AsyncConnection, number: str, limit: int) -> list[int]:
    """The newest letters that belong to a case, newest first."""
    found = await connection.execute(_of_case(select(LetterRow.id), number, limit))
    return [int(one) for one in found.scalars()]


def _of_case(asked: Any, number: str, limit: int) -> Any:
    belongs = LetterRow.number == number, LetterRow.outcome.in_(("case", "followup"))
    return asked.where(*belongs).order_by(LetterRow.id.desc()).limit(limit)


async def of_case(
    connection: AsyncConnection, cipher: Cipher, number: str, limit: int = 5
) -> list[dict[str, Any]]:
    """What is known of the newest letters that belong to a case, newest first: for the thread."""
    found = await connection.execute(_of_case(select(LetterRow.id, LetterRow.facts), number, limit))
    return [open_facts(cipher, row.id, row.facts) for row in found]
