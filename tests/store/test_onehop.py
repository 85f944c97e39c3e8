"""SQLite in one trip a statement: the same rows, counts and errors as by the library's own cursor."""

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


async def test_a_statement_costs_one_trip(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    trips, original = list[str](), aiosqlite.Connection._execute

    async def counted(self: Any, what: Any, *arguments: Any, **named: Any) -> Any:
        trips.append(getattr(what, "__name__", ""))
        return await original(self, what, *arguments, **named)

    monkeypatch.setattr(aiosqlite.Connection, "_execute", counted)
    async with store.write() as connection:
        await connection.execute(ADD, [{"n": n} for n in range(9)])
        assert len((await connection.execute(text("SELECT n FROM t"))).all()) == 9
    assert trips.count("_whole") == 3, "the beginning and two statements"
    assert set(trips) <= {"_whole", "commit", "rollback"}, "and the end"
