"""A clock set wrong under a running hotline: the watch waits, citizens are served, and it heals.

With a real preloaded clock where there is one; the same rules are proved with made clocks elsewhere.
"""

import asyncio
import os
import time
from pathlib import Path

import aiohttp
import pytest
from sqlalchemy import text

from hotline.store.database import Store
from tests.support.served import Served

LIBRARY = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)
pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(120),
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


async def test_a_clock_two_hours_ahead_strikes_nothing_and_citizens_are_still_served(
    sqlite_url: str, tmp_path: Path
) -> None:
    setting = tmp_path / "clock"
    setting.write_text("+0")
    faked = {
        "LD_PRELOAD": str(LIBRARY),
        "FAKETIME_TIMESTAMP_FILE": str(setting),
        "FAKETIME_CACHE_DURATION": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "TMPDIR": os.environ.get("TMPDIR", "/tmp"),
    }
    served = Served(sqlite_url, tmp_path, settings=faked)
    address = await asyncio.to_thread(served.start)
    body = {"title": "灯", "content": "路灯坏了", "contact": {"phone": "13800001234"}}
    async with aiohttp.ClientSession() as session:
        while not await rows(sqlite_url, "beat"):  # once, with the right time
            await asyncio.sleep(0.2)
        await until(session, address, True, "")
        setting.write_text("+2h")
        await until(session, address, False, "clock")
        before = await rows(sqlite_url, "tick")
        began = time.monotonic()
        async with session.post(f"{address}/api/v1/complaints", json=body) as answer:
            assert answer.status == 201
        while time.monotonic() - began < 4:
            await asyncio.sleep(0.5)
        assert await rows(sqlite_url, "tick") - before <= 1, "the watch went on"
    await asyncio.to_thread(served.stop)
