"""What the intake costs, as ratios to the limits of this machine, all measured in one run: `make bench`.

Not a timed test: figures differ from machine to machine, the ratios much less.
"""

import asyncio
import sqlite3
import tempfile
import time
from pathlib import Path

import aiohttp
from aiohttp import web

from hotline.commands.seed import sow
from hotline.store import migrations
from hotline.store.database import Store
from tests.support.served import Served

CLIENTS, POSTS, COMMITS = 16, 1600, 1500
BODY = {
    "title": "路灯不亮",
    "content": "望江大道路灯坏了三天，晚上很黑。" * 10,
    "contact": {"phone": "13800001234"},
}


def raw_commits(folder: Path, rows: int) -> float:
    """Synced commits a second of plain sqlite3, `rows` rows in each."""
    connection = sqlite3.connect(folder / f"raw{rows}.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, body TEXT)")
    body, began = str(BODY), time.perf_counter()
    for _ in range(COMMITS):
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany("INSERT INTO t (body) VALUES (?)", [(body,)] * rows)
        connection.execute("COMMIT")
    taken = time.perf_counter() - began
    connection.close()
    return COMMITS / taken


async def posts(address: str) -> float:
    """Posts a second of sixteen clients, each waiting for its answer."""

    async def client(session: aiohttp.ClientSession, n: int) -> None:
        for k in range(POSTS // CLIENTS):
            headers = {"Idempotency-Key": f"b{n}-{k}"}
            async with session.post(
                f"{address}/api/v1/complaints", json=BODY, headers=headers
            ) as answer:
                assert answer.status == 201
                await answer.read()

    async with aiohttp.ClientSession() as session:
        began = time.perf_counter()
        await asyncio.gather(*(client(session, n) for n in range(CLIENTS)))
        return POSTS / (time.perf_counter() - began)


async def bare_aiohttp() -> float:
    """The same posts to a handler that reads the JSON and answers."""

    async def handler(request: web.Request) -> web.Response:
        await request.json()
        return web.json_response({"number": "20260101-000001"}, status=201)

    app = web.Application()
    app.router.add_post("/api/v1/complaints", handler)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        return await posts(f"http://127.0.0.1:{runner.addresses[0][1]}")
    finally:
        await runner.cleanup()


async def product(folder: Path) -> float:
    url = f"sqlite:///{folder / 'hotline.db'}"
    store = Store(url)
    await migrations.upgrade(store)
    await sow(store)
    await store.close()
    served = Served(url, folder)
    address = await asyncio.to_thread(served.start)
    try:
        return await posts(address)
    finally:
        served.stop()


async def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        single, gathered = raw_commits(folder, 1), raw_commits(folder, 16) * 16
        bare = await bare_aiohttp()
        ours = await product(folder)
    print(f"raw synced commits/s, one row each    {single:10.0f}")
    print(f"raw rows/s, sixteen a commit          {gathered:10.0f}")
    print(f"bare aiohttp posts/s, {CLIENTS} clients      {bare:10.0f}")
    print(f"complaints acknowledged/s             {ours:10.0f}")
    print(f"  against bare aiohttp                {ours / bare:10.2f}")
    print(f"  against raw commits, one row each   {ours / single:10.2f}")


if __name__ == "__main__":
    asyncio.run(main())
