"""The schema's steps, walked by Alembic inside one transaction that only one node holds.

On SQLite the write lock (BEGIN IMMEDIATE) keeps a second node waiting, on PostgreSQL an advisory
lock does; the second one then finds nothing left to do. A step that fails leaves no half schema.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from importlib import resources
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.store.database import Store

LOCK = 0x6D6967_72617465  # the number of the advisory lock that only migrations take


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    folder = str(resources.files("hotline.store.migrations"))
    config.set_main_option("script_location", folder.replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def newest() -> str:
    """The revision that this program was written for."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    if head is None:
        raise AssertionError("no migrations are packed with the program")
    return head


def revisions() -> list[str]:
    """Every revision there is, oldest first."""
    scripts = ScriptDirectory.from_config(_config())
    return [script.revision for script in scripts.walk_revisions()][::-1]


async def current(store: Store) -> str | None:
    """The revision of the database; None: no migration ever ran there."""
    async with store.read() as connection:
        return await connection.run_sync(_revision)


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


async def empty(store: Store) -> bool:
    """Nothing lies in the database yet, ours or anybody's."""
    async with store.read() as connection:
        return not await connection.run_sync(lambda sync: inspect(sync).get_table_names())


async def upgrade(store: Store, revision: str = "head") -> tuple[str | None, str | None]:
    """To a revision; returns where the database stood before and where it stands now."""
    return await _walk(store, command.upgrade, revision)


async def downgrade(store: Store, revision: str) -> tuple[str | None, str | None]:
    return await _walk(store, command.downgrade, revision)


async def _walk(
    store: Store, walk: Callable[[Config, str], Any], revision: str
) -> tuple[str | None, str | None]:
    def run(sync: Connection) -> tuple[str | None, str | None]:
        before = _revision(sync)
        walk(_config(sync), revision)
        return before, _revision(sync)

    async with _alone(store) as connection:
        return await connection.run_sync(run)


@asynccontextmanager
async def _alone(store: Store) -> AsyncIterator[AsyncConnection]:
    """The one transaction in which the schema changes; no other node changes it meanwhile."""
    async with store.writer.connect() as connection:
        if store.sqlite:
            # A table that is rebuilt is dropped for a moment: its children must not go with it.
            await _pragma(connection, "PRAGMA foreign_keys=OFF")
        async with connection.begin():
            if not store.sqlite:
                lock = text("SELECT pg_advisory_xact_lock(:lock)")
                await connection.execute(lock, {"lock": LOCK})
            yield connection
            if store.sqlite:
                await _no_orphans(connection)
        if store.sqlite:
            await _pragma(connection, "PRAGMA foreign_keys=ON")


async def _pragma(connection: AsyncConnection, pragma: str) -> None:
    """Outside of any transaction, where SQLite heeds it."""
    raw = await connection.get_raw_connection()
    driver: Any = raw.driver_connection
    cursor = await driver.execute(pragma)
    await cursor.close()


async def _no_orphans(connection: AsyncConnection) -> None:
    found = (await connection.execute(text("PRAGMA foreign_key_check"))).all()
    if found:
        raise RuntimeError(f"the migration left {len(found)} rows without their parent")
