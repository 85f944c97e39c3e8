"""A co-handler's limit in the flow: its unit is reminded, the lead told, nobody supervised twice."""

from datetime import datetime, timedelta
from typing import Any

from escalation.promise import Promise
from escalation.watch import Watch
from hotline.domain.acts import centre as acts
from hotline.domain.acts import department
from hotline.domain.words import PartStep
from hotline.flow import waiting, work
from hotline.flow.centre import Centre
from hotline.flow.supervise import CaseAgenda
from tests.flow.orders_support import (
    DISPATCHER,
    SUPERVISOR,
    ask,
    case_of,
    received,
    unbroken,
    unit,
    watched,
)
from tests.makers import a_sign

CO = "zjj"  # beside cgj, the lead


async def together(centre: Centre, key: str = "k") -> str:
    number = await received(centre, key)
    await work.act(centre, number, acts.Accept(), DISPATCHER)
    told = acts.Transfer(department="cgj", co_departments=(CO,))
    await work.act(centre, number, told, DISPATCHER)
    await work.act(centre, number, a_sign(), unit(centre))
    await work.act(centre, number, department.Contact(text="已联系"), unit(centre))
    return number


async def ends(centre: Centre, number: str) -> datetime:
    deadline = (await case_of(centre, number)).latest(Promise.FINISH, "part-1")
    assert deadline is not None
    return deadline.due_at


async def told(centre: Centre, what: str, state: str = "sent") -> list[str]:
    found = await ask(
        centre,
        "SELECT audience FROM outbox WHERE subject LIKE :what AND state = :state ORDER BY audience",
        what=f"{what}：%",
        state=state,
    )
    return [row.audience for row in found]


async def test_the_co_handlers_own_unit_is_reminded_and_the_lead_learns_that_it_is_late(
    any_centre: Centre, clock: Any
) -> None:
    number = await together(any_centre)
    due = await ends(any_centre, number)
    await watched(any_centre, clock, due - timedelta(hours=9), timedelta(hours=12))
    await waiting.release(any_centre)
    assert await told(any_centre, "协办提醒") == [f"unit:{CO}"]
    clock.move_to(due)
    await Watch(CaseAgenda(any_centre)).tick(due)
    # The lead has two reminders of its own that morning, and this one four hours after those.
    clock.move_to(due + timedelta(hours=17))
    await waiting.release(any_centre)
    assert await told(any_centre, "协办红灯催办") == ["unit:cgj", f"unit:{CO}"]
    assert await told(any_centre, "协办红灯催办", "folded") in ([], [f"leader:{CO}"])
    case = await case_of(any_centre, number)
    assert case.orders == [] and (case.level or 0) < 2, "the citizen's promise is not late"
    _, entries = await work.timeline(any_centre, number, SUPERVISOR)
    late = next(e for e in entries if e.after.get("part") and e.after.get("rung") == 2)
    assert late.after["unit"] == CO
    assert await unbroken(any_centre) == []


async def test_one_delay_of_both_is_supervised_once_and_on_the_citizens_promise(
    centre: Centre, clock: Any
) -> None:
    number = await together(centre)
    reply = (await case_of(centre, number)).due_at
    assert reply is not None
    await watched(centre, clock, reply + timedelta(days=4), timedelta(hours=12))
    orders = (await case_of(centre, number)).orders
    assert [(one.level, one.cause.value, one.department) for one in orders] == [
        (3, "overdue", "cgj")
    ]


async def test_a_reminder_that_waits_for_the_morning_is_not_told_when_the_report_is_in(
    centre: Centre, clock: Any
) -> None:
    number = await together(centre)
    due = await ends(centre, number)
    await watched(centre, clock, due, timedelta(hours=4))  # red at midnight: held till eight
    assert await told(centre, "协办红灯催办", "held") == [f"leader:{CO}", "unit:cgj", f"unit:{CO}"]
    report = department.ReportPart(
        part=1, step=PartStep.REPORT, text="已监测", late_reason="设备检修"
    )
    await work.act(centre, number, report, unit(centre, code=CO))
    assert await told(centre, "协办红灯催办", "held") == []
