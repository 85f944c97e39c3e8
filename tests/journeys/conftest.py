"""What most journeys share: a hotline with its staff, where nothing goes by itself, and its pages."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp.test_utils import TestServer

from hotline.config import Settings
from hotline.flow.centre import Centre
from hotline.web.app import make_app
from hotline.wiring import Parts, build
from tests.conftest import one_reader
from tests.journeys.test_browser import with_staff


@pytest.fixture
async def hotline(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Centre]:
    settings = Settings(database_url=sqlite_url, data=tmp_path, limits={"public": "off"})
    centre = await build(settings, Parts(make_reader=one_reader))
    centre.automatic = False
    await with_staff(centre)
    yield centre
    await centre.close()


@pytest.fixture
async def site(hotline: Centre, tmp_path: Path) -> AsyncIterator[str]:
    """Its address; the watch stands still."""
    settings = Settings(data=tmp_path, limits={"public": "off"})
    server = TestServer(make_app(hotline, settings, watch=False))
    await server.start_server()
    yield str(server.make_url("")).rstrip("/")
    await server.close()
