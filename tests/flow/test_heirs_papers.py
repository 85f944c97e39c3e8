"""A department's end: its articles are the heir's to keep, what was written before keeps its name."""

from datetime import timedelta

import pytest

from hotline.domain.errors import NotAllowed
from hotline.domain.words import Role
from hotline.flow import drafting, handover, knowledge
from hotline.flow.centre import Centre
from hotline.wiring import MovingClock
from tests.flow.test_knowledge import CLERK, a_draft, found, released, who
from tests.flow.test_succession import agreed

OLD, NEW = who(Role.CLERK, unit="zjj"), CLERK  # cgj has what zjj had


async def test_articles_go_to_the_heir_with_what_is_still_being_written(
    any_centre: Centre, clock: MovingClock
) -> None:
    begun = await drafting.write(any_centre, OLD, a_draft(title="住房补贴", department="zjj"))
    handed = await drafting.write(any_centre, OLD, a_draft(title="物业投诉", department="zjj"))
    await drafting.submit(any_centre, OLD, handed)
    others = await released(any_centre)
    other = await drafting.write(any_centre, OLD, a_draft(title="公租房", department="zjj"))
    await drafting.submit(any_centre, OLD, other)
    await knowledge.release(any_centre, who(Role.INSPECTOR), other)
    with pytest.raises(NotAllowed):
        await drafting.rewrite(any_centre, NEW, begun, a_draft(title="住房补贴"), 1)
    await agreed(any_centre)
    clock.move_to(clock.at + timedelta(days=2))
    await handover.due(any_centre)
    mine = [await knowledge.shown(any_centre, one) for one in (begun, handed, other, others)]
    assert {one.row.department for one in mine} == {"cgj"}, "each is the heir's"
    kept = [one.newest.department for one in mine]
    assert kept == ["cgj", "cgj", "zjj", "cgj"], "but what was released says who wrote it then"
    await drafting.rewrite(
        any_centre, NEW, begun, a_draft(title="住房补贴怎么领"), mine[0].newest.revision
    )
    await knowledge.release(any_centre, who(Role.DIRECTOR), handed)
    assert "物业投诉" in await found(any_centre, "物业投诉")
