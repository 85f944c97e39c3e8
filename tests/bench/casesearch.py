"""Searching a hundred thousand cases by words, telephone and number, on both databases."""

import random
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

from sqlalchemy import insert, select, text

from classifiers.catalogue import topics
from hotline import seed
from hotline.domain.people import Actor
from hotline.domain.words import Role
from hotline.flow import casewords, work
from hotline.flow.centre import Centre
from hotline.store.find import Wanted
from hotline.store.ledgers import IdentityRow
from hotline.store.tables import CaseRow
from hotline.wiring import MovingClock
from tests.bench.lookup import percentile, texts
from tests.bench.ticks import opened
from tests.makers import MONDAY, TREE
from tests.support import postgres
from tests.support.signed import fill

CASES, BOUND, ROUNDS = 100_000, 150, 300
BLANK = {"words": b"", "masked": {}}


async def stock(centre: Centre) -> None:
    """The cases of the look-up's bench, each with a telephone, spread over a few departments."""
    await fill(centre, list(texts(CASES, 1)), MONDAY - timedelta(minutes=CASES))
    units = ("zjj", "cgj", "wj-zjj", "gaj", "jtj")
    for start in range(1, CASES + 1, 5000):
        rows = [
            {"case_id": n, **BLANK, "phone_hash": centre.cipher.blind("phone", phone(n))}
            for n in range(start, start + 5000)
        ]
        async with centre.store.write() as connection:
            await connection.execute(insert(IdentityRow), rows)
    async with centre.store.write() as connection:
        for n, unit in enumerate(units):
            told = {"unit": unit, "n": n, "of": len(units)}
            await connection.execute(
                text("UPDATE cases SET lead = :unit, state = 'processing' WHERE id % :of = :n"),
                told,
            )
        await connection.execute(text("ANALYZE"))


def phone(n: int) -> str:
    return f"139{n % 20_000:08}"


def asked() -> list[Wanted]:
    """As people search: a matter, a place with a matter, one frequent word, a telephone, a number."""
    chance = random.Random(3)
    places = [name for one in seed.districts() for name in one["places"]]
    phrases = [phrase for topic in topics() for phrase in topic.phrases]
    made = []
    for n in range(ROUNDS):
        kind = n % 6
        q = (
            chance.choice(phrases),
            chance.choice(places) + chance.choice(phrases)[:4],
            chance.choice(("路灯", "物业", "居民", "噪音", "停水", "老人", "社区", "小区")),
            phone(chance.randint(1, CASES)),
            f"{MONDAY - timedelta(minutes=chance.randint(1, CASES)):%Y%m%d}",
            chance.choice(places),
        )[kind]
        made.append(Wanted(q=q, state=("open",) if n % 2 else (), sort="-received_at"))
    return made


async def timed(ask: Callable[[], Awaitable[object]]) -> float:
    began = time.perf_counter()
    await ask()
    return time.perf_counter() - began


async def show(kind: str, url: str, folder: Path) -> None:
    async with opened(url, folder, MovingClock(MONDAY)) as centre:
        await stock(centre)
        began = time.perf_counter()
        while await casewords.index(centre):
            pass
        async with centre.store.write() as connection:
            await connection.execute(text("ANALYZE"))
        print(f"{kind}: {CASES:,} cases indexed in      {time.perf_counter() - began:10.1f} s")
        for role, unit in ((Role.DISPATCHER, None), (Role.CLERK, "cgj")):
            actor = Actor(role, "bench", unit, TREE.subtree(unit), "127.0.0.1")
            wishes = asked()
            taken = [await timed(partial(work.listed, centre, actor, one)) for one in wishes]
            for n, name in enumerate(
                ("matter", "place+matter", "one word", "telephone", "number", "place")
            ):
                of_kind = taken[n::6]
                print(f"{kind}: {role.value} {name:13} worst  {max(of_kind) * 1000:12.1f} ms")
            p95 = percentile(taken[6:], 95)
            print(f"{kind}: {role.value} search, p95 (bound {BOUND} ms) {p95:10.1f} ms")
            print(
                f"{kind}: {role.value} search, median  {statistics.median(taken) * 1000:12.1f} ms"
            )
        bare = [await timed(partial(one, centre, n + 1)) for n in range(200)]
        print(f"{kind}: a bare SELECT by id, median {statistics.median(bare) * 1000:10.2f} ms")


async def one(centre: Centre, case_id: int) -> None:
    async with centre.store.read() as connection:
        await connection.execute(select(CaseRow.number).where(CaseRow.id == case_id))


async def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        await show("sqlite", f"sqlite:///{folder / 'search.db'}", folder)
        if postgres.why_not():
            return
        with postgres.cluster() as server:
            await show("postgresql", server.create("search"), folder)
