"""Cases that somebody is kept out of, as a condition for every list that could tell of them."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, bindparam, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.domain.people import Actor
from hotline.store.calltables import CallCaseRow
from hotline.store.privacytables import InterestRow
from hotline.store.tables import CaseRow


def _mine(name: Any, unit: Any) -> ColumnElement[bool]:
    officer = (InterestRow.kind == "officer") & (InterestRow.of == name)
    return or_(officer, (InterestRow.kind == "unit") & (InterestRow.of == unit))


def not_kept_out(actor: Actor) -> ColumnElement[bool]:
    """Of CaseRow: the cases that the actor may know of, as far as interests go."""
    return CaseRow.id.not_in(
        select(InterestRow.case_id).where(_mine(actor.name, actor.department or ""))
    )


NUMBERS = select(CaseRow.number).join(InterestRow, InterestRow.case_id == CaseRow.id)
# Asked with every case that is looked at: built once.
KEPT_FROM = NUMBERS.where(_mine(bindparam("name"), bindparam("unit")))


def numbers_of(name: str, department: str | None) -> Any:
    """The numbers of the cases that somebody is kept out of, as a select."""
    return NUMBERS.where(_mine(name, department or ""))


def tells(actor: Actor, number: Any) -> ColumnElement[bool]:
    """Of a row that names a case by its number, or none: whether the actor may know of it."""
    mine = numbers_of(actor.name, actor.department)
    return or_(number.is_(None), number.not_in(mine))


def calls_kept_from(actor: Actor) -> Any:
    """The ids of the calls that belong to a case that somebody is kept out of, as a select."""
    mine = numbers_of(actor.name, actor.department)
    return select(CallCaseRow.call_id).where(CallCaseRow.number.in_(mine))


async def in_call(connection: AsyncConnection, actor: Actor, call_id: str) -> bool:
    """Whether a call belongs to such a case."""
    mine = calls_kept_from(actor).where(CallCaseRow.call_id == call_id).limit(1)
    return (await connection.execute(mine)).first() is not None


async def since(connection: AsyncConnection, wish: Mapping[str, Any]) -> bool:
    """Whether somebody was kept out of a case after a file of cases was made for them."""
    units = [] if wish["units"] == "*" else wish["units"].split("|")
    unit = (InterestRow.kind == "unit") & InterestRow.of.in_(units)
    officer = (InterestRow.kind == "officer") & (InterestRow.of == wish["officer"])
    later = select(InterestRow.id).where(or_(officer, unit), InterestRow.at >= wish["asked_at"])
    return (await connection.execute(later.limit(1))).first() is not None


def kept_from_any(name: str, units: Sequence[str]) -> Any:
    """The ids of the cases that an officer, or one of the units, is kept out of."""
    unit = (InterestRow.kind == "unit") & InterestRow.of.in_(units)
    officer = (InterestRow.kind == "officer") & (InterestRow.of == name)
    return select(InterestRow.case_id).where(or_(officer, unit))


async def kept_from(connection: AsyncConnection, actor: Actor) -> set[str]:
    mine = {"name": actor.name, "unit": actor.department or ""}
    found = await connection.execute(KEPT_FROM, mine)
    return set(found.scalars())
