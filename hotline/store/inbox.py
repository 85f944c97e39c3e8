"""Raw intake first: gathered commits, case numbers, and what was answered under a key.

Rows are insert-only, so they are gathered, and each caller is answered only after the commit that
covers its row (`gathering`).
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Table, delete, insert, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from escalation.calendar import ZONE
from hotline.store.cipher import Cipher, new_query_code
from hotline.store.database import Store
from hotline.store.gathering import Gathering
from hotline.store.tables import AnswerRow, IntakeRow

GATHER_ROWS = 64
INSERT = {
    dialect.dialect.name: dialect.insert(IntakeRow.__table__)
    .on_conflict_do_nothing(index_elements=["channel", "key"])
    .returning(IntakeRow.id, IntakeRow.number)
    for dialect in (sqlite, postgresql)
}
ANSWER = insert(cast(Table, AnswerRow.__table__))
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

    def delay(self) -> float:
        """Seconds that an acknowledgement takes of late, as far as it waits for the commit."""
        return self._gathering.delay()

    async def enter(self, connection: AsyncConnection, letter: Letter) -> Kept:
        """Within a unit of work that keeps more than this receipt; its outcome stands or falls
        with it."""
        return (await self._keep(connection, [letter]))[0]

    async def _commit(self, letters: Sequence[Letter]) -> list[Kept]:
        async with self._store.write(first=True) as connection:
            return await self._keep(connection, letters)

    async def _keep(self, connection: AsyncConnection, letters: Sequence[Letter]) -> list[Kept]:
        """One statement for all of them; a letter whose key was there already gets no row."""
        numbers = await give_numbers(connection, [letter.received_at for letter in letters])
        told = list(zip(letters, numbers, (new_query_code() for _ in letters), strict=True))
        dialect = connection.dialect.name
        # In the order of their keys: two nodes that keep the same letters never wait in a circle.
        values = [self._values(*one) for one in sorted(told, key=lambda one: _place(one[0]))]
        made = {row.number: row.id for row in await connection.execute(INSERT[dialect], values)}
        answers = [
            self._answer(letter, code)
            for letter, number, code in told
            if number in made and letter.answer_scope
        ]
        if answers:
            await connection.execute(ANSWER, answers)
        return [
            Kept(made[number], number, code, letter.received_at, True, letter.content_hash)
            if number in made
            else await self._known(connection, letter)
            for letter, number, code in told
        ]

    def _values(self, letter: Letter, number: str, code: str) -> dict[str, Any]:
        return {
            "channel": letter.channel,
            "key": letter.key,
            "content_hash": letter.content_hash,
            "number": number,
            "query_hash": self._cipher.hash_code(number, code),
            "received_at": letter.received_at,
            "outcome": letter.outcome,
            "attempts": 0,
            "raw": self._cipher.lock(
                json.dumps(letter.raw, ensure_ascii=False),
                f"intake.raw.{letter.channel}.{letter.key}",
            ),
        }

    def _answer(self, letter: Letter, code: str) -> dict[str, Any]:
        place = f"answer.body.{letter.answer_scope}.{letter.key}"
        return {
            "scope": letter.answer_scope,
            "key": letter.key,
            "request_hash": letter.content_hash,
            "status": 201,
            "body": self._cipher.lock(code, place),
            "created_at": letter.received_at,
        }

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


def _place(letter: Letter) -> tuple[str, str]:
    return letter.channel, letter.key


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
