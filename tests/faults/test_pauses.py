"""Five watches over one agenda, stopped in mid-work: each timer once, none missed, none early."""

from pathlib import Path

import pytest

from hotline.wiring import MovingClock
from tests.conftest import a_centre
from tests.faults import sleepers
from tests.faults.timers import DUE, WELL, check, plant
from tests.faults.watcher import APART, timers_for
from tests.support.scale import Scale

WATCHER = "tests.faults.watcher"
WATCHES = 5
pytestmark = [pytest.mark.slow]


async def planted(url: str, folder: Path, clock: MovingClock, timers: int) -> None:
    centre = await a_centre(url, folder, clock)
    await plant(centre, timers, DUE, APART)
    await centre.close()


@pytest.mark.soak
async def test_watches_stopped_in_mid_work_take_every_timer_once_and_in_time(
    url: str, tmp_path: Path, clock: MovingClock, scale: Scale
) -> None:
    timers = timers_for(scale.pauses, scale.asleep)
    await planted(url, tmp_path, clock, timers)
    told = (url, tmp_path, "honest", WATCHES, scale.pauses, scale.asleep)
    assert sleepers.run(WATCHER, *told) >= scale.pauses
    assert await check(url, timers) == WELL


async def test_the_twin_that_takes_what_it_saw_without_looking_again_is_caught(
    url: str, tmp_path: Path, clock: MovingClock
) -> None:
    timers = timers_for(2, 0.5)
    await planted(url, tmp_path, clock, timers)
    sleepers.run(WATCHER, url, tmp_path, "unseen", 3, 2, 0.5)
    assert (await check(url, timers)).doubled > 0
