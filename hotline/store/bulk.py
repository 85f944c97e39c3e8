"""Very many rows at once, for a generated city: COPY on PostgreSQL, one statement on SQLite."""

from collections.abc import Iterable, Sequence
from datetime import UTC
from typing import Any, cast

from sqlalchemy import Table, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.domain.case import GENESIS, Entry
from hotline.domain.facts import CaseFact, Clock, Folded, Line
from hotline.domain.state import Action
from hotline.store.database import Json
from hotline.store.facttables import FactCaseRow, FactStepRow
from hotline.store.ledgers import IdentityRow
from hotline.store.tables import CaseRow, DeadlineRow, EntryRow

CASES, ENTRIES, CLOCKS, IDENTITIES, FACTS, STEPS = (
    cast(Table, row.__table__)
    for row in (CaseRow, EntryRow, DeadlineRow, IdentityRow, FactCaseRow, FactStepRow)
)


async def put(connection: AsyncConnection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    if not rows:
        return
    if connection.dialect.name == "postgresql":
        await _copied(connection, table, rows)
    else:
        await _driven(connection, table, rows)


def _told(table: Table, dialect: Any, row_names: Iterable[str]) -> list[Any]:
    """How each column's value is written, by the column's own type."""
    return [table.c[name].type.dialect_impl(dialect).bind_processor(dialect) for name in row_names]


async def _copied(
    connection: AsyncConnection, table: Table, rows: Sequence[dict[str, Any]]
) -> None:
    raw: Any = (await connection.get_raw_connection()).driver_connection
    names = list(rows[0])
    as_json = {name for name in names if isinstance(table.c[name].type, type(Json))}
    write = Json.dialect_impl(connection.dialect).bind_processor(connection.dialect) or str
    records = [
        tuple(write(row[name]) if name in as_json else row[name] for name in names) for row in rows
    ]
    await raw.copy_records_to_table(table.name, records=records, columns=names)


async def _driven(
    connection: AsyncConnection, table: Table, rows: Sequence[dict[str, Any]]
) -> None:
    names = list(rows[0])
    columns, marks = ", ".join(f'"{name}"' for name in names), ", ".join("?" * len(names))
    write = _told(table, connection.dialect, names)
    records = [
        tuple(
            value if value is None or process is None else process(value)
            for value, process in zip((row[name] for name in names), write, strict=True)
        )
        for row in rows
    ]
    statement = f"INSERT INTO {table.name} ({columns}) VALUES ({marks})"
    await connection.exec_driver_sql(statement, records)


async def highest(connection: AsyncConnection) -> int:
    found = await connection.execute(select(func.max(CASES.c.id)))
    return int(found.scalar_one() or 0)


async def settle(connection: AsyncConnection) -> None:
    """After very many rows: what the planner knows, and where the next numbers begin."""
    if connection.dialect.name == "postgresql":
        for table in ("cases", "deadline", "intake"):
            await connection.execute(
                text(
                    f"SELECT setval(pg_get_serial_sequence('{table}', 'id'),"
                    f" (SELECT coalesce(max(id), 1) FROM {table}))"
                )
            )
    await connection.execute(text("ANALYZE"))


def entries(
    fact: CaseFact, lines: Sequence[Line], who: Sequence[tuple[str, str | None]]
) -> list[dict[str, Any]]:
    """The timeline as rows, each chained to the one before as every timeline is."""
    made, previous = [], GENESIS
    for line, (actor, unit) in zip(lines, who, strict=False):
        entry = Entry(
            seq=line.seq,
            at=line.at.astimezone(UTC),
            action=Action(line.action),
            role=line.role,
            actor=actor,
            department=unit,
            origin="generated",
            before={},
            after=line.after,
            text="",
            public=None,
            previous=previous,
        ).sealed(fact.number)
        previous = entry.hash
        values = {**entry.__dict__, "action": line.action, "after": dict(line.after)}
        made.append({"case_id": fact.case_id, **values})
    return made


def clocks(case_id: int, kept: Sequence[Clock]) -> list[dict[str, Any]]:
    return [
        {
            **{"case_id": case_id, "n": n, "promise": one.promise, "part": "", "state": one.state},
            **{"started_at": one.started_at, "due_at": one.due_at, "ended_at": one.ended_at},
            **{"limit_n": max(1, (one.due_at - one.started_at).days), "limit_unit": "natural_day"},
            **{"source": "generated", "override": None, "terms_version": "generated"},
            **{"calendar_version": "generated", "provisional": False, "remaining": None},
            **{"rungs": [], "climbed": 0, "next_at": None, "changes": [], "resume_at": None},
        }
        for n, one in enumerate(kept, 1)
    ]


def case(
    folded: Folded, timeline: Sequence[dict[str, Any]], title: str, previous: str | None
) -> dict[str, Any]:
    """The case's row; `timeline`: the rows of its entries, `previous`: the case it goes on from."""
    fact = folded.case
    details: dict[str, Any] = {
        **{"returns": int(fact.returned), "designated": False, "handler": None, "contacts": 0},
        **{"contacted": False, "endorsed": None, "reply": None, "attempts": 0, "outcome": None},
        **{
            "rating": _rating(fact),
            "urges": 0,
            "raised": [],
            "notes": {},
            "reworked": fact.reworked,
            "reworks": int(fact.reworked),
        },
        **{"prior": None, "urged_at": None},
    }
    same = (
        "number state type urgency channel received_at topic district party language level due_at"
    )
    return {
        "id": fact.case_id,
        **{name: getattr(fact, name) for name in same.split()},
        **{"version": fact.seq, "title": title, "content": title, "anonymous": False},
        **{"confidential": False, "lead": fact.department, "round": _round(timeline)},
        **{"dispatched_at": fact.dispatched_at, "closed_at": fact.closed_at, "parent": None},
        **{
            "previous": previous,
            "last_seq": fact.seq,
            "last_hash": timeline[-1]["hash"],
            "suggestions": {},
        },
        **{"details": details, "children": 0},
    }


def _round(timeline: Sequence[dict[str, Any]]) -> int:
    return max(int(row["after"].get("round", 1)) for row in timeline)


def _rating(fact: CaseFact) -> dict[str, Any] | None:
    if not fact.pressed:
        return None
    told = {"solved": fact.solved, "satisfaction": str(fact.satisfaction), "comment": None}
    return {**told, "pressed": True, "at": fact.changed_at.isoformat()}
