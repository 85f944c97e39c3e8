"""While the database is away the loops beside the requests go on trying, and the log stays small."""

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator, Callable, Coroutine
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, OperationalError
from structlog.testing import capture_logs

from channels.mailbox.worker import Readers
from escalation.watch import Watch
from hotline.commands import mailroom
from hotline.flow import intake, repeats
from hotline.flow.centre import Centre
from hotline.flow.supervise import CaseAgenda
from hotline.web import app, telephony
from hotline.web.pulse import Pulse
from hotline.wiring import MovingClock
from tests.flow.orders_support import ask, in_hand
from tests.makers import a_complaint

TRIES = 30
NOBODY = Readers(0)  # no letter waits, so none is read
LOOPS: dict[str, Callable[[Centre], Coroutine[Any, Any, None]]] = {
    "triage": app.triage_for_ever,
    "fold": lambda centre: telephony.fold_for_ever(centre, Pulse()),
    "letters": lambda centre: mailroom.read_until(asyncio.Event(), centre, NOBODY, asyncio.Event()),
}


class Away:
    """A database that answers nobody for so many tries."""

    def __init__(self, look: Callable[[], Any]) -> None:
        self.tries, self._look = 0, look
        self.back = asyncio.Event()

    def __call__(self) -> Any:
        self.tries += 1
        if self.tries <= TRIES:
            raise ConnectionRefusedError
        if self.tries > TRIES + 1:  # the try before this one has gone through
            self.back.set()
        return self._look()


@pytest.mark.parametrize("name", LOOPS)
async def test_a_loop_says_once_that_it_cannot_go_on_and_once_that_it_does_again(
    centre: Centre, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module, pause in ((app, "AWAY"), (app, "IDLE"), (telephony, "IDLE"), (mailroom, "AWAY")):
        monkeypatch.setattr(module, pause, 0.001)
    away = Away(centre.look)
    monkeypatch.setattr(centre, "look", away)
    with capture_logs() as lines:
        loop = asyncio.create_task(LOOPS[name](centre))
        async with asyncio.timeout(10):
            await away.back.wait()
        loop.cancel()
        await asyncio.wait([loop])
    told = [(line["event"], line.get("times")) for line in lines if name in line["event"]]
    assert told == [(f"{name}.stopped", 1), (f"{name}.goes_on", TRIES)]


class ReadOnly:
    """A database that answers questions, and takes nothing, for so many tries."""

    def __init__(self, work: Callable[[], Any], tries: int = TRIES) -> None:
        self.left, self._work = tries, work
        self.back = asyncio.Event()

    def __call__(self) -> Any:
        if self.left:
            self.left -= 1
            return self._refused()
        self.back.set()
        return self._work()

    @contextlib.asynccontextmanager
    async def _refused(self) -> AsyncIterator[None]:
        raise OperationalError("INSERT", {}, sqlite3.OperationalError("database or disk is full"))
        yield


async def test_a_receipt_that_cannot_be_kept_as_a_case_nor_counted_is_told_once(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk, or a leader that waits for a lost follower: reads work, writes do not."""
    for pause in ("AWAY", "IDLE"):
        monkeypatch.setattr(app, pause, 0.001)
    await intake.receive(centre, a_complaint("k", received_at=centre.now()))
    full = ReadOnly(centre.work)  # each try asks twice: to keep the case, to count that it failed
    monkeypatch.setattr(centre, "work", full)
    with capture_logs() as lines:
        loop = asyncio.create_task(app.triage_for_ever(centre))
        async with asyncio.timeout(10):
            await full.back.wait()
        while (await ask(centre, "SELECT outcome FROM intake"))[0][0] != "case":
            await asyncio.sleep(0.001)
        await asyncio.sleep(0.01)
        loop.cancel()
        await asyncio.wait([loop])
    told = [(line["event"], line.get("times")) for line in lines]
    assert told == [("triage.stopped", 1), ("triage.goes_on", TRIES // 2)]


async def test_receipts_that_all_fail_are_counted_each_and_told_once_until_one_succeeds(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(5):
        await intake.receive(centre, a_complaint(f"k{n}", received_at=centre.now()))

    async def broken(*_: object, **__: object) -> None:
        raise LookupError

    kept = repeats.keep
    monkeypatch.setattr(repeats, "keep", broken)
    with capture_logs() as lines:
        for _ in range(2):
            await intake.triage_pending(centre)
        monkeypatch.setattr(repeats, "keep", kept)
        await intake.triage_pending(centre)
    told = [(line["event"], line["times"]) for line in lines]
    assert told == [("triage.failed", 1), ("triage.mended", 10)]
    assert lines[0]["intake"] == 1 and isinstance(lines[0]["exc_info"], LookupError)
    found = await ask(centre, "SELECT outcome, attempts FROM intake")
    assert found == [("case", 3)] * 5


async def test_a_watch_that_can_only_read_tells_once_that_it_climbs_one_by_one(
    centre: Centre, clock: MovingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await in_hand(centre, "k", signed=False)
    clock.move_to(clock.at + timedelta(days=2))
    watch, work = Watch(CaseAgenda(centre)), centre.work
    monkeypatch.setattr(centre, "work", ReadOnly(work))  # each tick asks twice
    with capture_logs() as lines:
        for _ in range(TRIES // 2):
            with pytest.raises(OperationalError):
                await watch.tick(clock.at)
        await watch.tick(clock.at)
    told = [(line["event"], line["times"]) for line in lines if "times" in line]
    assert told == [("watch.one_by_one", 1), ("watch.together_again", TRIES // 2)]
    assert not [line for line in lines if line["event"] == "watch.failed"]


async def test_rungs_that_fail_because_nothing_can_be_written_are_not_told_each_at_each_look(
    centre: Centre, clock: MovingClock
) -> None:
    """A transaction may well begin, and every statement of it that writes be refused."""
    for n in range(3):
        await in_hand(centre, f"k{n}", signed=False)
    clock.move_to(clock.at + timedelta(days=2))
    watch = Watch(CaseAgenda(centre))
    async with centre.store.write() as connection:
        for table, how in (("cases", "UPDATE"), ("stumble", "INSERT")):
            full = "BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"
            await connection.execute(
                text(f"CREATE TRIGGER no_{table} BEFORE {how} ON {table} {full}")
            )
    with capture_logs() as lines:
        for _ in range(5):
            with pytest.raises(DBAPIError):
                await watch.tick(clock.at)
    assert [line["event"] for line in lines] == ["watch.one_by_one"]
