"""Rising matters: an alert with its cases, once while it lasts, told, taken in hand by somebody."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from hotline.domain.acts import centre as acts
from hotline.domain.errors import NotPossible
from hotline.domain.words import Role
from hotline.flow import notify, rising, work
from hotline.flow.centre import Centre
from hotline.flow.rising import NoSuchAlert
from hotline.store import logchecks
from tests.flow.orders_support import ask
from tests.makers import an_officer
from tests.support.signed import crowd

LEAD = an_officer(Role.SHIFT_LEAD)
HERE = "望江区"
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


async def history(centre: Centre, clock: Any, days: int = 60) -> None:
    """A call long ago, and nothing since: the hours of so many days are known to be quiet."""
    await crowd(centre, 1)
    clock.move_to(clock.at + days * DAY)
    while await rising.count_hours(centre) > rising.LATE:
        pass


async def standing(centre: Centre) -> list[Any]:
    return await rising.listed(centre, "open")


async def test_a_burst_raises_one_alert_with_its_cases_and_is_told_to_two_desks(
    any_centre: Centre, clock: Any
) -> None:
    await history(any_centre, clock)
    numbers = await crowd(any_centre, 6)
    clock.move_to(clock.at + 5 * MINUTE)
    assert len(await rising.watch(any_centre)) == 1
    (alert,) = await standing(any_centre)
    assert (alert.topic, alert.place) == ("公用事业/供水", HERE)
    assert alert.cases == numbers and alert.callers == 6 and alert.usual < 1
    for role in (Role.DISPATCHER, Role.SHIFT_LEAD):
        told = await notify.desk_messages(any_centre, an_officer(role))
        subjects = [str(one["subject"]) for one in told]
        assert subjects.count(f"热点预警：{HERE} 供水") == 1
        assert numbers[0] in str(told[0]["text"])
    more = await crowd(any_centre, 2, 50)
    assert await rising.watch(any_centre) == [], "once while it lasts"
    (alert,) = await standing(any_centre)
    assert alert.callers == 8 and set(more) < set(alert.cases)


async def test_its_notices_are_accounted_for_as_long_as_it_is_there(
    centre: Centre, clock: Any
) -> None:
    await history(centre, clock)
    await crowd(centre, 6)
    assert len(await rising.watch(centre)) == 1

    async def broken() -> list[str]:
        async with centre.look() as look:
            found = [one async for one in logchecks.notices(look.connection)]
        return [one.place for one in found if one.place.startswith("alert-")]

    assert await broken() == []
    async with centre.store.write() as connection:
        await connection.execute(text("DELETE FROM alert"))
    assert len(await broken()) == 2


async def test_it_ends_when_the_matter_is_quiet_and_may_rise_again(
    centre: Centre, clock: Any
) -> None:
    await history(centre, clock)
    await crowd(centre, 6)
    await rising.watch(centre)
    clock.move_to(clock.at + timedelta(minutes=90))
    await rising.watch(centre)
    assert len(await standing(centre)) == 1, "an hour below the bound is not yet quiet"
    clock.move_to(clock.at + timedelta(hours=1))
    await rising.watch(centre)
    assert await standing(centre) == [] and len(await rising.listed(centre, "ended")) == 1
    clock.move_to(clock.at + 7 * DAY)
    await rising.count_hours(centre)
    await crowd(centre, 12, 90)
    assert len(await rising.watch(centre)) == 1


async def test_one_person_many_times_is_no_crowd(centre: Centre, clock: Any) -> None:
    await history(centre, clock)
    await crowd(centre, 9, phone=777)
    assert await rising.watch(centre) == []


async def test_in_the_first_days_a_handful_is_nothing_unusual(centre: Centre) -> None:
    await crowd(centre, 6)
    assert await rising.watch(centre) == []


async def test_what_is_spread_over_the_city_rises_as_the_citys(centre: Centre, clock: Any) -> None:
    await history(centre, clock)
    places = [str(one["name"]) for one in centre.city.districts]
    assert len(places) >= 3
    for n in range(9):
        await crowd(centre, 1, n, place=places[n % 3])
    await rising.watch(centre)
    assert [alert.place for alert in await standing(centre)] == [""]


async def test_what_every_monday_brings_is_not_rising(centre: Centre, clock: Any) -> None:
    await crowd(centre, 1)
    for week in range(8):
        clock.move_to(clock.at + 7 * DAY)
        await crowd(centre, 6, 10 * week)
        await rising.watch(centre)
    while await rising.count_hours(centre) > rising.LATE:
        pass
    before = len(await rising.listed(centre))
    clock.move_to(clock.at + 7 * DAY)
    await rising.count_hours(centre)
    await crowd(centre, 6, 100)
    await rising.watch(centre)
    assert len(await rising.listed(centre)) == before


async def test_somebody_takes_it_in_hand_and_nobody_twice(any_centre: Centre, clock: Any) -> None:
    await history(any_centre, clock)
    await crowd(any_centre, 6)
    (alert_id,) = await rising.watch(any_centre)
    waiting = await rising.listed(any_centre, "waiting")
    assert [one.id for one in waiting] == [alert_id]
    taken = await rising.acknowledge(any_centre, LEAD, alert_id, "已联系水务，13800001234 待回电")
    assert taken.acknowledged_by == LEAD.name and "13800001234" not in taken.note
    assert await rising.listed(any_centre, "waiting") == []
    with pytest.raises(NotPossible):
        await rising.acknowledge(any_centre, an_officer(Role.DIRECTOR), alert_id, "")
    with pytest.raises(NoSuchAlert):
        await rising.acknowledge(any_centre, LEAD, alert_id + 1, "")
    told = await ask(any_centre, "SELECT actor FROM act WHERE act = 'alert.acknowledged'")
    assert [row[0] for row in told] == [f"shift_lead:{LEAD.name}"]


async def test_an_hour_is_counted_again_while_receipts_may_still_wait(
    centre: Centre, clock: Any
) -> None:
    await history(centre, clock, days=2)
    await crowd(centre, 2)
    clock.move_to(clock.at + timedelta(hours=1))
    for _ in range(2):
        assert await rising.count_hours(centre) == rising.LATE
    counted = (
        "SELECT n FROM topic_hour WHERE topic = '公用事业/供水' AND place = '望江区' ORDER BY hour"
    )
    assert [row[0] for row in await ask(centre, counted)] == [1, 2]


async def test_merged_callers_still_count(centre: Centre, clock: Any) -> None:
    await history(centre, clock)
    parent, *rest = await crowd(centre, 6)
    for number in rest:
        merge = acts.Merge(parent=parent)
        await work.act(centre, number, merge, an_officer(Role.DISPATCHER))
    assert len(await rising.watch(centre)) == 1
