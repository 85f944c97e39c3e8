"""What may hang holds up only itself: the classifier reads on beside a share that answers nobody."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from hotline.flow import classify, intake, recordings
from hotline.flow.centre import Centre
from hotline.wiring import MovingClock
from tests.conftest import a_centre
from tests.makers import a_complaint


class Illiterate:
    """A classifier that answers at once, as long as it has a thread to do so."""

    def read(self, title: str, body: str) -> Any:
        raise LookupError


@pytest.fixture
async def centre(sqlite_url: str, tmp_path: Path, clock: MovingClock) -> AsyncIterator[Centre]:
    made = await a_centre(sqlite_url, tmp_path, clock, make_reader=lambda city: Illiterate())
    yield made
    await made.close()


@pytest.fixture
def hung(centre: Centre, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A share of recordings that hangs at whatever it is asked."""
    let_go = threading.Event()

    def asked(*_: object) -> None:
        let_go.wait(10)
        raise OSError("stale file handle")

    for job in ("_within", "_older", "_delete"):
        monkeypatch.setattr(recordings, job, asked)
    centre.recordings = tmp_path
    yield tmp_path
    let_go.set()


async def test_a_share_of_recordings_that_hangs_keeps_no_complaint_from_being_read(
    centre: Centre, hung: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(classify, "LONGEST_WAIT", 0.5)
    waiting = [asyncio.create_task(recordings.expire(centre)) for _ in range(3)]
    await asyncio.sleep(0.05)
    await intake.receive(centre, a_complaint("k", received_at=centre.now()))
    while await intake.triage_pending(centre):
        pass
    assert not any(one.done() for one in waiting)
    assert centre.readings.error == "LookupError", "it was asked, and had no time to wait for"
    for one in waiting:
        one.cancel()
    await asyncio.wait(waiting)


async def test_a_hotline_stops_while_its_recordings_hang(centre: Centre, hung: Path) -> None:
    waiting = asyncio.create_task(recordings.expire(centre))
    await asyncio.sleep(0.05)
    async with asyncio.timeout(5):
        await centre.close()
    assert not waiting.done(), "they hang, and held nothing up"
    waiting.cancel()
    await asyncio.wait([waiting])
