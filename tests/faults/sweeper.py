"""A watch that can be killed at a point: `python -m tests.faults.sweeper URL FOLDER [TWIN]`.

Reads one JSON line a sweep, {"at": moment, "die": [point, passes]}, and forks for it, so that a
sweep costs no start of Python. A child ends itself with SIGKILL when it has passed the point so
often: `claim` the case is locked, `act` the rung is climbed and nothing committed, `done` the
transaction is committed. Answers each line with the child's exit status. TWIN is honest or one of
`TWINS`, a product with a safeguard taken out.
"""

import asyncio
import json
import logging
import os
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite

from escalation.watch import Due, Outcome, Watch
from hotline.commands import journal
from hotline.config import Settings
from hotline.flow import supervise
from hotline.flow.supervise import CaseAgenda
from hotline.store import casebook
from hotline.store.tables import CaseRow, DeadlineRow, RungRow
from hotline.wiring import MovingClock, Parts, build
from tests.faults.sleepers import nobody_reads

POINTS = ("claim", "act", "done")


async def sweep(url: str, folder: str, at: datetime) -> None:
    settings = Settings(database_url=url, data=Path(folder))
    centre = await build(settings, Parts(clock=MovingClock(at), make_reader=nobody_reads))
    watch = Watch(CaseAgenda(centre), batch=20)
    for _ in range(40):
        outcome = await watch.tick(at)
        if not outcome.climbed and not outcome.gone and not outcome.failed:
            break
    await centre.close()


def die_at(point: str, passes: int) -> None:
    """Lets the process pass the point so often, and no more."""
    left = passes

    def pass_by() -> None:
        nonlocal left
        left -= 1
        if left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)

    if point == "claim":
        after(casebook.CaseBook, "_lock", pass_by)
    elif point == "act":
        after(CaseAgenda, "_take", pass_by)
    else:
        after(CaseAgenda, "climb", pass_by)


def after(owner: Any, name: str, then: Callable[[], None]) -> None:
    original = getattr(owner, name)

    async def wrapped(self: Any, *arguments: Any, **named: Any) -> Any:
        found = await original(self, *arguments, **named)
        then()
        return found

    setattr(owner, name, wrapped)


def unlocked() -> None:
    """Reads the case without writing first: nothing stands between two watches any more."""

    async def lock(self: Any, statement: Any, wanted: int | str) -> Any:
        by_id = CaseRow.id if isinstance(wanted, int) else CaseRow.number
        found = await self._connection.execute(select(*CaseRow.__table__.c).where(by_id == wanted))
        row = found.one()
        await asyncio.sleep(0.005)
        return row

    casebook.CaseBook._lock = lock  # type: ignore[method-assign]


def apart() -> None:
    """The ledger in a transaction of its own, before the effect: a kill between them loses it."""
    original = CaseAgenda._take

    async def climb(self: Any, batch: Sequence[Due], now: datetime) -> Outcome:
        centre = self._centre
        async with centre.work() as work:
            mine = [due for due in batch if await _enter(work.connection, due, now)]
        die()
        async with centre.work() as work:
            await self._keep(work, [await original(self, work, due, now) for due in mine])
        return Outcome(len(batch))

    die = _death()
    supervise.agenda.enter = _nothing  # type: ignore[assignment]
    CaseAgenda.climb = climb  # type: ignore[method-assign]


def unseen() -> None:
    """Takes what was due when it looked, without looking again; and there is no ledger."""
    original = casebook.CaseBook.change_by_id

    async def as_seen(self: Any, case_id: int) -> Any:
        case = await original(self, case_id)
        for n, deadline in case.deadlines.items():
            case.deadlines[n] = replace(deadline, climbed=0, next_at=deadline.rungs[0].at)
        return case

    casebook.CaseBook.change_by_id = as_seen  # type: ignore[method-assign]
    supervise.agenda.enter = _nothing  # type: ignore[assignment]


async def _nothing(*_: Any) -> None:
    """The ledger has its row already, or there is none."""


async def _enter(connection: Any, due: Due, now: datetime) -> bool:
    """False where the ledger has the rung: then it counts as done, whether it was or not."""
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    row = {"case_id": due.case_id, "deadline_n": 1, "rung": due.climbed, "level": 0}
    told = {"kind": "remind", "rung_at": due.next_at, "climbed_at": now, "outcome": "notified"}
    entered = dialect.insert(RungRow).values(**row, **told, entry_seq=2).on_conflict_do_nothing()
    if (await connection.execute(entered)).rowcount:
        return True
    ended = update(DeadlineRow).where(DeadlineRow.id == due.deadline_id)
    await connection.execute(ended.values(next_at=None))
    return False


def _death() -> Callable[[], None]:
    """In this twin a kill between its two transactions: every third batch ends so."""
    passed = 0

    def pass_by() -> None:
        nonlocal passed
        passed += 1
        if passed == 3:
            os.kill(os.getpid(), signal.SIGKILL)

    return pass_by


TWINS: dict[str, Callable[[], None]] = {"unlocked": unlocked, "apart": apart, "unseen": unseen}


def main(url: str, folder: str, twin: str = "honest") -> None:
    journal.to_stderr(logging.WARNING)  # what is said on standard output is the exit status
    if twin in TWINS:
        TWINS[twin]()
    print("ready", flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        child = os.fork()
        if child == 0:
            if asked.get("die"):
                die_at(*asked["die"])
            asyncio.run(sweep(url, folder, datetime.fromisoformat(asked["at"])))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
