"""Which open cases wait for something that time or a new version brings: resuming, recounting."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from escalation.clock import past_list
from escalation.ladder import rungs_from_json
from hotline.domain.people import Actor
from hotline.store.cursors import Paged, Place, behind
from hotline.store.interests import not_kept_out
from hotline.store.tables import CaseRow, DeadlineRow

# In the words of the partial index, which is used for no others.
PROVISIONAL = text("provisional AND ended_at IS NULL")


async def to_resume(
    connection: AsyncConnection, now: datetime, after: Place, limit: int
) -> Paged[int]:
    """Cases with a stopped clock that was to run on by itself before now, longest waiting first; one
    with several such clocks comes as often."""
    moment = DeadlineRow.resume_at
    found = await connection.execute(
        select(moment, DeadlineRow.id, DeadlineRow.case_id)
        .where(moment <= now, behind(moment, DeadlineRow.id, after))
        .order_by(moment, DeadlineRow.id)
        .limit(limit)
    )
    rows = found.all()
    ended = (rows[-1].resume_at, rows[-1].id) if len(rows) == limit else None
    return [row.case_id for row in rows], ended


async def provisional(connection: AsyncConnection, after: int, limit: int) -> Sequence[int]:
    """Cases with a live deadline that was counted on a plain week, by id from `after` on."""
    found = await connection.execute(
        select(DeadlineRow.case_id)
        .where(PROVISIONAL, DeadlineRow.case_id > after)
        .group_by(DeadlineRow.case_id)
        .order_by(DeadlineRow.case_id)
        .limit(limit)
    )
    return list(found.scalars())


async def lit_past_the_list(connection: AsyncConnection, last_year: int) -> Sequence[int]:
    """Cases with a certain end, but with rungs still to come past the list they were counted by.

    Only rows counted by another list than the one that ends with `last_year` are looked at.
    """
    found = await connection.execute(
        select(
            DeadlineRow.case_id,
            DeadlineRow.rungs,
            DeadlineRow.climbed,
            DeadlineRow.calendar_version,
        )
        .where(
            DeadlineRow.next_at.is_not(None),
            ~DeadlineRow.provisional,
            DeadlineRow.calendar_version.not_like(f"% to {last_year}%"),
        )
        .order_by(DeadlineRow.next_at, DeadlineRow.id)
    )
    cases = [row.case_id for row in found if _past_list(row)]
    return list(dict.fromkeys(cases))


def _past_list(row: Any) -> bool:
    to_come = (mark.at for mark in rungs_from_json(row.rungs[row.climbed :]))
    return past_list(to_come, row.calendar_version)


async def how_many_provisional(connection: AsyncConnection) -> int:
    """Live deadlines that were counted on a plain week."""
    found = await connection.execute(
        select(func.count()).select_from(DeadlineRow).where(PROVISIONAL)
    )
    return found.scalar_one()


async def under_other_terms(
    connection: AsyncConnection, version: str, after: int, limit: int
) -> Sequence[int]:
    """Open cases with a live promise under another version of the terms, by id from `after` on."""
    found = await connection.execute(
        select(DeadlineRow.case_id)
        .where(
            DeadlineRow.state.in_(("running", "paused")),
            DeadlineRow.terms_version != version,
            DeadlineRow.part == "",
            DeadlineRow.case_id > after,
        )
        .group_by(DeadlineRow.case_id)
        .order_by(DeadlineRow.case_id)
        .limit(limit)
    )
    return list(found.scalars())


async def next_under_other_terms(
    connection: AsyncConnection, version: str, actor: Actor, limit: int
) -> Sequence[str]:
    """Numbers of the cases that new terms would touch, the next due first; none kept from the actor."""
    found = await connection.execute(
        select(CaseRow.number)
        .join(DeadlineRow, DeadlineRow.case_id == CaseRow.id)
        .where(
            DeadlineRow.state.in_(("running", "paused")),
            DeadlineRow.terms_version != version,
            DeadlineRow.part == "",
            not_kept_out(actor),
        )
        .group_by(CaseRow.id, CaseRow.number)
        .order_by(func.min(DeadlineRow.due_at), CaseRow.id)
        .limit(limit)
    )
    return list(found.scalars())
