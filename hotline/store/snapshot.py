"""The database as it stood at one moment, as one file beside the work that goes on; and put back.

SQLite is copied by its own online backup, PostgreSQL by pg_dump on a snapshot that we hold open:
what is listed of the snapshot (its attachments) is read from the very same moment.
"""

import asyncio
import os
import shutil
import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.store.database import Store, servers
from hotline.store.ledgers import AttachmentRow

PROGRAMS = Path("/usr/lib/postgresql")
FILES = select(AttachmentRow.sha256, AttachmentRow.size).distinct()


class NoTool(RuntimeError):
    """PostgreSQL's own program is not on this machine."""


class ToolFailed(RuntimeError):
    """PostgreSQL's own program ended with an error; its last words."""


@dataclass(frozen=True)
class Taken:
    """What a snapshot holds: its schema, its attachments (hash and size), and how it was made."""

    revision: str
    attachments: Sequence[tuple[str, int]]
    receipts: int
    made_by: str


async def take(store: Store, to: Path) -> Taken:
    """Writes the database to one new file; the hotline may go on writing meanwhile."""
    if not store.sqlite:
        return await _dump(store, to)
    made_by = await asyncio.to_thread(_copy, Path(store.url.database or ""), to)
    copy = Store(f"sqlite:///{to}")
    try:
        async with copy.read() as connection:
            taken = await _listed(connection, made_by)
    finally:
        await copy.close()
    await asyncio.to_thread(_one_file, to)
    return taken


def _copy(source: Path, to: Path) -> str:
    with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(to)) as copy:
        live.backup(copy)  # all pages in one step: one moment, and no writer waits for it
    return f"sqlite {sqlite3.sqlite_version}"


def _one_file(path: Path) -> None:
    """Nothing of it may lie in a log beside it, and it must be sound."""
    with closing(sqlite3.connect(path)) as copy:
        copy.execute("PRAGMA journal_mode=DELETE")
        found = copy.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        raise sqlite3.DatabaseError(f"quick_check: {found}")


async def _listed(connection: AsyncConnection, made_by: str) -> Taken:
    revision = await connection.execute(text("SELECT version_num FROM alembic_version"))
    receipts = await connection.execute(text("SELECT count(*) FROM intake"))
    files = await connection.execute(FILES)
    listed = sorted((row.sha256, row.size) for row in files)
    return Taken(revision.scalar_one(), listed, receipts.scalar_one(), made_by)


async def _dump(store: Store, to: Path) -> Taken:
    program = _program("pg_dump")
    async with store.read() as connection:
        await connection.execution_options(isolation_level="REPEATABLE READ")
        name = (await connection.execute(text("SELECT pg_export_snapshot()"))).scalar_one()
        taken = await _listed(connection, (await _run(program, ["--version"], store.url)).strip())
        how = ["--format=custom", "--no-owner", "--no-privileges", f"--snapshot={name}"]
        await _run(program, [*how, f"--file={to}"], store.url)
    return taken


async def occupied(store: Store) -> bool:
    """Something lies in the database already, ours or anybody's; nothing is made by asking."""
    if store.sqlite:
        path = Path(store.url.database or "")
        return await asyncio.to_thread(_has_tables, path)
    tables = (
        "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE n.nspname NOT IN ('pg_catalog', 'information_schema')"
        " AND n.nspname NOT LIKE 'pg\\_toast%' AND c.relkind IN ('r', 'p', 'v', 'm', 'S')"
    )
    async with store.read() as connection:
        return bool((await connection.execute(text(tables))).scalar_one())


def _has_tables(path: Path) -> bool:
    beside = (path.with_name(f"{path.name}{end}") for end in ("-wal", "-shm", "-journal"))
    if not path.exists():
        return any(one.exists() for one in beside)  # an old log would be played into the new file
    if not path.stat().st_size:
        return False
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        return bool(connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0])


async def put_back(store: Store, file: Path) -> None:
    """Into a database that is not `occupied`: all of it, or nothing."""
    if store.sqlite:
        await asyncio.to_thread(_put_file, file, Path(store.url.database or ""))
        return
    how = ["--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges"]
    await _run(_program("pg_restore"), [*how, str(file)], store.url)


def _put_file(file: Path, place: Path) -> None:
    """Written beside its place first: a power cut leaves no half database there."""
    place.parent.mkdir(parents=True, exist_ok=True)
    draft = place.with_name(f".{place.name}.restoring")
    shutil.copyfile(file, draft)
    for path in (draft, draft.parent):
        handle = os.open(path, os.O_RDONLY)
        os.fsync(handle)
        os.close(handle)
    draft.replace(place)


async def leave_gap(connection: AsyncConnection, days: Sequence[str]) -> None:
    """Numbers given after the backup are lost with it, and their citizens hold them: none is given
    a second time, because those days go on far above what a day has ever brought."""
    raised = (
        "INSERT INTO number_day (day, last) VALUES (:day, 500000) ON CONFLICT (day) DO UPDATE SET"
        " last = CASE WHEN number_day.last < 500000 THEN 500000 ELSE number_day.last + 50000 END"
    )
    for day in days:
        await connection.execute(text(raised), {"day": day})


def _program(name: str) -> str:
    """The newest there is: an older one refuses a newer server."""
    found = [path for path in PROGRAMS.glob(f"*/bin/{name}") if path.parts[-3].isdigit()]
    if found:
        return str(max(found, key=lambda path: int(path.parts[-3])))
    on_path = shutil.which(name)
    if on_path is None:
        raise NoTool(name)
    return on_path


def where(url: URL) -> dict[str, str]:
    """The server as PostgreSQL's own programs are told of it; of several, the one that leads."""
    found = {"PGPASSWORD": str(url.password)} if url.password else {}
    if "ssl" in url.query:
        found["PGSSLMODE"] = str(url.query["ssl"])
    places = servers(url)
    if any(host for host, _ in places):
        found["PGHOST"] = ",".join(host for host, _ in places)
    if any(port for _, port in places):
        found["PGPORT"] = ",".join(port for _, port in places)
    if len(places) > 1:
        found["PGTARGETSESSIONATTRS"] = str(url.query.get("target_session_attrs", "primary"))
    return found


async def _run(program: str, told: Sequence[str], url: URL) -> str:
    """Where and by which password goes by the environment: the command line is for all to see."""
    who = [f"--username={url.username}", "--no-password"] if url.username else ["--no-password"]
    about = [] if "--version" in told else [f"--dbname={url.database}", *who]
    async with _started(program, [*about, *told], {"LC_ALL": "C", **where(url)}) as process:
        out, errors = await process.communicate()
    if process.returncode:
        said = errors.decode("utf-8", "replace").strip().splitlines()
        raise ToolFailed(f"{Path(program).name}: {said[-1] if said else process.returncode}")
    return out.decode("utf-8", "replace")


@asynccontextmanager
async def _started(
    program: str, told: Sequence[str], environment: dict[str, str]
) -> AsyncIterator[asyncio.subprocess.Process]:
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        program, *told, env=environment, stdout=pipe, stderr=pipe
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
