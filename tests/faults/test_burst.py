"""Thousands of deadlines in the same minute, and citizens who write all the while."""

import asyncio
import statistics
import time
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import aiohttp
import pytest
from sqlalchemy import text

from escalation.promise import Promise
from hotline.store.database import Store
from hotline.wiring import system_clock
from tests.conftest import a_centre
from tests.faults.timers import a_clock, timer
from tests.makers import a_case
from tests.support.scale import Scale
from tests.support.served import Served

LATEST = 120.0  # seconds after the minute began
P95 = 0.3  # seconds; asked of the full size, on a machine with nothing else to do
pytestmark = [pytest.mark.slow, pytest.mark.soak, pytest.mark.timeout(600)]


async def plant_pairs(url: str, folder: Path, count: int, due: datetime) -> None:
    """Cases with two timers each, the second's moment half a second after the first's."""
    centre = await a_centre(url, folder, system_clock)  # type: ignore[arg-type]
    clock = a_clock()
    for start in range(0, count // 2, 200):
        async with centre.work() as work:
            for n in range(start, min(start + 200, count // 2)):
                case = a_case(number=f"20261123-{n + 1:06d}")
                first = timer(clock, due)
                second = timer(clock, due + timedelta(seconds=0.5))
                case.deadlines = {1: first, 2: replace(second, promise=Promise.FINISH)}
                await work.cases.add(case)
    await centre.close()


async def citizens(address: str, rate: int, until: asyncio.Event) -> list[float]:
    """Posts at a steady rate, whatever the answers take; seconds until each was acknowledged."""
    took: list[float] = []

    async def one(session: aiohttp.ClientSession, n: int) -> None:
        body = {"title": "路灯不亮", "content": f"第{n}件", "contact": {"phone": "13800001234"}}
        began = time.perf_counter()
        async with session.post(f"{address}/api/v1/complaints", json=body) as answer:
            assert answer.status == 201, await answer.text()
        took.append(time.perf_counter() - began)

    async with aiohttp.ClientSession() as session, asyncio.TaskGroup() as group:
        n = 0
        while not until.is_set():
            group.create_task(one(session, n))
            n += 1
            await asyncio.sleep(1 / rate)
    return took


async def climbed(store: Store) -> int:
    async with store.read() as connection:
        found: int = (await connection.execute(text("SELECT count(*) FROM rung"))).scalar_one()
    return found


async def out_of_order(store: Store) -> int:
    """Rungs that were entered in a case's timeline before one that was due earlier."""
    asked = """
        SELECT count(*) FROM rung a JOIN rung b ON a.case_id = b.case_id
        WHERE a.entry_seq < b.entry_seq AND a.rung_at > b.rung_at"""
    async with store.read() as connection:
        found: int = (await connection.execute(text(asked))).scalar_one()
    return found


async def test_all_that_falls_due_in_one_minute_is_climbed_in_order_while_citizens_write(
    url: str, tmp_path: Path, scale: Scale, capsys: pytest.CaptureFixture[str]
) -> None:
    due = system_clock() + timedelta(seconds=5 + scale.deadlines / 400)
    await plant_pairs(url, tmp_path, scale.deadlines, due)
    served, store = Served(url, tmp_path), Store(url)
    address = await asyncio.to_thread(served.start)
    over = asyncio.Event()
    writing = asyncio.create_task(citizens(address, scale.posts, over))
    assert await climbed(store) == 0 or system_clock() >= due
    while await climbed(store) < scale.deadlines:
        await asyncio.sleep(0.5)
        assert (system_clock() - due).total_seconds() < LATEST, await climbed(store)
    lasted = (system_clock() - due).total_seconds()
    over.set()
    took = await writing
    served.stop()
    p95 = statistics.quantiles(took, n=20)[-1]
    with capsys.disabled():
        print(f"\n{url.split(':')[0]}: {scale.deadlines} in {lasted:.1f} s, intake p95 {p95:.3f} s")
    assert await out_of_order(store) == 0
    assert await climbed(store) == scale.deadlines
    await store.close()
    if scale.posts >= 50:
        assert p95 < P95
