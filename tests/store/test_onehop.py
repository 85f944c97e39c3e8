"""SQLite in one trip a statement: the same rows, counts and errors as by the library's own cursor."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiosqlite
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError

from hotline.store.database import Store


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    made = Store(f"sqlite:///{tmp_path}/one.db")
    async with made.write() as connection:
        await connection.execute(text("CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER UNIQUE)"))
    yield made
    await made.close()


ADD = text("INSERT INTO t (n) VALUES (:n)")


async def test_rows_counts_and_last_ids_are_told_as_they_are(store: Store) -> None:
    async with store.write() as connection:
        assert (await connection.execute(ADD, {"n": 1})).lastrowid == 1
        await connection.execute(ADD, [{"n": n} for n in range(2, 101)])
        made = await connection.execute(text("INSERT INTO t (n) VALUES (101) RETURNING id, n"))
        assert [tuple(row) for row in made] == [(101, 101)]
        changed = await connection.execute(text("UPDATE t SET n = -n WHERE n > 90"))
        assert changed.rowcount == 11
        told = text("DELETE FROM t WHERE n < -100 RETURNING id")
        assert (await connection.execute(told)).scalars().all() == [101]
    async with store.read() as connection:
        found = await connection.execute(text("SELECT n FROM t ORDER BY id"))
        assert found.keys() == ["n"] and len(found.all()) == 100
        assert (await connection.execute(text("SELECT n FROM t WHERE n = 0"))).first() is None
        streamed = await connection.stream(text("SELECT n FROM t"))
        assert len([row async for row in streamed]) == 100


async def test_what_fails_raises_as_ever_and_leaves_the_transaction_as_it_was(store: Store) -> None:
    async with store.write() as connection:
        await connection.execute(ADD, {"n": 1})
        with pytest.raises(IntegrityError, match="UNIQUE"):
            async with connection.begin_nested():
                await connection.execute(ADD, [{"n": 2}, {"n": 1}])
        with pytest.raises(OperationalError, match="no such table"):
            await connection.execute(text("SELECT 1 FROM nowhere"))
        assert (await connection.execute(text("SELECT count(*) FROM t"))).scalar_one() == 1


@pytest.fixture
def trips(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was waited for, one word a trip to a connection's thread."""
    taken, original = list[str](), aiosqlite.Connection._execute

    async def counted(self: Any, what: Any, *arguments: Any, **named: Any) -> Any:
        taken.append(getattr(what, "__name__", ""))
        return await original(self, what, *arguments, **named)

    monkeypatch.setattr(aiosqlite.Connection, "_execute", counted)
    return taken


async def test_a_statement_costs_one_trip_and_a_transaction_only_its_commit(
    store: Store, trips: list[str]
) -> None:
    await store.ping()  # the reading connection is made
    trips.clear()
    async with store.write() as connection:
        await connection.execute(ADD, [{"n": n} for n in range(9)])
        assert len((await connection.execute(text("SELECT n FROM t"))).all()) == 9
    assert trips == ["_whole", "_whole", "commit"]
    trips.clear()
    async with store.read() as connection:
        assert (await connection.execute(text("SELECT count(*) FROM t"))).scalar_one() == 9
    async with store.write():
        pass
    assert trips == ["_whole"], "who only reads waits for no end, who does nothing begins nothing"


async def test_reads_of_one_transaction_see_one_moment(store: Store) -> None:
    count = text("SELECT count(*) FROM t")
    async with store.read() as reading:
        assert (await reading.execute(count)).scalar_one() == 0
        async with store.write() as writing:
            await writing.execute(ADD, {"n": 1})
        assert (await reading.execute(count)).scalar_one() == 0
    async with store.read() as reading:
        assert (await reading.execute(count)).scalar_one() == 1


async def test_whoever_writes_has_the_lock_before_it_reads(store: Store, tmp_path: Path) -> None:
    async with store.write() as connection:
        await connection.execute(text("SELECT 1"))
        other = sqlite3.connect(tmp_path / "one.db", timeout=0)
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
        other.close()


async def test_whoever_goes_away_in_the_first_statement_leaves_no_transaction_behind(
    store: Store,
) -> None:
    for n in range(20):
        writing = asyncio.create_task(_added(store, n))
        for _ in range(n):
            await asyncio.sleep(0)
        writing.cancel()
        await asyncio.wait([writing])
    async with store.write() as connection:
        await connection.execute(ADD, {"n": 99})
    async with store.read() as connection:
        found = (await connection.execute(text("SELECT n FROM t"))).scalars().all()
    assert found == [99]


async def _added(store: Store, n: int) -> None:
    async with store.write() as connection:
        await connection.execute(ADD, {"n": n})
        raise RuntimeError("never kept")
