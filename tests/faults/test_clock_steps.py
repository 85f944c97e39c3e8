"""A clock set wrong under a running hotline: the watch waits, citizens are served, and it heals.

Reliability row 57, with a real preloaded clock. Only at its full size: every run proves the same rules
with made clocks, a node's in `tests/flow/test_selfcheck.py`, the ticks' in `tests/escalation`.
"""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from sqlalchemy import text

from hotline.store.database import Store
from tests.support.scale import Scale
from tests.support.served import Served

LONG = 45  # seconds: a node that can't write for thirty says so
LIBRARY = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)
pytestmark = [
    pytest.mark.slow,
    pytest.mark.soak,
    pytest.mark.skipif(LIBRARY is None, reason="no libfaketime on this machine"),
]


async def until(session: aiohttp.ClientSession, address: str, ready: bool, why: str) -> None:
    async with asyncio.timeout(30):
        while True:
            async with session.get(f"{address}/readyz") as answer:
                told = await answer.json()
                if (told["ready"], told.get("why", "")) == (ready, why):
                    return
            await asyncio.sleep(0.5)


async def rows(url: str, table: str) -> int:
    store = Store(url)
    async with store.read() as connection:
        counted = await connection.execute(text(f"SELECT count(*) FROM {table}"))
        found: int = counted.scalar_one()
    await store.close()
    return found


@asynccontextmanager
async def serving(url: str, folder: Path, setting: Path) -> AsyncIterator[str]:
    """A hotline whose clock is the true one moved by what the file says; its address."""
    faked = {
        "LD_PRELOAD": str(LIBRARY),
        "FAKETIME_TIMESTAMP_FILE": str(setting),
        "FAKETIME_CACHE_DURATION": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "TMPDIR": os.environ.get("TMPDIR", "/tmp"),
    }
    served = Served(url, folder, settings=faked)
    try:
        yield await asyncio.to_thread(served.start)
        await asyncio.to_thread(served.stop)
    finally:
        served.kill()  # else it goes on for ever, where something was not as it should be


async def filed(session: aiohttp.ClientSession, address: str, words: str) -> None:
    body = {"title": "灯", "content": words, "contact": {"phone": "13800001234"}}
    async with session.post(f"{address}/api/v1/complaints", json=body) as answer:
        assert answer.status == 201


@pytest.mark.parametrize("step", ["+2h", "+1d", "-3h"])
async def test_a_clock_set_wrong_strikes_nothing_citizens_are_served_and_it_heals(
    url: str, tmp_path: Path, scale: Scale, step: str
) -> None:
    """Ahead, the watch waits. Behind, it is late at most: it goes on where the database's clock is
    the same, and where another says that this one is wrong, it waits for one that is right."""
    if not scale.clock_steps:
        pytest.skip("only at its full size")
    setting = tmp_path / "clock"
    setting.write_text("+0")
    waits = step.startswith("+") or url.startswith("postgresql")
    async with serving(url, tmp_path, setting) as address, aiohttp.ClientSession() as session:
        while not await rows(url, "beat"):  # once, with the right time
            await asyncio.sleep(0.2)
        await until(session, address, True, "")
        setting.write_text(step)
        if waits:
            await until(session, address, False, "clock")
        before = await rows(url, "tick")
        await filed(session, address, f"路灯坏了{step}")
        await asyncio.sleep(LONG)
        ticked = await rows(url, "tick") - before
        assert ticked <= 1 if waits else ticked, ticked  # it is told once a minute
        await until(session, address, not waits, "clock" if waits else "")
        setting.write_text("+0")
        await until(session, address, True, "")
        before = await rows(url, "tick")
        async with asyncio.timeout(LONG):
            while await rows(url, "tick") == before:
                await asyncio.sleep(0.5)


async def test_a_node_that_starts_two_minutes_off_is_not_ready(
    postgres_url: str, tmp_path: Path, scale: Scale
) -> None:
    if not scale.clock_steps:
        pytest.skip("only at its full size")
    setting = tmp_path / "clock"
    setting.write_text("-120s")
    async with (
        serving(postgres_url, tmp_path, setting) as address,
        aiohttp.ClientSession() as session,
    ):
        await until(session, address, False, "clock")
        await filed(session, address, "路灯坏了")
