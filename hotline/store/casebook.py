"""The one repository: load a case for update, save it, find it, list it by cursor.

Loading for a change locks by writing first: the case's version is raised by an UPDATE before
anything is read. That is the same row lock on PostgreSQL, and the only one SQLite has.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from escalation.promise import Deadline
from hotline.domain.case import Case, Entry
from hotline.domain.errors import NoSuchCase, Stale
from hotline.store import rows
from hotline.store.tables import CaseRow, DeadlineRow, EntryRow, OrderRow, PartRow, RequestRow

CHILDREN = (
    ("parts", PartRow, rows.part_from, rows.part_values),
    ("requests", RequestRow, rows.request_from, rows.request_values),
    ("orders", OrderRow, rows.order_from, rows.order_values),
)


class CaseBook:
    """Cases in one unit of work."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._loaded: dict[str, dict[int, Deadline]] = {}

    async def change(self, number: str, version: int | None = None) -> Case:
        """The case, locked for this unit of work; Stale when it is not at `version` any more."""
        locked = await self._lock(CaseRow.number == number)
        if version is not None and locked.version - 1 != version:
            raise Stale(locked.version - 1)
        return await self._complete(locked)

    async def change_by_id(self, case_id: int) -> Case:
        return await self._complete(await self._lock(CaseRow.id == case_id))

    async def _lock(self, which: Any) -> Any:
        raised = update(CaseRow).where(which).values(version=CaseRow.version + 1)
        row = (await self._connection.execute(raised.returning(*CaseRow.__table__.c))).one_or_none()
        if row is None:
            raise NoSuchCase
        return row

    async def read(self, number: str) -> Case:
        found = await self._connection.execute(
            select(*CaseRow.__table__.c).where(CaseRow.number == number)
        )
        row = found.one_or_none()
        if row is None:
            raise NoSuchCase
        return await self._complete(row)

    async def _complete(self, row: Any) -> Case:
        case = rows.case_from(row)
        found = await self._connection.execute(
            select(*DeadlineRow.__table__.c)
            .where(DeadlineRow.case_id == row.id)
            .order_by(DeadlineRow.n)
        )
        case.deadlines = {deadline.n: rows.deadline_from(deadline) for deadline in found}
        self._loaded[case.number] = dict(case.deadlines)
        if row.children:
            for name, table, read, _ in CHILDREN:
                listed = await self._connection.execute(
                    select(*table.__table__.c).where(table.case_id == row.id).order_by(table.id)
                )
                setattr(case, name, [read(child) for child in listed])
        return case

    async def add(self, case: Case) -> Case:
        """A new case; its version is 1."""
        case.version = 1
        made = insert(CaseRow).values(**rows.case_values(case)).returning(CaseRow.id)
        case.id = (await self._connection.execute(made)).scalar_one()
        self._loaded[case.number] = {}
        await self._save_rest(case)
        return case

    async def save(self, case: Case) -> None:
        """Writes back a case that `change` gave out; its entries are only ever added."""
        values = rows.case_values(case)
        await self._connection.execute(
            update(CaseRow).where(CaseRow.id == case.id).values(**values)
        )
        await self._save_rest(case)

    async def _save_rest(self, case: Case) -> None:
        case_id = case.id or 0
        before = self._loaded.get(case.number, {})
        for n, deadline in case.deadlines.items():
            if n not in before:
                await self._insert(DeadlineRow, rows.deadline_values(case_id, n, deadline))
            elif before[n] is not deadline:
                changed = update(DeadlineRow).where(
                    DeadlineRow.case_id == case_id, DeadlineRow.n == n
                )
                await self._connection.execute(
                    changed.values(**rows.deadline_values(case_id, n, deadline))
                )
        self._loaded[case.number] = dict(case.deadlines)
        for entry in case.entries:
            await self._insert(EntryRow, rows.entry_values(case_id, entry))
        case.entries.clear()
        for name, table, _, values in CHILDREN:
            for child in getattr(case, name):
                await self._upsert(table, values(case_id, child))

    async def _insert(self, table: Any, values: dict[str, Any]) -> None:
        await self._connection.execute(insert(table).values(**values))

    async def _upsert(self, table: Any, values: dict[str, Any]) -> None:
        dialect = sqlite if self._connection.dialect.name == "sqlite" else postgresql
        changed = {name: value for name, value in values.items() if name not in ("case_id", "id")}
        await self._connection.execute(
            dialect.insert(table)
            .values(**values)
            .on_conflict_do_update(index_elements=["case_id", "id"], set_=changed)
        )

    async def number_of(self, case_id: int) -> str:
        found = await self._connection.execute(select(CaseRow.number).where(CaseRow.id == case_id))
        number = found.scalar_one_or_none()
        if number is None:
            raise NoSuchCase
        return number

    async def merged_into(self, parent: str) -> Sequence[str]:
        found = await self._connection.execute(
            select(CaseRow.number)
            .where(CaseRow.parent == parent, CaseRow.state == "merged")
            .order_by(CaseRow.id)
        )
        return list(found.scalars())

    async def timeline(self, case_id: int) -> Sequence[Entry]:
        found = await self._connection.execute(
            select(*EntryRow.__table__.c).where(EntryRow.case_id == case_id).order_by(EntryRow.seq)
        )
        return [rows.entry_from(row) for row in found]
