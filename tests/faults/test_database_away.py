"""The database goes away and comes back: nothing acknowledged is lost or doubled, nobody waits long.

Stopped and started under load; behind a network that swallows, resets, or loses a COMMIT's answer.
"""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.away import City, a_city, with_citizens
from tests.faults.proxy import Proxy, proxy
from tests.support import postgres
from tests.support.scale import Scale

pytestmark = [
    pytest.mark.slow,
    pytest.mark.soak,
    pytest.mark.postgres,
    pytest.mark.timeout(300),
]
LONGEST = 10.0  # seconds that any request may take


@pytest.fixture
def own_server() -> Iterator[postgres.Cluster]:
    reason = postgres.why_not()
    if reason:
        pytest.skip(reason)
    with postgres.cluster() as running:
        yield running


async def test_a_database_stopped_and_started_under_load_loses_and_doubles_nothing(
    own_server: postgres.Cluster,
    tmp_path: Path,
    scale: Scale,
    capsys: pytest.CaptureFixture[str],
) -> None:
    city = await a_city(await asyncio.to_thread(own_server.create, "away"), tmp_path)
    slowest = 0.0

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


async def behind(way: Proxy, server: postgres.Cluster, folder: Path) -> City:
    url = await asyncio.to_thread(server.create, "away")
    return await a_city(url, folder, url.replace(f":{server.port}/", f":{way.port}/"))


async def test_a_network_that_swallows_or_resets_hangs_nobody_and_heals_without_restart(
    own_server: postgres.Cluster,
    tmp_path: Path,
    scale: Scale,
    capsys: pytest.CaptureFixture[str],
) -> None:
    async with proxy(own_server.port) as way:
        city = await behind(way, own_server, tmp_path)

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
        city = await behind(way, own_server, tmp_path)
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
