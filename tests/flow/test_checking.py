"""A check that cannot be made is told of, and takes nothing else with it."""

import asyncio
import re
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from hotline.flow import checking, intake, receiptkeeping, selfcheck
from hotline.flow.centre import Centre
from hotline.flow.checking import UNMADE, Check, Found, kind
from hotline.flow.pulse import GONE, Pulse
from hotline.store import beats
from hotline.store.beats import Beat
from hotline.web import pulses
from hotline.wiring import system_clock
from tests.flow.orders_support import ask
from tests.flow.test_selfcheck import calm, told  # noqa: F401
from tests.makers import a_complaint

pytestmark = pytest.mark.usefixtures("calm")
OPEN = "SELECT key FROM alarm WHERE ended_at IS NULL ORDER BY key"
BOOKS = "conservation:channel web"
FAILED = "check:conservation@one:1"


async def test_a_count_that_does_not_end_keeps_no_other_promise_from_being_looked_at(
    any_centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    await intake.receive(any_centre, a_complaint("k", received_at=any_centre.now()))
    await intake.triage_pending(any_centre)
    async with any_centre.store.write() as connection:
        await connection.execute(text("UPDATE counter SET n = n + 1"))
    assert await selfcheck.check(any_centre, "one:1") == [BOOKS]

    async def slow(_: Centre) -> None:
        raise TimeoutError

    scarce = SimpleNamespace(free=1)
    monkeypatch.setattr(selfcheck.shutil, "disk_usage", lambda path: scarce)
    with monkeypatch.context() as patched, capture_logs() as lines:
        patched.setattr(receiptkeeping, "unbalanced", slow)
        assert await selfcheck.check(any_centre, "one:1") == ["disk"]
        assert any_centre.unmade == ("conservation",)
        assert await ask(any_centre, OPEN) == [(BOOKS,), ("disk",)], "nobody knows that it is over"
        for _ in range(3):
            assert await selfcheck.check(any_centre, "one:1") == [FAILED, "disk"]
    (words,) = await ask(any_centre, f"SELECT text FROM alarm WHERE key = '{FAILED}'")
    assert "“收件账目”做不成（TimeoutError）" in words[0] and "hotline doctor" in words[0]
    assert await told(any_centre) == 3 * len(selfcheck.TOLD)
    assert [line["event"] for line in lines if line.get("check")] == ["check.failed"]
    assert await selfcheck.check(any_centre, "one:1") == [BOOKS, "disk"]
    assert await ask(any_centre, OPEN) == [(BOOKS,), ("disk",)] and any_centre.unmade == ()


async def test_each_check_may_fail_alone_and_every_other_is_made(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> list[object]:
        raise LookupError

    for one in selfcheck.CHECKS:
        failing = tuple(
            Check(each.name, each.zh, each.kinds, broken) if each is one else each  # type: ignore[arg-type]
            for each in selfcheck.CHECKS
        )
        with monkeypatch.context() as patched:
            patched.setattr(selfcheck, "CHECKS", failing)
            assert await selfcheck.check(centre, "n") == [] and centre.unmade == (one.name,)
            assert await selfcheck.check(centre, "n") == [f"{UNMADE}:{one.name}@n"]
        assert await selfcheck.check(centre, "n") == []


async def test_a_check_that_hangs_is_given_up(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def hangs(*_: object) -> list[object]:
        await asyncio.sleep(60)
        return []

    monkeypatch.setattr(checking, "LONGEST", 0.01)
    one = Check("hung", "挂起", frozenset(), hangs)  # type: ignore[arg-type]
    for alarms in (0, 1):
        found = await checking.made(centre, "n", [one])
        assert len(found.alarms) == alarms and centre.unmade == ("hung",)


async def test_no_other_node_ends_what_a_node_cannot_look_at(
    any_centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def slow(_: Centre) -> None:
        raise TimeoutError

    async with any_centre.store.write() as connection:
        await beats.beat(connection, "one:1", system_clock())
    with monkeypatch.context() as patched:
        patched.setattr(receiptkeeping, "unbalanced", slow)
        for _ in range(2):
            await selfcheck.check(any_centre, "one:1")
    await selfcheck.check(any_centre, "two:2")
    assert await ask(any_centre, OPEN) == [(FAILED,)]
    async with any_centre.store.write() as connection:
        await beats.leave(connection, "one:1")
    await selfcheck.check(any_centre, "two:2")
    assert await ask(any_centre, OPEN) == []


def test_what_stays_is_another_living_node_s_or_not_known() -> None:
    keys = frozenset({"disk", "job:a@one", "job:a@two", "job:a@gone", "queue:letters", "late"})
    nodes = [Beat("one", 0, 0), Beat("two", 0, 0), Beat("gone", GONE + 1, 0)]
    standing = checking.Standing(keys, nodes)
    assert standing.stays("one", Found(unknown={"queue"}), GONE) == {"job:a@two", "queue:letters"}


def test_every_alarm_is_of_a_kind_that_its_check_names() -> None:
    """Else a check that fails would end it."""
    names = [one.name for one in selfcheck.CHECKS]
    kinds = [one for check in selfcheck.CHECKS for one in check.kinds]
    assert len(set(names)) == len(names) and len(set(kinds)) == len(kinds)
    source = Path(selfcheck.__file__).read_text("utf-8")
    assert set(re.findall(r"\balarm\(\s*f?\"(\w+)", source)) == set(kinds)
    for key, one in (("switch@n:1", "switch"), ("job:a b@n", "job"), ("watch", "watch")):
        assert kind(key) == one and one in kinds


async def test_the_schedule_of_the_checks_is_looked_after_like_any_other(centre: Centre) -> None:
    before = list(centre.schedules)
    async with pulses.beating(Pulse(centre, "n:1", system_clock)):
        (own,) = [one for one in centre.schedules if one not in before]
        assert own.failing(0.0) == {}


class Moody:
    """A classifier that reads, or is gone."""

    def __init__(self, well: Callable[[], bool], reader: object) -> None:
        self._well, self._reader = well, reader

    def read(self, title: str, body: str) -> object:
        if not self._well():
            raise OSError("arrays.npz is gone")
        return self._reader.read(title, body)  # type: ignore[attr-defined]


async def test_a_classifier_that_reads_nothing_is_an_alarm_until_it_reads(
    any_centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    states = {"well": False}
    moody = Moody(lambda: states["well"], await any_centre.reader())
    reading: asyncio.Future[object] = asyncio.get_running_loop().create_future()
    reading.set_result(moody)
    monkeypatch.setattr(any_centre, "reading", reading)
    key = "classifier@one:1"

    async def come(first: int, many: int) -> list[str]:
        for n in range(first, first + many):
            await intake.receive(any_centre, a_complaint(f"k{n}", received_at=any_centre.now()))
        while await intake.triage_pending(any_centre):
            pass
        return await selfcheck.check(any_centre, "one:1")

    assert await come(0, selfcheck.UNREAD - 1) == []
    assert await come(100, 1) == [key]
    (words,) = await ask(any_centre, f"SELECT text FROM alarm WHERE key = '{key}'")
    assert "连续 10 件没有读出（OSError）" in words[0] and "hotline doctor" in words[0]
    any_centre.readings = type(
        any_centre.readings
    )()  # a start anew knows nothing, and ends nothing
    assert await selfcheck.check(any_centre, "one:1") == []
    assert await ask(any_centre, OPEN) == [(key,)]
    states["well"] = True
    assert await come(200, 1) == []
    assert await ask(any_centre, OPEN) == []


async def test_what_a_storm_sheds_says_nothing_of_the_classifier(centre: Centre) -> None:
    centre.storm.raging = True
    centre.storm.unread(centre.now())
    for n in range(selfcheck.UNREAD):
        await intake.receive(centre, a_complaint(f"k{n}", received_at=centre.now()))
        assert await intake.triage(centre, n + 1)
    assert centre.readings.unread == 0 and "classifier@n" not in await selfcheck.check(centre, "n")
