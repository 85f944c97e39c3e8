"""What a unit has in hand, case by case: who works on it and when the unit's own limit ends."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.domain.people import Actor, mask_text
from hotline.domain.state import IN_HAND
from hotline.domain.words import Role
from hotline.store.find import visible
from hotline.store.ledgers import OfficerRow
from hotline.store.tables import CaseRow, DeadlineRow


@dataclass(frozen=True)
class InHand:
    """One case that the unit owes work on."""

    number: str
    version: int
    title: str
    state: str
    urgency: str
    lead: str
    handler: str  # empty: nobody has signed for it yet
    due_at: datetime | None  # of the unit's own limit


async def in_hand(connection: AsyncConnection, actor: Actor) -> list[InHand]:
    """Those led by the actor's units, the most pressing first; without what the actor is kept out of."""
    finish = (
        (DeadlineRow.case_id == CaseRow.id)
        & (DeadlineRow.promise == "finish")
        & (DeadlineRow.part == "")
        & (DeadlineRow.state == "running")
    )
    seen = visible(actor)
    query = (
        select(
            CaseRow.number,
            CaseRow.version,
            CaseRow.title,
            CaseRow.state,
            CaseRow.urgency,
            CaseRow.lead,
            CaseRow.details["handler"].as_string().label("handler"),
            DeadlineRow.due_at,
        )
        .outerjoin(DeadlineRow, finish)
        .where(
            CaseRow.lead.in_(sorted(actor.units)),
            CaseRow.state.in_([state.value for state in IN_HAND]),
        )
        .order_by(DeadlineRow.due_at, CaseRow.id)
    )
    found = await connection.execute(query if seen is None else query.where(seen))
    return [_of(row) for row in found]


def _of(row: Any) -> InHand:
    return InHand(
        row.number,
        row.version,
        mask_text(row.title),
        row.state,
        row.urgency,
        row.lead,
        row.handler or "",
        row.due_at,
    )


async def clerks(connection: AsyncConnection, units: Collection[str]) -> list[str]:
    """The names of the units' clerks who have an account."""
    found = await connection.execute(
        select(OfficerRow.name)
        .where(
            OfficerRow.role == Role.CLERK.value,
            OfficerRow.department.in_(sorted(units)),
            OfficerRow.disabled.is_(False),
            OfficerRow.machine.is_(False),
        )
        .order_by(OfficerRow.name)
    )
    return list(dict.fromkeys(found.scalars()))
