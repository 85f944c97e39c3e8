"""Ten times the usual: everybody is acknowledged, thinking waits, and all is as before by itself."""

import asyncio
import json
import statistics
import time
from pathlib import Path

import aiohttp
import pytest

from tests.support.scale import Scale
from tests.support.served import Served, hotline

pytestmark = [pytest.mark.slow, pytest.mark.soak, pytest.mark.timeout(300)]
NORMAL = 60.0  # seconds after the spike until nothing is left of it
BODY = {"title": "停水", "content": "望江大道停水了，已经停了半天", "contact": {}}


async def spike(address: str, rate: int, seconds: float) -> tuple[list[float], list[int]]:
    """Posts at a steady rate, whatever the answers take: seconds each took, and its status."""
    took: list[float] = []
    statuses: list[int] = []

    async def one(session: aiohttp.ClientSession, n: int) -> None:
        body = {
            **BODY,
            "content": f"{BODY['content']}，{n} 号楼",
            "contact": {"phone": f"139{n:08}"},
        }
        began = time.perf_counter()
        async with session.post(f"{address}/api/v1/complaints", json=body) as answer:
            await answer.read()
            statuses.append(answer.status)
        took.append(time.perf_counter() - began)

    began, n = time.monotonic(), 0
    async with aiohttp.ClientSession() as session, asyncio.TaskGroup() as group:
        while time.monotonic() - began < seconds:
            while n < (time.monotonic() - began) * rate:
                group.create_task(one(session, n))
                n += 1
            await asyncio.sleep(0.01)
    return took, statuses


async def figures(session: aiohttp.ClientSession, address: str) -> dict[str, object]:
    async with session.get(f"{address}/readyz") as answer:
        assert answer.status == 200, "it is ready all the while"
        told: dict[str, object] = (await answer.json())["triage"]
        return told


async def test_a_spike_is_acknowledged_whole_and_over_by_itself(
    sqlite_url: str, tmp_path: Path, scale: Scale, capsys: pytest.CaptureFixture[str]
) -> None:
    served = Served(sqlite_url, tmp_path)
    address = await asyncio.to_thread(served.start)
    async with aiohttp.ClientSession() as session:
        await spike(address, 1, 2)
        took, statuses = await spike(address, scale.spike_rate, scale.spike_seconds)
        during = await figures(session, address)
        began = time.monotonic()
        while (left := await figures(session, address))["storm"] or left["waiting"]:
            assert time.monotonic() - began < NORMAL, left
            await asyncio.sleep(0.5)
        lasted = time.monotonic() - began
        after, _ = await spike(address, 5, 3)
    await asyncio.to_thread(served.stop)
    assert set(statuses) == {201}
    verified = json.loads((await asyncio.to_thread(hotline, served, "verify", "--json")).stdout)
    assert verified["ok"] is True, (verified["broken_in_all"], verified["broken"][:3])
    p95, then = statistics.quantiles(took, n=20)[-1], statistics.median(after)
    with capsys.disabled():
        told = f"{len(took)} in {scale.spike_seconds:.0f} s, p95 {p95:.2f} s, waiting then {during}"
        print(f"\n{told}, calm after {lasted:.1f} s, median after {then * 1000:.0f} ms")
