"""What every command starts with: the settings, a database of the right schema, the centre."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from classifiers.registry import BadModel
from escalation.reading import BadTerms
from escalation.terms import Terms
from hotline.commands.failing import Failed
from hotline.config import Settings, WrongSetting
from hotline.flow.centre import Centre
from hotline.flow.privacynotice import BadNotice
from hotline.store import migrations
from hotline.store.cipher import Cipher, Keys
from hotline.store.database import NotDurable, Store
from hotline.wiring import Parts, build, load_terms


def say(line: str) -> None:
    print(line, flush=True)


def warn(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


@asynccontextmanager
async def store_of(settings: Settings, *, make: bool = True) -> AsyncIterator[Store]:
    """The database, reachable; with `make` a SQLite file and its folder come to be."""
    store = Store(settings.database_url)
    name = store.url.database
    if store.sqlite and name and name != ":memory:":
        if not make and not Path(name).is_file():
            raise Failed(f"还没有数据库，请先运行 hotline migrate / there is no database: {name}")
        _make_folder(Path(name).parent)
    try:
        try:
            await store.ping()
        except Exception as error:  # a driver's own kinds: they differ by database and by cause
            raise Failed(f"无法打开数据库 / cannot open the database: {_why(error)}") from None
        yield store
    finally:
        await store.close()


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Failed(f"无法建立目录 / cannot make {folder}: {error.strerror}") from None


def _why(error: Exception) -> str:
    """The driver's own words, without the statement that SQLAlchemy adds."""
    cause = getattr(error, "orig", None) or error
    return " ".join(str(cause).split()) or type(cause).__name__


async def check_schema(store: Store, *, make: bool) -> None:
    """Refuses a schema of another version; with `make` an empty database gets the newest one."""
    found, newest = await migrations.current(store), migrations.newest()
    if found == newest:
        return
    if found is None and make and await migrations.empty(store):
        await migrations.upgrade(store)
        return
    if found is not None and found not in migrations.revisions():
        raise Failed(
            f"数据库结构（{found}）比本程序新，请升级程序 / the database is newer than this program"
        )
    raise Failed(
        f"数据库结构不是最新（现为 {found or '空'}，应为 {newest}），请先运行 hotline migrate"
        " / the schema is not the newest: run `hotline migrate` first"
    )


def terms_of(settings: Settings) -> Terms:
    """The policy profile that the settings name."""
    try:
        return load_terms(settings.dispatch.profile)
    except BadTerms as error:
        raise WrongSetting(str(error)) from None


@asynccontextmanager
async def ready_store(
    settings: Settings, *, make: bool = True
) -> AsyncIterator[tuple[Store, Cipher]]:
    """Database and keys, for commands that need neither rules nor classifier."""
    async with store_of(settings, make=make) as store:
        await check_schema(store, make=make)
        _make_folder(settings.folder)
        yield store, Cipher(Keys.load_or_make(settings.folder, settings.suite), settings.folder)


@asynccontextmanager
async def centre_of(
    settings: Settings, parts: Parts | None = None, *, make: bool = True
) -> AsyncIterator[Centre]:
    """The whole centre, opened and closed again."""
    async with store_of(settings, make=make) as store:
        await check_schema(store, make=make)
    try:
        centre = await build(settings, parts)
    except NotDurable as error:
        raise Failed(
            f"数据库不能保证已确认的数据不丢失 / the database is not durable: {error}"
        ) from None
    except (BadTerms, BadNotice) as error:
        raise WrongSetting(str(error)) from None
    except BadModel as error:
        raise Failed(f"分类模型不能使用 / the model cannot be used: {error}") from None
    except OSError as error:
        raise WrongSetting(
            f"HOTLINE_DATA {settings.folder}：{error.strerror} / cannot be used"
        ) from None
    try:
        yield centre
    finally:
        await centre.close()
