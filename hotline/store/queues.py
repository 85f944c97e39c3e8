"""Everything that waits for somebody or something: how many, and since when the oldest does."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.domain.state import OPEN
from hotline.store.articletables import ArticleVersionRow
from hotline.store.calltables import CallEventRow, MissedRow, RestrictionRow
from hotline.store.facttables import ExportRow, FactTodoRow
from hotline.store.guardtables import RightRow
from hotline.store.ledgers import OutboxRow, StumbleRow
from hotline.store.mailtables import LetterRow
from hotline.store.ordertables import OrderRow
from hotline.store.plans import DepartmentPlanRow
from hotline.store.privacytables import PrivacyRequestRow
from hotline.store.receipts import TRIES
from hotline.store.repeattables import AlertRow, SignatureRow
from hotline.store.standby import CallTaskRow
from hotline.store.tables import CaseRow, EntryRow, IntakeRow, RequestRow
from hotline.store.typicaltables import TypicalRow

Queue = tuple[int, datetime | None]
NAMED = 30  # of the oldest that are looked at for an age
WAITS = IntakeRow.outcome == "pending"
# The machine's own: each is worked off by a tick, and an old one is a fault.
MACHINES: dict[str, Any] = {
    "triage": (IntakeRow.received_at, WAITS & (IntakeRow.attempts < TRIES)),
    "outbox": (OutboxRow.created_at, OutboxRow.next_at.is_not(None)),
    "letters": (LetterRow.received_at, LetterRow.outcome == "pending"),
    "call_events": (CallEventRow.received_at, text("NOT folded")),
    "words": (CaseRow.received_at, text("NOT worded")),
    "repeats": (SignatureRow.at, text("NOT swept")),
    "exports": (ExportRow.asked_at, ExportRow.state.in_(("waiting", "running"))),
    "rungs_failing": (StumbleRow.first_at, StumbleRow.ended_at.is_(None)),
}
# People's: an old one is told to them by its own reminder, not as a fault of the hotline's.
PEOPLES: dict[str, Any] = {
    "unreadable": (IntakeRow.received_at, WAITS & (IntakeRow.attempts >= TRIES)),
    "parked": (OutboxRow.created_at, OutboxRow.state == "parked"),
    "tray": (LetterRow.tray_at, LetterRow.tray.is_not(None)),
    "call_tasks": (CallTaskRow.opened_at, CallTaskRow.state == "open"),
    "missed_calls": (MissedRow.opened_at, text("state = 'open'")),
    "restrictions": (RestrictionRow.asked_at, RestrictionRow.state == "asked"),
    "requests": (RequestRow.asked_at, RequestRow.state == "asked"),
    "orders": (OrderRow.issued_at, OrderRow.state.in_(("issued", "returned"))),
    "privacy": (PrivacyRequestRow.at, text("state = 'waiting'")),
    "rights": (RightRow.at, text("state = 'waiting'")),
    "departments": (DepartmentPlanRow.asked_at, DepartmentPlanRow.state == "asked"),
    "articles": (ArticleVersionRow.submitted_at, ArticleVersionRow.stage == "submitted"),
    "typicals": (TypicalRow.written_at, TypicalRow.stage == "submitted"),
    "alerts": (
        AlertRow.raised_at,
        AlertRow.ended_at.is_(None) & AlertRow.acknowledged_at.is_(None),
    ),
}
WAITING = MACHINES | PEOPLES
# A line of what is to be folded says no moment: its case's newest entry does.
OLDEST = select(FactTodoRow.case_id).order_by(FactTodoRow.id).limit(NAMED).subquery()
SAVED = select(func.min(EntryRow.at)).where(
    EntryRow.case_id == CaseRow.id,
    EntryRow.seq == CaseRow.last_seq,
    CaseRow.id.in_(select(OLDEST.c.case_id)),
)
# What has ended is all of history, and is not read.
BY_STATE = (
    select(CaseRow.state, func.count(), func.min(CaseRow.received_at))
    .where(CaseRow.state.in_([state.value for state in sorted(OPEN)]))
    .group_by(CaseRow.state)
)
ALL = ("figures", *WAITING, *(f"state:{state.value}" for state in sorted(OPEN)))


async def waiting(connection: AsyncConnection) -> dict[str, Queue]:
    """By name, without the cases: each is an index over what waits, so it costs next to nothing."""
    found: dict[str, Queue] = {}
    for name, (since, waits) in WAITING.items():
        row = (await connection.execute(select(func.count(), func.min(since)).where(waits))).one()
        found[name] = (row[0], row[1])
    return found | {"figures": await _figures(connection)}


async def lengths(connection: AsyncConnection) -> dict[str, Queue]:
    """By name, ALL of them; the open cases by the state that they wait in."""
    found = await waiting(connection)
    held = {name: (0, None) for name in (f"state:{state.value}" for state in OPEN)}
    by_state = await connection.execute(BY_STATE)
    counted = {f"state:{row[0]}": (row[1], row[2]) for row in by_state}
    return found | held | {name: one for name, one in counted.items() if name in held}


async def _figures(connection: AsyncConnection) -> Queue:
    """Cases that were saved and are not in the figures yet."""
    counted = select(func.count()).select_from(FactTodoRow)
    n: int = (await connection.execute(counted)).scalar_one()
    return n, (await connection.execute(SAVED)).scalar_one() if n else None


async def undelivered(connection: AsyncConnection, before: datetime) -> int:
    """Messages that should have left before that moment."""
    late = select(func.count()).where(OutboxRow.next_at < before)
    return (await connection.execute(late)).scalar_one()
