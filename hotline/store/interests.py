"""Cases that somebody is kept out of, as a condition for every list that could tell of them."""

from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.domain.people import Actor
from hotline.store.privacytables import InterestRow
from hotline.store.tables import CaseRow


def _mine(name: str, department: str | None) -> ColumnElement[bool]:
    officer = (InterestRow.kind == "officer") & (InterestRow.of == name)
    unit = (InterestRow.kind == "unit") & (InterestRow.of == (department or ""))
    return or_(officer, unit)


def not_kept_out(actor: Actor) -> ColumnElement[bool]:
    """Of CaseRow: the cases that the actor may know of, as far as interests go."""
    return CaseRow.id.not_in(select(InterestRow.case_id).where(_mine(actor.name, actor.department)))


def numbers_of(name: str, department: str | None) -> Any:
    """The numbers of the cases that somebody is kept out of, as a select."""
    return (
        select(CaseRow.number)
        .join(InterestRow, InterestRow.case_id == CaseRow.id)
        .where(_mine(name, department))
    )


async def kept_from(connection: AsyncConnection, actor: Actor) -> set[str]:
    found = await connection.execute(numbers_of(actor.name, actor.department))
    return set(found.scalars())
