"""Two nodes on one PostgreSQL, restarted one after the other under load: nobody loses anything."""

import asyncio
import json
import time
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest

from hotline.store.database import Store
from tests.support.postgres import free_port
from tests.support.scale import Scale
from tests.support.served import Served, hotline

pytestmark = [
    pytest.mark.slow,
    pytest.mark.soak,
    pytest.mark.postgres,
    pytest.mark.timeout(300),
]
DRAINED = 25.0  # seconds that a stop may take
GAP = 60.0  # seconds between two looks of the watch


@dataclass
class Balancer:
    """Goes to the other node where one does not take the connection, as a proxy in front does."""

    addresses: list[str]
    told: dict[str, set[str]] = field(default_factory=dict)
    statuses: set[int] = field(default_factory=set)
    broken_off: int = 0
    stop: asyncio.Event = field(default_factory=asyncio.Event)

    async def citizen(self, n: int) -> None:
        made, turn = 0, n
        async with aiohttp.ClientSession() as session:
            while not self.stop.is_set():
                made += 1
                key = f"c{n}-{made}"
                while not await self._told(session, key, self.addresses[turn % 2]):
                    turn += 1
                    await asyncio.sleep(0.05)
                turn += 1

    async def _told(self, session: aiohttp.ClientSession, key: str, address: str) -> bool:
        body = {"title": "灯", "content": f"{key} 路灯", "contact": {"phone": "13800001234"}}
        headers = {"Idempotency-Key": key}
        try:
            async with session.post(
                f"{address}/api/v1/complaints", json=body, headers=headers
            ) as answer:
                self.statuses.add(answer.status)
                if answer.status != 201:
                    return False
                self.told.setdefault(key, set()).add((await answer.json())["number"])
                return True
        except aiohttp.ClientConnectorError:
            return False  # the node takes no more
        except aiohttp.ClientError:
            self.broken_off += 1  # an idle connection was closed as it was used again
            return False


async def test_nodes_restarted_in_turn_under_load_lose_and_double_nothing(
    postgres_url: str, tmp_path: Path, scale: Scale, capsys: pytest.CaptureFixture[str]
) -> None:
    nodes = [Served(postgres_url, tmp_path), Served(postgres_url, tmp_path)]
    addresses = await asyncio.gather(*(asyncio.to_thread(node.start) for node in nodes))
    ports, slowest = [node.port for node in nodes], 0.0
    city = Balancer(list(addresses))
    citizens = [asyncio.create_task(city.citizen(n)) for n in range(8)]
    for turn in range(scale.stops):
        node = nodes[turn % 2]
        await asyncio.sleep(0.7)
        began = time.monotonic()
        await asyncio.to_thread(node.stop)
        slowest = max(slowest, time.monotonic() - began)
        await asyncio.to_thread(node.start, ports[turn % 2])
    city.stop.set()
    await asyncio.gather(*citizens)
    store = Store(postgres_url)
    async with store.read() as connection:
        found = await connection.exec_driver_sql("SELECT key, number FROM intake")
        kept = {row[0]: row[1] for row in found}
        ticks = await connection.exec_driver_sql("SELECT at FROM tick ORDER BY at")
        moments = [row[0] for row in ticks]
        beats = await connection.exec_driver_sql("SELECT node FROM beat ORDER BY node")
        alive = [row[0] for row in beats]
    await store.close()
    await asyncio.gather(*(asyncio.to_thread(node.stop) for node in nodes))
    assert {key for key, numbers in city.told.items() if {kept.get(key)} != numbers} == set()
    assert city.statuses <= {201, 409, 503}
    assert slowest < DRAINED
    gaps = [(b - a).total_seconds() for a, b in zip(moments, moments[1:], strict=False)]
    assert gaps and max(gaps) < GAP
    assert len(alive) <= 2, "a node that says good-bye is not missed"
    verified = await asyncio.to_thread(hotline, nodes[0], "verify", "--json")
    assert json.loads(verified.stdout)["ok"] is True, verified.stdout
    with capsys.disabled():
        told = f"{scale.stops} stops, {len(city.told)} acknowledged, drained in {slowest:.1f} s"
        print(f"\n{told}, longest gap of the watch {max(gaps):.1f} s, {city.broken_off} broken off")


async def test_a_node_that_is_killed_is_missed_and_the_other_goes_on(
    postgres_url: str, tmp_path: Path
) -> None:
    nodes = [Served(postgres_url, tmp_path), Served(postgres_url, tmp_path)]
    ports = [free_port() for _ in nodes]
    starts = (asyncio.to_thread(node.start, port) for node, port in zip(nodes, ports, strict=True))
    address, _ = await asyncio.gather(*starts)
    await asyncio.sleep(2)  # both have said that they are there
    nodes[1].kill()
    store = Store(postgres_url)
    async with store.write() as connection:  # time goes by
        await connection.exec_driver_sql("UPDATE beat SET seen_at = seen_at - interval '2 minutes'")
    await store.close()
    async with aiohttp.ClientSession() as session, asyncio.timeout(60):
        text = ""
        while 'hotline_promise_broken{what="node"}' not in text:
            await asyncio.sleep(1)
            async with session.get(f"{address}/metrics") as answer:
                text = await answer.text()
        async with session.get(f"{address}/readyz") as answer:
            assert answer.status == 200
    await asyncio.to_thread(nodes[0].stop)
