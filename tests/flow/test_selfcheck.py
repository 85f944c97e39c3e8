"""What the hotline promises of itself is looked after: a broken promise is told once, until mended."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from channels import web
from channels.desk import Full
from channels.message import Delivery
from escalation.schedule import Schedule
from escalation.watch import Outcome
from hotline.domain.people import OPERATOR
from hotline.flow import (
    articlewatch,
    calls,
    drift,
    facts,
    filekeeping,
    intake,
    recordkeeping,
    rulewatch,
    seen,
    selfcheck,
    shadow,
)
from hotline.flow.arrivals import Postroom
from hotline.flow.centre import Centre
from hotline.flow.pulse import HELD, Pulse
from hotline.flow.supervise import CaseAgenda
from hotline.store import acts, agenda, alarms, beats, exports, queues
from hotline.store.database import NotDurable
from hotline.store.outbox import Message, post
from hotline.store.reserve import NoRoom, Reserve
from hotline.web.pulses import believing
from hotline.wiring import MovingClock, system_clock
from tests.conftest import ROOT, a_centre
from tests.flow.orders_support import ask, in_hand
from tests.flow.test_calls import abandoned


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
        "backup", "clock:far:1", "disk", "late", "node:gone:1", "outbox", "queue:figures",
        "triage", "watch",
    ]  # fmt: skip


async def test_the_disk_of_the_database_is_looked_at_beside_that_of_the_files(
    sqlite_url: str, tmp_path: Path, clock: MovingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "data").mkdir()
    centre, roomy = (
        await a_centre(sqlite_url, tmp_path / "data", clock),
        SimpleNamespace(free=1 << 40),
    )
    for scarce in (tmp_path, tmp_path / "data"):
        free = {scarce: SimpleNamespace(free=1 << 20)}
        monkeypatch.setattr(
            selfcheck.shutil, "disk_usage", lambda at, free=free: free.get(at, roomy)
        )
        assert await selfcheck.check(centre) == ["disk"] and selfcheck.free(centre) == 1 << 20
    await centre.close()


async def test_a_disk_that_is_full_but_for_the_reserve_takes_nothing_in_and_is_an_alarm(
    any_centre: Centre,
) -> None:
    any_centre.reserve = Reserve(full=True)
    with pytest.raises(NoRoom):
        await received(any_centre)
    with pytest.raises(Full):
        await Postroom(any_centre).take(Delivery("12345", b"Subject: lamp"))
    for table in ("intake", "letter"):
        assert (await ask(any_centre, f"SELECT count(*) FROM {table}"))[0][0] == 0
    assert await selfcheck.check(any_centre) == ["full"] and await told(any_centre) == 2
    any_centre.reserve.full = False
    await received(any_centre)
    assert await selfcheck.check(any_centre) == []


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
        await acts.record(work.connection, work.at, OPERATOR, "backup_begun", {"file": "b.tar"})
    assert await selfcheck.check(centre) == ["backup"], "it may have failed"
    for act in ("backup", "restore"):  # what was restored lies in the file it came from
        async with centre.work() as work:
            await acts.record(work.connection, work.at, OPERATOR, act, {"file": "b.tar"})
        assert await selfcheck.check(centre) == []
        clock.move_to(clock.at + timedelta(days=8))
        assert await selfcheck.check(centre) == ["backup"]


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


async def test_a_clock_that_is_set_right_is_believed_before_the_next_beat(
    pulse: Pulse, clocks: Clocks
) -> None:
    clocks.ahead = timedelta(seconds=300)
    await pulse.beat()
    assert not pulse.believed()
    clocks.ahead = timedelta(seconds=200)
    assert not pulse.believed(), "it is nearer, and not right yet"
    clocks.ahead = timedelta(seconds=2)
    assert pulse.believed() and pulse.trouble() == ""


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


async def test_a_watch_whose_clock_was_set_back_says_at_once_that_it_is_awake(
    centre: Centre, clock: MovingClock
) -> None:
    watched = CaseAgenda(centre)
    for moved, noted in ((0, 1), (30, 1), (60, 2), (-10_000, 3), (-9_970, 3)):
        await watched.ticked(clock.at + timedelta(seconds=moved), Outcome())
        async with centre.store.read() as connection:
            counted = await connection.execute(text("SELECT count(*) FROM tick"))
            assert counted.scalar_one() == noted
            last, latest = await agenda.last_tick(connection), await agenda.latest_tick(connection)
    assert last == clock.at - timedelta(
        seconds=10_000
    )  # of which an alarm counts whether it stands
    assert latest == clock.at + timedelta(
        seconds=60
    )  # by which the doctor sees that it was set back


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


@pytest.fixture
async def shut(any_centre: Centre) -> AsyncIterator[None]:
    """Nothing can be written from before the start: SQLite's lock is held, PostgreSQL is a copy."""
    database = any_centre.store.url.database
    if any_centre.store.sqlite:
        async with any_centre.store.writer.connect() as own:
            await own.exec_driver_sql("PRAGMA busy_timeout=50")
        with closing(sqlite3.connect(str(database), isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            yield
        return
    async with any_centre.store.write() as own:
        await own.execute(text(f"ALTER DATABASE {database} SET default_transaction_read_only = on"))
    await any_centre.store.writer.dispose()  # it holds for connections that are made from now on
    yield


@pytest.mark.usefixtures("shut")
async def test_a_node_that_has_never_been_able_to_write_is_not_ready_either(
    pulse: Pulse, clocks: Clocks
) -> None:
    for seconds, trouble in ((0, ""), (29, ""), (31, "cannot_write")):
        clocks.seconds = seconds
        with pytest.raises(DBAPIError):
            await pulse.beat()
        assert pulse.trouble() == trouble, f"after {seconds} seconds"


async def test_each_queue_of_the_machine_that_grows_old_has_its_alarm(
    any_centre: Centre, clock: MovingClock
) -> None:
    await received(any_centre)
    await intake.triage_pending(any_centre)
    await calls.heard(any_centre, abandoned("c1", 1), "webhook")
    async with any_centre.store.write() as connection:
        asked = {"officer": "o", "role": "director", "units": None, "form": "csv", "purpose": "p"}
        day = any_centre.now().date()
        wish = exports.Wish("t", **asked, first=day, last=day)  # type: ignore[arg-type]
        await exports.ask(connection, wish, any_centre.now())
    assert await selfcheck.check(any_centre) == []
    clock.move_to(any_centre.now() + timedelta(hours=1, seconds=1))
    found = await selfcheck.check(any_centre)
    assert {"queue:call_events", "queue:exports", "queue:figures"} <= set(found)


async def test_a_tick_that_hangs_is_an_alarm_that_says_so_and_what_to_do(
    any_centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, ends = asyncio.Event(), asyncio.Event()

    async def hung() -> None:
        begun.set()
        await ends.wait()

    schedule = Schedule()
    schedule.once("anchor at start", hung)
    schedule.start()
    any_centre.schedules.append(schedule)
    await begun.wait()
    assert await selfcheck.check(any_centre, "one:1") == []
    monkeypatch.setattr("escalation.schedule.MOST", -1.0)
    assert await selfcheck.check(any_centre, "one:1") == ["job:anchor at start@one:1"]
    [(words,)] = await ask(any_centre, "SELECT text FROM alarm")
    assert "anchor at start" in words and "卡住" in words and "请重启该节点的 serve" in words
    ends.set()
    await schedule.stop()
    assert await selfcheck.check(any_centre, "one:1") == []


async def test_a_tick_that_keeps_failing_is_told_by_its_own_node_and_ended_by_no_other(
    any_centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Ailing(Schedule):
        ailing = {"anchor": "OSError"}

        def failing(self, seconds: float) -> dict[str, str]:
            return self.ailing if seconds == selfcheck.FAILING else {}

    for node in ("one:1", "two:2"):
        async with any_centre.store.write() as connection:
            await beats.beat(connection, node, system_clock())
    one = Ailing()
    any_centre.schedules.append(one)
    assert await selfcheck.check(any_centre, "one:1") == ["job:anchor@one:1"]
    any_centre.schedules.remove(one)
    for _ in range(2):
        assert await selfcheck.check(any_centre, "two:2") == []
    count = "SELECT count(*) FROM alarm WHERE ended_at IS NULL"
    assert (await ask(any_centre, count))[0][0] == 1 and await told(any_centre) == 2
    assert await selfcheck.check(any_centre, "one:1") == []
    assert (await ask(any_centre, count))[0][0] == 0


async def test_settings_that_could_lose_what_was_acknowledged_and_a_missing_follower_are_alarms(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def not_durable() -> None:
        raise NotDurable("SHOW fsync: off, wanted on")

    async def alone() -> bool:
        return False

    monkeypatch.setattr(centre.store, "check_durable", not_durable)
    monkeypatch.setattr(centre.store, "followed", alone)
    monkeypatch.setattr(centre, "calendar", SimpleNamespace(last_year=2025))
    assert await selfcheck.check(centre) == ["durable", "follower", "holidays"]


async def test_a_switch_that_cannot_be_reached_or_kept_is_an_alarm_of_the_node_that_tries(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Up at this moment is not enough: it was lost five times and has not stood a while since."""
    line = SimpleNamespace(connected_at=None, failures=4)
    monkeypatch.setattr(centre, "lines", (line,))
    assert await selfcheck.check(centre, "one:1") == []
    line.failures = 5
    assert await selfcheck.check(centre, "one:1") == ["switch@one:1"]
    line.connected_at = centre.now()
    assert await selfcheck.check(centre, "one:1") == ["switch@one:1"]
    line.failures = 0
    assert await selfcheck.check(centre, "one:1") == []


async def test_every_queue_has_its_length_and_age_and_every_kind_of_alarm_its_figure(
    any_centre: Centre,
) -> None:
    async with any_centre.look() as look:
        assert set(await queues.lengths(look.connection)) == set(queues.ALL)
    modules = (selfcheck, filekeeping, recordkeeping, facts, seen, drift, shadow, rulewatch)
    named = {getattr(one, "KIND", None) for one in (*modules, articlewatch)} - {None}
    named |= {selfcheck.SERVICE, seen.REVEAL, drift.DRIFT, shadow.SHADOW, rulewatch.RULE}
    assert named == set(alarms.KINDS)
    page = (ROOT / "hotline/web/templates/office/admin.html").read_text("utf-8")
    assert [kind for kind in alarms.KINDS if f"'{kind}'" not in page] == []
