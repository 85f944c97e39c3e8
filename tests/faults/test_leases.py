"""Several senders over one outbox, stopped past their leases: nothing missed, nothing handed over twice.

The sabotaged twins must be caught by the same look.
"""

from collections import Counter
from pathlib import Path

import pytest

from hotline.store import outbox
from hotline.store.outbox import Message
from hotline.wiring import MovingClock
from tests.conftest import a_centre
from tests.faults import sleepers
from tests.makers import MONDAY
from tests.support.scale import Scale

CARRIER = "tests.faults.carrier"
SENDERS = 5
LETTERS = 60  # enough that each of three gets some, however late a busy machine lets it begin
pytestmark = [pytest.mark.slow]


async def plant(url: str, folder: Path, letters: int) -> None:
    centre = await a_centre(url, folder, MovingClock(MONDAY))
    told = [Message(f"m{n}", "memory:x", "20261123-000001", "s", "t") for n in range(letters)]
    async with centre.work() as work:
        await outbox.post(work.connection, told, work.at, leaves=True)
    await centre.close()


def missed_and_doubled(folder: Path, letters: int) -> tuple[int, int]:
    counted = Counter(line.split()[0] for line in sleepers.lines(folder / "received"))
    return letters - len(counted), sum(n > 1 for n in counted.values())


@pytest.mark.soak
async def test_senders_stopped_past_their_leases_miss_and_double_nothing(
    url: str, tmp_path: Path, scale: Scale
) -> None:
    """The clocks of the nodes are two hours apart, which changes nothing."""
    # Enough that some are left whenever somebody wakes up.
    letters = max(40 + 22 * scale.pauses, scale.notices)
    await plant(url, tmp_path, letters)
    pauses = sleepers.run(CARRIER, url, tmp_path, "honest", SENDERS, scale.pauses)
    assert pauses >= scale.pauses
    assert missed_and_doubled(tmp_path, letters) == (0, 0)


@pytest.mark.parametrize(("how", "pauses"), [("lease", 0), ("check", 2), ("clock", 0)])
async def test_the_twins_without_lease_check_or_common_clock_are_caught(
    sqlite_url: str, tmp_path: Path, how: str, pauses: int
) -> None:
    await plant(sqlite_url, tmp_path, LETTERS)
    sleepers.run(CARRIER, sqlite_url, tmp_path, how, 3, pauses)
    assert missed_and_doubled(tmp_path, LETTERS)[1] > 0
