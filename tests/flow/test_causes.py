"""What supervises a case beside time: each cause once a round, in the act's own transaction."""

from datetime import timedelta
from typing import Any

import pytest

from channels.message import Contact
from hotline.domain.acts import centre as acts
from hotline.domain.acts import citizen
from hotline.domain.errors import NotAllowed
from hotline.domain.words import Cause, Role
from hotline.flow import citizen as public
from hotline.flow import work
from hotline.flow.centre import Centre
from tests.flow.orders_support import (
    CALLBACK,
    DISPATCHER,
    INSPECTOR,
    SUPERVISOR,
    ask,
    case_of,
    discontent,
    in_hand,
    received,
    replied,
    unbroken,
    unit,
)
from tests.makers import an_officer

AGENT = an_officer(Role.AGENT)


async def orders(centre: Centre, number: str) -> list[tuple[int, str, str]]:
    found = (await case_of(centre, number)).orders
    return [(one.level, one.cause.value, str(one.state)) for one in found]


async def reminded(centre: Centre, number: str) -> list[str]:
    _, entries = await work.timeline(centre, number, SUPERVISOR)
    return [str(e.after["promise"]) for e in entries if e.action.value == "remind"]


async def test_the_second_urging_turns_the_light_red_once_a_round(any_centre: Centre) -> None:
    number = await in_hand(any_centre)
    for wanted in ([], ["urged"], ["urged"]):
        await work.act(any_centre, number, citizen.Urge(), AGENT)
        assert await reminded(any_centre, number) == wanted
    assert (await case_of(any_centre, number)).level == 2
    await replied(any_centre, number)
    await discontent(any_centre, number)
    await work.act(any_centre, number, acts.Rework(reason="未解决"), CALLBACK)
    await work.act(any_centre, number, citizen.Urge(), AGENT)
    assert await reminded(any_centre, number) == ["urged"]
    await work.act(any_centre, number, citizen.Urge(), AGENT)
    assert await reminded(any_centre, number) == ["urged", "urged"]


async def test_one_urging_a_day_is_shown_and_the_rest_are_batched(
    centre: Centre, clock: Any
) -> None:
    number = await in_hand(centre)
    for hours in (0, 5, 12, 8):
        clock.move_to(clock.at + timedelta(hours=hours))
        await work.act(centre, number, citizen.Urge(), AGENT)
    _, entries = await work.timeline(centre, number, SUPERVISOR)
    batched = [e.after["batched"] for e in entries if e.action.value == "urge"]
    assert batched == [False, True, True, False]
    told = await ask(
        centre, "SELECT id FROM outbox WHERE subject LIKE '催办：%' AND audience = 'unit:cgj'"
    )
    assert len(told) == 2


async def test_work_that_should_have_been_done_is_supervised_at_level_three(centre: Centre) -> None:
    for key, should_do in (("a", False), ("b", True)):
        number = await in_hand(centre, key)
        await replied(centre, number)
        await discontent(centre, number, should_do=should_do)
        wanted = [(3, "dissatisfied", "issued")] if should_do else []
        assert await orders(centre, number) == wanted
    assert await unbroken(centre) == []


async def test_the_second_rework_is_supervised_and_the_third_in_its_own_round(
    centre: Centre,
) -> None:
    number = await in_hand(centre)
    for wanted in ([], [(3, "rework", "issued")]):
        await replied(centre, number)
        await discontent(centre, number)
        await work.act(centre, number, acts.Rework(reason="未解决"), CALLBACK)
        assert await orders(centre, number) == wanted
    await replied(centre, number)
    await discontent(centre, number)
    await work.act(centre, number, acts.Rework(reason="仍未解决"), CALLBACK)
    assert await orders(centre, number) == [(3, "rework", "issued")], "no duplicate supervision"
    assert (await reminded(centre, number))[-1] == "rework"


async def test_a_round_that_the_citizen_reopened_is_no_rework(centre: Centre) -> None:
    number = await in_hand(centre)
    await replied(centre, number)
    await discontent(centre, number)
    await work.act(centre, number, acts.Close(), CALLBACK)
    async with centre.work() as unit_of_work:
        again = citizen.Reopen(facts="另一盏也坏了")
        await public.do(centre, unit_of_work, number, again, "127.0.0.1")
    await replied(centre, number)
    await discontent(centre, number)
    await work.act(centre, number, acts.Rework(reason="未解决"), CALLBACK)
    assert (await case_of(centre, number)).round == 3
    assert await orders(centre, number) == []


async def merged(
    centre: Centre, parent: str, key: str, phone: str | None, email: str | None = None
) -> str:
    child = await received(centre, key, contact=Contact("某", phone, email), title=f"路灯{key}")
    await work.act(centre, child, acts.Merge(parent=parent), DISPATCHER)
    return child


async def test_three_callers_of_one_matter_are_level_three_and_a_crowd_level_four(
    any_centre: Centre,
) -> None:
    parent = await in_hand(any_centre)
    await merged(any_centre, parent, "m1", "13800001234")  # the same caller again
    await merged(any_centre, parent, "m2", "13900000002")
    assert await orders(any_centre, parent) == []
    await merged(any_centre, parent, "m3", "13900000003")
    assert await orders(any_centre, parent) == [(3, "repeated", "issued")]
    await merged(any_centre, parent, "m4", "13900000004")
    assert len(await orders(any_centre, parent)) == 1
    await merged(any_centre, parent, "m5", "13900000005")
    assert await orders(any_centre, parent) == [
        (3, "repeated", "frozen"),
        (4, "repeated", "issued"),
    ]
    assert await unbroken(any_centre) == []


async def test_who_calls_and_writes_is_one_caller_and_three_are_supervised_once(
    any_centre: Centre,
) -> None:
    parent = await in_hand(any_centre, contact=Contact("甲", "13900000001", None))
    for key, phone, email in (
        ("m1", None, "jia@example.com"),  # so far somebody else: two
        ("m2", "139 0000 0001", "JIA@example.com"),  # it is the same who called first: one
        ("m3", "13900000002", None),  # two
    ):
        await merged(any_centre, parent, key, phone, email)
        assert await orders(any_centre, parent) == []
    last = await merged(any_centre, parent, "m4", "13900000003")
    assert await orders(any_centre, parent) == [(3, "repeated", "issued")]
    await work.act(any_centre, last, acts.Unmerge(reason="另一件事"), DISPATCHER)
    await work.act(any_centre, last, acts.Merge(parent=parent), DISPATCHER)
    assert len(await orders(any_centre, parent)) == 1, "once a round, whoever goes and comes"
    assert "repeated" not in await reminded(any_centre, parent)


async def test_those_who_leave_no_contact_are_each_somebody(centre: Centre) -> None:
    parent = await in_hand(centre, anonymous=True, contact=None)
    for key in ("m1", "m2"):
        child = await received(centre, key, anonymous=True, contact=None, title=f"路灯{key}")
        await work.act(centre, child, acts.Merge(parent=parent), DISPATCHER)
    assert await orders(centre, parent) == [(3, "repeated", "issued")]


async def test_callers_of_weeks_ago_are_no_crowd(centre: Centre, clock: Any) -> None:
    parent = await in_hand(centre)
    for n in range(2, 6):
        clock.move_to(clock.at + timedelta(days=3))
        await merged(centre, parent, f"m{n}", f"1390000000{n}")
    assert await orders(centre, parent) == [(3, "repeated", "issued")]


async def test_a_matter_without_a_unit_is_supervised_when_it_gets_one(centre: Centre) -> None:
    parent = await received(centre)
    for n in (2, 3):
        await merged(centre, parent, f"m{n}", f"1390000000{n}")
    await work.act(centre, parent, acts.Accept(), DISPATCHER)
    assert await orders(centre, parent) == []
    await work.act(centre, parent, acts.Transfer(department="cgj"), DISPATCHER)
    assert await orders(centre, parent) == [(3, "repeated", "issued")]


async def test_a_false_closure_is_taken_up_again_under_the_highest_order(
    any_centre: Centre,
) -> None:
    number = await in_hand(any_centre)
    await replied(any_centre, number)
    told = acts.Expose(reason="现场并未维修", evidence="暗访照片三张")
    with pytest.raises(NotAllowed):
        await work.act(any_centre, number, told, SUPERVISOR)
    await work.act(any_centre, number, told, INSPECTOR)
    case = await case_of(any_centre, number)
    assert (case.state, case.round, case.level) == ("processing", 2, 6)
    assert await orders(any_centre, number) == [(6, "false_closure", "issued")]
    assert case.orders[0].recipients[-1] == "outside:general_office"
    assert await unbroken(any_centre) == []


async def test_a_cause_is_taken_with_its_act_or_not_at_all(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = await in_hand(centre)
    await work.act(centre, number, citizen.Urge(), AGENT)

    async def broken(*_: object, **__: object) -> None:
        raise RuntimeError("cut off after the cause, before the end")

    monkeypatch.setattr("hotline.flow.work.notify.tell", broken)
    with pytest.raises(RuntimeError):
        await work.act(centre, number, citizen.Urge(), AGENT)
    monkeypatch.undo()
    case = await case_of(centre, number)
    assert (case.urges, case.level, case.raised) == (1, None, [])
    await work.act(centre, number, citizen.Urge(), AGENT)
    assert (await case_of(centre, number)).raised == [f"{Cause.URGED.value}:2:1"]


async def test_a_unit_cannot_supervise_itself(centre: Centre) -> None:
    number = await in_hand(centre)
    told = acts.Supervise(level=3, cause=Cause.OTHER, text="请办")
    with pytest.raises(NotAllowed):
        await work.act(centre, number, told, unit(centre))
