"""The one repository: load a case for update, save it, find it, list it by cursor.

Loading for a change locks by writing first: the case's version is raised by an UPDATE before
anything is read. That is the same row lock on PostgreSQL, and the only one SQLite has.
"""

from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import Table, bindparam, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from escalation.promise import Deadline
from hotline.domain.case import Case, Entry
from hotline.domain.errors import NoSuchCase, Stale
from hotline.store import ordernumbers, rows
from hotline.store.facttables import FactTodoRow
from hotline.store.ordertables import OrderRow
from hotline.store.privacytables import InterestRow
from hotline.store.tables import CaseRow, DeadlineRow, EntryRow, PartRow, RequestRow

CHILDREN: tuple[tuple[str, Any, Any, Any], ...] = (
    ("parts", PartRow, rows.part_from, rows.part_values),
    ("requests", RequestRow, rows.request_from, rows.request_values),
    ("orders", OrderRow, rows.order_from, rows.order_values),
    ("interests", InterestRow, rows.interest_from, rows.interest_values),
)

CASES, DEADLINES, ENTRIES = (cast(Table, row.__table__) for row in (CaseRow, DeadlineRow, EntryRow))
# Statements are built once and given their values when they run: building one takes longer than
# running it, and rows of one table go in together.
RAISE = update(CASES).values(version=CASES.c.version + 1).returning(*CASES.c)
LOCK = RAISE.where(CASES.c.number == bindparam("wanted"))
LOCK_BY_ID = RAISE.where(CASES.c.id == bindparam("wanted"))
LET_GO = update(CASES).where(CASES.c.id == bindparam("wanted")).values(version=CASES.c.version - 1)
READ = select(*CASES.c).where(CASES.c.number == bindparam("wanted"))
FEED = insert(cast(Table, FactTodoRow.__table__))  # figures are made of it afterwards
ADD = insert(CASES).returning(CASES.c.id)
SAVE = update(CASES).where(CASES.c.id == bindparam("of_case"))
PROMISES = (
    select(*DEADLINES.c).where(DEADLINES.c.case_id == bindparam("wanted")).order_by(DEADLINES.c.n)
)
READ_ALL = (
    select(*CASES.c)
    .where(CASES.c.number.in_(bindparam("wanted", expanding=True)))
    .order_by(CASES.c.id)
)
PROMISES_OF_ALL = (
    select(*DEADLINES.c)
    .where(DEADLINES.c.case_id.in_(bindparam("wanted", expanding=True)))
    .order_by(DEADLINES.c.n)
)
SAVE_PROMISE = update(DEADLINES).where(
    DEADLINES.c.case_id == bindparam("of_case"), DEADLINES.c.n == bindparam("numbered")
)


def _listed(table: Any) -> Any:
    rows_of = table.__table__
    return select(*rows_of.c).where(rows_of.c.case_id == bindparam("wanted")).order_by(rows_of.c.id)


def _upsert(dialect: Any, table: Any) -> Any:
    put = dialect.insert(table.__table__)
    changed = {c.name: put.excluded[c.name] for c in table.__table__.c if not c.primary_key}
    return put.on_conflict_do_update(index_elements=["case_id", "id"], set_=changed)


LIST = {name: _listed(table) for name, table, _, _ in CHILDREN}
UPSERT = {
    (dialect.dialect.name, name): _upsert(dialect, table)
    for dialect in (sqlite, postgresql)
    for name, table, _, _ in CHILDREN
}


class CaseBook:
    """Cases in one unit of work."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._loaded: dict[str, dict[int, Deadline]] = {}
        self._children: dict[tuple[str, str, int], dict[str, Any]] = {}  # as they lie in the rows
        self._numbers: dict[int, int] = {}  # deadline id -> running number in its case
        self._issuing: set[int] = set()  # ids of cases with an order that has no number yet

    async def change(self, number: str, version: int | None = None) -> Case:
        """The case, locked for this unit of work; Stale when it is not at `version` any more."""
        locked = await self._lock(LOCK, number)
        if version is not None and locked.version - 1 != version:
            raise Stale(locked.version - 1)
        return await self._complete(locked)

    async def change_by_id(self, case_id: int) -> Case:
        return await self._complete(await self._lock(LOCK_BY_ID, case_id))

    def running_number(self, deadline_id: int) -> int:
        """The running number, in its case, of a deadline that was loaded with the case."""
        return self._numbers[deadline_id]

    async def let_go(self, case_id: int) -> None:
        """A case that was locked and is left as it was: whoever saw its version still may act."""
        await self._connection.execute(LET_GO, {"wanted": case_id})

    async def _lock(self, lock: Any, wanted: int | str) -> Any:
        row = (await self._connection.execute(lock, {"wanted": wanted})).one_or_none()
        if row is None:
            raise NoSuchCase
        return row

    async def read(self, number: str) -> Case:
        row = (await self._connection.execute(READ, {"wanted": number})).one_or_none()
        if row is None:
            raise NoSuchCase
        return await self._complete(row)

    async def read_all(self, numbers: Sequence[str]) -> list[Case]:
        """Several at once, those that are there, by id; two statements for cases without children."""
        rows_of = (await self._connection.execute(READ_ALL, {"wanted": list(numbers)})).all()
        told = {"wanted": [row.id for row in rows_of]}
        promises: dict[int, list[Any]] = {row.id: [] for row in rows_of}
        for one in await self._connection.execute(PROMISES_OF_ALL, told):
            promises[one.case_id].append(one)
        return [await self._complete(row, promises[row.id]) for row in rows_of]

    async def _complete(self, row: Any, found: Sequence[Any] | None = None) -> Case:
        """`found`: its rows of deadlines, where they were read already."""
        case = rows.case_from(row)
        if found is None:
            found = (await self._connection.execute(PROMISES, {"wanted": row.id})).all()
        case.deadlines = {deadline.n: rows.deadline_from(deadline) for deadline in found}
        self._numbers |= {deadline.id: deadline.n for deadline in found}
        self._loaded[case.number] = dict(case.deadlines)
        for place, (name, _, read, values) in enumerate(CHILDREN):
            if row.children >> place & 1:
                listed = await self._connection.execute(LIST[name], {"wanted": row.id})
                children = [read(child) for child in listed]
                setattr(case, name, children)
                for child in children:
                    self._children[case.number, name, child.id] = values(row.id, child)
        return case

    async def add(self, case: Case) -> Case:
        """A new case; its version is 1."""
        case.version = 1
        made = await self._connection.execute(ADD, rows.case_values(case))
        case.id = made.scalar_one()
        self._loaded[case.number] = {}
        await self._save_rest([case])
        return case

    async def save(self, case: Case) -> None:
        """Writes back a case that `change` gave out; its entries are only ever added."""
        await self.save_all([case])

    async def save_all(self, cases: Sequence[Case]) -> None:
        """Several at once: a statement a table, however many they are."""
        values = [{**rows.case_values(case), "of_case": case.id} for case in cases]
        await self._put_all(SAVE, values)
        await self._save_rest(cases)

    async def _save_rest(self, cases: Sequence[Case]) -> None:
        await self._save_promises(cases)
        entries = [rows.entry_values(case.id or 0, one) for case in cases for one in case.entries]
        await self._put_all(insert(ENTRIES), entries)
        for case in cases:
            case.entries.clear()
        await self._put_all(FEED, [{"case_id": case.id} for case in cases])
        for name, _, _, values in CHILDREN:
            changed = [one for case in cases for one in self._changed(case, name, values)]
            await self._put_all(UPSERT[self._connection.dialect.name, name], changed)
        self._issuing |= {
            case.id or 0 for case in cases if any(order.number is None for order in case.orders)
        }

    def _changed(self, case: Case, name: str, values: Any) -> list[dict[str, Any]]:
        """Children that do not lie in the rows as they are now; from here on they do."""
        changed = []
        for child in getattr(case, name):
            told, place = values(case.id or 0, child), (case.number, name, child.id)
            if self._children.get(place) != told:
                self._children[place] = told
                changed.append(told)
        return changed

    async def forget_interest(self, case: Case, interest_id: int) -> None:
        """Somebody is let in again; the rest of the case is the caller's to save."""
        mine = (InterestRow.case_id == case.id) & (InterestRow.id == interest_id)
        await self._connection.execute(delete(InterestRow).where(mine))
        case.interests = [one for one in case.interests if one.id != interest_id]

    async def number_orders(self) -> None:
        """Gives the orders issued in this unit of work their numbers, as the last thing in it.

        The year's row is locked after every case, never before one: nobody waits in a circle.
        """
        if self._issuing:
            await ordernumbers.give(self._connection, self._issuing)
            self._issuing.clear()

    async def _save_promises(self, cases: Sequence[Case]) -> None:
        made, moved = [], []
        for case in cases:
            before, case_id = self._loaded.get(case.number, {}), case.id or 0
            for n, deadline in case.deadlines.items():
                if n not in before:
                    made.append(rows.deadline_values(case_id, n, deadline))
                elif before[n] is not deadline:
                    told = rows.deadline_values(case_id, n, deadline)
                    moved.append({**told, "of_case": case_id, "numbered": n})
            self._loaded[case.number] = dict(case.deadlines)
        await self._put_all(insert(DEADLINES), made)
        await self._put_all(SAVE_PROMISE, moved)

    async def _put_all(self, statement: Any, values: list[dict[str, Any]]) -> None:
        if values:
            await self._connection.execute(statement, values)

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
        return [rows.shown(rows.entry_from(row)) for row in found]
