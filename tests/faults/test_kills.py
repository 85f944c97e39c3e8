"""Killed at any moment: what was acknowledged is there, once, and the twin that lies is caught."""

import asyncio
import json
import random
import sqlite3
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest

from tests.support.scale import Scale
from tests.support.served import Served, hotline

CLIENTS = 16
pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@dataclass
class Ledger:
    """What the clients were told, kept outside of the hotline."""

    acknowledged: dict[str, str] = field(default_factory=dict)  # key -> content
    contradicted: list[str] = field(default_factory=list)
    numbers: dict[str, str] = field(default_factory=dict)
    sent: int = 0

    def tell(self, key: str, content: str, number: str) -> None:
        if self.numbers.setdefault(key, number) != number:
            self.contradicted.append(key)
        self.acknowledged[key] = content


async def one_client(n: int, address: str, ledger: Ledger, stop: asyncio.Event) -> None:
    """Posts for ever; what is not answered is sent again under the same key until it is."""
    made = 0
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as session:
        while not stop.is_set():
            made += 1
            key, content = f"c{n}-{made}", f"第{n}位市民的第{made}件诉求：路灯不亮"
            ledger.sent += 1
            while not stop.is_set():
                try:
                    number = await post(session, address, key, content)
                except (aiohttp.ClientError, TimeoutError, OSError):
                    await asyncio.sleep(0.05)
                    continue
                if number:
                    ledger.tell(key, content, number)
                    break
                await asyncio.sleep(0.05)


async def post(session: aiohttp.ClientSession, address: str, key: str, content: str) -> str | None:
    body = {"title": "路灯不亮", "content": content, "contact": {"phone": "13800001234"}}
    url = f"{address}/api/v1/complaints"
    async with session.post(url, json=body, headers={"Idempotency-Key": key}) as answer:
        if answer.status == 201:
            return str((await answer.json())["number"])
        assert answer.status in (409, 503), await answer.text()
        return None


async def storm(served: Served, kills: int, seed: int, least: int = 0) -> Ledger:
    """Sixteen clients at once, and a kill -9 at moments nobody can know."""
    chance, ledger, stop = random.Random(seed), Ledger(), asyncio.Event()
    address = await asyncio.to_thread(served.start)
    port = served.port
    clients = [asyncio.create_task(one_client(n, address, ledger, stop)) for n in range(CLIENTS)]
    for _ in range(kills):
        await asyncio.sleep(chance.uniform(0.2, 1.0))
        served.kill()
        await asyncio.to_thread(served.start, port)
    async with asyncio.timeout(600):
        while len(ledger.acknowledged) < least:
            await asyncio.sleep(0.5)
    await asyncio.sleep(0.5)
    stop.set()
    await asyncio.gather(*clients)
    served.kill()
    return ledger


@dataclass
class Findings:
    lost: int
    doubled: int


def check(database: Path, ledger: Ledger) -> Findings:
    """The same check for the product and for its twins; one of them adds to keys behind a #."""
    connection = sqlite3.connect(database)
    rows = connection.execute("SELECT key, number FROM intake").fetchall()
    connection.close()
    kept: dict[str, set[str]] = {}
    for key, number in rows:
        kept.setdefault(key.partition("#")[0], set()).add(number)
    lost = [key for key in ledger.acknowledged if ledger.numbers[key] not in kept.get(key, ())]
    return Findings(len(lost), len(rows) - len(kept) + len(ledger.contradicted))


@pytest.mark.soak
async def test_nothing_acknowledged_is_lost_or_doubled_over_25_kills(
    sqlite_url: str, tmp_path: Path, scale: Scale, capsys: pytest.CaptureFixture[str]
) -> None:
    """300 kills in a soak, with at least 30,000 acknowledged."""
    served = Served(sqlite_url, tmp_path)
    ledger = await storm(served, scale.intake_kills, seed=1, least=scale.acknowledged)
    found = check(tmp_path / "hotline.db", ledger)
    assert len(ledger.acknowledged) >= scale.acknowledged, "too few to say anything"
    with capsys.disabled():
        print(f"\n{scale.intake_kills} kills, {len(ledger.acknowledged)} acknowledged: {found}")
    assert found == Findings(0, 0)
    await asyncio.to_thread(served.start)
    served.stop()
    verified = hotline(served, "verify", "--json")
    assert verified.returncode == 0, verified.stdout[-2000:] + verified.stderr[-2000:]
    assert json.loads(verified.stdout)["ok"] is True


async def test_a_twin_that_answers_before_it_commits_is_caught(
    sqlite_url: str, tmp_path: Path
) -> None:
    twin = Served(sqlite_url, tmp_path, "tests.faults.early_ack")
    ledger = await storm(twin, 3, seed=2)
    assert check(tmp_path / "hotline.db", ledger).lost > len(ledger.acknowledged) // 100


async def test_a_twin_that_knows_no_key_again_is_caught(sqlite_url: str, tmp_path: Path) -> None:
    twin, ledger = Served(sqlite_url, tmp_path, module="tests.faults.keyless"), Ledger()
    address = await asyncio.to_thread(twin.start)
    async with aiohttp.ClientSession() as session:
        for _ in range(2):  # as a client does whose first answer was lost with the process
            number = await post(session, address, "c0-1", "路灯不亮")
            ledger.acknowledged["c0-1"] = "路灯不亮"
            ledger.numbers["c0-1"] = number or ""
    twin.kill()
    found = check(tmp_path / "hotline.db", ledger)
    assert found.lost == 0 and found.doubled > 0
