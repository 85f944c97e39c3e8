"""Slow clients and floods: everybody else is served as before, and drips are cut."""

import asyncio
import statistics
import time
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from hotline.web import patience
from tests.support.scale import Scale
from tests.support.served import Served

pytestmark = [pytest.mark.slow, pytest.mark.soak, pytest.mark.timeout(180)]
BODY = {"title": "灯", "content": "路灯坏了", "contact": {"phone": "13800001234"}}


@pytest.fixture
async def served(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Served]:
    made = Served(sqlite_url, tmp_path)
    await asyncio.to_thread(made.start)
    yield made
    await asyncio.to_thread(made.stop)


async def p95(address: str, times: int = 60) -> float:
    """What one ordinary citizen sees, twenty times a second."""
    took = []
    async with aiohttp.ClientSession() as session:
        for _ in range(times):
            began = time.perf_counter()
            async with session.post(f"{address}/api/v1/complaints", json=BODY) as answer:
                assert answer.status == 201, await answer.text()
            took.append(time.perf_counter() - began)
            await asyncio.sleep(0.05)
    return statistics.quantiles(took, n=20)[-1]


async def at_rest(address: str) -> None:
    """The dictionaries are read and nothing waits: a start is no calm to measure a flood against."""
    async with aiohttp.ClientSession() as session, asyncio.timeout(60):
        while True:
            async with session.get(f"{address}/readyz") as answer:
                if (await answer.json())["triage"]["waiting"] == 0:
                    return
            await asyncio.sleep(0.2)


async def drip(port: int, kind: str, over: asyncio.Event) -> str:
    """Sends a byte every half second; returns how the server ended it, or `open`."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = b"POST /api/v1/complaints HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n"
    start = {"header": head, "body": head + b"Content-Length: 100000\r\n\r\n{", "idle": b""}[kind]
    writer.write(start)
    answering = asyncio.create_task(reader.read(200))
    try:
        while not over.is_set() and not answering.done():
            if kind != "idle":
                writer.write(b"a")
            await asyncio.sleep(0.5)
        return answering.result().decode("latin-1")[:12] if answering.done() else "open"
    except OSError:
        return "reset"
    finally:
        answering.cancel()
        writer.close()


async def test_slow_clients_cost_the_others_little_and_are_cut(
    served: Served, scale: Scale, capsys: pytest.CaptureFixture[str]
) -> None:
    calm, over = await p95(served.address), asyncio.Event()
    kinds = ("header", "body", "idle")
    slow = [asyncio.create_task(drip(served.port, kinds[n % 3], over)) for n in range(scale.slow)]
    await asyncio.sleep(1)
    crowded = await p95(served.address)
    await asyncio.sleep(patience.FIRST + 4 - (60 * 0.05 + 1))
    over.set()
    ended = await asyncio.gather(*slow)
    bodies = ended[1::3]
    assert "open" not in bodies and {one[9:] for one in bodies} <= {"408", ""}, set(bodies)
    assert crowded < max(2 * calm, 0.3)
    with capsys.disabled():
        print(f"\n{scale.slow} slow clients: p95 {calm * 1000:.0f} → {crowded * 1000:.0f} ms")


async def test_a_flood_from_one_address_drowns_nobody_else(
    sqlite_url: str, tmp_path: Path, scale: Scale, capsys: pytest.CaptureFixture[str]
) -> None:
    """Public limits are on; addresses are told apart by a trusted proxy's word.

    The challenge has tests of its own: under a storm it asks everybody, and no browser is here.
    """
    on = {"HOTLINE_LIMITS__PUBLIC": "on", "HOTLINE_LIMITS__CHALLENGE": "off"}
    on["HOTLINE_SERVE__PROXIES"] = '["127.0.0.1"]'
    served, statuses = Served(sqlite_url, tmp_path, settings=on), list[int]()
    address = await asyncio.to_thread(served.start)

    async def citizen(session: aiohttp.ClientSession, n: int) -> float:
        told = {"X-Forwarded-For": f"10.0.{n // 200}.{n % 200 + 1}"}
        began = time.perf_counter()
        async with session.post(f"{address}/api/v1/complaints", json=BODY, headers=told) as answer:
            assert answer.status == 201, await answer.text()
        return time.perf_counter() - began

    async def flooder(session: aiohttp.ClientSession, over: asyncio.Event) -> None:
        while not over.is_set():
            told = {"X-Forwarded-For": "10.9.9.9"}
            async with session.post(
                f"{address}/api/v1/complaints", json=BODY, headers=told
            ) as answer:
                statuses.append(answer.status)

    async with aiohttp.ClientSession() as session, aiohttp.ClientSession() as other:
        await citizen(session, 200)
        await at_rest(address)
        calm = [await citizen(session, n) for n in range(40)]
        over = asyncio.Event()
        floods = [asyncio.create_task(flooder(other, over)) for _ in range(scale.flooders)]
        flooded = [await citizen(session, n) for n in range(40, 240)]
        over.set()
        await asyncio.gather(*floods)
    await asyncio.to_thread(served.stop)
    assert statuses.count(201) <= 5 and statuses.count(429) > 50
    then, now = (statistics.quantiles(took, n=20)[-1] for took in (calm, flooded))
    with capsys.disabled():
        told = f"{statuses.count(429)} refused, {statuses.count(201)} taken from the flood"
        print(f"\n{told}; others' p95 {then * 1000:.0f} → {now * 1000:.0f} ms")
    assert now < max(2 * then, 0.3)
