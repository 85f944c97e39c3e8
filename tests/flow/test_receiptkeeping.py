"""A difference in the accounts is found: a recent one at the next check, an old one within the hour."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text

from hotline.flow import intake, receiptkeeping, selfcheck
from hotline.flow.centre import Centre
from hotline.store import catalogue, conservation
from hotline.store.conservation import Span
from hotline.wiring import MovingClock
from tests.flow.orders_support import ask
from tests.flow.test_selfcheck import calm  # noqa: F401
from tests.makers import a_complaint

pytestmark = pytest.mark.usefixtures("calm")
WEB = "conservation:channel web"
OLD = "conservation:old"
ALARMS = "SELECT count(*) FROM alarm WHERE key = 'conservation:channel web'"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


async def received(centre: Centre, key: str) -> None:
    await intake.receive(centre, a_complaint(key, received_at=centre.now()))
    while await intake.triage_pending(centre):
        pass


async def change(centre: Centre, how: str) -> None:
    async with centre.store.write() as connection:
        await connection.execute(text(how))


async def books(centre: Centre) -> list[str]:
    return [key for key in await selfcheck.check(centre) if key.startswith("conservation")]


PLANTED = {
    "counted twice": "UPDATE counter SET n = n + 1 WHERE day = '2026-11-23'",
    "a receipt is gone": "DELETE FROM intake WHERE id = 1",
    "settled and not counted": "UPDATE intake SET outcome = 'followup' WHERE id = 1",
    "an outcome that is none": "UPDATE intake SET outcome = 'lost' WHERE id = 1",
}


@pytest.mark.parametrize("what", PLANTED)
async def test_a_difference_among_what_is_recent_is_found_at_the_next_check(
    any_centre: Centre, what: str, clock: MovingClock
) -> None:
    await received(any_centre, "k")
    clock.move_to(clock.at + DAY)  # of yesterday it is found as well
    assert await books(any_centre) == []
    await change(any_centre, PLANTED[what])
    assert await books(any_centre) == [WEB]


@pytest.mark.parametrize("what", PLANTED)
async def test_an_old_difference_is_found_by_the_whole_count_and_ended_by_it(
    any_centre: Centre, what: str, clock: MovingClock
) -> None:
    await received(any_centre, "k")
    clock.move_to(clock.at + 30 * DAY)
    await received(any_centre, "l")
    assert await receiptkeeping.count(any_centre)
    await change(any_centre, PLANTED[what])
    assert await books(any_centre) == [], "what is old is not read at each check"
    assert not await receiptkeeping.count(any_centre), "it is within the hour"
    clock.move_to(clock.at + HOUR)
    assert await receiptkeeping.count(any_centre)
    assert await books(any_centre) == [WEB]
    (found,) = await ask(any_centre, f"SELECT text FROM alarm WHERE key = '{WEB}'")
    assert "2026-11-23 ~ " in found[0] and "账目不平" in found[0]
    await change(any_centre, "DELETE FROM intake WHERE id = 1")
    await change(any_centre, "DELETE FROM counter WHERE day = '2026-11-23'")
    assert await books(any_centre) == [WEB]
    clock.move_to(clock.at + HOUR)
    assert await receiptkeeping.count(any_centre) and await books(any_centre) == []


async def test_a_difference_stays_one_alarm_while_its_day_grows_old_and_more_comes_in(
    any_centre: Centre, clock: MovingClock
) -> None:
    await received(any_centre, "k")
    await change(any_centre, "UPDATE counter SET n = n + 1 WHERE outcome = 'case'")
    for n in range(18):
        await received(any_centre, f"k{n}")
        assert await books(any_centre) == [WEB], n
        await receiptkeeping.count(any_centre)
        assert await books(any_centre) == [WEB], n
        clock.move_to(clock.at + 4 * HOUR)
    assert await ask(any_centre, ALARMS) == [(1,)]
    await change(any_centre, "UPDATE counter SET n = n - 1 WHERE day = '2026-11-23'")
    await receiptkeeping.count(any_centre)
    assert await books(any_centre) == []


async def test_of_several_nodes_one_counts_what_is_old_in_an_hour(
    any_centre: Centre, clock: MovingClock
) -> None:
    await received(any_centre, "k")
    for _ in range(2):
        clock.move_to(clock.at + HOUR)
        done = await asyncio.gather(*(receiptkeeping.count(any_centre) for _ in range(3)))
        assert any(done)
    assert sorted(done) == [False, False, True]


async def test_a_count_that_breaks_off_leaves_what_was_found_before(
    any_centre: Centre, clock: MovingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await received(any_centre, "k")
    await change(any_centre, "UPDATE counter SET n = n + 1 WHERE outcome = 'case'")
    clock.move_to(clock.at + 9 * DAY)
    assert await receiptkeeping.count(any_centre) and await books(any_centre) == [WEB]

    async def slow(*_: object) -> None:
        raise TimeoutError

    clock.move_to(clock.at + HOUR)
    with monkeypatch.context() as patched:
        patched.setattr(conservation, "first_day", slow)
        with pytest.raises(TimeoutError):
            await receiptkeeping.count(any_centre)
        assert await books(any_centre) == [WEB], "once is what the next hour makes good"
        clock.move_to(clock.at + HOUR)
        with pytest.raises(TimeoutError):
            await receiptkeeping.count(any_centre)
        clock.move_to(clock.at + HOUR)
        with pytest.raises(TimeoutError):
            await receiptkeeping.count(any_centre)
        assert await books(any_centre) == [WEB, OLD]
    clock.move_to(clock.at + HOUR)
    assert await receiptkeeping.count(any_centre) and await books(any_centre) == [WEB]
    any_centre.stopping.set()
    clock.move_to(clock.at + HOUR)
    assert not await receiptkeeping.count(any_centre), "it ends with the hotline"
    assert await books(any_centre) == [WEB]


async def test_the_recent_begins_where_the_count_of_the_old_ended_but_never_long_ago(
    centre: Centre, clock: MovingClock
) -> None:
    await received(centre, "k")
    today = clock.at.date()
    assert receiptkeeping.recent(receiptkeeping.Counted(), today) == Span(today - DAY)
    await receiptkeeping.count(centre)
    async with centre.look() as look:
        kept = await catalogue.setting(look.connection, receiptkeeping.KEY)
    old = receiptkeeping.Counted.read(kept)
    assert old.end == today - DAY
    for later, begins in ((0, -1), (1, -1), (3, -1), (9, 8)):
        span = receiptkeeping.recent(old, today + later * DAY)
        assert span == Span(today + begins * DAY), later


async def test_a_clock_that_is_set_back_does_not_put_the_count_off(centre: Centre) -> None:
    ahead = receiptkeeping.Counted(centre.now() + 9 * HOUR)
    assert ahead.due(centre.now()) and not ahead.due(centre.now() + 9.5 * HOUR)
