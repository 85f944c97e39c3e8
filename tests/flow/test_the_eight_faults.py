"""The eight faults read in DIGIT's escalation scheduler, as eight tests that ours must pass.

Each name says the fault; each test would fail on a design that has it.
"""

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from escalation import reading
from escalation.promise import Promise
from escalation.watch import Watch
from hotline.domain.acts import centre as acts
from hotline.domain.acts import citizen, department
from hotline.domain.promises import Rules
from hotline.domain.words import Cause, Reached, Role, Satisfaction
from hotline.flow import work
from hotline.flow.centre import Centre
from hotline.flow.supervise import CaseAgenda
from hotline.store import agenda
from hotline.wiring import MovingClock
from tests.conftest import ROOT
from tests.flow.orders_support import (
    CALLBACK,
    ask,
    case_of,
    in_hand,
    replied,
    unbroken,
    unit,
    watched,
)
from tests.makers import an_officer

PROFILE = ROOT / "hotline" / "seed" / "profiles" / "default.toml"


async def test_1_the_most_overdue_are_never_looked_at_when_more_than_a_page_is_due(
    any_centre: Centre, clock: MovingClock
) -> None:
    numbers = []
    for n in range(7):
        clock.move_to(clock.at + timedelta(minutes=10))
        numbers.append(await in_hand(any_centre, f"k{n}", signed=False))
    clock.move_to(clock.at + timedelta(days=2))
    async with any_centre.look() as look:
        first = await agenda.due(look.connection, clock.at, 3)
    moments = [row[3] for row in first]
    assert moments == sorted(moments) and first[0][1] == (await case_of(any_centre, numbers[0])).id
    await Watch(CaseAgenda(any_centre), batch=3).tick(clock.at)
    assert [(await case_of(any_centre, number)).level for number in numbers] == [2] * 7
    async with any_centre.look() as look:
        assert await agenda.due(look.connection, clock.at, 100) == []


async def test_2_a_step_reaches_people_whose_case_it_is_not(
    centre: Centre, clock: MovingClock
) -> None:
    await in_hand(centre, signed=False)
    await watched(centre, clock, clock.at + timedelta(days=40), timedelta(days=1))
    told = {row[0] for row in await ask(centre, "SELECT DISTINCT audience FROM outbox")}
    units = {one for one in told if one.startswith(("unit:", "leader:"))}
    assert units == {"unit:cgj", "leader:cgj"}


async def test_3_a_comment_of_the_citizen_starts_the_clock_anew(
    centre: Centre, clock: MovingClock
) -> None:
    number = await in_hand(centre)
    before = (await case_of(centre, number)).deadlines
    for told, actor in (
        (citizen.Supplement(content="又坏了一盏。"), an_officer(Role.AGENT)),
        (citizen.Urge(), an_officer(Role.AGENT)),
        (department.Note(text="已到现场", visible=True), unit(centre)),
    ):
        clock.move_to(clock.at + timedelta(hours=5))
        await work.act(centre, number, told, actor)
    after = (await case_of(centre, number)).deadlines
    assert {n: (d.due_at, d.next_at) for n, d in after.items() if d.live} == {
        n: (d.due_at, d.next_at) for n, d in before.items() if after[n].live
    }
    reply = (await case_of(centre, number)).latest(Promise.REPLY)
    assert reply is not None and reply.limit_unit.value == "working_day"


async def test_4_two_replicas_take_the_same_step_twice(
    any_centre: Centre, clock: MovingClock
) -> None:
    for n in range(4):
        await in_hand(any_centre, f"k{n}", signed=False)
    clock.move_to(clock.at + timedelta(days=3))
    watches = [Watch(CaseAgenda(any_centre), batch=2) for _ in range(3)]
    await asyncio.gather(*(watch.tick(clock.at) for watch in watches))
    steps = await ask(any_centre, "SELECT case_id, deadline_n, rung FROM rung")
    entries = await ask(any_centre, "SELECT case_id FROM entry WHERE action = 'remind'")
    assert max(Counter(tuple(row) for row in steps).values()) == 1 and len(steps) == len(entries)
    assert await unbroken(any_centre) == []


async def test_5_a_crash_between_the_step_and_its_record_loses_the_level(
    any_centre: Centre, clock: MovingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = await in_hand(any_centre, signed=False)
    clock.move_to(clock.at + timedelta(days=3))
    post = "hotline.flow.mailing.outbox.post"

    async def cut_off(*_: object, **__: object) -> None:
        raise OSError("the power went out after the step, before the message")

    monkeypatch.setattr(post, cut_off)
    await Watch(CaseAgenda(any_centre)).tick(clock.at)
    assert (await case_of(any_centre, number)).level is None
    assert await ask(any_centre, "SELECT case_id FROM rung") == []
    monkeypatch.undo()
    clock.move_to(clock.at + timedelta(seconds=30))
    await Watch(CaseAgenda(any_centre)).tick(clock.at)
    assert (await case_of(any_centre, number)).level == 2
    told = await ask(
        any_centre, "SELECT id FROM outbox WHERE promise = 'sign' AND audience = 'unit:cgj'"
    )
    assert len(told) == 1 and await unbroken(any_centre) == []


async def test_6_the_upper_levels_can_never_be_reached(centre: Centre, clock: MovingClock) -> None:
    number = await in_hand(centre)
    await watched(centre, clock, clock.at + timedelta(days=60), timedelta(days=1))
    case = await case_of(centre, number)
    assert [order.level for order in case.orders] == [3, 4, 5, 6] and case.level == 6
    assert [order.cause for order in case.orders[2:]] == [Cause.UNANSWERED] * 2
    back = await in_hand(centre, "returned", signed=False)
    told = department.SendBack(reason="非我职责", legal_basis="三定方案")
    await work.act(centre, back, told, unit(centre))
    await watched(centre, clock, clock.at + timedelta(days=30), timedelta(days=1))
    waiting = await case_of(centre, back)
    assert waiting.state == "return_review" and (waiting.level or 0) >= 4


async def test_7_how_high_it_climbs_is_read_in_two_places(
    centre: Centre, clock: MovingClock
) -> None:
    """The profile alone says it, and what it said when the promise was made stays said."""
    before = await in_hand(centre, "before")
    text = PROFILE.read_text("utf-8").replace(
        '  { level = 4, kind = "supervise", over = "5 working_day" },\n', ""
    )
    shorter = reading.parse(text)
    centre.rules = Rules(shorter, centre.calendar, centre.rules.tree)
    after = await in_hand(centre, "after")
    await watched(centre, clock, clock.at + timedelta(days=60), timedelta(days=1))
    reached = {
        name: [order.level for order in (await case_of(centre, number)).orders]
        for name, number in (("before", before), ("after", after))
    }
    assert reached == {"before": [3, 4, 5, 6], "after": [3]}


async def test_8_a_case_that_is_reopened_starts_with_the_level_it_had(
    centre: Centre, clock: MovingClock
) -> None:
    number = await in_hand(centre)
    await watched(centre, clock, clock.at + timedelta(days=20), timedelta(days=1))
    assert ((await case_of(centre, number)).level or 0) >= 3
    await replied(centre, number)
    told: list[tuple[Any, Any]] = [
        (
            acts.FollowUp(outcome=Reached.REACHED, solved=True, satisfaction=Satisfaction.GOOD),
            CALLBACK,
        ),
        (acts.Close(), CALLBACK),
        (citizen.Reopen(facts="又不亮了。"), an_officer(Role.AGENT)),
    ]
    for facts, actor in told:
        await work.act(centre, number, facts, actor)
    case = await case_of(centre, number)
    assert case.level is None and case.live_order is None and case.raised is not None
    due = case.due_at
    assert due is not None
    await watched(centre, clock, due + timedelta(minutes=1), timedelta(hours=12))
    assert (await case_of(centre, number)).level == 2
    assert await unbroken(centre) == []
