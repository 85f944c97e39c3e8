"""Several watches over one agenda: each rung climbed once, none missed; the twin without locks is caught."""

import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from escalation import promise as run
from escalation.promise import Promise
from hotline.domain.promises import Rules
from hotline.flow.centre import Centre
from hotline.store.database import Store
from hotline.wiring import MovingClock
from tests.conftest import a_centre
from tests.makers import MONDAY, a_case, rules
from tests.support.served import ROOT

RUNGS = 1000
TWINS_RUNGS = 60
pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


async def plant(centre: Centre, rungs: int) -> datetime:
    """Cases with one clock each, whose next rung falls due at the same moment."""
    city: Rules = rules()
    limit = city.terms.limit(Promise.REPLY, type="complaint", urgency="normal")
    assert limit is not None
    clock = run.start(Promise.REPLY, MONDAY, limit, city.calendar, terms_version="t")
    assert clock.next_at is not None
    for start in range(0, rungs, 100):
        async with centre.work() as work:
            for n in range(start, min(start + 100, rungs)):
                case = a_case(number=f"20261123-{n + 1:06d}")
                case.deadlines = {1: replace(clock)}
                await work.cases.add(case)
    return clock.next_at


@pytest.fixture
async def planted(
    url: str, tmp_path: Path, clock: MovingClock
) -> AsyncIterator[tuple[str, datetime]]:
    centre = await a_centre(url, tmp_path, clock)
    due = await plant(centre, RUNGS)
    await centre.close()
    yield url, due + timedelta(seconds=1)


def sweep_together(url: str, folder: Path, moment: datetime, count: int, how: str) -> None:
    """Processes that are all ready before any of them starts."""
    command = [
        sys.executable,
        "-m",
        "tests.faults.sweeper",
        url,
        str(folder),
        moment.isoformat(),
        how,
    ]
    with_pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    sweepers = [subprocess.Popen(command, cwd=ROOT, text=True, **with_pipes) for _ in range(count)]  # type: ignore[call-overload]
    for one in sweepers:
        assert one.stdout.readline().strip() == "ready"
    for one in sweepers:
        one.stdin.write("go\n")
        one.stdin.flush()
    for one in sweepers:
        _, errors = one.communicate(timeout=240)
        assert one.returncode == 0 or how == "sabotaged", errors[-3000:]


async def climbs(url: str) -> Counter[int]:
    """How often each case's timeline says that its rung was climbed."""
    store = Store(url)
    async with store.read() as connection:
        found = await connection.execute(
            text("SELECT case_id, count(*) FROM entry WHERE action = 'remind' GROUP BY case_id")
        )
        counted = Counter({row[0]: row[1] for row in found})
    await store.close()
    return counted


def missed_and_doubled(counted: Counter[int]) -> tuple[int, int]:
    return RUNGS - len(counted), sum(n > 1 for n in counted.values())


async def test_each_of_1000_due_rungs_is_climbed_once(
    planted: tuple[str, datetime], tmp_path: Path
) -> None:
    url, moment = planted
    watches = 2 if url.startswith("sqlite") else 4
    sweep_together(url, tmp_path, moment, watches, "honest")
    assert missed_and_doubled(await climbs(url)) == (0, 0)
    store = Store(url)
    async with store.read() as connection:
        ledger = await connection.execute(
            text("SELECT count(*), count(DISTINCT case_id) FROM rung")
        )
        assert tuple(ledger.one()) == (RUNGS, RUNGS)
    await store.close()


@pytest.mark.postgres
async def test_the_twin_without_lock_and_ledger_row_is_caught(
    postgres_url: str, tmp_path: Path, clock: MovingClock
) -> None:
    """Lock and unique rows both taken away: the same check must find rungs climbed twice."""
    centre = await a_centre(postgres_url, tmp_path, clock)
    due = await plant(centre, TWINS_RUNGS)
    async with centre.store.write() as connection:
        await connection.execute(text("ALTER TABLE rung DROP CONSTRAINT pk_rung"))
        await connection.execute(text("ALTER TABLE entry DROP CONSTRAINT pk_entry"))
    await centre.close()
    sweep_together(postgres_url, tmp_path, due + timedelta(seconds=1), 4, "sabotaged")
    _, doubled = missed_and_doubled(await climbs(postgres_url))
    assert doubled > 0
