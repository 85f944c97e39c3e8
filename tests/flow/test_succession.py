"""A department's end: its cases, clocks, rules and staff go on with the heir; history keeps the name."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from hotline.domain import succession as changes
from hotline.domain.acts import centre as centre_acts
from hotline.domain.acts import department as acts
from hotline.domain.case import Case, Part
from hotline.domain.errors import NotAllowed, NotPossible
from hotline.domain.people import SYSTEM
from hotline.domain.promises import Step
from hotline.domain.succession import Change, Plan, Stage
from hotline.domain.words import Cause, Role
from hotline.flow import facts, handover, interests, notify, replytemplates, succession
from hotline.flow.centre import Centre
from hotline.flow.work import act
from hotline.store import accounts, plans, rulebooks
from hotline.store import replytemplates as kept_templates
from hotline.store.accounts import NewOfficer
from hotline.wiring import MovingClock
from tests.flow.orders_support import DISPATCHER, received, unbroken, unit
from tests.makers import a_sign, an_officer, processing, rules

SYSADMIN, SECADMIN = an_officer(Role.SYSADMIN), an_officer(Role.SECADMIN)
DAY = date(2026, 11, 25)
TOLD = "select about, audience from outbox where subject like '机构调整%' order by about, audience"
MERGER = Plan(Change.MERGED, "zjj", DAY, "市编委〔2026〕7号", heir="cgj")


async def at_unit(centre: Centre, key: str, code: str = "zjj") -> str:
    """In a unit's hands, as the product brings it there."""
    number = await received(centre, key)
    await act(centre, number, centre_acts.Accept(), DISPATCHER)
    await act(centre, number, centre_acts.Transfer(department=code), DISPATCHER)
    await act(centre, number, a_sign(), unit(centre, code=code))
    return number


async def read(centre: Centre, number: str) -> Case:
    async with centre.look() as look:
        return await look.cases.read(number)


async def agreed(centre: Centre, wish: Plan = MERGER) -> int:
    plan_id = await succession.plan(centre, SYSADMIN, wish)
    if wish.touches_rights:
        await succession.decide(centre, SECADMIN, plan_id, agreed=True)
    return plan_id


async def stage(centre: Centre, plan_id: int) -> Any:
    rows, _ = await succession.listed(centre, None, 30)
    return next(one for one in rows if one.id == plan_id)


async def test_from_the_day_on_the_heir_has_everything_and_the_past_its_names(
    any_centre: Centre, clock: MovingClock
) -> None:
    mine, shared = await at_unit(any_centre, "a"), await at_unit(any_centre, "b", "cgj")
    help_ = acts.Cohandle(departments=("zjj",), text="配合", days=2)
    await act(any_centre, shared, help_, unit(any_centre, code="cgj"))
    async with any_centre.work() as work:
        new = NewOfficer("wang", "王", Role.CLERK, "zjj", "!")
        await accounts.add(work.connection, work.cipher, new, work.at)
    leader = unit(any_centre, Role.LEADER, "zjj")
    wanted = replytemplates.Wanted("路灯", "", "已修复。")
    await replytemplates.keep(any_centre, leader, "zjj", wanted)
    before = await read(any_centre, mine)
    plan_id = await agreed(any_centre)
    assert await handover.due(any_centre) == 0, "not before its day"
    assert any_centre.rules.tree.can_lead("zjj")
    clock.move_to(clock.at + timedelta(days=2))
    assert await handover.due(any_centre) == 2
    assert await handover.due(any_centre) == 0, "once"
    case = await read(any_centre, mine)
    assert (case.lead, case.state, case.version) == ("cgj", before.state, before.version + 1)
    assert case.deadlines == before.deadlines, "the clocks are as they were"
    part = (await read(any_centre, shared)).parts[0]
    assert part.state == "dropped", "the lead does not co-handle its own case"
    tree = any_centre.rules.tree
    assert not tree.can_lead("zjj") and tree.top("zjj") == "住建局" and tree.heir("zjj") == "cgj"
    assert {"zjj", "wj-zjj", "rqgs"} <= tree.subtree("cgj"), "and what they had is the heir's"
    assert tree.departments["wj-zjj"].parent == "cgj"
    assert tree.by_name()["住建局"] == "cgj", "a model that learnt the old name still helps"
    async with any_centre.look() as look:
        book = await rulebooks.read(look.connection)
        officer = await accounts.by_name(look.connection, "wang")
        mine = await kept_templates.in_use(look.connection, "cgj")
    assert book and not [
        one for one in book.rules if "zjj" in str((one["department"], one["co_departments"]))
    ]
    assert any_centre.city.book.version == book.version
    assert officer and officer.department == "cgj"
    assert mine == 1, "its reply templates are offered to who has its cases now"
    row = await stage(any_centre, plan_id)
    assert row.state == Stage.DONE and row.moved["cases"] == 2 and row.moved["staff"] == ["wang"]
    heard = await notify.desk_messages(any_centre, unit(any_centre, code="cgj"))
    lists = [str(one["text"]) for one in heard if "承接诉求 2 件" in str(one["subject"])]
    assert len(lists) == 1 and case.number in lists[0] and shared in lists[0]
    assert any(one["about"] == case.number for one in heard), (
        "what zjj was told is the heir's to read"
    )
    assert await unbroken(any_centre) == []


async def test_an_order_a_request_and_a_part_go_with_the_case(
    centre: Centre, clock: MovingClock
) -> None:
    number, clerk = await at_unit(centre, "a"), unit(centre, code="zjj")
    order = centre_acts.Supervise(level=3, cause=Cause.OTHER, text="限期办结。")
    ask = acts.Extend(days=2, reason="需会商", legal_basis="条例", citizen_informed=True)
    part = acts.Cohandle(departments=("jyj",), text="配合", days=2)
    for told, actor in ((part, clerk), (ask, clerk), (order, an_officer(Role.SUPERVISOR))):
        await act(centre, number, told, actor)
    await agreed(centre)
    clock.move_to(clock.at + timedelta(days=2))
    assert await handover.due(centre) == 1
    case = await read(centre, number)
    kept = case.orders[0]
    assert kept.department == "cgj" and "unit:cgj" in kept.recipients
    assert not [one for one in kept.recipients if "zjj" in one]
    assert case.requests[0].department == "cgj" and case.parts[0].given_by == "cgj"
    assert case.parts[0].department == "jyj"
    await act(centre, number, acts.AnswerOrder(order=1, text="已整改。"), unit(centre, code="cgj"))
    await facts.catch_up(centre)
    clock.move_to(clock.at + timedelta(days=1))
    night = await facts.nightly(centre)
    assert night and not night.differing
    assert await unbroken(centre) == []


async def test_who_is_kept_out_stays_out_and_the_centre_is_told_by_hand(
    any_centre: Centre, clock: MovingClock
) -> None:
    """The heir must not get a case about itself; nor the staff that comes to it what was kept from them."""
    stays, at_heir = await at_unit(any_centre, "a"), await at_unit(any_centre, "b", "cgj")
    for number, code in ((stays, "cgj"), (at_heir, "zjj")):
        wish = interests.Wish(units=(code,), reason="被反映单位")
        await interests.keep_out(any_centre, number, wish, DISPATCHER)
    plan_id = await agreed(any_centre)
    clock.move_to(clock.at + timedelta(days=2))
    await handover.due(any_centre)
    seen = (await read(any_centre, stays)).version
    await handover.due(any_centre)
    assert (await read(any_centre, stays)).version == seen, "who has it open may still act"
    async with any_centre.look() as look:
        told = await look.connection.execute(text(TOLD))
    assert [tuple(row) for row in told] == [
        (number, f"role:{role.value}")
        for number in sorted((stays, at_heir))
        for role in (Role.DISPATCHER, Role.SHIFT_LEAD)
    ], "once each"
    assert (await read(any_centre, stays)).lead == "zjj"
    kept = [one.of for one in (await read(any_centre, at_heir)).interests]
    assert "zjj" in kept and kept[-1] == "cgj"
    row = await stage(any_centre, plan_id)
    assert row.moved["left"] == [stays, at_heir] and row.moved["kept_out"] == 1
    assert await unbroken(any_centre) == []


async def test_a_stop_in_the_middle_goes_on_at_the_next_look(
    centre: Centre, clock: MovingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handover, "BATCH", 2)
    numbers = [await at_unit(centre, f"k{n}") for n in range(5)]
    plan_id, before = await agreed(centre), centre.rules
    clock.move_to(clock.at + timedelta(days=2))
    follow, calls = changes.follow, list[int]()

    def cut_off(*told: Any) -> Any:
        calls.append(1)
        if len(calls) == 4:
            raise RuntimeError("cut off")
        return follow(*told)

    monkeypatch.setattr(changes, "follow", cut_off)
    with pytest.raises(RuntimeError):
        await handover.due(centre)
    assert (await stage(centre, plan_id)).state == Stage.RUNNING
    assert await handover.due(centre) == 3, "two had followed, and follow no second time"
    assert [(await read(centre, one)).lead for one in numbers] == ["cgj"] * 5
    centre.rules = before  # as another node that has not heard of it yet
    late = await at_unit(centre, "late")
    assert await handover.due(centre) == 1
    assert (await read(centre, late)).lead == "cgj"


async def test_a_new_name_counts_from_its_day_and_what_lies_before_keeps_the_old(
    any_centre: Centre, clock: MovingClock
) -> None:
    plan_id = await agreed(any_centre, Plan(Change.RENAMED, "zjj", DAY, "文", name="城乡建设局"))
    at = clock.at
    clock.move_to(at + timedelta(days=3))  # the hotline stood still on the day itself
    await handover.due(any_centre)
    await handover.due(any_centre)
    tree = any_centre.rules.tree
    assert (tree.named("zjj", at), tree.top("zjj")) == ("住建局", "城乡建设局")
    assert tree.named("zjj", at + timedelta(days=2)) == "城乡建设局"
    assert tree.can_lead("zjj") and tree.by_name()["住建局"] == "zjj"
    assert (await stage(any_centre, plan_id)).state == Stage.DONE


async def test_it_takes_two_and_can_be_taken_back_until_the_day(
    centre: Centre, clock: MovingClock
) -> None:
    plan_id = await succession.plan(centre, SYSADMIN, MERGER)
    with pytest.raises(NotAllowed):
        await succession.decide(centre, SYSADMIN, plan_id, agreed=True)
    with pytest.raises(NotAllowed):
        await succession.plan(centre, SECADMIN, MERGER)
    clock.move_to(clock.at + timedelta(days=2))
    assert await handover.due(centre) == 0 and centre.rules.tree.can_lead("zjj"), "not agreed to"
    with pytest.raises(NotPossible, match="已到生效日"):
        await succession.undo(centre, SYSADMIN, plan_id)
    later = replace(MERGER, department="cgj", heir="gaj", on_day=date(2026, 12, 1))
    second = await agreed(centre, later)
    await succession.undo(centre, SYSADMIN, second)
    with pytest.raises(NotPossible):
        await succession.decide(centre, SECADMIN, second, agreed=True)
    assert (await stage(centre, second)).state == Stage.UNDONE


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"department": "nobody"}, "department"),
        ({"on_day": date(2026, 11, 23)}, "on_day"),
        ({"heir": "zjj"}, "heir"),
        ({"heir": ""}, "heir"),
        ({"heir": "wj-zjj"}, "heir"),
        ({"kind": Change.RENAMED, "name": "城管局"}, "name"),
        ({"kind": Change.RENAMED, "name": "局"}, "name"),
        ({"department": "cgj", "heir": "gaj"}, "department"),
        ({"heir": "cgj"}, "heir"),
    ],
)
async def test_what_cannot_be_is_told_with_its_field(
    centre: Centre, wrong: dict[str, Any], field: str
) -> None:
    await agreed(centre, Plan(Change.CLOSED, "cgj", date(2026, 11, 24), "文", heir="gaj"))
    with pytest.raises(NotPossible) as told:
        await succession.plan(centre, SYSADMIN, replace(MERGER, **wrong))
    assert told.value.field == field


def test_a_part_that_the_heir_has_already_is_not_asked_twice_of_the_lead() -> None:
    assert plans.WAITING == ("asked", "signed", "returned")
    case = processing("zjj")
    case.parts.append(Part(1, "cohandle", "cgj", "zjj", "配合"))
    found = changes.follow(case, MERGER, Step(SYSTEM, case.entries[-1].at, rules()))
    assert found and case.lead == "cgj" and case.parts[0].state == "dropped"
