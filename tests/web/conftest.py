"""The served hotline that the tests of the web side ask."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hotline.wiring import MovingClock
from tests.web.api_support import Client, served


@pytest.fixture
async def client(empty_sqlite: Path, tmp_path: Path, clock: MovingClock) -> AsyncIterator[Client]:
    async with served(empty_sqlite, tmp_path, clock) as made:
        yield made
