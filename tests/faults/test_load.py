"""What one machine of two cores has to hold: intakes, telephone events and reads, all at once.

Reliability row 25. The rates, the time and the bounds are those of a soak; every run asks for a few
seconds at a tenth of them, and only that nothing is lost and nothing refused.
"""

import asyncio
import os
import statistics
import time
from pathlib import Path

import aiohttp
import pytest

from hotline.store.database import Store
from tests.faults.test_burst import citizens
from tests.faults.test_call_storms import SETTINGS, pour
from tests.support.scale import Scale
from tests.support.served import Served, hotline

pytestmark = [pytest.mark.slow, pytest.mark.soak, pytest.mark.timeout(900)]
P95, P99, BUSY = 0.3, 1.0, 0.8  # seconds, seconds, share of the two cores


async def readers(
    address: str, token: str, rate: int, until: asyncio.Event
) -> tuple[list[float], set[int]]:
    """A dispatcher's queue, a case and a search in turn, at a steady rate."""
    took, statuses, paths = list[float](), set[int](), ["/api/v1/cases?limit=50"]
    headers = {"Authorization": f"Bearer {token}"}

    async def one(session: aiohttp.ClientSession, path: str) -> None:
        began = time.perf_counter()
        async with session.get(address + path) as answer:
            statuses.add(answer.status)
            found = await answer.json()
        took.append(time.perf_counter() - began)
        if len(paths) < 30 and "items" in found:
            paths.extend(f"/api/v1/cases/{case['number']}" for case in found["items"][:10])

    async with aiohttp.ClientSession(headers=headers) as session, asyncio.TaskGroup() as group:
        n = 0
        while not until.is_set():
            group.create_task(one(session, paths[n % len(paths)]))
            n += 1
            await asyncio.sleep(1 / rate)
    return took, statuses


def busy_seconds(served: Served) -> float:
    """Processor time of the hotline and of what it started."""
    assert served.process is not None
    fields = Path(f"/proc/{served.process.pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def told(name: str, took: list[float]) -> str:
    cuts = statistics.quantiles(took, n=100)
    return f"{name} {len(took)}: p50 {cuts[49]:.3f}, p95 {cuts[94]:.3f}, p99 {cuts[98]:.3f} s"


async def counted(url: str, what: str) -> int:
    store = Store(url)
    async with store.read() as connection:
        found: int = (await connection.exec_driver_sql(f"SELECT count(*) FROM {what}")).scalar_one()
    await store.close()
    return found


async def test_intakes_events_and_reads_at_once_lose_nothing_and_are_answered_in_time(
    sqlite_url: str, tmp_path: Path, scale: Scale, capsys: pytest.CaptureFixture[str]
) -> None:
    served = Served(sqlite_url, tmp_path, settings=SETTINGS)
    address = await asyncio.to_thread(served.start)
    made = await asyncio.to_thread(hotline, served, "token", "add", "desk", "--role", "dispatcher")
    over = asyncio.Event()
    writing = asyncio.create_task(citizens(address, scale.load_rate, over))
    reading = asyncio.create_task(readers(address, made.stdout.split()[-1], scale.load_rate, over))
    began, before = time.monotonic(), busy_seconds(served)
    async with aiohttp.ClientSession() as session:
        sent = await pour(session, address, scale.load_seconds, {}, scale.load_rate * 3 // 10)
    busy = (busy_seconds(served) - before) / (time.monotonic() - began) / 2
    over.set()
    written, (read, statuses) = await writing, await reading
    await asyncio.to_thread(served.stop)
    with capsys.disabled():
        lines = [told("intakes", written), told("reads", read), f"events {sent}, busy {busy:.2f}"]
        print("\n" + "; ".join(lines))
    assert await counted(sqlite_url, "intake") == len(written)
    assert await counted(sqlite_url, "call_event") == sent and statuses == {200}
    if scale.load_rate >= 100:
        cuts = statistics.quantiles(written, n=100)
        assert cuts[94] < P95 and cuts[98] < P99 and busy < BUSY
