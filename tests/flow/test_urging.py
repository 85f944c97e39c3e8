"""A citizen urges (催办): who has the case is reminded, and what the citizen is told is what happens."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from hotline.domain.acts import centre as acts
from hotline.domain.acts import citizen, department
from hotline.domain.words import Role, Urgency
from hotline.flow import waiting, work
from hotline.flow.centre import Centre
from tests.flow.orders_support import DISPATCHER, ask, in_hand, received, replied, unbroken, unit
from tests.makers import an_officer

AGENT, LEAD = an_officer(Role.AGENT), an_officer(Role.SHIFT_LEAD)
GATHERED = "您的催办已记录，{}将合并提醒一次；届时已经答复或办结的，不再提醒。"


async def urges(centre: Centre, number: str) -> str:
    """What the citizen is told."""
    await work.act(centre, number, citizen.Urge(content="快点"), AGENT)
    _, entries = await work.timeline(centre, number, DISPATCHER)
    return next(e.public or "" for e in reversed(entries) if e.action.value == "urge")


async def told(centre: Centre) -> list[tuple[str, str]]:
    query = "SELECT audience, subject FROM outbox WHERE subject LIKE '催办%' AND state = 'sent' ORDER BY id"
    return [(row.audience, row.subject.partition("：")[0]) for row in await ask(centre, query)]


async def goes_by(centre: Centre, clock: Any, hours: float) -> None:
    clock.move_to(clock.at + timedelta(hours=hours))
    await waiting.release(centre)


async def test_while_no_unit_has_the_case_the_dispatchers_are_told(any_centre: Centre) -> None:
    number = await received(any_centre)
    assert await urges(any_centre, number) == "您已催办，我们已提醒热线中心。"
    assert await told(any_centre) == [("role:dispatcher", "催办")]


async def test_who_urges_again_is_gathered_into_one_reminder_at_the_moment_that_was_told(
    any_centre: Centre, clock: Any
) -> None:
    number = await in_hand(any_centre)
    clock.move_to(datetime.fromisoformat("2026-11-24T10:00:00+08:00"))
    assert await urges(any_centre, number) == "您已催办，我们已提醒承办单位。"
    for _ in range(2):
        await goes_by(any_centre, clock, 1)
        assert await urges(any_centre, number) == GATHERED.format("11月25日10:00")
    await goes_by(any_centre, clock, 21.9)
    assert await told(any_centre) == [("unit:cgj", "催办")]
    for _ in range(3):
        await goes_by(any_centre, clock, 1)
    assert await told(any_centre) == [("unit:cgj", "催办"), ("unit:cgj", "催办（合并提醒）")]
    assert not await unbroken(any_centre)
    assert await urges(any_centre, number) == "您已催办，我们已提醒承办单位。"


async def test_in_quiet_hours_the_unit_is_told_afterwards_and_so_is_said(
    centre: Centre, clock: Any
) -> None:
    number = await in_hand(centre)
    clock.move_to(datetime.fromisoformat("2026-11-24T23:00:00+08:00"))
    assert await urges(centre, number) == "您已催办，承办单位上班后会收到提醒。"
    assert await told(centre) == []
    clock.move_to(clock.at + timedelta(hours=1))
    opens = centre.rules.terms.supervision.quiet_until
    assert await urges(centre, number) == GATHERED.format(f"11月26日{opens:%H:%M}")
    await goes_by(centre, clock, 12)
    assert await told(centre) == [("unit:cgj", "催办")]
    await goes_by(centre, clock, 24)
    assert len(await told(centre)) == 2


async def test_an_answer_meanwhile_makes_the_gathered_reminder_needless(
    any_centre: Centre, clock: Any
) -> None:
    number = await in_hand(any_centre)
    for _ in range(2):
        await urges(any_centre, number)
    before = await told(any_centre)
    await replied(any_centre, number)
    await goes_by(any_centre, clock, 96)
    assert await told(any_centre) == before


@pytest.mark.parametrize("urgency", [Urgency.NORMAL, Urgency.URGENT])
async def test_the_gathered_reminder_goes_to_who_has_the_case_by_then(
    centre: Centre, clock: Any, urgency: Urgency
) -> None:
    number = await received(centre)
    await work.act(centre, number, acts.Correct(reason="核实", urgency=urgency), LEAD)
    for _ in range(2):
        await urges(centre, number)
    await work.act(centre, number, acts.Accept(), DISPATCHER)
    await work.act(centre, number, acts.Transfer(department="cgj"), DISPATCHER)
    await work.act(centre, number, department.Note(text="已看"), unit(centre))
    await goes_by(centre, clock, 96)
    assert await told(centre) == [("role:dispatcher", "催办"), ("unit:cgj", "催办（合并提醒）")]


async def test_a_gathered_reminder_of_what_nobody_urged_is_found(centre: Centre) -> None:
    number = await in_hand(centre)
    for _ in range(2):
        await urges(centre, number)
    async with centre.work() as unit_of_work:
        await unit_of_work.connection.execute(
            text("UPDATE outbox SET message_id = :id WHERE subject LIKE '催办（%'"),
            {"id": f"{number}.urge.1"},
        )
    (found,) = await unbroken(centre)
    assert found.startswith(f"I7 {number}") and "nobody urged" in found
