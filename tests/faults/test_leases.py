"""Several senders over one outbox, stopped past their leases: nothing missed, nothing handed over twice.

The sabotaged twins must be caught by the same look. HOTLINE_SOAK_PAUSES makes it a long one.
"""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from hotline.store import outbox
from hotline.store.outbox import Message
from hotline.wiring import MovingClock
from tests.conftest import a_centre
from tests.faults.carrier import LEASE
from tests.makers import MONDAY
from tests.support.served import ROOT

PAUSES = int(os.environ.get("HOTLINE_SOAK_PAUSES", "4"))  # over all senders
SENDERS = 5 if PAUSES > 10 else 3
pytestmark = [pytest.mark.slow, pytest.mark.timeout(120 + PAUSES * 5)]


async def plant(url: str, folder: Path, letters: int) -> None:
    centre = await a_centre(url, folder, MovingClock(MONDAY))
    told = [Message(f"m{n}", "memory:x", "20261123-000001", "s", "t") for n in range(letters)]
    async with centre.work() as work:
        await outbox.post(work.connection, told, work.at, leaves=True)
    await centre.close()


def carry_together(url: str, folder: Path, how: str, pauses: int, ahead: float = 0) -> int:
    """Senders that all start at once; the last one's clock is `ahead`; who falls asleep is woken
    when its lease has lapsed. Returns how many pauses there were."""
    started, each = time.monotonic(), -(-pauses // (SENDERS - 1))
    carriers = []
    for n in range(SENDERS):
        last = n == SENDERS - 1  # stays awake: somebody must be there to take over
        told = [str(0 if last else each), str(ahead if last else 0), str(started)]
        told = [url, str(folder), how, f"n{n}", *told]
        command = [sys.executable, "-m", "tests.faults.carrier", *told]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        carriers.append(subprocess.Popen(command, cwd=ROOT, text=True, **pipes))  # type: ignore[call-overload]
    for one in carriers:
        assert one.stdout.readline().strip() == "ready", one.stderr.read()[-2000:]
    for one in carriers:
        one.stdin.write("go\n")
        one.stdin.flush()
    asleep: dict[int, float] = {}
    woken = 0
    while any(one.poll() is None for one in carriers):
        for one in carriers:
            if one.poll() is None:
                woken += _wake(one.pid, asleep)
        time.sleep(0.02)
    for one in carriers:
        _, errors = one.communicate(timeout=10)
        assert one.returncode == 0, errors[-3000:]
    return woken


def _wake(pid: int, asleep: dict[int, float]) -> bool:
    """Wakes a process that has slept past its lease; true when it did."""
    state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    if state != "T":
        asleep.pop(pid, None)
        return False
    if time.monotonic() - asleep.setdefault(pid, time.monotonic()) <= LEASE * 1.2:
        return False
    asleep.pop(pid)
    os.kill(pid, signal.SIGCONT)
    return True


def missed_and_doubled(folder: Path, letters: int) -> tuple[int, int]:
    lines = (folder / "received").read_text().split("\n")[:-1]
    counted = Counter(line.split()[0] for line in lines)
    return letters - len(counted), sum(n > 1 for n in counted.values())


async def test_senders_stopped_past_their_leases_miss_and_double_nothing(
    url: str, tmp_path: Path
) -> None:
    """The clocks of the nodes are two hours apart, which changes nothing."""
    letters = 40 + 22 * PAUSES  # enough that some are left whenever somebody wakes up
    await plant(url, tmp_path, letters)
    assert carry_together(url, tmp_path, "honest", PAUSES, ahead=7200) >= PAUSES
    assert missed_and_doubled(tmp_path, letters) == (0, 0)


@pytest.mark.parametrize(("how", "pauses"), [("lease", 0), ("check", 2), ("clock", 0)])
async def test_the_twins_without_lease_check_or_common_clock_are_caught(
    sqlite_url: str, tmp_path: Path, how: str, pauses: int
) -> None:
    await plant(sqlite_url, tmp_path, 20)
    carry_together(sqlite_url, tmp_path, how, pauses, ahead=7200)
    assert missed_and_doubled(tmp_path, 20)[1] > 0
