"""Complaints of the past, taken in today: their clocks count from then, and nobody is called out."""

from datetime import timedelta

from escalation.watch import Watch
from hotline.domain.words import Role
from hotline.flow import intake, notify, work
from hotline.flow.centre import Centre
from hotline.flow.supervise import CaseAgenda
from tests.makers import MONDAY, a_complaint, an_officer


async def test_a_backdated_case_is_late_without_notices_or_orders(any_centre: Centre) -> None:
    old = a_complaint(sent_at=MONDAY - timedelta(days=60))
    receipt = await intake.receive(any_centre, old, facts={"backdate": True})
    await intake.triage_pending(any_centre)
    assert (await Watch(CaseAgenda(any_centre)).tick(any_centre.now())).climbed == 0
    view = await work.view(any_centre, receipt.number, an_officer(Role.DISPATCHER))
    assert view.case.due_at is not None and view.case.due_at < MONDAY
    assert view.case.orders == [] and view.case.level is None
    assert await notify.desk_messages(any_centre, an_officer(Role.DISPATCHER)) == []


async def test_a_file_of_the_past_counts_from_today_unless_told_otherwise(
    any_centre: Centre,
) -> None:
    old = a_complaint(sent_at=MONDAY - timedelta(days=60))
    receipt = await intake.receive(any_centre, old)
    await intake.triage_pending(any_centre)
    view = await work.view(any_centre, receipt.number, an_officer(Role.DISPATCHER))
    assert view.case.due_at is not None and view.case.due_at > MONDAY
    assert view.case.notes["sent_at"].startswith("2026-09-24")
