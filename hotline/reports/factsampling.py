"""The call-back sample of a period, drawn from the facts, and the estimate from what was heard."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.domain import sampling
from hotline.domain.people import Actor
from hotline.domain.state import State
from hotline.reports.factqueries import Span
from hotline.reports.sampling import Stratum, estimated
from hotline.store.facttables import FactCaseRow as F
from hotline.store.interests import tells
from hotline.store.ledgers import IdentityRow
from hotline.store.tables import CaseRow


async def told(connection: AsyncConnection, span: Span, n: int, actor: Actor) -> dict[str, Any]:
    """A department and a type are a stratum; who was reached already is not drawn again, nor what
    the reader is kept out of."""
    due = [*span.days(), F.closed_at.is_not(None), F.dispatched_at.is_not(None)]
    unheard = (F.reached.is_(False), F.solved.is_(None), tells(actor, F.number))
    open_ = await connection.execute(select(F.department, F.type, F.number).where(*due, *unheard))
    cases = [((row.department or "", row.type), row.number) for row in open_]
    seed = f"{span.first}..{span.last}"
    drawn = sampling.drawn(cases, n, seed) if cases else {}
    return {
        "drawn": [
            {"unit": key[0], "type": key[1], "numbers": found} for key, found in drawn.items()
        ],
        "solved": await _estimate(connection, due, F.solved.is_not(None), F.solved.is_(True)),
        "satisfied": await _estimate(
            connection, due, F.satisfaction.is_not(None), F.satisfaction >= 3
        ),
    }


async def lot(connection: AsyncConnection, since: datetime, n: int, seed: str) -> list[int]:
    """The ids of `n` cases closed since then that nobody was asked about and that have a number."""
    unheard = (F.reached.is_(False), F.solved.is_(None), CaseRow.anonymous.is_(False))
    found = await connection.execute(
        select(F.department, F.type, F.number, F.case_id)
        .join(CaseRow, CaseRow.id == F.case_id)
        .join(IdentityRow, IdentityRow.case_id == F.case_id)
        .where(CaseRow.closed_at >= since, F.dispatched_at.is_not(None), *unheard)
        .where(CaseRow.state == State.CLOSED.value, IdentityRow.phone_hash.is_not(None))
    )
    rows = found.all()
    cases = [((row.department or "", row.type), row.number) for row in rows]
    drawn = sampling.drawn(cases, n, seed, least=0) if cases else {}
    ids = {row.number: row.case_id for row in rows}
    return [ids[number] for numbers in drawn.values() for number in numbers]


async def _estimate(
    connection: AsyncConnection, due: list[Any], asked: Any, yes: Any
) -> dict[str, float] | None:
    found = await connection.execute(
        select(func.count().label("n"), func.count(case((asked, 1))), func.count(case((yes, 1))))
        .where(*due)
        .group_by(F.department, F.type)
    )
    heard = estimated([Stratum(*row) for row in found])
    return asdict(heard) if heard else None
