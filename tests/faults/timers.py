"""What the timer tests share: timers planted, sweepers driven, and the one check for all of them."""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text

from escalation import promise as run
from escalation.promise import Deadline, Promise
from hotline.flow.centre import Centre
from hotline.store.database import Store
from tests.makers import MONDAY, a_case, rules
from tests.support.served import ROOT

DUE = MONDAY + timedelta(days=3)


@dataclass(frozen=True)
class Findings:
    """Timers that never took effect, took it twice, or took it before their time."""

    missed: int
    doubled: int
    early: int


WELL = Findings(missed=0, doubled=0, early=0)


def a_clock() -> Deadline:
    """A complaint's reply promise; only its first rung is used, the others lie years ahead."""
    limit = rules().terms.limit(Promise.REPLY, type="complaint", urgency="normal")
    assert limit is not None
    return run.start(Promise.REPLY, MONDAY, limit, rules().calendar, terms_version="t")


def timer(clock: Deadline, at: datetime) -> Deadline:
    """The clock with its first rung at a moment and nothing after it."""
    return replace(clock, rungs=(replace(clock.rungs[0], at=at),), next_at=at)


async def plant(
    centre: Centre, count: int, begins: datetime, apart: timedelta = timedelta()
) -> datetime:
    """Cases with one timer each, the next one `apart` later; returns the last one's moment."""
    clock = a_clock()
    for start in range(0, count, 200):
        async with centre.work() as work:
            for n in range(start, min(start + 200, count)):
                case = a_case(number=f"20261123-{n + 1:06d}")
                case.deadlines = {1: timer(clock, begins + apart * n)}
                await work.cases.add(case)
    return begins + apart * max(count - 1, 0)


class Sweepers:
    """Processes that sweep when told, all at the same time."""

    def __init__(self, processes: Sequence["subprocess.Popen[str]"]) -> None:
        self._processes = processes

    def sweep(self, at: datetime, deaths: Sequence[tuple[str, int] | None] = ()) -> list[int]:
        """Exit status of each; 0, or minus the signal that ended it."""
        told = [*deaths, *([None] * (len(self._processes) - len(deaths)))]
        for one, die in zip(self._processes, told, strict=True):
            assert one.stdin is not None
            one.stdin.write(json.dumps({"at": at.isoformat(), "die": die}) + "\n")
            one.stdin.flush()
        return [int(self._line(one)) for one in self._processes]

    @staticmethod
    def _line(one: "subprocess.Popen[str]") -> str:
        assert one.stdout is not None
        line = one.stdout.readline()
        assert line, "a sweeper is gone: see sweepers.log"
        return line


@contextmanager
def sweepers(url: str, folder: Path, count: int, twin: str = "honest") -> Iterator[Sweepers]:
    command = [sys.executable, "-m", "tests.faults.sweeper", url, str(folder), twin]
    errors = folder / "sweepers.log"
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with ExitStack() as stack, errors.open("a") as log:
        started = [
            stack.enter_context(subprocess.Popen(command, cwd=ROOT, text=True, stderr=log, **pipes))
            for _ in range(count)
        ]
        for one in started:
            assert one.stdout is not None
            assert one.stdout.readline().strip() == "ready", errors.read_text()[-3000:]
        yield Sweepers(started)
        for one in started:
            assert one.stdin is not None
            one.stdin.close()
            one.wait(60)


async def check(url: str, count: int) -> Findings:
    """The same check for the product and for its twins: the timelines are what counts."""
    store = Store(url)
    async with store.read() as connection:
        told = await connection.execute(
            text("SELECT case_id, count(*) FROM entry WHERE action = 'remind' GROUP BY case_id")
        )
        times = [row[1] for row in told]
        early = await connection.execute(
            text("SELECT count(*) FROM rung WHERE climbed_at < rung_at")
        )
        found = Findings(count - len(times), sum(n > 1 for n in times), early.scalar_one())
    await store.close()
    return found
