"""SQLite in one trip a statement: run, rows fetched, cursor closed, and back to the loop once.

The library's own cursor goes to the connection's thread four times for each of them. On a busy
process every trip waits for its turn at both ends, and whoever writes holds all others up meanwhile.
A transaction begins in the trip of its first statement, and where none came it never began; the end
of one that only read is not waited for.
"""

import sqlite3
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

import aiosqlite
from sqlalchemy.dialects.sqlite.aiosqlite import (
    AsyncAdapt_aiosqlite_connection,
    AsyncAdapt_aiosqlite_cursor,
    AsyncAdapt_aiosqlite_dbapi,
)

Outcome = tuple[Any, int, int | None, Sequence[Any]]  # description, rows changed, last id, rows


class Cursor(AsyncAdapt_aiosqlite_cursor):
    """A statement and what came of it; nothing of it is left on the connection."""

    __slots__ = ("_outcome", "arraysize")
    _adapt_connection: "Connection"

    def __init__(self, adapt_connection: Any) -> None:
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
            begins = self._adapt_connection.to_begin()
            self._outcome = await connection._execute(_whole, connection._conn, begins, statement)
        self._rows = deque(self._outcome[3])


def _whole(
    raw: sqlite3.Connection, begins: str, statement: Callable[[sqlite3.Cursor], object]
) -> Outcome:
    cursor = raw.cursor()
    try:
        if begins:
            cursor.execute(begins)
        statement(cursor)
        rows = cursor.fetchall() if cursor.description else ()
        return cursor.description, cursor.rowcount, cursor.lastrowid, rows
    finally:
        cursor.close()


class Connection(AsyncAdapt_aiosqlite_connection):
    """The library's connection with that cursor; streams keep the library's own."""

    __slots__ = ("_begins", "_open", "_reads")
    _cursor_cls = Cursor

    def __init__(self, dbapi: Any, connection: Any) -> None:
        super().__init__(dbapi, connection)
        self._begins, self._open, self._reads = "", False, False

    def begin(self, *, writes: bool) -> None:
        """A transaction from the next statement on; one that writes has the lock before it reads."""
        self._begins, self._reads = BEGINS[writes], not writes

    def to_begin(self) -> str:
        """What has to run before the next statement; asked for once."""
        begins, self._begins = self._begins, ""
        self._open = self._open or bool(begins)
        return begins

    def cursor(self, server_side: bool = False) -> Any:
        if server_side and (begins := self.to_begin()):
            self.execute(begins)
        return super().cursor(server_side)

    def commit(self) -> None:
        self._begins = ""
        if self._open:
            super().commit()
            self._open = False

    def rollback(self) -> None:
        self._begins = ""
        connection: Any = self._connection
        if not self._open or not connection._connection:
            return
        if self._reads:
            # The thread takes its work in order: whoever has the connection next comes after it.
            connection._tx.put_nowait((None, connection._conn.rollback))
        else:
            super().rollback()
        self._open = False


BEGINS = {True: "BEGIN IMMEDIATE", False: "BEGIN"}


class Module(AsyncAdapt_aiosqlite_dbapi):
    """What an engine is given as its driver: `create_async_engine(url, module=Module())`."""

    def __init__(self) -> None:
        super().__init__(aiosqlite, sqlite3)

    def connect(self, *args: Any, **told: Any) -> Connection:
        return Connection(self, super().connect(*args, **told)._connection)
