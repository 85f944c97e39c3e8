"""Ticks by name: once at the start, then again and again; a bad one is not the last."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo

import pytest
from apscheduler.schedulers import base
from structlog.testing import capture_logs

from escalation import schedule as module
from escalation.schedule import Apart, Schedule, goes_on

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


async def test_what_is_done_once_is_done_at_the_start_and_a_failing_tick_goes_on() -> None:
    seen: list[str] = []

    async def once() -> None:
        seen.append("once")

    async def failing() -> None:
        seen.append("tick")
        raise ValueError

    schedule = Schedule()
    schedule.once("first", once)
    schedule.every(0.02, "bad", failing)
    schedule.start()
    async with asyncio.timeout(10):
        while seen.count("tick") < 2:
            await asyncio.sleep(0.01)
    await schedule.stop()
    assert seen.count("once") == 1
    assert schedule.failing(0.0) == {"bad": "ValueError"} and not schedule.failing(60.0)


async def test_a_tick_that_succeeds_again_fails_no_longer_and_one_failure_is_none() -> None:
    outcomes = [ValueError(), ValueError(), None, ValueError(), None]
    seen: list[dict[str, str]] = []

    async def changing() -> None:
        seen.append(schedule.failing(0.0))
        if outcomes and (error := outcomes.pop(0)):
            raise error

    schedule = Schedule()
    schedule.every(0.01, "changing", changing)
    schedule.start()
    async with asyncio.timeout(10):
        while len(seen) < 6:
            await asyncio.sleep(0.01)
    await schedule.stop()
    assert [list(one) for one in seen[:6]] == [[], [], ["changing"], [], [], []]


async def test_what_is_done_once_and_fails_is_done_again_until_it_has_worked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "GAPS", (0.01, 0.02))
    outcomes: list[Exception | None] = [*[ConnectionRefusedError() for _ in range(4)], None]
    seen: list[dict[str, str]] = []
    schedule = Schedule()

    async def once() -> None:
        seen.append(schedule.failing(0.0))
        if error := outcomes.pop(0):
            raise error

    schedule.once("rules at start", once)
    schedule.start()
    async with asyncio.timeout(10):
        while outcomes:
            await asyncio.sleep(0.01)
    await asyncio.sleep(0.06)
    failing = {"rules at start": "ConnectionRefusedError"}
    assert seen == [{}, {}, failing, failing, failing], "and not again when it has worked"
    assert schedule.failing(0.0) == {}
    await schedule.stop()


async def test_what_is_done_once_is_tried_no_more_when_all_stops(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(module, "GAPS", (0.02,))
    seen: list[str] = []

    async def once() -> None:
        seen.append("tried")
        raise ValueError

    schedule = Schedule()
    schedule.once("first", once)
    schedule.start()
    async with asyncio.timeout(10):
        while not seen:
            await asyncio.sleep(0.005)
    await schedule.stop()
    tried = len(seen)
    await asyncio.sleep(0.06)
    assert len(seen) == tried
    assert not caplog.records


@pytest.fixture
def even(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Lets so many seconds of the even clock go by, as the schedule reads it."""
    passed = [0.0]

    class Even:
        @staticmethod
        def monotonic() -> float:
            return passed[0]

    monkeypatch.setattr(module, "time", Even)

    def go(seconds: float) -> None:
        passed[0] += seconds

    return go


@pytest.mark.parametrize(
    ("interval", "patience"), [(2.0, 600), (600.0, 3600), (86400.0, 3600), (None, 3600)]
)
async def test_a_tick_that_stands_still_is_named_and_told_once_one_that_moves_is_not(
    even: Callable[[float], None], interval: float | None, patience: float
) -> None:
    step, begun = asyncio.Event(), asyncio.Event()

    async def tick() -> None:
        begun.set()
        for _ in range(3):
            await step.wait()
            step.clear()
            goes_on()  # as a unit of work does
        await asyncio.sleep(60)

    schedule = Schedule()
    if interval is None:
        schedule.once("tick", tick)
    else:
        schedule.every(interval, "tick", tick)
        schedule._scheduler.modify_job("tick", next_run_time=module.LONG_AGO)
    with capture_logs() as lines:
        schedule.start(look=0.01)
        async with asyncio.timeout(10):
            await begun.wait()
        for _ in range(3):  # three times its patience in all, and each time a step before the end
            even(patience - 1)
            step.set()
            await asyncio.sleep(0.02)
        assert schedule.failing(0.0) == {} and not lines
        even(patience + 1)
        await asyncio.sleep(0.05)
        assert schedule.failing(300.0) == {
            "tick": f"卡住：已 {patience // 60} 分钟没有进展，请重启该节点的 serve"
        }
        assert [(one["event"], one["tick"]) for one in lines] == [("tick.hangs", "tick")]
        await schedule.stop(0.01)
    assert schedule.failing(0.0) == {}


async def test_a_tick_under_way_gets_its_time_and_no_other_begins() -> None:
    seen: list[str] = []

    async def slow() -> None:
        seen.append("begun")
        await asyncio.sleep(0.1)
        seen.append("ended")

    schedule = Schedule()
    schedule.every(0.02, "slow", slow)
    schedule.start()
    async with asyncio.timeout(10):
        while not seen:
            await asyncio.sleep(0.01)
    await schedule.stop()
    assert seen == ["begun", "ended"]
    await asyncio.sleep(0.05)
    assert seen == ["begun", "ended"]


async def test_a_tick_that_outlives_its_time_is_broken_off_and_has_tidied_up_when_stop_returns(
    caplog: pytest.LogCaptureFixture,
) -> None:
    seen: list[str] = []

    async def endless() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            await asyncio.sleep(0.1)  # as a connection is given back
            seen.append("tidied up")

    schedule = Schedule()
    schedule.once("endless", endless)
    schedule.start()
    await asyncio.sleep(0.05)
    await schedule.stop(0.05)
    assert seen == ["tidied up"]
    await asyncio.sleep(0.05)
    assert not caplog.records, "a stop is no failure of the job"


@pytest.fixture
def clock_set(monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
    """Sets the wall's clock, as APScheduler reads it, so far from the true time."""
    moved = [timedelta(0)]

    class Wall(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return datetime.now(tz) + moved[0]

    monkeypatch.setattr(base, "datetime", Wall)

    def set_to(by: timedelta) -> None:
        moved[0] = by

    return set_to


@pytest.mark.parametrize("hours", [-8, 8, 24 * 365 * 56])
async def test_ticks_go_on_under_a_clock_that_is_set_by_hours_or_by_decades(
    clock_set: Callable[[timedelta], None], hours: int
) -> None:
    seen: list[str] = []

    async def tick() -> None:
        seen.append("tick")

    schedule = Schedule()
    schedule.every(0.02, "tick", tick)
    schedule.start(look=0.05)
    async with asyncio.timeout(10):
        while len(seen) < 2:
            await asyncio.sleep(0.01)
        clock_set(timedelta(hours=hours))
        seen.clear()
        while len(seen) < 5:
            await asyncio.sleep(0.01)
    await schedule.stop()


def test_what_a_jump_ahead_passed_over_is_one_time() -> None:
    apart, later = Apart(10), NOON + timedelta(days=1, seconds=3)
    assert apart.get_next_fire_time(None, NOON) == NOON + timedelta(seconds=10)
    assert apart.get_next_fire_time(NOON, NOON) == NOON + timedelta(seconds=10)
    assert apart.get_next_fire_time(NOON, later) == later + timedelta(seconds=10)
