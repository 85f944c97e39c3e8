"""Votes on both databases: whoever presses at once from several cases has one voice."""

import asyncio
from datetime import timedelta

from channels.message import Contact, Receipt
from hotline.domain.errors import NotPossible
from hotline.domain.poll import Asking, Plan, PollKind, PollStage, Question
from hotline.domain.shanghai import city_day
from hotline.domain.words import Role
from hotline.flow import intake, polls
from hotline.flow.centre import Centre
from tests.makers import a_complaint, an_officer

DIRECTOR = an_officer(Role.DIRECTOR)
ASKED = (Question(Asking.SINGLE, "路灯几点开", ("六点", "七点")),)


async def a_poll(centre: Centre) -> int:
    today = city_day(centre.now())
    days = today, today + timedelta(days=7)
    made = await polls.make(centre, DIRECTOR, Plan(PollKind.SURVEY, "开灯时间", "", ASKED, *days))
    await polls.move(centre, DIRECTOR, made, PollStage.OPEN)
    return made


async def filed(centre: Centre, key: str, phone: str) -> Receipt:
    contact = Contact("张小明", phone, "")
    told = a_complaint(key, received_at=centre.now(), contact=contact)
    return await intake.receive(centre, told)


async def pressed(centre: Centre, poll_id: int, one: Receipt, choice: int) -> bool:
    door = one.number, one.query_code, f"192.0.2.{choice}"
    try:
        await polls.vote(centre, poll_id, door, {0: [str(choice % 2)]})
    except NotPossible:
        return False
    return True


async def test_of_many_votes_at_once_each_person_has_one(any_centre: Centre) -> None:
    centre, poll_id = any_centre, await a_poll(any_centre)
    twice = [await filed(centre, f"same-{n}", "13800001234") for n in range(3)]
    others = [await filed(centre, f"other-{n}", f"1390000111{n}") for n in range(3)]
    while await intake.triage_pending(centre):
        pass
    slips = [*twice, *twice, *others, *others]
    taken = await asyncio.gather(*(pressed(centre, poll_id, one, n) for n, one in enumerate(slips)))
    assert sum(taken) == 4 and sum(taken[:6]) == 1, "one of the six, and one each of the others"
    row, found = await polls.shown(centre, poll_id, public=False)
    assert row.voters == 4 and sum(n for _, n, _ in found[0]["choices"]) == 4
