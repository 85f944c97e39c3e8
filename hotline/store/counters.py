"""Receipts per day, channel and outcome: written with the outcome, read by metrics and verify."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from escalation.calendar import ZONE
from hotline.store.mailtables import LetterRow
from hotline.store.tables import CounterRow, IntakeRow

OUTCOMES = (
    "case",
    "followup",
    "duplicate",
    "automatic",
    "bounce",
    "quarantined",
    "refused",
    "pending",
)

ADD = text(
    "INSERT INTO counter (day, channel, outcome, n) VALUES (:day, :channel, :outcome, :n)"
    " ON CONFLICT (day, channel, outcome) DO UPDATE SET n = counter.n + :n"
)


def day_of(moment: datetime) -> str:
    return moment.astimezone(ZONE).strftime("%Y-%m-%d")


async def count(
    connection: AsyncConnection, at: datetime, channel: str, outcome: str, n: int = 1
) -> None:
    await connection.execute(
        ADD, {"day": day_of(at), "channel": channel, "outcome": outcome, "n": n}
    )


async def settle(
    connection: AsyncConnection, intake_id: int, channel: str, outcome: str, case_id: int | None
) -> bool:
    """Gives a pending receipt its one outcome, and counts it on the day it came; False if it had one."""
    changed = await connection.execute(
        update(IntakeRow)
        .where(IntakeRow.id == intake_id, IntakeRow.outcome == "pending")
        .values(outcome=outcome, case_id=case_id)
        .returning(IntakeRow.received_at)
    )
    received_at = changed.scalar_one_or_none()
    if received_at is None:
        return False
    await count(connection, received_at, channel, outcome)
    return True


async def today(connection: AsyncConnection, at: datetime) -> Sequence[tuple[str, str, int]]:
    """(channel, outcome, n) of the day, pending ones counted from the receipts still open."""
    found = await connection.execute(
        select(CounterRow.channel, CounterRow.outcome, CounterRow.n).where(
            CounterRow.day == day_of(at)
        )
    )
    listed = [(row.channel, row.outcome, row.n) for row in found]
    waiting = await connection.execute(
        select(IntakeRow.channel, func.count())
        .where(IntakeRow.outcome == "pending")
        .group_by(IntakeRow.channel)
    )
    unread = await connection.execute(
        select(func.count()).select_from(LetterRow).where(text("outcome = 'pending'"))
    )
    held = {row[0]: int(row[1]) for row in waiting}
    if letters := int(unread.scalar_one()):
        held["mailbox"] = held.get("mailbox", 0) + letters
    return listed + [(channel, "pending", n) for channel, n in held.items()]
