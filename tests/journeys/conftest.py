"""What most journeys share: a hotline with its staff, where nothing goes by itself, and its pages."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from aiohttp.test_utils import TestServer

from hotline.config import Settings
from hotline.flow.centre import Centre
from hotline.web.app import make_app
from hotline.wiring import Parts, build
from tests.conftest import one_reader
from tests.journeys.test_browser import CHROMIUM, with_staff

FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync"
)


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where one browser is asked for; everybody in it has a profile of their own, and leaves none."""
    wanted = {"executablePath": CHROMIUM, "args": FLAGS.split(), "host": "127.0.0.1"}
    settings = tmp_path_factory.mktemp("chromium") / "server.json"
    settings.write_text(json.dumps(wanted))
    program = [sys.executable, "-m", "playwright", "launch-server", "--browser", "chromium"]
    command = [*program, "--config", str(settings)]
    told = {"stdout": subprocess.PIPE, "text": True, "start_new_session": True}
    with subprocess.Popen(command, **told) as started:
        assert started.stdout is not None
        try:
            yield started.stdout.readline().strip()
        finally:
            os.killpg(started.pid, signal.SIGTERM)  # the browser's keeper, too, which ends it


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
