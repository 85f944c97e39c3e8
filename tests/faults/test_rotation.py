"""A million citizens' rows under a new key, while complaints are written and cases are read.

Reliability row 44. Only at its full size: what a small rotation does is tested beside the keys.
"""

import asyncio
import json
import sqlite3
import statistics
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from hotline.store.cipher import Cipher, Keys
from hotline.store.keys import FILE
from tests.faults.test_burst import citizens
from tests.faults.test_load import readers
from tests.support.scale import Scale
from tests.support.served import Served, hotline

pytestmark = [pytest.mark.slow, pytest.mark.soak]
FIRST = 1_000_000  # far above the ids of the cases that come in meanwhile
RATE = 5  # complaints a second, and as many reads: a busy hour of a large city
MORE = 1.2  # times as long as without, at most: for nineteen of twenty
WORDS = "路灯坏了三天，晚上很黑，老人孩子走路不便，打过两次电话没有人来修，希望尽快处理。"


def sealed(cipher: Cipher, many: int) -> Iterator[tuple[int, bytes, str]]:
    for n in range(many):
        told = json.dumps({"title": f"路灯不亮{n}", "content": WORDS}, ensure_ascii=False)
        yield FIRST + n, cipher.lock(told, f"identity.words.{FIRST + n}"), "{}"


def planted(url: str, folder: Path, suite: str, many: int) -> None:
    cipher = Cipher(Keys.load_or_make(folder, suite), folder)
    with sqlite3.connect(url.removeprefix("sqlite:///")) as plain:
        row = "INSERT INTO identity (case_id, words, masked) VALUES (?, ?, ?)"
        plain.executemany(row, sealed(cipher, many))
    plain.close()


def opened(url: str, folder: Path) -> tuple[set[bytes], int]:
    """The keys that any row lies under, and how many of every hundredth open in their place."""
    cipher, found = Cipher(Keys.load_or_make(folder), folder), 0
    plain = sqlite3.connect(url.removeprefix("sqlite:///"))
    names = {row[0] for row in plain.execute("SELECT DISTINCT substr(words, 1, 3) FROM identity")}
    asked = "SELECT case_id, words FROM identity WHERE case_id % 100 = 0 AND case_id >= ?"
    for case_id, words in plain.execute(asked, (FIRST,)):
        found += WORDS in json.loads(cipher.unlock(words, f"identity.words.{case_id}"))["content"]
    plain.close()
    return names, found


def p95(took: list[float]) -> float:
    return statistics.quantiles(took, n=100)[94]


@pytest.mark.parametrize(("suite", "to"), [("intl", "sm"), ("sm", "intl")])
async def test_a_million_rows_go_under_a_new_key_and_nobody_waits_longer(
    sqlite_url: str, tmp_path: Path, scale: Scale, suite: str, to: str
) -> None:
    if not scale.rotated:
        pytest.skip("only at its full size")
    await asyncio.to_thread(planted, sqlite_url, tmp_path, suite, scale.rotated)
    served = Served(sqlite_url, tmp_path)
    address = await asyncio.to_thread(served.start)
    made = await asyncio.to_thread(hotline, served, "token", "add", "desk", "--role", "dispatcher")
    secret = made.stdout.split()[-1]

    async def asked(over: asyncio.Event) -> tuple[list[float], list[float]]:
        """What writes and reads took until it is over; any error raises."""
        writing = asyncio.create_task(citizens(address, RATE, over))
        read, statuses = await readers(address, secret, RATE, over)
        assert statuses == {200}
        return await writing, read

    async def for_seconds(seconds: float) -> tuple[list[float], list[float]]:
        over = asyncio.Event()
        asyncio.get_running_loop().call_later(seconds, over.set)
        return await asked(over)

    await for_seconds(scale.unrotated / 4)  # what is slow only at first
    before = await for_seconds(scale.unrotated)
    rotate = ("keys", "rotate", "--suite", to)
    rotating = asyncio.create_task(asyncio.to_thread(hotline, served, *rotate, timeout=3600))
    while Keys.load(tmp_path / FILE).current == "k1":  # a program starts, as any command does
        await asyncio.sleep(0.02)
    over, began = asyncio.Event(), time.monotonic()
    meanwhile = asyncio.create_task(asked(over))
    done = await rotating
    took = time.monotonic() - began
    over.set()
    during = [p95(one) for one in await meanwhile]
    after = await for_seconds(scale.unrotated)  # more alike complaints are there by now
    without = [p95([*first, *last]) for first, last in zip(before, after, strict=True)]
    await asyncio.to_thread(served.stop)
    print(
        f"{suite} to {to}: {scale.rotated} rows in {took:.0f} s; p95 {without}, meanwhile {during}"
    )
    assert done.returncode == 0, done.stderr
    assert await asyncio.to_thread(opened, sqlite_url, tmp_path) == ({b"k2:"}, scale.rotated // 100)
    assert all(now <= MORE * else_ for now, else_ in zip(during, without, strict=True))
