"""Whose a case is, asked of both databases: a part that was dropped, offers, orders, an end, 回避."""

from datetime import timedelta
from typing import Any

import pytest

from escalation.promise import Promise
from escalation.watch import Watch
from hotline.domain.acts import centre as acts
from hotline.domain.acts import citizen as citizens
from hotline.domain.acts import department
from hotline.domain.errors import NoSuchCase, NotPossible
from hotline.domain.people import Actor
from hotline.domain.words import Cause, Granted, Reached, Role, Satisfaction
from hotline.flow import citizen, interests, notify, offers, orders, work
from hotline.flow.centre import Centre
from hotline.flow.supervise import CaseAgenda
from hotline.store.find import Wanted
from hotline.store.orderlist import OrdersWanted
from tests.flow.orders_support import (
    CALLBACK,
    DIRECTOR,
    DISPATCHER,
    case_of,
    in_hand,
    received,
    replied,
    unbroken,
    unit,
)
from tests.makers import a_reply, an_officer

DAY = timedelta(days=1)
RECALL, TO_ANOTHER = acts.Recall(reason="派错"), acts.Transfer(department="zjj")


async def test_a_co_handler_whose_part_was_dropped_finds_opens_and_writes_nothing(
    any_centre: Centre,
) -> None:
    number, other = await in_hand(any_centre), unit(any_centre, code="jyj")
    told = department.Cohandle(departments=("jyj",), days=1, text="协办")
    await work.act(any_centre, number, told, DISPATCHER)
    assert (await work.view(any_centre, number, other)).case.number == number
    for facts in (RECALL, TO_ANOTHER):
        await work.act(any_centre, number, facts, DISPATCHER)
    assert (await work.listed(any_centre, other, Wanted())).rows == []
    with pytest.raises(NoSuchCase):
        await work.view(any_centre, number, other)
    note = department.Note(text="已到现场", visible=True, arrived=True)
    with pytest.raises(NoSuchCase):
        await work.act(any_centre, number, note, other)


async def consultation(centre: Centre, code: str) -> str:
    """One that a department has answered."""
    number = await received(centre, code, type="consult", title="低保怎么办理", content="请问低保")
    for facts in (acts.Accept(), acts.Transfer(department=code)):
        await work.act(centre, number, facts, DISPATCHER)
    clerk = unit(centre, code=code)
    await work.act(centre, number, department.Sign(handler="钱", phone="0000-12340001"), clerk)
    await replied_by(centre, number, clerk)
    return number


async def replied_by(centre: Centre, number: str, clerk: Actor) -> None:
    said = "请携带身份证到社区服务中心窗口办理，十五个工作日内答复。"
    await work.act(centre, number, department.Contact(text="已联系"), clerk)
    await work.act(centre, number, a_reply(public_reply=said), clerk)
    await work.act(centre, number, acts.Approve(), an_officer(Role.INSPECTOR))


async def test_consultations_are_offered_to_the_department_whose_they_are(
    any_centre: Centre,
) -> None:
    number = await consultation(any_centre, "cgj")
    own, other = unit(any_centre), unit(any_centre, code="jyj")
    assert [one.number for one in await offers.offers(any_centre, own)] == [number]
    assert await offers.offers(any_centre, other) == []
    for tried in (offers.take, offers.pass_over):
        with pytest.raises(NotPossible):
            await tried(any_centre, other, number)
    assert [one.number for one in await offers.offers(any_centre, DISPATCHER)] == [number]
    wish = interests.Wish(units=("cgj",), reason="被举报")
    kept = await interests.keep_out(any_centre, number, wish, DIRECTOR)
    assert await offers.offers(any_centre, own) == []
    for one in kept:
        await interests.let_in(any_centre, number, one.id, DIRECTOR)
    await offers.pass_over(any_centre, own, number)
    assert await offers.offers(any_centre, DISPATCHER) == []


async def test_an_order_supervises_nobody_while_no_unit_has_the_case_and_then_anew(
    any_centre: Centre, clock: Any
) -> None:
    number = await in_hand(any_centre)
    told = acts.Supervise(level=4, cause=Cause.OTHER, text="限期办结。")
    await work.act(any_centre, number, told, DIRECTOR)
    await work.act(any_centre, number, RECALL, DISPATCHER)
    for _ in range(6):
        clock.move_to(clock.at + DAY)
        await Watch(CaseAgenda(any_centre)).tick(clock.at)
    (order,) = (await case_of(any_centre, number)).orders
    assert (order.level, order.state) == (4, "issued")
    late = OrdersWanted(overdue=True)
    assert (await orders.listed(any_centre, DIRECTOR, late)).rows == [], "nobody owes it"
    shown = await orders.view(any_centre, number, 1, DIRECTOR)
    assert shown.history[-1].action.value == "recall"
    assert await unbroken(any_centre) == []
    await work.act(any_centre, number, TO_ANOTHER, DISPATCHER)
    (order,) = (await case_of(any_centre, number)).orders
    assert order.department == "zjj" and order.due_at is not None and order.due_at > clock.at
    clock.move_to(order.due_at + timedelta(minutes=1))
    assert len((await orders.listed(any_centre, DIRECTOR, late)).rows) == 1
    assert await unbroken(any_centre) == []


async def test_what_a_unit_asked_for_does_not_outlive_its_having_the_case(
    any_centre: Centre,
) -> None:
    number = await in_hand(any_centre)
    asked = department.Extend(days=2, reason="r", legal_basis="l", citizen_informed=True)
    await work.act(any_centre, number, asked, unit(any_centre))
    await work.act(any_centre, number, RECALL, DISPATCHER)
    (request,) = (await case_of(any_centre, number)).requests
    assert request.state == "withdrawn"
    _, entries = await work.timeline(any_centre, number, DISPATCHER)
    assert entries[-1].after["requests_withdrawn"] == [1]
    with pytest.raises(NotPossible):
        grant = acts.Grant(request=1, verdict=Granted.GRANTED, reason="同意")
        await work.act(any_centre, number, grant, DIRECTOR)


async def test_a_case_reopened_after_its_unit_was_kept_out_lies_with_the_dispatchers(
    any_centre: Centre,
) -> None:
    number = await in_hand(any_centre)
    await replied(any_centre, number)
    heard = acts.FollowUp(outcome=Reached.REACHED, solved=True, satisfaction=Satisfaction.GOOD)
    for facts in (heard, acts.Close()):
        await work.act(any_centre, number, facts, CALLBACK)
    wish = interests.Wish(units=("cgj",), reason="被举报")
    await interests.keep_out(any_centre, number, wish, DIRECTOR)
    async with any_centre.work() as unit_of_work:
        again = citizens.Reopen(facts="又坏了")
        await citizen.do(any_centre, unit_of_work, number, again, "127.0.0.1")
    case = await case_of(any_centre, number)
    assert (case.state.value, case.lead) == ("pending_dispatch", None)
    assert case.live(Promise.REPLY) is not None
    told = await notify.desk_messages(any_centre, DISPATCHER)
    assert any(f"再次来诉：{number}" in str(one["subject"]) for one in told)
    assert (await work.listed(any_centre, unit(any_centre), Wanted())).rows == []
    assert await unbroken(any_centre) == []
