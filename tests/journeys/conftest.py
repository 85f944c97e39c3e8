"""What most journeys share: a hotline with its staff, where nothing goes by itself, and its pages."""

from collections.abc import AsyncIterator
from inspect import iscoroutinefunction
from pathlib import Path

import pytest
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, async_playwright

from hotline.config import Settings
from hotline.flow.centre import Centre
from hotline.web.app import make_app
from hotline.wiring import Parts, build
from tests.conftest import one_reader
from tests.journeys.test_browser import CHROMIUM, shared_loop, with_staff

FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync"
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents and iscoroutinefunction(getattr(item, "function", None)):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@shared_loop(scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """The one browser of a process; everybody in it has a profile of their own."""
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS.split())
        yield started
        await started.close()


@shared_loop
async def hotline(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Centre]:
    settings = Settings(database_url=sqlite_url, data=tmp_path, limits={"public": "off"})
    centre = await build(settings, Parts(make_reader=one_reader))
    centre.automatic = False
    await with_staff(centre)
    yield centre
    await centre.close()


@shared_loop
async def site(hotline: Centre, tmp_path: Path) -> AsyncIterator[str]:
    """Its address; the watch stands still."""
    settings = Settings(data=tmp_path, limits={"public": "off"})
    server = TestServer(make_app(hotline, settings, watch=False))
    await server.start_server()
    yield str(server.make_url("")).rstrip("/")
    await server.close()
