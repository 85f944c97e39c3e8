"""Engine, aware-datetime type, and the unit of work: one request or one rung is one transaction."""

import asyncio
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext, suppress
from datetime import UTC, datetime
from sqlite3 import OperationalError
from typing import Any

from sqlalchemy import JSON, URL, DateTime, event, make_url, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import QueuePool
from sqlalchemy.types import TypeDecorator

from hotline.store.onehop import Module
from hotline.store.turns import Turns

Json = JSON().with_variant(JSONB(), "postgresql")


class AwareDateTime(TypeDecorator[datetime]):
    """UTC at rest, aware on both sides; a naive moment is a bug and is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class NotDurable(RuntimeError):
    """The database would acknowledge what it can still lose; the start is refused."""


class Store:
    """The database of one hotline: a write side, a read side, and the unit of work.

    SQLite has one write connection, because its writers queue in any case and a pool of them
    only adds waiting; every transaction there takes the write lock first (BEGIN IMMEDIATE).
    """

    def __init__(self, url: str, *, serving: bool = False) -> None:
        self.url = make_url(_with_driver(url))
        self.sqlite = self.url.get_backend_name() == "sqlite"
        if self.sqlite:
            self._turns = Turns()
            self.writer = self._sqlite(writes=True)
            self.reader = self._sqlite(writes=False)
        else:
            self.writer = self.reader = _postgres(self.url, serving=serving)

    def _sqlite(self, *, writes: bool) -> AsyncEngine:
        size = 1 if writes else 4
        told = {"pool_size": size, "max_overflow": 0, "pool_timeout": 60, "module": Module()}
        engine = create_async_engine(self.url, **told)

        @event.listens_for(engine.sync_engine, "connect")
        def configure(connection: Any, record: Any) -> None:
            connection.isolation_level = None
            cursor = connection.cursor()
            for pragma in SQLITE_PRAGMAS:
                _insist(cursor, pragma)
            cursor.close()

        @event.listens_for(engine.sync_engine, "begin")
        def begin(connection: Any) -> None:
            connection.connection.dbapi_connection.begin(writes=writes)

        return engine

    @asynccontextmanager
    async def write(self, *, first: bool = False) -> AsyncIterator[AsyncConnection]:
        """One unit of work: all of it is kept, or nothing. `first`: somebody waits to be told that
        it is on disk, and where writers queue it goes before those who have that behind them."""
        turn = self._turns.turn(first=first) if self.sqlite else nullcontext()
        async with turn, self.writer.begin() as connection:
            yield connection

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        async with self.reader.connect() as connection:
            yield connection

    async def check_durable(self) -> None:
        """Raises NotDurable unless a commit that returned is on disk (reliability row 3)."""
        async with self.read() as connection:
            for question, wanted in SQLITE_CHECKS if self.sqlite else POSTGRES_CHECKS:
                found = str((await connection.execute(text(question))).scalar_one())
                if found not in wanted:
                    raise NotDurable(f"{question}: {found}, wanted {' or '.join(wanted)}")

    async def followed(self) -> bool:
        """False where the address names several PostgreSQL servers and the leader waits for none, or
        for one that is not connected: another fault would lose, or stop, the work (row 16)."""
        if self.sqlite or len(servers(self.url)) < 2:
            return True
        async with self.read() as connection:
            waits = await connection.execute(text("SHOW synchronous_standby_names"))
            there = await connection.execute(text("SELECT count(*) FROM pg_stat_replication"))
            return bool(str(waits.scalar_one()).strip()) and there.scalar_one() > 0

    async def ping(self) -> None:
        async with self.read() as connection:
            await connection.execute(text("SELECT 1"))

    async def close(self) -> None:
        for engine in {self.writer, self.reader}:
            await _given_back(engine)
            await engine.dispose()


async def _given_back(engine: AsyncEngine) -> None:
    """Who was cut short a moment ago still rolls back: a connection that comes back to a pool which is
    gone by then would never be closed. Who holds one for long is not waited for."""
    pool = engine.pool
    assert isinstance(pool, QueuePool)
    with suppress(TimeoutError):
        async with asyncio.timeout(GIVES_BACK):
            while pool.checkedout():
                await asyncio.sleep(0.001)


def servers(url: URL) -> list[tuple[str, str]]:
    """(host, port) of each server that an address names, as the driver understands it: `host` once
    for each or all in one with commas; a port that is not told is empty."""
    told = url.query.get("host", ())
    listed = [
        one for part in ([told] if isinstance(told, str) else told) for one in part.split(",")
    ]
    if not listed:
        return [(url.host or "", str(url.port or ""))]
    ports = str(url.query.get("port", "")).split(",") + [""] * len(listed)
    found = []
    for one, port in zip(listed, ports, strict=False):
        place = PLACE.fullmatch(one)
        host, own = (place["host"], place["port"]) if place else (one, None)
        found.append((host.strip("[]"), own or port or str(url.port or "")))
    return found


def files_of(url: str | URL) -> list[str]:
    """Where a SQLite database lies, with its log and its index; of a server nothing."""
    told = make_url(url)
    if told.get_backend_name() != "sqlite" or told.database in (None, "", ":memory:"):
        return []
    return [f"{told.database}{end}" for end in ("", "-wal", "-shm")]


def _postgres(url: URL, *, serving: bool) -> AsyncEngine:
    """Where people wait for the answer, a database that does not speak is given up soon: a server
    behind a broken network would be waited for without end. Long checks have all the time."""
    sizes: dict[str, Any] = {"pool_size": 10, "max_overflow": 10}
    if not serving:
        return create_async_engine(url, **sizes, connect_args=PLAIN)
    told = {"timeout": CONNECTS, "command_timeout": ANSWERS, **PLAIN}
    return create_async_engine(url, **sizes, pool_timeout=QUEUES, connect_args=told)


PLACE = re.compile(r"(?P<host>\[[^]]*\]|/.*|[^:]*)(?::(?P<port>[0-9]+))?")
# Compiling a report's many counts takes longer than counting: its cost is guessed from the rows.
PLAIN: dict[str, Any] = {"server_settings": {"jit": "off"}}
CONNECTS, ANSWERS, QUEUES = 3.0, 4.0, 4.0  # seconds; two of them in a row stay under ten
GIVES_BACK = 1.0  # seconds, when the hotline ends
TRIES, PAUSE = 100, 0.05  # five seconds
SQLITE_PRAGMAS = (
    "PRAGMA busy_timeout=20000",
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
)
SQLITE_CHECKS = (("PRAGMA synchronous", ("2",)), ("PRAGMA journal_mode", ("wal",)))
POSTGRES_CHECKS = (
    ("SHOW fsync", ("on",)),
    ("SHOW synchronous_commit", ("on", "remote_write", "remote_apply")),
    ("SHOW full_page_writes", ("on",)),
)


def _insist(cursor: Any, pragma: str) -> None:
    """Of several that open a new file at once, one turns it to WAL; the others are told "locked"
    at once, whatever the busy timeout, and need only ask again."""
    for _ in range(TRIES):
        try:
            cursor.execute(pragma)
            return
        except OperationalError as error:
            if "locked" not in str(error):
                raise
            time.sleep(PAUSE)
    cursor.execute(pragma)


def _with_driver(url: str) -> str:
    """`sqlite:` and `postgresql:` are enough in a setting; the drivers are ours to choose."""
    for plain, driven in (
        ("sqlite://", "sqlite+aiosqlite://"),
        ("postgresql://", "postgresql+asyncpg://"),
        ("postgres://", "postgresql+asyncpg://"),
    ):
        if url.startswith(plain):
            return driven + url.removeprefix(plain)
    return url
