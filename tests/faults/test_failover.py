"""The leading database dies and its follower leads: what was acknowledged is there, once.

Reliability row 16. The hotline's own address names both; nobody restarts it.
"""

import asyncio
import time
from pathlib import Path

import pytest

from hotline.store.database import Store
from tests.faults.away import a_city, with_citizens
from tests.faults.proxy import proxy
from tests.support import postgres
from tests.support.failover import pair
from tests.support.scale import Scale

pytestmark = [
    pytest.mark.slow,
    pytest.mark.soak,
    pytest.mark.postgres,
    pytest.mark.timeout(300),
    pytest.mark.skipif(postgres.why_not() is not None, reason=str(postgres.why_not())),
]
BACK = 60.0  # seconds from the leader's death until somebody is acknowledged again


async def test_promotions_of_a_synchronous_follower_lose_and_double_nothing(
    tmp_path: Path, scale: Scale, capsys: pytest.CaptureFixture[str]
) -> None:
    slowest = 0.0
    with pair() as servers:
        await asyncio.to_thread(servers.leader.create, "away")
        await asyncio.to_thread(servers.follow)
        store = Store(servers.url("away"))
        assert await store.followed()
        city = await a_city(servers.url("away"), tmp_path)

        async def promotions() -> None:
            nonlocal slowest
            for n in range(scale.promotions):
                if n:
                    await asyncio.to_thread(servers.follow)
                    await asyncio.sleep(0.5)
                died = time.monotonic()
                await asyncio.to_thread(servers.fail_over)
                await city.back(BACK)
                slowest = max(slowest, time.monotonic() - died)

        await with_citizens(city, promotions(), 8)
        await asyncio.to_thread(city.served.stop)
        await city.judge()
        await store.writer.dispose()  # its connections are the dead leader's
        assert not await store.followed(), "the next fault would lose something, and nobody is told"
        await store.close()
    assert slowest < BACK
    with capsys.disabled():
        told = f"{scale.promotions} promotions, {len(city.citizens.told)} acknowledged"
        print(f"\n{told}, back within {slowest:.1f} s")


async def test_a_follower_that_is_told_later_is_seen_to_lose_what_was_acknowledged(
    tmp_path: Path,
) -> None:
    with pair(synchronous=False) as servers:
        await asyncio.to_thread(servers.leader.create, "away")
        async with proxy(servers.leader.port) as way:
            await asyncio.to_thread(servers.follow, way.port)
            city = await a_city(servers.url("away"), tmp_path)

            async def behind_then_leading() -> None:
                way.part()
                await asyncio.sleep(1)
                await asyncio.to_thread(servers.leader.stop)
                way.reset()
                await asyncio.to_thread(servers.fail_over)
                await city.back(BACK)

            await with_citizens(city, behind_then_leading(), 8)
        await asyncio.to_thread(city.served.stop)
        assert await city.lost()
