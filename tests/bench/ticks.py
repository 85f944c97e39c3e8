"""A tick with a hundred rungs due, at ten thousand cases and at a million: it must cost the same."""

import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from sqlalchemy import text

from escalation.watch import Watch
from hotline.flow.centre import Centre
from hotline.flow.supervise import CaseAgenda
from hotline.store.database import Store
from hotline.wiring import MovingClock
from tests.conftest import a_centre, made_ready
from tests.faults.timers import a_clock, timer
from tests.makers import MONDAY, a_case
from tests.support import postgres

SMALL, LARGE = 10_000, 1_000_000
DUE, ROUNDS = 100, 12
FAR = timedelta(days=3650)


@contextmanager
def databases(folder: Path) -> Iterator[dict[str, str]]:
    """An empty database of each kind and size, by name."""
    urls = {f"sqlite {n}": f"sqlite:///{folder / f'{n}.db'}" for n in (SMALL, LARGE)}
    if postgres.why_not():
        yield urls
        return
    with postgres.cluster() as server:
        for n in (SMALL, LARGE):
            urls[f"postgresql {n}"] = server.create(f"bench_{n}")
        yield urls


async def fill(centre: Centre, count: int) -> None:
    """One case made by the product, then copied by the database itself: a million take a minute."""
    case = a_case(number="20260101-000000")
    case.deadlines = {1: timer(a_clock(), MONDAY + FAR)}
    async with centre.work() as work:
        await work.cases.add(case)
    store = centre.store
    for table, key in (("cases", "id"), ("deadline", "case_id")):
        async with store.write() as connection:
            found = await connection.execute(text(f"SELECT * FROM {table} LIMIT 0"))
            columns = [name for name in found.keys() if (table, name) != ("deadline", "id")]
            picked = ", ".join(_copied(store, table, key, name) for name in columns)
            await connection.execute(
                text(
                    f"INSERT INTO {table} ({', '.join(columns)}) {_numbers(store)}"
                    f" SELECT {picked} FROM {table} t, numbers WHERE t.{key} = 1"
                ),
                {"count": count},
            )
    async with store.write() as connection:
        await connection.execute(text("ANALYZE"))


def _numbers(store: Store) -> str:
    return "WITH RECURSIVE numbers(n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM numbers WHERE n < :count)"


def _copied(store: Store, table: str, key: str, name: str) -> str:
    if name == key:
        return "numbers.n"
    if name == "number":
        return "'2026-' || numbers.n"
    return f"t.{name}"


async def one_tick(centre: Centre, clock: MovingClock, count: int, round_: int) -> float:
    """Seconds for a tick that finds a hundred rungs due, spread over all the cases."""
    clock.move_to(clock() + timedelta(minutes=1))
    step, at = count // DUE, clock() - timedelta(seconds=1)
    ids = [1 + (n * step + round_ * 7) % count for n in range(DUE)]
    deadline = timer(a_clock(), at)
    async with centre.work() as work:
        for case_id in ids:
            case = await work.cases.change_by_id(case_id)
            case.deadlines = {**case.deadlines, max(case.deadlines) + 1: replace(deadline)}
            await work.cases.save(case)
    watch = Watch(CaseAgenda(centre))
    began = time.perf_counter()
    outcome = await watch.tick(clock())
    taken = time.perf_counter() - began
    assert outcome.climbed == DUE, outcome
    return taken


@asynccontextmanager
async def opened(url: str, folder: Path, clock: MovingClock) -> AsyncIterator[Centre]:
    await made_ready(url)
    centre = await a_centre(url, folder, clock)
    yield centre
    await centre.close()


async def measured(url: str, folder: Path, count: int) -> float:
    clock = MovingClock(MONDAY + timedelta(days=30))
    async with opened(url, folder, clock) as centre:
        await fill(centre, count)
        taken = [await one_tick(centre, clock, count, n) for n in range(ROUNDS)]
    return statistics.median(taken[2:])


async def main() -> None:
    with tempfile.TemporaryDirectory() as name, databases(Path(name)) as urls:
        took = {
            title: await measured(url, Path(name), int(title.split()[1]))
            for title, url in urls.items()
        }
    for kind in dict.fromkeys(title.split()[0] for title in took):
        small, large = took[f"{kind} {SMALL}"], took[f"{kind} {LARGE}"]
        print(f"{kind}: a tick with {DUE} due, at {SMALL:,} cases  {small * 1000:10.1f} ms")
        print(f"{kind}: a tick with {DUE} due, at {LARGE:,} cases  {large * 1000:10.1f} ms")
        print(f"  ratio                               {large / small:10.2f}")
