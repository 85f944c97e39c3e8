"""Looking up repeats among ten thousand recent cases and a hundred thousand, on both databases.

The texts are made of the catalogue's own phrases and the demo city's places, with a crowd around
some of them, as a city has it. Beside each look-up stands a bare indexed SELECT in the same run.
"""

import random
import statistics
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select, text

from classifiers.catalogue import topics
from hotline import seed
from hotline.flow import repeats
from hotline.flow.centre import Centre
from hotline.store.tables import CaseRow
from hotline.wiring import MovingClock
from tests.bench.ticks import opened
from tests.makers import MONDAY
from tests.support import postgres
from tests.support.signed import fill

SMALL, LARGE, LOOKS = 10_000, 100_000, 400
ENDINGS = (
    "影响居民休息，请尽快处理。",
    "已经反映多次，一直没有人来管。",
    "老人孩子出行不便，希望有关部门核实。",
    "请问什么时候能够解决？",
    "物业说不归他们管，社区让打电话。",
    "望给予答复，谢谢。",
)


def texts(count: int, seed_: int) -> Iterator[tuple[str, str]]:
    chance = random.Random(seed_)
    names = [name for one in seed.districts() for name in one["places"]]
    phrases = [phrase for topic in topics() for phrase in topic.phrases]
    for _ in range(count):
        # Few places have many calls, most have few.
        place = names[int(len(names) * chance.random() ** 2)]
        what, more = chance.choice(phrases), chance.choice(phrases)
        building = f"{chance.randint(1, 40)}栋{chance.randint(1, 4)}单元"
        middle = "".join(chance.sample(ENDINGS, 3))
        since = f"从{chance.randint(1, 12)}月{chance.randint(1, 28)}日开始"
        yield (
            f"{place}{what}",
            f"我住在{place}{building}，{since}{what}，{middle}另外{more}，{chance.choice(ENDINGS)}",
        )


def percentile(taken: list[float], share: int) -> float:
    return statistics.quantiles(taken, n=100)[share - 1] * 1000


async def measured(url: str, folder: Path, count: int) -> tuple[list[float], list[float]]:
    """Seconds of each look-up, and of each bare SELECT beside it."""
    clock = MovingClock(MONDAY)
    async with opened(url, folder, clock) as centre:
        step = timedelta(minutes=count)
        await fill(centre, list(texts(count, 1)), MONDAY - step)
        async with centre.store.write() as connection:
            await connection.execute(text("ANALYZE"))
        looks, bare = [], []
        for n, (title, content) in enumerate(texts(LOOKS, 2)):
            asked = repeats.asked(centre, title, content, phone="13800001234")
            began = time.perf_counter()
            await repeats.filing(centre, asked)
            looks.append(time.perf_counter() - began)
            bare.append(await one_select(centre, 1 + n * 7 % count))
    return looks[20:], bare[20:]


async def one_select(centre: Centre, case_id: int) -> float:
    began = time.perf_counter()
    async with centre.store.read() as connection:
        await connection.execute(select(CaseRow.number).where(CaseRow.id == case_id))
    return time.perf_counter() - began


async def show(kind: str, urls: dict[int, str], folder: Path) -> None:
    last = {}
    for count, url in urls.items():
        looks, bare = await measured(url, folder, count)
        p95, plain = percentile(looks, 95), percentile(bare, 50)
        last[count] = p95
        print(
            f"{kind}: look-up among {count:>7,}, median  {statistics.median(looks) * 1000:10.1f} ms"
        )
        print(f"{kind}: look-up among {count:>7,}, p95     {p95:10.1f} ms")
        print(f"{kind}: a bare SELECT by id, median     {plain:10.2f} ms")
        print(
            f"  ratio                               {statistics.median(looks) * 1000 / plain:10.1f}"
        )
    print(f"  p95 at {LARGE:,} to {SMALL:,}           {last[LARGE] / last[SMALL]:10.2f}")


async def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        urls = {n: f"sqlite:///{folder / f'{n}.db'}" for n in (SMALL, LARGE)}
        await show("sqlite", urls, folder)
        if postgres.why_not():
            return
        with postgres.cluster() as server:
            urls = {n: server.create(f"looked_{n}") for n in (SMALL, LARGE)}
            await show("postgresql", urls, folder)
