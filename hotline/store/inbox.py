"""Raw intake first: gathered commits, case numbers, and what was answered under a key.

Rows are insert-only, so they are gathered, and each caller is answered only after the commit that
covers its row (`gathering`).
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from escalation.calendar import ZONE
from hotline.store.cipher import Cipher, new_query_code
from hotline.store.database import Store
from hotline.store.gathering import Gathering
from hotline.store.tables import AnswerRow, IntakeRow

GATHER_ROWS = 64
KEYS_KEPT = timedelta(days=7)


@dataclass(frozen=True)
class Letter:
    """What came in, as it is written down: channel and key make it one; `raw` is all of it."""

    channel: str
    key: str
    content_hash: str
    received_at: datetime
    raw: dict[str, Any]
    answer_scope: str | None = None  # given: the answer is kept for replay under the key
    outcome: str = "pending"


@dataclass(frozen=True)
class Kept:
    """What the sender is told once the row is on disk; not `fresh`: it was there before."""

    id: int
    number: str
    query_code: str | None
    received_at: datetime
    fresh: bool
    content_hash: str


class Inbox:
    """The one writer of receipts in this process."""

    def __init__(self, store: Store, cipher: Cipher) -> None:
        self._store = store
        self._cipher = cipher
        self._gathering = Gathering("inbox", self._commit, GATHER_ROWS)

    def start(self) -> None:
        self._gathering.start()

    async def stop(self) -> None:
        await self._gathering.stop()

    async def keep(self, letter: Letter) -> Kept:
        """Returns when the letter is on disk, or raises what kept it from getting there."""
        return await self._gathering.put(letter)

    async def enter(self, connection: AsyncConnection, letter: Letter) -> Kept:
        """Within a unit of work that keeps more than this receipt; its outcome stands or falls
        with it."""
        number = (await give_numbers(connection, [letter.received_at]))[0]
        return await self._insert(connection, letter, number)

    async def _commit(self, letters: Sequence[Letter]) -> list[Kept]:
        async with self._store.write() as connection:
            numbers = await give_numbers(connection, [letter.received_at for letter in letters])
            return [
                await self._insert(connection, letter, number)
                for letter, number in zip(letters, numbers, strict=True)
            ]

    async def _insert(self, connection: AsyncConnection, letter: Letter, number: str) -> Kept:
        code = new_query_code()
        found = await connection.execute(
            self._insert_new(IntakeRow)
            .values(
                channel=letter.channel,
                key=letter.key,
                content_hash=letter.content_hash,
                number=number,
                query_hash=self._cipher.hash_code(number, code),
                received_at=letter.received_at,
                outcome=letter.outcome,
                attempts=0,
                raw=self._cipher.lock(
                    json.dumps(letter.raw, ensure_ascii=False),
                    f"intake.raw.{letter.channel}.{letter.key}",
                ),
            )
            .on_conflict_do_nothing(index_elements=["channel", "key"])
            .returning(IntakeRow.id)
        )
        row_id = found.scalar_one_or_none()
        if row_id is None:
            return await self._known(connection, letter)
        kept = Kept(row_id, number, code, letter.received_at, True, letter.content_hash)
        if letter.answer_scope:
            await self._keep_answer(connection, letter, kept)
        return kept

    async def _known(self, connection: AsyncConnection, letter: Letter) -> Kept:
        row = (
            await connection.execute(
                select(
                    IntakeRow.id, IntakeRow.number, IntakeRow.received_at, IntakeRow.content_hash
                ).where(IntakeRow.channel == letter.channel, IntakeRow.key == letter.key)
            )
        ).one()
        code = await connection.execute(
            select(AnswerRow.body).where(
                AnswerRow.scope == (letter.answer_scope or ""), AnswerRow.key == letter.key
            )
        )
        body = code.scalar_one_or_none()
        place = f"answer.body.{letter.answer_scope}.{letter.key}"
        query_code = self._cipher.unlock(body, place) if body is not None else None
        return Kept(row.id, row.number, query_code, row.received_at, False, row.content_hash)

    async def _keep_answer(self, connection: AsyncConnection, letter: Letter, kept: Kept) -> None:
        place = f"answer.body.{letter.answer_scope}.{letter.key}"
        await connection.execute(
            self._insert_new(AnswerRow).values(
                scope=letter.answer_scope,
                key=letter.key,
                request_hash=letter.content_hash,
                status=201,
                body=self._cipher.lock(kept.query_code or "", place),
                created_at=letter.received_at,
            )
        )

    def _insert_new(self, table: Any) -> Any:
        return (sqlite if self._store.sqlite else postgresql).insert(table)


async def give_numbers(connection: AsyncConnection, moments: list[datetime]) -> list[str]:
    """Case numbers YYYYMMDD-NNNNNN by the day of receipt in the city; gaps are allowed."""
    days = [moment.astimezone(ZONE).strftime("%Y%m%d") for moment in moments]
    last: dict[str, int] = {}
    for day in sorted(set(days)):
        wanted = days.count(day)
        raised = await connection.execute(RAISE_NUMBER, {"day": day, "wanted": wanted})
        last[day] = raised.scalar_one() - wanted
    numbers = []
    for day in days:
        last[day] += 1
        numbers.append(f"{day}-{last[day]:06d}")
    return numbers


RAISE_NUMBER = text(
    "INSERT INTO number_day (day, last) VALUES (:day, :wanted)"
    " ON CONFLICT (day) DO UPDATE SET last = number_day.last + :wanted RETURNING last"
)


async def forget_answers(connection: AsyncConnection, now: datetime) -> int:
    """Answers older than seven days go; the receipts themselves stay."""
    gone = await connection.execute(delete(AnswerRow).where(AnswerRow.created_at < now - KEYS_KEPT))
    return gone.rowcount
