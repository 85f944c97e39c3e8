"""Backed up while citizens write, restored on an empty place: all that was acknowledged before is there."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from time import perf_counter

import aiohttp
import pytest

from hotline.store.database import Store
from tests.faults.test_kills import Ledger, one_client
from tests.support import postgres
from tests.support.scale import Scale
from tests.support.served import Served, hotline

pytestmark = [pytest.mark.slow, pytest.mark.soak, pytest.mark.timeout(300)]


@pytest.fixture
def empty_url(request: pytest.FixtureRequest, url: str, tmp_path: Path) -> Iterator[str]:
    if url.startswith("sqlite"):
        yield f"sqlite:///{tmp_path / 'empty' / 'hotline.db'}"
        return
    server: postgres.Cluster = request.getfixturevalue("server")
    yield server.create("t_restored")
    server.drop("t_restored")


async def numbers(url: str) -> dict[str, str]:
    store = Store(url)
    async with store.read() as connection:
        found = await connection.exec_driver_sql("SELECT key, number FROM intake")
        kept = {row[0]: row[1] for row in found}
    await store.close()
    return kept


async def an_attachment(address: str) -> None:
    form = aiohttp.FormData()
    form.add_field("file", b"\x89PNG\r\n\x1a\n" + b"\x00" * 100, filename="灯.png")
    async with aiohttp.ClientSession() as session:
        async with session.post(f"{address}/api/v1/attachments", data=form) as answer:
            assert answer.status == 201, await answer.text()


async def more_than(ledger: Ledger, acknowledged: int) -> None:
    """Until more have been acknowledged: on a busy machine the first may take longer than a second."""
    async with asyncio.timeout(60):
        while len(ledger.numbers) <= acknowledged:
            await asyncio.sleep(0.05)


async def test_all_that_was_acknowledged_before_the_backup_is_in_it(
    url: str, empty_url: str, tmp_path: Path, scale: Scale, capsys: pytest.CaptureFixture[str]
) -> None:
    served, ledger, stop = Served(url, tmp_path), Ledger(), asyncio.Event()
    address = await asyncio.to_thread(served.start)
    await an_attachment(address)
    clients = [asyncio.create_task(one_client(n, address, ledger, stop)) for n in range(8)]
    points: list[dict[str, str]] = []
    for n in range(scale.backups):
        await asyncio.sleep(1)
        await more_than(ledger, len(points[-1]) if points else 0)
        before = dict(ledger.numbers)
        made = await asyncio.to_thread(hotline, served, "backup", str(tmp_path / f"{n}.tar"))
        assert made.returncode == 0, made.stderr
        points.append(before)
    stop.set()
    await asyncio.gather(*clients)
    served.stop()
    place = Served(empty_url, tmp_path / "empty")
    place.folder.mkdir()
    began = perf_counter()
    restored = hotline(place, "restore", str(tmp_path / f"{scale.backups - 1}.tar"))
    took = perf_counter() - began
    assert restored.returncode == 0, restored.stdout + restored.stderr
    kept, acknowledged = await numbers(empty_url), points[-1]
    assert acknowledged and acknowledged.items() <= kept.items()
    assert {key: number for key, number in kept.items() if ledger.numbers[key] != number} == {}
    verified = json.loads(hotline(place, "verify", "--json").stdout)
    assert verified["ok"] is True
    with capsys.disabled():
        told = f"{len(acknowledged)} acknowledged before, {len(kept)} restored in {took:.1f} s"
        print(f"\n{url.split(':')[0]}: {told}")
    with closing(open(tmp_path / "empty" / "keys.json")) as keys:
        assert keys.read() == (tmp_path / "keys.json").read_text()
