"""The hotline of the tests: a clock that can be moved, SQLite and PostgreSQL, product twins."""

import gc
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import structlog
from structlog.dev import ConsoleRenderer, plain_traceback

from channels.memory import MemorySender
from classifiers import registry
from classifiers.reader import Reader
from hotline import seed
from hotline.commands.seed import sow
from hotline.config import Settings
from hotline.flow.centre import Centre, City
from hotline.store import migrations
from hotline.store.database import Store
from hotline.wiring import MovingClock, Parts, build
from tests.makers import MONDAY
from tests.support import dovecot, postgres
from tests.support.scale import SOAK, Scale

ROOT = Path(__file__).parent.parent
SHARED = ROOT.parent / "shared"

# Whatever a test starts in a process of its own would else be compiled anew at each start: that took
# longer than all the rest of a start.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
# 64 MB beside each database of a test would be most of what it writes.
os.environ["HOTLINE_LIMITS__RESERVE_MB"] = "0"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--soak", action="store_true", help="the long tests at their full size")


def scale_of(config: pytest.Config) -> Scale:
    return SOAK if config.getoption("--soak") else Scale()


@pytest.fixture(scope="session")
def scale(request: pytest.FixtureRequest) -> Scale:
    return scale_of(request.config)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """At its full size a test takes longer than it allows itself in every run."""
    seconds = scale_of(config).timeout
    for item in items:
        if seconds and item.get_closest_marker("soak"):
            item.add_marker(pytest.mark.timeout(seconds), append=False)


def pytest_collection_finish() -> None:
    """What has been read and collected stays to the end: walking it again and again for what nobody
    needs any more took an eighth of the time of the tests."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)  # a test's own rubbish is looked for less often, too


def shared(name: str) -> Path:
    """A file that lies beside the project where it is developed; the test is left out elsewhere."""
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"{name} does not lie beside the project")
    return path


@pytest.fixture(autouse=True)
def own_logging() -> Iterator[None]:
    """A command that a test ran may have turned the log to a stream that ends with the test. What
    went wrong is told as Python does: with colours and frames each time takes a third of a second."""
    structlog.reset_defaults()
    *before, _ = structlog.get_config()["processors"]
    told = ConsoleRenderer(exception_formatter=plain_traceback)
    structlog.configure(processors=[*before, told])
    yield
    structlog.reset_defaults()


@pytest.fixture
def clock() -> MovingClock:
    return MovingClock(MONDAY)


@pytest.fixture(scope="session")
def server(request: pytest.FixtureRequest) -> Iterator[postgres.Cluster]:
    """A real server, started once; what is measured at full size is measured on the disk."""
    reason = postgres.why_not()
    if reason:
        pytest.skip(reason)
    place = None if request.config.getoption("--soak") else postgres.memory()
    with postgres.cluster(place) as running:
        yield running


@pytest.fixture(scope="session")
def post_office() -> Iterator[dovecot.Server]:
    """A real mail server, started once."""
    reason = dovecot.why_not()
    if reason:
        pytest.skip(reason)
    with dovecot.running() as running:
        yield running


@pytest.fixture(scope="session")
def empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A seeded database file of the newest schema, made once and copied."""
    import asyncio

    path = tmp_path_factory.mktemp("template") / "hotline.db"
    asyncio.run(made_ready(f"sqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def empty_postgres(server: postgres.Cluster) -> str:
    import asyncio

    server.create("t_template")
    asyncio.run(made_ready(server.url("t_template")))
    return "t_template"


async def made_ready(url: str) -> None:
    store = Store(url)
    await migrations.upgrade(store)
    await sow(store)
    await store.close()


@pytest.fixture
def sqlite_url(tmp_path: Path, empty_sqlite: Path) -> str:
    shutil.copy(empty_sqlite, tmp_path / "hotline.db")
    return f"sqlite:///{tmp_path / 'hotline.db'}"


@pytest.fixture
def postgres_url(request: pytest.FixtureRequest, server: postgres.Cluster) -> Iterator[str]:
    template = request.getfixturevalue("empty_postgres")
    name = f"t_{abs(hash(request.node.nodeid)) % 10**9}"
    yield server.create(name, template)
    server.drop(name)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest) -> str:
    """The same test on both databases."""
    chosen: str = request.getfixturevalue(f"{request.param}_url")
    return chosen


@pytest.fixture
async def centre(sqlite_url: str, tmp_path: Path, clock: MovingClock) -> AsyncIterator[Centre]:
    made = await a_centre(sqlite_url, tmp_path, clock)
    yield made
    await made.close()


@pytest.fixture
async def any_centre(url: str, tmp_path: Path, clock: MovingClock) -> AsyncIterator[Centre]:
    made = await a_centre(url, tmp_path, clock)
    yield made
    await made.close()


async def a_centre(url: str, folder: Path, clock: MovingClock, **parts: Any) -> Centre:
    settings = Settings(database_url=url, data=folder)
    told = {"clock": clock, "senders": {"citizen": MemorySender()}, "make_reader": one_reader}
    return await build(settings, Parts(**{**told, **parts}))


@cache
def the_reader() -> Reader:
    return registry.load_default(gazetteer={d["name"]: d["places"] for d in seed.districts()})


def one_reader(city: City) -> Reader:
    """The product's own reader, its dictionary read once for all tests of a process."""
    return the_reader()
