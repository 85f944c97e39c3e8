"""Several watches over one agenda, killed again and again: each timer once, none missed, none early."""

import random
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from hotline.flow.centre import Centre
from hotline.store.database import Store
from hotline.wiring import MovingClock
from tests.conftest import a_centre
from tests.faults.sweeper import POINTS
from tests.faults.timers import DUE, WELL, check, plant, sweepers
from tests.support.scale import Scale

TWINS_TIMERS = 90
pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def watches_on(url: str) -> int:
    return 2 if url.startswith("sqlite") else 4


@pytest.fixture
async def planted(url: str, tmp_path: Path, clock: MovingClock) -> AsyncIterator[Centre]:
    centre = await a_centre(url, tmp_path, clock)
    yield centre
    await centre.close()


async def test_each_of_1000_due_rungs_is_climbed_once(
    planted: Centre, url: str, tmp_path: Path
) -> None:
    await plant(planted, 1000, DUE)
    with sweepers(url, tmp_path, watches_on(url)) as watches:
        assert set(watches.sweep(DUE)) == {0}
    assert await check(url, 1000) == WELL
    store = Store(url)
    async with store.read() as connection:
        ledger = await connection.execute(
            text("SELECT count(*), count(DISTINCT case_id) FROM rung")
        )
        assert tuple(ledger.one()) == (1000, 1000)
    await store.close()


@pytest.mark.soak
async def test_timers_survive_kills_at_claim_act_and_done(
    planted: Centre, url: str, tmp_path: Path, scale: Scale
) -> None:
    """10,000 timers and 200 kills in a soak; fewer in every run."""
    apart = timedelta(seconds=1)
    last = await plant(planted, scale.timers, DUE, apart)
    chance, kills = random.Random(7), 0
    now, step = DUE, (last - DUE) / max(scale.kills // 2, 1)
    with sweepers(url, tmp_path, watches_on(url)) as watches:
        while kills < scale.kills:
            points = [POINTS[(kills + n) % 3] for n in range(watches_on(url))]
            # A case is claimed and acted on by itself, and many are done at once.
            deaths = [(at, 1 if at == "done" else chance.randint(1, 12)) for at in points]
            ended = watches.sweep(now, deaths)
            assert set(ended) <= {0, -9}, ended
            kills += ended.count(-9)
            behind = await check(url, scale.timers)
            assert (behind.doubled, behind.early) == (0, 0)
            assert behind.missed or kills >= scale.kills, "no timer is left to be killed at"
            now = min(now + step, last)
        assert set(watches.sweep(last)) == {0}
    assert await check(url, scale.timers) == WELL


@pytest.mark.postgres
async def test_the_twin_without_lock_and_ledger_row_is_caught(
    postgres_url: str, tmp_path: Path, clock: MovingClock
) -> None:
    """Lock and unique rows both taken away: the same check must find timers that struck twice."""
    centre = await a_centre(postgres_url, tmp_path, clock)
    await plant(centre, TWINS_TIMERS, DUE)
    async with centre.store.write() as connection:
        await connection.execute(text("ALTER TABLE rung DROP CONSTRAINT pk_rung"))
        await connection.execute(text("ALTER TABLE entry DROP CONSTRAINT pk_entry"))
    await centre.close()
    with sweepers(postgres_url, tmp_path, 4, "unlocked") as watches:
        watches.sweep(DUE)
    assert (await check(postgres_url, TWINS_TIMERS)).doubled > 0


async def test_the_twin_with_the_ledger_in_a_transaction_of_its_own_is_caught(
    planted: Centre, url: str, tmp_path: Path
) -> None:
    await plant(planted, TWINS_TIMERS, DUE)
    with sweepers(url, tmp_path, 1, "apart") as watches:
        assert watches.sweep(DUE) == [-9]
        for _ in range(3):
            watches.sweep(DUE)
    assert (await check(url, TWINS_TIMERS)).missed > 0
