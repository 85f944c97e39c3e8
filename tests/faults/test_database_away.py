"""The database goes away and comes back: nothing acknowledged is lost or doubled, nobody waits long.

Stopped and started under load; behind a network that swallows, resets, or loses a COMMIT's answer.
"""

import asyncio
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest

from hotline.store.database import Store
from tests.conftest import made_ready
from tests.faults.proxy import Proxy, proxy
from tests.support import postgres
from tests.support.scale import Scale
from tests.support.served import Served, hotline

pytestmark = [
    pytest.mark.slow,
    pytest.mark.soak,
    pytest.mark.postgres,
    pytest.mark.timeout(300),
]
LONGEST = 10.0  # seconds that any request may take
BACK = 10.0  # seconds from the database's return until the next acknowledgement


@dataclass
class Citizens:
    """Send again under the same key until they are answered; keep what they were told."""

    address: str
    told: dict[str, set[str]] = field(default_factory=dict)
    statuses: set[int] = field(default_factory=set)
    slowest: float = 0.0
    last: float = 0.0
    stop: asyncio.Event = field(default_factory=asyncio.Event)

    async def one(self, n: int) -> None:
        made = 0
        timeout = aiohttp.ClientTimeout(total=30)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            while not self.stop.is_set():
                made += 1
                await self._until_told(session, f"c{n}-{made}")

    async def _until_told(self, session: aiohttp.ClientSession, key: str) -> None:
        body = {"title": "灯", "content": f"{key} 路灯", "contact": {"phone": "13800001234"}}
        url, headers = f"{self.address}/api/v1/complaints", {"Idempotency-Key": key}
        for _ in range(200):
            began = time.monotonic()
            async with session.post(url, json=body, headers=headers) as answer:
                told = await answer.json()
                self.slowest = max(self.slowest, time.monotonic() - began)
                self.statuses.add(answer.status)
                if answer.status == 201:
                    self.told.setdefault(key, set()).add(told["number"])
                    self.last = time.monotonic()
                    return
                if answer.status == 503:
                    assert "Retry-After" in answer.headers
            await asyncio.sleep(0.1)
        raise AssertionError(f"{key} was never answered")


@dataclass
class City:
    """One hotline over a database that can be taken away."""

    served: Served
    server: postgres.Cluster
    url: str  # past the proxy
    citizens: Citizens

    async def kept(self) -> dict[str, str]:
        store = Store(self.url)
        async with store.read() as connection:
            found = await connection.exec_driver_sql("SELECT key, number FROM intake")
            kept = {row[0]: row[1] for row in found}
        await store.close()
        return kept

    async def back(self) -> float:
        """Seconds until somebody is acknowledged again."""
        began = time.monotonic()
        while self.citizens.last < began:
            await asyncio.sleep(0.05)
            assert time.monotonic() - began < BACK, "not back"
        return time.monotonic() - began

    async def judge(self) -> None:
        kept = await self.kept()
        told = self.citizens.told
        assert {key for key, numbers in told.items() if {kept.get(key)} != numbers} == set()
        assert self.citizens.statuses <= {201, 409, 503}
        verified = await asyncio.to_thread(
            hotline, Served(self.url, self.served.folder), "verify", "--json"
        )
        assert json.loads(verified.stdout)["ok"] is True, verified.stdout


@pytest.fixture
def own_server() -> Iterator[postgres.Cluster]:
    reason = postgres.why_not()
    if reason:
        pytest.skip(reason)
    with postgres.cluster() as running:
        yield running


async def a_city(server: postgres.Cluster, folder: Path, port: int | None = None) -> City:
    url = await asyncio.to_thread(server.create, "away")
    await made_ready(url)
    through = url.replace(f":{server.port}/", f":{port}/") if port else url
    served = Served(through, folder)
    address = await asyncio.to_thread(served.start)
    return City(served, server, url, Citizens(address))


async def with_citizens(city: City, trouble: "asyncio.Future[None] | object", many: int) -> None:
    running = [asyncio.create_task(city.citizens.one(n)) for n in range(many)]
    await asyncio.sleep(1)
    await trouble  # type: ignore[misc]
    city.citizens.stop.set()
    await asyncio.gather(*running)


async def test_a_database_stopped_and_started_under_load_loses_and_doubles_nothing(
    own_server: postgres.Cluster,
    tmp_path: Path,
    scale: Scale,
    capsys: pytest.CaptureFixture[str],
) -> None:
    city, slowest = await a_city(own_server, tmp_path), 0.0

    async def restarts() -> None:
        nonlocal slowest
        for n in range(scale.restarts):
            await asyncio.to_thread(own_server.stop, ("immediate", "fast")[n % 2])
            await asyncio.sleep(0.5)
            await asyncio.to_thread(own_server.start)
            slowest = max(slowest, await city.back())
            await asyncio.sleep(0.5)

    await with_citizens(city, restarts(), 8)
    await asyncio.to_thread(city.served.stop)
    await city.judge()
    assert city.citizens.slowest < LONGEST
    with capsys.disabled():
        told = f"{scale.restarts} restarts, {len(city.citizens.told)} acknowledged"
        print(f"\n{told}, back within {slowest:.1f} s, slowest {city.citizens.slowest:.1f} s")


async def test_a_network_that_swallows_or_resets_hangs_nobody_and_heals_without_restart(
    own_server: postgres.Cluster,
    tmp_path: Path,
    scale: Scale,
    capsys: pytest.CaptureFixture[str],
) -> None:
    async with proxy(own_server.port) as way:
        city = await a_city(own_server, tmp_path, way.port)

        async def partitions() -> None:
            for seconds in scale.partitions:
                way.part()
                await asyncio.sleep(seconds)
                way.heal()
                await city.back()
                way.reset()
                await city.back()

        await with_citizens(city, partitions(), 8)
        await asyncio.to_thread(city.served.stop)
    await city.judge()
    assert city.citizens.slowest < LONGEST
    with capsys.disabled():
        told = f"swallowed for {scale.partitions} s, {len(city.citizens.told)} acknowledged"
        print(f"\n{told}, slowest {city.citizens.slowest:.1f} s")


async def test_a_commit_whose_answer_is_lost_ends_as_exactly_one_case(
    own_server: postgres.Cluster,
    tmp_path: Path,
    scale: Scale,
    capsys: pytest.CaptureFixture[str],
) -> None:
    async with proxy(own_server.port) as way:
        city = await a_city(own_server, tmp_path, way.port)
        await with_citizens(city, _cut(way, scale.cuts), 8)
        await asyncio.to_thread(city.served.stop)
    assert way.cuts >= scale.cuts
    await city.judge()
    with capsys.disabled():
        print(f"\n{way.cuts} commits cut, {len(city.citizens.told)} acknowledged, each once")


async def _cut(way: Proxy, many: int) -> None:
    while way.cuts < many:
        way.cut_commits = 1
        await asyncio.sleep(0.1)
