"""SQLite in one trip a statement: run, rows fetched, cursor closed, and back to the loop once.

The library's own cursor goes to the connection's thread four times for each of them. On a busy
process every trip waits for its turn at both ends, and whoever writes holds all others up meanwhile.
"""

import sqlite3
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

import aiosqlite
from sqlalchemy.connectors.asyncio import AsyncAdapt_dbapi_connection
from sqlalchemy.dialects.sqlite.aiosqlite import (
    AsyncAdapt_aiosqlite_connection,
    AsyncAdapt_aiosqlite_cursor,
    AsyncAdapt_aiosqlite_dbapi,
)

Outcome = tuple[Any, int, int | None, Sequence[Any]]  # description, rows changed, last id, rows


class Cursor(AsyncAdapt_aiosqlite_cursor):
    """A statement and what came of it; nothing of it is left on the connection."""

    __slots__ = ("_outcome", "arraysize")

    def __init__(self, adapt_connection: AsyncAdapt_dbapi_connection) -> None:
        self._adapt_connection = adapt_connection
        self._connection = adapt_connection._connection
        self._rows = deque()
        self._outcome: Outcome = (None, -1, None, ())
        self.arraysize = 1

    @property
    def description(self) -> Any:
        return self._outcome[0]

    @property
    def rowcount(self) -> int:
        return self._outcome[1]

    @property
    def lastrowid(self) -> Any:
        return self._outcome[2]

    async def _async_soft_close(self) -> None:
        """It is closed already."""

    def close(self) -> None:
        self._rows.clear()

    async def _execute_async(self, operation: Any, parameters: Any) -> Any:
        return await self._run(lambda cursor: cursor.execute(operation, parameters or ()))

    async def _executemany_async(self, operation: Any, seq_of_parameters: Any) -> Any:
        return await self._run(lambda cursor: cursor.executemany(operation, seq_of_parameters))

    async def _run(self, statement: Callable[[sqlite3.Cursor], object]) -> None:
        connection: Any = self._connection
        async with self._adapt_connection._execute_mutex:
            self._outcome = await connection._execute(_whole, connection._conn, statement)
        self._rows = deque(self._outcome[3])


def _whole(raw: sqlite3.Connection, statement: Callable[[sqlite3.Cursor], object]) -> Outcome:
    cursor = raw.cursor()
    try:
        statement(cursor)
        rows = cursor.fetchall() if cursor.description else ()
        return cursor.description, cursor.rowcount, cursor.lastrowid, rows
    finally:
        cursor.close()


class Connection(AsyncAdapt_aiosqlite_connection):
    """The library's connection with that cursor; streams keep the library's own."""

    __slots__ = ()
    _cursor_cls = Cursor


class Module(AsyncAdapt_aiosqlite_dbapi):
    """What an engine is given as its driver: `create_async_engine(url, module=Module())`."""

    def __init__(self) -> None:
        super().__init__(aiosqlite, sqlite3)

    def connect(self, *args: Any, **told: Any) -> Connection:
        return Connection(self, super().connect(*args, **told)._connection)
