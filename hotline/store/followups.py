"""What a citizen adds to a case: a receipt of its own, with its outcome from the start."""

import json

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.domain.errors import KeyMismatch
from hotline.store.cipher import Cipher
from hotline.store.counters import count
from hotline.store.inbox import Letter
from hotline.store.tables import IntakeRow


async def follow_up(
    connection: AsyncConnection, cipher: Cipher, letter: Letter, case_id: int
) -> int | None:
    """Writes down what a citizen adds to a case, with its outcome; None: it is there already.

    Raises KeyMismatch when the key is known with another body.
    """
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    place = f"intake.raw.{letter.channel}.{letter.key}"
    made = await connection.execute(
        dialect.insert(IntakeRow)
        .values(
            channel=letter.channel,
            key=letter.key,
            content_hash=letter.content_hash,
            received_at=letter.received_at,
            outcome="followup",
            case_id=case_id,
            attempts=0,
            raw=cipher.lock(json.dumps(letter.raw, ensure_ascii=False), place),
        )
        .on_conflict_do_nothing(index_elements=["channel", "key"])
        .returning(IntakeRow.id)
    )
    row_id: int | None = made.scalar_one_or_none()
    if row_id is None:
        known = select(IntakeRow.content_hash).where(
            IntakeRow.channel == letter.channel, IntakeRow.key == letter.key
        )
        if (await connection.execute(known)).scalar_one() != letter.content_hash:
            raise KeyMismatch
        return None
    await count(connection, letter.received_at, letter.channel, "followup")
    return row_id
