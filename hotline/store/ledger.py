"""What may be checked: audit chains, the conservation equation, the invariants; memory stays flat.

Everything is read in one transaction, so that a hotline at work is checked as it stood at one
moment, and in pages by id, so that a million cases need no more memory than two hundred.
"""

from array import array
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.store import (
    anchorchecks,
    copies,
    erasing,
    letterchecks,
    logchecks,
    orderchecks,
    privacychecks,
    receiptchecks,
    rows,
    ties,
)
from hotline.store.casechecks import Kept, Rung, Stumbled, Ticks, check
from hotline.store.cipher import Cipher
from hotline.store.conservation import conservation
from hotline.store.database import Store
from hotline.store.findings import Broken
from hotline.store.ledgers import StumbleRow, TickRow
from hotline.store.ordertables import OrderRow
from hotline.store.tables import CaseRow, DeadlineRow, EntryRow, RungRow

PAGE, BLOCK = 200, 50  # cases read at once: by `verify`, and beside the work of a hotline
LISTED = 1000  # so many broken places are named; the rest are only counted


@dataclass
class Verdict:
    """What `verify` found: the equation channel by channel, and the places that are broken."""

    channels: dict[str, dict[str, int]] = field(default_factory=dict)
    broken: list[Broken] = field(default_factory=list)
    broken_in_all: int = 0
    cases: int = 0
    entries: int = 0

    @property
    def ok(self) -> bool:
        return not self.broken_in_all

    def add(self, problem: Broken) -> None:
        self.broken_in_all += 1
        if len(self.broken) < LISTED:
            self.broken.append(problem)


async def verify(store: Store, cipher: Cipher, folder: Path, now: datetime) -> Verdict:
    """Checks the whole database, and the attachments in `folder`, as they stand now."""
    verdict = Verdict()
    async with snapshot(store) as connection:
        verdict.channels, unbalanced = await conservation(connection)
        for problem in unbalanced:
            verdict.add(problem)
        async for kept in _cases(connection, verdict):
            verdict.cases += 1
            verdict.entries += len(kept.entries)
        for checks in (
            receiptchecks.effects(connection, cipher),
            letterchecks.letters_agree(connection, cipher),
            orderchecks.numbers(connection),
            ties.check(connection),
            logchecks.notices(connection),
            logchecks.reveals(connection),
            logchecks.acts(connection),
            privacychecks.erasures(connection, cipher, folder),
            logchecks.files_agree(connection, folder, now),
            anchorchecks.check(connection, cipher, folder),
        ):
            async for problem in checks:
                verdict.add(problem)
    return verdict


@asynccontextmanager
async def snapshot(store: Store) -> AsyncIterator[AsyncConnection]:
    """One transaction that sees one moment; SQLite's readers do so of themselves."""
    async with store.read() as connection:
        if not store.sqlite:
            await connection.execution_options(isolation_level="REPEATABLE READ")
        yield connection


async def _ticks(connection: AsyncConnection) -> Ticks:
    moments, last = array("d"), 0
    while True:
        page = await connection.execute(
            select(TickRow.id, TickRow.at).where(TickRow.id > last).order_by(TickRow.id).limit(5000)
        )
        found = page.all()
        moments.extend(row.at.timestamp() for row in found)
        if len(found) < 5000:
            return Ticks(array("d", sorted(moments)))
        last = found[-1].id


async def _cases(connection: AsyncConnection, verdict: Verdict) -> AsyncIterator[Kept]:
    """Every case, checked on the way."""
    ticks, last = await _ticks(connection), 0
    erased = await erasing.erased_ids(connection)
    while True:
        found = await connection.execute(
            select(*CaseRow.__table__.c).where(CaseRow.id > last).order_by(CaseRow.id).limit(PAGE)
        )
        page = found.all()
        async for kept in _loaded(connection, page, verdict, erased):
            for problem in check(kept, ticks):
                verdict.add(problem)
            yield kept
        if len(page) < PAGE:
            return
        last = page[-1].id


async def block(store: Store, n: int) -> Verdict:
    """The cases of the n-th block of ids, from 0 on, without I5: a part that a busy hotline bears."""
    verdict, span = Verdict(), (n * BLOCK + 1, (n + 1) * BLOCK)
    async with snapshot(store) as connection:
        rows_ = select(*CaseRow.__table__.c).where(CaseRow.id.between(*span)).order_by(CaseRow.id)
        page = (await connection.execute(rows_)).all()
        erased = await erasing.erased_ids(connection, span)
        async for kept in _loaded(connection, page, verdict, erased):
            verdict.cases += 1
            for problem in check(kept, None):
                verdict.add(problem)
        async for problem in ties.check(connection, span):
            verdict.add(problem)
    return verdict


async def blocks(connection: AsyncConnection, numbers: Sequence[str] = ()) -> list[int]:
    """Every block of ids that there is; or those in which the cases of these numbers lie."""
    if numbers:
        found = await connection.execute(select(CaseRow.id).where(CaseRow.number.in_(numbers)))
        return sorted({(row.id - 1) // BLOCK for row in found})
    newest = (await connection.execute(select(func.max(CaseRow.id)))).scalar_one() or 0
    return list(range(-(-newest // BLOCK)))


async def _loaded(
    connection: AsyncConnection, page: Sequence[Any], verdict: Verdict, erased: dict[int, int]
) -> AsyncIterator[Kept]:
    if not page:
        return
    span = (page[0].id, page[-1].id)
    beside = {
        table: await _of(connection, table, span, order)
        for table, order in (
            (DeadlineRow, DeadlineRow.n),
            (EntryRow, EntryRow.seq),
            (RungRow, RungRow.deadline_n),
            (OrderRow, OrderRow.id),
            (StumbleRow, StumbleRow.id),
        )
    }
    for row in page:
        try:
            kept = _kept(row, {table: found.get(row.id, []) for table, found in beside.items()})
            gone = await copies.erased(connection, kept.entries)
            kept = replace(kept, emptied=erased.get(row.id, 0), gone=gone)
        except (ValueError, KeyError, TypeError) as error:
            verdict.add(Broken("I7", row.number, f"cannot be read: {type(error).__name__}"))
            continue
        yield kept


async def _of(
    connection: AsyncConnection, table: Any, span: tuple[int, int], order: Any
) -> dict[int, list[Any]]:
    """A page of cases' rows in another table, by case."""
    found = await connection.execute(
        select(*table.__table__.c)
        .where(table.case_id.between(*span))
        .order_by(table.case_id, order)
    )
    listed: dict[int, list[Any]] = {}
    for row in found:
        listed.setdefault(row.case_id, []).append(row)
    return listed


def _kept(row: Any, beside: dict[Any, list[Any]]) -> Kept:
    case = rows.case_from(row)
    case.deadlines = {d.n: rows.deadline_from(d) for d in beside[DeadlineRow]}
    case.orders = [rows.order_from(order) for order in beside[OrderRow]]
    history = [rows.entry_from(entry) for entry in beside[EntryRow]]
    taken = [
        Rung(r.deadline_n, r.rung, r.rung_at, r.climbed_at, r.entry_seq) for r in beside[RungRow]
    ]
    numbered = {d.id: d.n for d in beside[DeadlineRow]}
    stumbled = [
        Stumbled(numbered[s.deadline_id], s.first_at, s.ended_at)
        for s in beside[StumbleRow]
        if s.ended_at is not None and s.deadline_id in numbered
    ]
    return Kept(case, history, taken, stumbled)
