"""Everything that waits for somebody or something: how many, and since when the oldest does."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.domain.state import OPEN
from hotline.store.ledgers import OutboxRow
from hotline.store.receipts import TRIES
from hotline.store.repeattables import AlertRow
from hotline.store.standby import CallTaskRow
from hotline.store.tables import CaseRow, IntakeRow

Queue = tuple[int, datetime | None]
WAITS = IntakeRow.outcome == "pending"
WAITING: dict[str, Any] = {
    "triage": (IntakeRow.received_at, WAITS & (IntakeRow.attempts < TRIES)),
    "unreadable": (IntakeRow.received_at, WAITS & (IntakeRow.attempts >= TRIES)),
    "outbox": (OutboxRow.created_at, OutboxRow.next_at.is_not(None)),
    "parked": (OutboxRow.created_at, OutboxRow.state == "parked"),
    "call_tasks": (CallTaskRow.opened_at, CallTaskRow.state == "open"),
    "alerts": (
        AlertRow.raised_at,
        AlertRow.ended_at.is_(None) & AlertRow.acknowledged_at.is_(None),
    ),
}


async def lengths(connection: AsyncConnection) -> dict[str, Queue]:
    """By name; the open cases by the state that they wait in."""
    found: dict[str, Queue] = {}
    for name, (since, waits) in WAITING.items():
        row = (await connection.execute(select(func.count(), func.min(since)).where(waits))).one()
        found[name] = (row[0], row[1])
    states = select(CaseRow.state, func.count(), func.min(CaseRow.received_at))
    held = {name: (0, None) for name in (f"state:{state.value}" for state in OPEN)}
    by_state = await connection.execute(states.group_by(CaseRow.state))
    counted = {f"state:{row[0]}": (row[1], row[2]) for row in by_state}
    return found | held | {name: one for name, one in counted.items() if name in held}


async def undelivered(connection: AsyncConnection, before: datetime) -> int:
    """Messages that should have left before that moment."""
    late = select(func.count()).where(OutboxRow.next_at < before)
    return (await connection.execute(late)).scalar_one()
