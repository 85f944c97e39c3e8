"""Notices at night, twice in an hour, and by the dozen: held, spaced, folded; never lost, never two."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from escalation.watch import Watch
from hotline.domain import perform
from hotline.domain.acts import centre as acts
from hotline.domain.acts import citizen
from hotline.domain.people import SYSTEM
from hotline.domain.promises import Step
from hotline.domain.supervision import Remind
from hotline.domain.timing import awake
from hotline.domain.words import Role, Urgency
from hotline.flow import notify, unread, waiting, work
from hotline.flow.centre import Centre
from hotline.flow.supervise import CaseAgenda
from hotline.store import accounts
from hotline.wiring import MovingClock
from tests.flow.orders_support import (
    ask,
    case_of,
    in_hand,
    replied,
    unbroken,
    unit,
    watched,
)
from tests.makers import an_officer, rules

AGENT = an_officer(Role.AGENT)


def city(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of November 2026 on the city's clock; the 23rd is a Monday."""
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC) - timedelta(hours=8)


async def desk(centre: Centre, role: Role = Role.CLERK) -> list[str]:
    return [str(m["subject"]) for m in await notify.desk_messages(centre, unit(centre, role))]


def test_quiet_hours_end_on_the_next_working_morning() -> None:
    for at, wanted in (
        (city(23, 8), city(23, 8)),
        (city(23, 20, 59), city(23, 20, 59)),
        (city(23, 21), city(24, 8)),
        (city(24, 7, 59), city(24, 8)),
        (city(27, 21), city(30, 8)),  # a Friday night
        (city(28, 12), city(30, 8)),  # a Saturday
        (datetime(2026, 10, 1, 4, tzinfo=UTC), datetime(2026, 10, 8, 0, tzinfo=UTC)),  # 国庆
        (datetime(2026, 9, 20, 4, tzinfo=UTC), datetime(2026, 9, 20, 4, tzinfo=UTC)),  # 调休
    ):
        assert awake(at, rules()) == wanted


async def test_a_notice_at_night_is_told_in_the_morning_once(
    any_centre: Centre, clock: Any
) -> None:
    number = await in_hand(any_centre)
    before = await desk(any_centre)
    clock.move_to(city(23, 22))
    for _ in range(2):
        await work.act(any_centre, number, citizen.Urge(), AGENT)
    assert (await case_of(any_centre, number)).level == 2, "what happened is on record at once"
    await waiting.release(any_centre)
    assert await desk(any_centre) == before
    clock.move_to(city(24, 8))
    assert await waiting.release(any_centre) == 2
    assert await waiting.release(any_centre) == 0
    assert await desk(any_centre) == [f"红灯催办：{number}", f"催办：{number}", *before]
    assert await unbroken(any_centre) == []


async def test_what_is_critical_is_told_at_any_hour(centre: Centre, clock: Any) -> None:
    number = await in_hand(centre)
    lead = an_officer(Role.SHIFT_LEAD)
    urgent = acts.Correct(reason="有人受困", urgency=Urgency.CRITICAL)
    await work.act(centre, number, urgent, lead)
    clock.move_to(city(23, 23))
    for _ in range(2):
        await work.act(centre, number, citizen.Urge(), AGENT)
    assert f"红灯催办：{number}" in await desk(centre)
    assert f"红灯催办：{number}" in await desk(centre, Role.LEADER)


async def test_reminders_of_a_case_are_four_hours_apart(centre: Centre, clock: MovingClock) -> None:
    number = await in_hand(centre, signed=False)
    # Signing and contact fall due within the same hours, and the citizen urges twice.
    await watched(centre, clock, city(24, 17), timedelta(minutes=20))
    await work.act(centre, number, citizen.Urge(), AGENT)
    await work.act(centre, number, citizen.Urge(), AGENT)
    for hour in range(20):
        clock.move_to(city(24, 17) + timedelta(hours=hour))
        await Watch(CaseAgenda(centre)).tick(clock.at)
        await waiting.release(centre)
    told = await ask(
        centre,
        "SELECT created_at FROM outbox WHERE audience = 'unit:cgj' AND promise IS NOT NULL"
        " AND state = 'sent' ORDER BY created_at",
    )
    moments = [datetime.fromisoformat(str(row[0])) for row in told]
    assert len(moments) >= 3
    assert all(
        later - earlier >= timedelta(hours=4)
        for earlier, later in zip(moments, moments[1:], strict=False)
    )


async def test_a_leader_reads_one_digest_a_day(any_centre: Centre, clock: Any) -> None:
    numbers = [await in_hand(any_centre, f"k{n}") for n in range(3)]
    for number in numbers:
        for _ in range(2):
            await work.act(any_centre, number, citizen.Urge(), AGENT)
    assert not any("红灯" in one for one in await desk(any_centre, Role.LEADER))
    clock.move_to(city(24, 8, 2))
    await waiting.release(any_centre)
    await waiting.release(any_centre)
    leader = unit(any_centre, Role.LEADER)
    digests = [
        m for m in await notify.desk_messages(any_centre, leader) if "摘要" in str(m["subject"])
    ]
    assert [m["subject"] for m in digests] == ["督办摘要：3 件"]
    assert all(number in str(digests[0]["text"]) for number in numbers)
    assert await unbroken(any_centre) == []


async def overdue_at_midnight(centre: Centre, clock: MovingClock, number: str) -> datetime:
    """The watch takes the red light at 00:00, when the citizen's date has passed."""
    due = (await case_of(centre, number)).due_at
    assert due is not None
    await watched(centre, clock, due - timedelta(hours=6), timedelta(hours=6))
    await waiting.release(centre)
    await watched(centre, clock, due + timedelta(minutes=1), timedelta(hours=6, minutes=1))
    return due


async def test_what_came_right_in_the_night_is_not_told_in_the_morning(
    centre: Centre, clock: MovingClock
) -> None:
    for key, mended in (("a", False), ("b", True)):
        number = await in_hand(centre, key)
        due = await overdue_at_midnight(centre, clock, number)
        reds = (
            "SELECT state FROM outbox WHERE promise = 'reply' AND level = 2"
            " AND about = :n AND audience = 'unit:cgj'"
        )
        assert [row[0] for row in await ask(centre, reds, n=number)] == ["held"]
        if mended:
            await replied(centre, number)
        clock.move_to(awake(due + timedelta(hours=1), rules()))
        await waiting.release(centre)
        wanted = "overtaken" if mended else "sent"
        assert [row[0] for row in await ask(centre, reds, n=number)] == [wanted]


async def test_after_an_outage_that_ends_at_night_only_the_highest_is_told_and_in_the_morning(
    centre: Centre, clock: MovingClock
) -> None:
    number = await in_hand(centre)
    due = (await case_of(centre, number)).due_at
    assert due is not None
    clock.move_to(due + timedelta(hours=3))
    await Watch(CaseAgenda(centre)).tick(clock.at)
    rungs = await ask(
        centre,
        "SELECT r.level, r.outcome FROM rung r JOIN deadline d"
        " ON d.case_id = r.case_id AND d.n = r.deadline_n WHERE d.promise = 'reply'"
        " ORDER BY r.entry_seq",
    )
    assert [tuple(row) for row in rungs] == [(0, "overtaken"), (1, "overtaken"), (2, "notified")]
    assert not any("灯" in one for one in await desk(centre))
    clock.move_to(awake(clock.at, rules()))
    await waiting.release(centre)
    assert [one for one in await desk(centre) if "灯" in one] == [f"红灯催办：{number}"]


async def test_a_higher_reminder_overtakes_the_one_that_still_waits(
    centre: Centre, clock: Any
) -> None:
    """Two rungs of one promise inside the same quiet hours: one notice in the morning."""
    number = await in_hand(centre)
    clock.move_to(city(23, 22))
    for level, kind in ((1, "yellow"), (2, "red")):
        async with centre.work() as unit_of_work:
            case = await unit_of_work.cases.change(number)
            told = Remind(
                level=level,
                kind=kind,
                promise="reply",
                rung_at=clock.at.isoformat(),
                notifies=True,
                overtaken=False,
                skipped=False,
            )
            perform.perform(case, told, Step(SYSTEM, clock.at, centre.rules))
            await notify.tell(unit_of_work, case, centre.rules)
            await unit_of_work.cases.save(case)
    clock.move_to(city(24, 8))
    await waiting.release(centre)
    assert [one for one in await desk(centre) if "灯" in one] == [f"红灯催办：{number}"]


async def test_the_badge_counts_what_stands_on_the_desk_and_nothing_that_is_held(
    any_centre: Centre, clock: Any
) -> None:
    """Neither clerk nor leader is called at night by a number to which no notice belongs."""
    people = []
    for role in (Role.CLERK, Role.LEADER):
        async with any_centre.work() as kept:
            new = accounts.NewOfficer(role.value, role.zh, role, "cgj", None)
            await accounts.add(kept.connection, any_centre.cipher, new, kept.at)
            found = await accounts.by_name(kept.connection, role.value)
        assert found is not None
        people.append(replace(unit(any_centre, role), officer_id=found.id))
    number = await in_hand(any_centre)
    clock.move_to(city(23, 22))
    for _ in range(2):
        await work.act(any_centre, number, citizen.Urge(), AGENT)
    for _ in range(2):
        for actor in people:
            told = await notify.desk_messages(any_centre, actor)
            assert (await unread.badge(any_centre, actor)).unread == len(told)
        clock.move_to(city(24, 8))
        await waiting.release(any_centre)
