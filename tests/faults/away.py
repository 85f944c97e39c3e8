"""Citizens who send until they are answered, over a database that can be taken away."""

import asyncio
import json
import time
from collections.abc import Awaitable
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from hotline.store.database import Store
from tests.conftest import made_ready
from tests.support.served import Served, hotline

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
    url: str  # past the proxy
    citizens: Citizens

    async def kept(self) -> dict[str, str]:
        store = Store(self.url)
        async with store.read() as connection:
            found = await connection.exec_driver_sql("SELECT key, number FROM intake")
            kept = {row[0]: row[1] for row in found}
        await store.close()
        return kept

    async def back(self, within: float = BACK) -> float:
        """Seconds until somebody is acknowledged again."""
        began = time.monotonic()
        while self.citizens.last < began:
            await asyncio.sleep(0.05)
            assert time.monotonic() - began < within, "not back"
        return time.monotonic() - began

    async def lost(self) -> set[str]:
        """Keys of what somebody was told is taken down, and is not, or under another number."""
        kept = await self.kept()
        told = self.citizens.told
        return {key for key, numbers in told.items() if {kept.get(key)} != numbers}

    async def judge(self) -> None:
        assert await self.lost() == set()
        assert self.citizens.statuses <= {201, 409, 503}
        verified = await asyncio.to_thread(
            hotline, Served(self.url, self.served.folder), "verify", "--json"
        )
        assert json.loads(verified.stdout)["ok"] is True, verified.stdout


async def a_city(url: str, folder: Path, through: str = "") -> City:
    """Serves the database at `url`, which the hotline may reach `through` another address."""
    await made_ready(url)
    served = Served(through or url, folder)
    address = await asyncio.to_thread(served.start)
    return City(served, url, Citizens(address))


async def with_citizens(city: City, trouble: Awaitable[None], many: int) -> None:
    running = [asyncio.create_task(city.citizens.one(n)) for n in range(many)]
    await asyncio.sleep(1)
    await trouble
    city.citizens.stop.set()
    await asyncio.gather(*running)
