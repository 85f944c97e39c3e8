"""Facts as rows: which cases are to be folded anew, their timelines in bulk, what was folded.

A save writes the case's name into `fact_todo` in its own transaction; folding is repeatable, so
it may be done late, twice or by several nodes, and an older fold never overwrites a newer one.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any, cast

from sqlalchemy import Table, and_, delete, func, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from hotline.domain.facts import CaseFact, Clock, Folded, Line, Origin, StepFact
from hotline.store.facttables import FactCaseRow, FactStepRow, FactTodoRow
from hotline.store.ledgers import IdentityRow
from hotline.store.tables import CaseRow, DeadlineRow, EntryRow

CASES, STEPS, TODO = (cast(Table, row.__table__) for row in (FactCaseRow, FactStepRow, FactTodoRow))
AGAIN = timedelta(days=90)  # within which a second case of a caller is a repeat
FEED = insert(TODO)
NAMES = tuple(field.name for field in fields(CaseFact))
OF_STEP = tuple(field.name for field in fields(StepFact))


def _newer(dialect: Any) -> Any:
    put = dialect.insert(CASES)
    changed = {c.name: put.excluded[c.name] for c in CASES.c if not c.primary_key}
    return put.on_conflict_do_update(
        index_elements=["case_id"], set_=changed, where=CASES.c.seq <= put.excluded.seq
    )


def _once(dialect: Any) -> Any:
    put = dialect.insert(STEPS)
    changed = {c.name: put.excluded[c.name] for c in STEPS.c if not c.primary_key}
    return put.on_conflict_do_update(index_elements=["case_id", "seq"], set_=changed)


PUT_CASE = {dialect.dialect.name: _newer(dialect) for dialect in (sqlite, postgresql)}
PUT_STEP = {dialect.dialect.name: _once(dialect) for dialect in (sqlite, postgresql)}


@dataclass(frozen=True)
class Timeline:
    """All that one case is folded from."""

    origin: Origin
    lines: Sequence[Line]
    clocks: Sequence[Clock]


async def feed(connection: AsyncConnection, case_ids: Iterable[int]) -> None:
    """In the transaction that changed them."""
    rows = [{"case_id": case_id} for case_id in case_ids]
    if rows:
        await connection.execute(FEED, rows)


async def waiting(connection: AsyncConnection, limit: int) -> list[tuple[int, int]]:
    """(id in the list, case), oldest first."""
    found = await connection.execute(
        select(TODO.c.id, TODO.c.case_id).order_by(TODO.c.id).limit(limit)
    )
    return [(row.id, row.case_id) for row in found]


async def backlog(connection: AsyncConnection) -> int:
    return int((await connection.execute(select(func.count()).select_from(TODO))).scalar_one())


async def timelines(connection: AsyncConnection, case_ids: Sequence[int]) -> list[Timeline]:
    origins = await _origins(connection, case_ids)
    lines: dict[int, list[Line]] = defaultdict(list)
    columns = (EntryRow.seq, EntryRow.at, EntryRow.action, EntryRow.role, EntryRow.after)
    found = await connection.execute(
        select(EntryRow.case_id, *columns)
        .where(EntryRow.case_id.in_(case_ids))
        .order_by(EntryRow.case_id, EntryRow.seq)
    )
    for row in found:
        lines[row.case_id].append(Line(row.seq, row.at, row.action, row.role, row.after))
    clocks = await _clocks(connection, case_ids)
    return [Timeline(one, lines[one.case_id], clocks[one.case_id]) for one in origins]


async def _origins(connection: AsyncConnection, case_ids: Sequence[int]) -> list[Origin]:
    before = await _before(connection, case_ids)
    found = await connection.execute(
        select(
            *(CaseRow.id, CaseRow.number, CaseRow.received_at, CaseRow.channel),
            *(CaseRow.anonymous, CaseRow.previous, CaseRow.details),
        )
        .where(CaseRow.id.in_(case_ids))
        .order_by(CaseRow.id)
    )
    return [
        Origin(
            case_id=row.id,
            number=row.number,
            received_at=row.received_at,
            channel=row.channel,
            anonymous=row.anonymous,
            repeat=bool(row.previous) or _again(row.received_at, before.get(row.id)),
            pressed=any(
                (row.details.get(name) or {}).get("pressed") for name in ("rating", "outcome")
            ),
        )
        for row in found
    ]


def _again(received_at: datetime, before: datetime | None) -> bool:
    return before is not None and received_at - before <= AGAIN


async def _before(connection: AsyncConnection, case_ids: Sequence[int]) -> dict[int, datetime]:
    """When the same caller's case before it was received, found by the keyed hash."""
    own, other, earlier = aliased(IdentityRow), aliased(IdentityRow), aliased(CaseRow)
    same = and_(other.phone_hash == own.phone_hash, other.case_id < own.case_id)
    found = await connection.execute(
        select(own.case_id, func.max(earlier.received_at).label("at"))
        .join(other, same)
        .join(earlier, earlier.id == other.case_id)
        .where(own.case_id.in_(case_ids), own.phone_hash.is_not(None))
        .group_by(own.case_id)
    )
    return {row.case_id: row.at for row in found}


async def _clocks(connection: AsyncConnection, case_ids: Sequence[int]) -> dict[int, list[Clock]]:
    columns = (
        *(DeadlineRow.promise, DeadlineRow.state, DeadlineRow.started_at, DeadlineRow.due_at),
        DeadlineRow.ended_at,
    )
    found = await connection.execute(
        select(DeadlineRow.case_id, *columns)
        .where(DeadlineRow.case_id.in_(case_ids), DeadlineRow.part == "")
        .order_by(DeadlineRow.case_id, DeadlineRow.n)
    )
    clocks: dict[int, list[Clock]] = defaultdict(list)
    for row in found:
        told = row.promise, row.state, row.started_at, row.due_at, row.ended_at
        clocks[row.case_id].append(Clock(*told))
    return clocks


async def put(connection: AsyncConnection, folded: Sequence[Folded]) -> None:
    """An older fold of a case changes nothing; a step's row is the same whenever it is made."""
    dialect = connection.dialect.name
    cases = [vars(one.case) for one in folded]
    steps = [vars(step) for one in folded for step in one.steps]
    if cases:
        await connection.execute(PUT_CASE[dialect], cases)
    if steps:
        await connection.execute(PUT_STEP[dialect], steps)


async def done(connection: AsyncConnection, ids: Sequence[int]) -> None:
    await connection.execute(delete(TODO).where(TODO.c.id.in_(ids)))


async def kept(connection: AsyncConnection, case_ids: Sequence[int]) -> dict[int, CaseFact]:
    found = await connection.execute(select(*CASES.c).where(CASES.c.case_id.in_(case_ids)))
    return {row.case_id: CaseFact(**{name: getattr(row, name) for name in NAMES}) for row in found}


async def kept_steps(
    connection: AsyncConnection, day: date, case_ids: Sequence[int]
) -> dict[int, list[StepFact]]:
    """The steps of one day, by case, in their order."""
    steps: dict[int, list[StepFact]] = defaultdict(list)
    found = await connection.execute(
        select(*STEPS.c)
        .where(STEPS.c.case_id.in_(case_ids), STEPS.c.day == day)
        .order_by(STEPS.c.case_id, STEPS.c.seq)
    )
    for row in found:
        steps[row.case_id].append(StepFact(**{name: getattr(row, name) for name in OF_STEP}))
    return steps
