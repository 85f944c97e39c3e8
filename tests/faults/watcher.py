"""Watches over one agenda that stop themselves in mid-work; a product, or one of its twins.

`python -m tests.faults.watcher URL FOLDER TWIN WATCHES PAUSES ASLEEP`: each runs under the
product's own schedule. They fall asleep in turn at each of four places: `seen` it knows what is
due and has taken nothing, `claim`, `act` and `done` as in the sweeper. The last one stays awake.
The process that wakes them owns the clock: timers fall due one after the other while there are
pauses to come, and all that are left at once after the last. Prints how many pauses there were.
"""

import asyncio
import logging
import mmap
import struct
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from escalation.schedule import Schedule
from escalation.watch import Watch
from hotline.commands import journal
from hotline.config import Settings
from hotline.flow.centre import Centre
from hotline.flow.supervise import CaseAgenda
from hotline.store import agenda, casebook
from hotline.wiring import Parts, build
from tests.faults.sleepers import Sleep, Start, nobody_reads, together
from tests.faults.sweeper import TWINS, after
from tests.faults.timers import DUE

PLACES = (
    (CaseAgenda, "due"),
    (casebook.CaseBook, "_lock"),
    (CaseAgenda, "_take"),
    (CaseAgenda, "climb"),
)
LOOKS = 0.2  # seconds between two looks of a watch
DRIFT = 0.017  # more for each: in step, the first would take every timer before the others look
RATE = 20  # timers that fall due in a second
APART = timedelta(seconds=1)  # of the city's time, between two timers


class SharedClock:
    """The city's time for all processes: set by the one that woke them, read by the others.

    It stands still until the first of them is ready, however long they take to start.
    """

    def __init__(self) -> None:
        self._seconds, self._began = mmap.mmap(-1, 8), mmap.mmap(-1, 8)

    def __call__(self) -> datetime:
        (seconds,) = struct.unpack("d", self._seconds[:])
        return DUE + timedelta(seconds=seconds)

    def set(self, passed: timedelta) -> None:
        self._seconds[:] = struct.pack("d", passed.total_seconds())

    def begin(self) -> None:
        self._began[:] = struct.pack("d", time.monotonic())

    def running(self) -> float:
        """Seconds since it began, by the machine's clock."""
        (began,) = struct.unpack("d", self._began[:])
        return time.monotonic() - began if began else 0.0


@dataclass(frozen=True)
class Watcher:
    url: str
    folder: Path
    twin: str
    start: Start
    clock: SharedClock

    async def watch(self, nth: int, pauses: int) -> None:
        """It falls asleep at its own place first, and looks at a pace of its own."""
        looks = LOOKS + nth * DRIFT
        journal.to_stderr(logging.ERROR)
        TWINS.get(self.twin, lambda: None)()
        settings = Settings(database_url=self.url, data=self.folder)
        parts = Parts(clock=self.clock, senders={}, make_reader=nobody_reads)
        centre = await build(settings, parts)
        doze(nth, Sleep(pauses))
        schedule, watching = Schedule(), Watch(CaseAgenda(centre), batch=10)
        await self.start.ready()
        self.clock.begin()
        schedule.every(looks, "watch", lambda: watching.tick(centre.now()))
        schedule.start()
        while await _waiting(centre):
            await asyncio.sleep(looks)
        await schedule.stop()
        await centre.close()


async def _waiting(centre: Centre) -> bool:
    async with centre.store.read() as connection:
        return await agenda.next_moment(connection) is not None


def doze(first: int, sleep: Sleep) -> None:
    """Falls asleep at one place after the other, whenever it comes by."""
    next_place = first

    def pass_by(place: int) -> None:
        nonlocal next_place
        if place == next_place % len(PLACES):
            next_place += 1
            sleep.fall()

    for place, (owner, name) in enumerate(PLACES):
        after(owner, name, partial(pass_by, place))


def ticking(clock: SharedClock, pauses: int, timers: int) -> Callable[[int], None]:
    last = APART * timers

    def move(over: int) -> None:
        passed = APART * RATE * clock.running()
        clock.set(last if over >= pauses else min(passed, last))

    return move


def main(url: str, folder: str, twin: str, watches: int, pauses: int, asleep: float) -> int:
    """Returns how many pauses there were."""
    clock = SharedClock()
    one = Watcher(url, Path(folder), twin, Start(watches), clock)
    each = -(-pauses // (watches - 1))
    drowsy = [partial(one.watch, n, each) for n in range(watches - 1)]
    move = ticking(clock, each * (watches - 1), timers_for(pauses, asleep))
    return together([*drowsy, partial(one.watch, watches - 1, 0)], asleep, move)


def timers_for(pauses: int, asleep: float) -> int:
    """Enough that some are left whenever somebody wakes up, one pause after the other."""
    return 200 + int(pauses * asleep * RATE)


if __name__ == "__main__":
    print(main(*sys.argv[1:4], *map(int, sys.argv[4:6]), float(sys.argv[6])))
