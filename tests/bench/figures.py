"""Figures over a generated city: month report, cockpit and a night's rebuild, on both databases.

HOTLINE_BENCH_CASES sets the size (1000000 for the promise: 2 s, 300 ms, 60 s); the statements run
with the time limit that a serving hotline gives them.
"""

import asyncio
import os
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from hotline.commands import generate
from hotline.commands.seed import sown
from hotline.config import Settings
from hotline.flow import facts
from hotline.flow.centre import Centre
from hotline.reports import figures
from hotline.reports.factqueries import Span
from hotline.store import migrations
from hotline.store.database import Store
from hotline.wiring import MovingClock, Parts, build
from tests.conftest import one_reader
from tests.support import postgres

CASES = int(os.environ.get("HOTLINE_BENCH_CASES", "20000"))
UNTIL = date(2026, 11, 25)
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
MONTH = Span(date(2026, 10, 1), date(2026, 10, 31), NOW)
TODAY = Span(UNTIL, UNTIL, NOW)
RUNS = 20


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        await _measure(f"sqlite:///{folder}/hotline.db", Path(folder))
        if postgres.why_not():
            return
        with postgres.cluster() as server:
            await _measure(server.create("bench_figures"), Path(folder))


async def _measure(url: str, folder: Path) -> None:
    store = Store(url)
    await migrations.upgrade(store)
    await store.close()
    parts = Parts(clock=MovingClock(NOW), senders={}, make_reader=one_reader)
    centre = await build(Settings(database_url=url, data=folder), parts)
    await sown(centre)
    began = time.perf_counter()
    await generate.generated(centre, generate.Asked(cases=CASES, until=UNTIL))
    print(f"{url.partition(':')[0]}: {CASES} cases in {time.perf_counter() - began:.0f} s")
    await _timed("month report", RUNS, lambda: _month(centre), 2.0)
    await _timed("cockpit", RUNS, lambda: _cockpit(centre), 0.3)
    day = UNTIL - timedelta(days=1)
    await _timed("night", 1, lambda: facts.rebuild(centre, day), 60.0)
    night = await facts.rebuild(centre, day)
    print(f"  {night.cases} cases, {night.open} open, {night.differing} differing")
    await centre.close()


async def _month(centre: Centre) -> Any:
    async with centre.look() as look:
        asked = figures.Asked(MONTH)
        return await figures.of_period(look.connection, asked, centre.rules.tree)


async def _cockpit(centre: Centre) -> Any:
    async with centre.look() as look:
        return await figures.cockpit(look.connection, TODAY)


async def _timed(name: str, runs: int, do: Callable[[], Awaitable[Any]], bar: float) -> None:
    spent = []
    for _ in range(runs):
        began = time.perf_counter()
        await do()
        spent.append(time.perf_counter() - began)
        await asyncio.sleep(0)
    spent.sort()
    p95 = spent[max(0, -(-len(spent) * 95 // 100) - 1)]
    print(f"  {name}: median {spent[len(spent) // 2]:.3f} s, p95 {p95:.3f} s (bar {bar} s)")
