"""What a paper is made from, and that it is on record, on both databases."""

import pytest

from hotline.domain.acts import centre as acts
from hotline.domain.errors import NoSuchCase
from hotline.domain.words import Cause, Role
from hotline.flow import papers, work
from hotline.flow.centre import Centre
from hotline.reports import papers_facts
from tests.flow.orders_support import SUPERVISOR, ask, in_hand, unbroken, unit
from tests.makers import an_officer


async def test_an_order_is_read_back_with_its_timeline_and_the_paper_is_on_record(
    any_centre: Centre,
) -> None:
    number = await in_hand(any_centre)
    demand = acts.Supervise(level=3, cause=Cause.OTHER, text="限期办结。")
    await work.act(any_centre, number, demand, SUPERVISOR)
    found = await papers.of_order(any_centre, number, 1, unit(any_centre))
    assert found.order is not None
    place = papers_facts.Place("云溪市", any_centre.rules.tree)
    told = papers_facts.of_order(found.case, found.order, found.entries, place)
    assert (told.facts["number"], told.facts["to"]) == ("督〔2026〕0001号", "城管局")
    for _ in range(2):
        await papers.handed_out(any_centre, SUPERVISOR, {"paper": told.kind.value, "case": number})
    rows = await ask(any_centre, "SELECT seq FROM act WHERE act = 'paper_handed_out'")
    assert len(rows) == 2 and await unbroken(any_centre) == []


async def test_who_may_not_see_the_case_is_told_that_there_is_none(any_centre: Centre) -> None:
    number = await in_hand(any_centre)
    for actor in (unit(any_centre, code="jyj"), an_officer(Role.AUDITOR)):
        with pytest.raises(NoSuchCase):
            await papers.of_order(any_centre, number, 1, actor)
        with pytest.raises(NoSuchCase):
            await papers.of_reminder(any_centre, number, actor)
    with pytest.raises(papers.NoReminder):
        await papers.of_reminder(any_centre, number, SUPERVISOR)
