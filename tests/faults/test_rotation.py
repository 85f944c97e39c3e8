"""A million citizens' rows under a new key, while complaints are written and cases are read.

Reliability row 44. Only at its full size: what a small rotation does is tested beside the keys.
"""

import asyncio
import json
import statistics
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, insert, select, text

from hotline.store.cipher import Cipher, Keys
from hotline.store.database import Store
from hotline.store.keys import FILE
from hotline.store.ledgers import IdentityRow
from tests.faults.test_burst import citizens
from tests.faults.test_load import readers
from tests.support.scale import Scale
from tests.support.served import Served, hotline

pytestmark = [pytest.mark.slow, pytest.mark.soak]
IDENTITY = IdentityRow.metadata.tables[IdentityRow.__tablename__]
FIRST = 1_000_000  # far above the ids of the cases that come in meanwhile
RATE = 5  # complaints a second, and as many reads: a busy hour of a large city
AT_ONCE = 10_000  # rows planted in a transaction
MORE = 1.2  # times as long as without, at most: for nineteen of twenty
WORDS = "路灯坏了三天，晚上很黑，老人孩子走路不便，打过两次电话没有人来修，希望尽快处理。"


def sealed(cipher: Cipher, many: int) -> Iterator[dict[str, Any]]:
    for id_ in range(FIRST, FIRST + many):
        told = json.dumps({"title": f"路灯不亮{id_}", "content": WORDS}, ensure_ascii=False)
        locked = cipher.lock(told, f"identity.words.{id_}")
        yield {"case_id": id_, "words": locked, "masked": {}}


async def planted(url: str, folder: Path, suite: str, many: int) -> None:
    cipher, store = Cipher(Keys.load_or_make(folder, suite), folder), Store(url)
    rows = sealed(cipher, many)
    while told := list(islice(rows, AT_ONCE)):
        async with store.write() as connection:
            await connection.execute(insert(IDENTITY), told)
    if url.startswith(
        "postgresql"
    ):  # which looks at what came in by itself, but only after a minute
        async with store.write() as connection:
            await connection.execute(text("ANALYZE"))
    await store.close()


async def opened(url: str, folder: Path) -> tuple[set[bytes], int]:
    """The keys that any row lies under, and how many of every hundredth open in their place."""
    cipher, store, found = Cipher(Keys.load_or_make(folder), folder), Store(url), 0
    id_, words = IDENTITY.c.case_id, IDENTITY.c.words
    under = select(func.substr(words, 1, 3)).distinct()
    asked = select(id_, words).where(id_ >= FIRST, id_ % 100 == 0)
    async with store.read() as connection:
        names = set((await connection.execute(under)).scalars())
        async for case_id, locked in await connection.stream(asked):
            told = json.loads(cipher.unlock(locked, f"identity.words.{case_id}"))
            found += WORDS in told["content"]
    await store.close()
    return names, found


def p95(took: list[float]) -> float:
    return statistics.quantiles(took, n=100)[94]


@pytest.mark.parametrize(("suite", "to"), [("intl", "sm"), ("sm", "intl")])
async def test_a_million_rows_go_under_a_new_key_and_nobody_waits_longer(
    url: str, tmp_path: Path, scale: Scale, suite: str, to: str
) -> None:
    if not scale.rotated:
        pytest.skip("only at its full size")
    await planted(url, tmp_path, suite, scale.rotated)
    served = Served(url, tmp_path)
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
    assert await opened(url, tmp_path) == ({b"k2:"}, scale.rotated // 100)
    assert all(now <= MORE * else_ for now, else_ in zip(during, without, strict=True))
