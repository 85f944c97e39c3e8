"""Killed while files come in: every row has its file, and what was acknowledged is there unchanged.

Reliability row 66: 200 kills in a soak.
"""

import asyncio
import hashlib
import io
import json
import random
import sqlite3
from pathlib import Path

import aiohttp
import pytest

from hotline.store import files
from tests.support.scale import Scale
from tests.support.served import Served, hotline

pytestmark = [pytest.mark.slow, pytest.mark.soak, pytest.mark.timeout(300)]
CLIENTS = 8


async def uploading(n: int, address: str, told: dict[str, str], stop: asyncio.Event) -> None:
    """A picture after the other, each with its own content; token -> hash of what was acknowledged."""
    made = 0
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as session:
        while not stop.is_set():
            made += 1
            body = b"\x89PNG\r\n\x1a\n" + f"{n}-{made}".encode() * 3000
            form = aiohttp.FormData()
            form.add_field("file", io.BytesIO(body), filename="灯.png")
            try:
                async with session.post(f"{address}/api/v1/attachments", data=form) as answer:
                    if answer.status == 201:
                        token = (await answer.json())["token"]
                        told[token] = hashlib.sha256(body).hexdigest()
            except (aiohttp.ClientError, TimeoutError, OSError):
                await asyncio.sleep(0.05)


def kept(database: Path) -> dict[str, str]:
    connection = sqlite3.connect(database)
    rows = connection.execute("SELECT token, sha256 FROM attachment").fetchall()
    connection.close()
    return dict(rows)


async def test_kills_while_files_come_in_leave_no_row_without_its_file(
    sqlite_url: str, tmp_path: Path, scale: Scale, capsys: pytest.CaptureFixture[str]
) -> None:
    served, told, stop = Served(sqlite_url, tmp_path), dict[str, str](), asyncio.Event()
    chance = random.Random(66)
    address = await asyncio.to_thread(served.start)
    port = served.port
    clients = [asyncio.create_task(uploading(n, address, told, stop)) for n in range(CLIENTS)]
    for _ in range(scale.upload_kills):
        await asyncio.sleep(chance.uniform(0.2, 0.8))
        served.kill()
        await asyncio.to_thread(served.start, port)
    async with asyncio.timeout(60):
        while len(told) < 2 * CLIENTS:
            await asyncio.sleep(0.1)
    stop.set()
    await asyncio.gather(*clients)
    served.kill()
    rows = kept(tmp_path / "hotline.db")
    with capsys.disabled():
        print(f"\n{scale.upload_kills} kills, {len(told)} files acknowledged, {len(rows)} rows")
    assert {token: rows.get(token) for token in told} == told
    for digest in rows.values():
        body = files.path(tmp_path, digest).read_bytes()
        assert hashlib.sha256(body).hexdigest() == digest
    verified = await asyncio.to_thread(hotline, served, "verify", "--json")
    assert json.loads(verified.stdout)["ok"] is True, verified.stdout[-2000:]
