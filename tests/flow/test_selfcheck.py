"""What the hotline promises of itself is looked after: a broken promise is told once, until mended."""

from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import text

from channels import web
from hotline.domain.people import OPERATOR
from hotline.flow import intake, selfcheck
from hotline.flow.centre import Centre
from hotline.flow.pulse import HELD, Pulse
from hotline.store import acts, beats
from hotline.store.outbox import Message, post
from hotline.web.pulses import believing
from hotline.wiring import MovingClock, system_clock
from tests.conftest import a_centre
from tests.flow.orders_support import ask, in_hand


@pytest.fixture
def calm(monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk with room, whatever the machine's is like."""
    roomy = SimpleNamespace(free=1 << 40)
    monkeypatch.setattr(selfcheck.shutil, "disk_usage", lambda path: roomy)


pytestmark = pytest.mark.usefixtures("calm")


async def told(centre: Centre) -> int:
    found = await ask(centre, "SELECT count(*) FROM outbox WHERE message_id LIKE 'alarm.%'")
    return int(found[0][0])


async def received(centre: Centre) -> None:
    form = web.read({"title": "灯", "content": "路灯坏了", "contact": {"phone": "13800001234"}})
    made = web.incoming(form, channel="web", key="own", at=centre.now(), attachments=())
    await intake.receive(centre, made)


async def test_a_planted_difference_in_the_accounts_is_told_once_and_until_it_is_mended(
    any_centre: Centre,
) -> None:
    await received(any_centre)
    await intake.triage_pending(any_centre)
    assert await selfcheck.check(any_centre) == []
    async with any_centre.store.write() as connection:
        await connection.execute(text("UPDATE counter SET n = n + 1 WHERE outcome = 'case'"))
    (key,) = await selfcheck.check(any_centre)
    assert key.startswith("conservation:")
    for _ in range(3):
        await selfcheck.check(any_centre)
    assert await told(any_centre) == len(selfcheck.TOLD)
    async with any_centre.store.write() as connection:
        await connection.execute(text("UPDATE counter SET n = n - 1 WHERE outcome = 'case'"))
    assert await selfcheck.check(any_centre) == []
    assert (await ask(any_centre, "SELECT count(*) FROM alarm WHERE ended_at IS NULL"))[0][0] == 0


async def test_each_promise_that_breaks_has_its_alarm(
    centre: Centre, clock: MovingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await in_hand(centre, signed=False)
    await received(centre)
    async with centre.work() as work:
        await acts.record(work.connection, work.at, OPERATOR, "seed", {})
        one = Message("m1", "memory:x", "20261123-000001", "s", "t")
        await post(work.connection, [one], work.at, leaves=True)
        await work.connection.execute(
            text(
                "INSERT INTO tick (node, at, climbed, gone, failed) VALUES ('n', :at, 0, 0, '[]')"
            ),
            {"at": "2026-11-23 00:00:00"},
        )
        await beats.beat(work.connection, "far:1", system_clock() + timedelta(minutes=5))
        await beats.beat(work.connection, "gone:1", system_clock())
        await work.connection.execute(
            text("UPDATE beat SET seen_at = '2020-01-01 00:00:00' WHERE node = 'gone:1'")
        )
    clock.move_to(system_clock() + timedelta(days=8))
    scarce = SimpleNamespace(free=1 << 20)
    monkeypatch.setattr(selfcheck.shutil, "disk_usage", lambda path: scarce)
    assert await selfcheck.check(centre) == [
        "backup", "clock:far:1", "disk", "late", "node:gone:1", "outbox", "triage", "watch",
    ]  # fmt: skip


async def test_a_receipt_that_no_key_opens_is_an_alarm_and_no_storm(
    any_centre: Centre, clock: MovingClock
) -> None:
    await received(any_centre)
    async with any_centre.store.write() as connection:
        await connection.execute(text("UPDATE intake SET attempts = 3"))
    clock.move_to(clock.at + timedelta(minutes=10))
    assert await selfcheck.check(any_centre) == ["unreadable"]
    assert not await intake.triage_pending(any_centre, 0) and not any_centre.storm.raging
    await intake.triage_pending(any_centre)
    assert await selfcheck.check(any_centre) == []


async def test_a_backup_is_asked_for_again_only_when_the_last_one_is_old(
    centre: Centre, clock: MovingClock
) -> None:
    async with centre.work() as work:
        await acts.record(work.connection, work.at, OPERATOR, "seed", {})
    clock.move_to(system_clock() + timedelta(days=8))
    assert await selfcheck.check(centre) == ["backup"]
    async with centre.work() as work:
        await acts.record(work.connection, work.at, OPERATOR, "backup", {"file": "b.tar"})
    assert await selfcheck.check(centre) == []


class Clocks:
    """A wall clock that can be set wrong, beside one that runs evenly."""

    def __init__(self) -> None:
        self.ahead, self.seconds = timedelta(), 0.0

    def wall(self):  # type: ignore[no-untyped-def]
        return system_clock() + self.ahead

    def even(self) -> float:
        return self.seconds


@pytest.fixture
def clocks() -> Clocks:
    return Clocks()


@pytest.fixture
async def pulse(any_centre: Centre, clocks: Clocks) -> Pulse:
    return Pulse(any_centre, "one:8345", clocks.wall, clocks.even)


async def test_a_node_90_seconds_off_is_not_ready_and_its_watch_waits(
    pulse: Pulse, clocks: Clocks, any_centre: Centre
) -> None:
    looked = []

    async def tick(now: object) -> None:
        looked.append(now)

    await pulse.beat()
    assert pulse.trouble() == "" and any_centre.clock_believed()
    clocks.ahead = timedelta(seconds=-95)
    await pulse.beat()
    assert pulse.trouble() == "clock"
    await believing(any_centre, tick)()
    assert not looked
    assert await selfcheck.check(any_centre) == ["clock:one:8345"]
    clocks.ahead = timedelta()
    await pulse.beat()
    await believing(any_centre, tick)()
    assert len(looked) == 1 and pulse.trouble() == ""
    assert await selfcheck.check(any_centre) == []


async def test_a_clock_that_jumps_ahead_holds_the_watch_at_once_and_for_a_while(
    sqlite_url: str, tmp_path: Path, clock: MovingClock, clocks: Clocks
) -> None:
    """On one machine the database's clock jumps along: only the even clock shows it."""
    centre = await a_centre(sqlite_url, tmp_path, clock)
    pulse = Pulse(centre, "one", clocks.wall, clocks.even)
    await pulse.beat()
    clocks.ahead, clocks.seconds = timedelta(seconds=80), 10.0
    await pulse.beat()
    assert not centre.clock_believed() and pulse.trouble() == "clock" and round(pulse.stepped) == 70
    clocks.ahead, clocks.seconds = timedelta(seconds=80), 10.0 + HELD
    await pulse.beat()
    assert centre.clock_believed()
    clocks.ahead, clocks.seconds = timedelta(seconds=70), 20.0 + HELD
    await pulse.beat()
    assert centre.clock_believed(), "a jump back strikes nothing early"
    await centre.close()


async def test_a_clock_that_jumps_between_two_beats_is_seen_by_the_next_tick_and_trusted_when_back(
    centre: Centre, clocks: Clocks
) -> None:
    struck = []

    async def tick(now: object) -> None:
        struck.append(now)

    pulse = Pulse(centre, "one", clocks.wall, clocks.even)
    await pulse.beat()
    for ahead, ticks in ((0, 1), (2, 1), (0, 2), (-3, 3), (0, 4), (24, 4), (0, 5)):
        clocks.ahead = timedelta(hours=ahead)
        await believing(centre, tick)()
        assert len(struck) == ticks, f"{ahead} hours ahead"


async def test_a_node_that_cannot_write_or_is_stopping_is_not_ready(
    pulse: Pulse, clocks: Clocks, any_centre: Centre
) -> None:
    await pulse.beat()
    clocks.seconds += 31
    assert pulse.trouble() == "cannot_write"
    await pulse.beat()
    assert pulse.trouble() == ""
    any_centre.stopping.set()
    assert pulse.trouble() == "stopping"
    await pulse.leave()
    async with any_centre.look() as look:
        assert await beats.standing(look.connection) == []
