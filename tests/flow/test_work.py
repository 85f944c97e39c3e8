"""What staff do: one winner of a race, one's own department only, lists without gaps, the ladder."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text

from escalation.watch import Watch
from hotline.domain.acts import centre as acts
from hotline.domain.acts import department
from hotline.domain.errors import NoSuchCase, NotAllowed, Stale
from hotline.domain.people import Actor
from hotline.domain.words import Granted, Role, Verdict
from hotline.flow import intake, work
from hotline.flow.centre import Centre
from hotline.flow.supervise import CaseAgenda
from hotline.store.find import Wanted
from hotline.store.ledger import verify
from hotline.wiring import MovingClock
from tests.makers import a_complaint, a_reply, a_sign, an_officer
from tests.support.scale import Scale

DISPATCHER = an_officer(Role.DISPATCHER)


def clerk(centre: Centre, unit: str) -> Actor:
    return Actor(Role.CLERK, f"clerk-{unit}", unit, centre.rules.tree.subtree(unit), "127.0.0.1")


async def dispatched(centre: Centre, unit: str = "cgj", key: str = "k") -> str:
    receipt = await intake.receive(centre, a_complaint(key, received_at=centre.now()))
    while await intake.triage_pending(centre):
        pass
    view = await work.view(centre, receipt.number, DISPATCHER)
    if view.case.state.value == "registered":
        await work.act(centre, receipt.number, acts.Accept(), DISPATCHER)
        await work.act(centre, receipt.number, acts.Transfer(department=unit), DISPATCHER)
    return receipt.number


@pytest.mark.soak
@pytest.mark.timeout(600)
async def test_of_two_who_saw_the_same_version_one_wins_and_one_is_told(
    any_centre: Centre, scale: Scale
) -> None:
    number = await dispatched(any_centre)
    for round_ in range(scale.races):
        version = (await work.view(any_centre, number, DISPATCHER)).case.version
        notes = [department.Note(text=f"{round_}-{n}") for n in range(2)]
        found = await asyncio.gather(
            *(work.act(any_centre, number, note, DISPATCHER, version) for note in notes),
            return_exceptions=True,
        )
        lost = [one for one in found if isinstance(one, Stale)]
        assert len(lost) == 1 and lost[0].version == version + 1
    _, entries = await work.timeline(any_centre, number, DISPATCHER)
    assert sum(entry.action.value == "note" for entry in entries) == scale.races


async def test_a_department_sees_its_own_subtree_and_nothing_else(any_centre: Centre) -> None:
    number = await dispatched(any_centre, "wj-zjj")
    above, other = clerk(any_centre, "zjj"), clerk(any_centre, "jyj")
    assert (await work.view(any_centre, number, above)).case.number == number
    with pytest.raises(NoSuchCase):
        await work.view(any_centre, number, other)
    with pytest.raises(NoSuchCase):
        await work.act(any_centre, number, a_sign(), other)
    assert (await work.listed(any_centre, other, Wanted())).rows == []
    assert len((await work.listed(any_centre, above, Wanted())).rows) == 1


async def test_identity_is_told_only_after_signing_and_never_in_a_report(
    any_centre: Centre,
) -> None:
    number = await dispatched(any_centre, "cgj")
    hands = clerk(any_centre, "cgj")
    with pytest.raises(NotAllowed):
        await work.reveal(any_centre, number, ("phone",), "联系", hands)
    await work.act(any_centre, number, a_sign(), hands)
    told = await work.reveal(any_centre, number, ("phone",), "联系", hands)
    assert told == {"phone": "13800001234"}
    correct = acts.Correct(reason="实为举报", type="report")  # type: ignore[arg-type]
    await work.act(any_centre, number, correct, an_officer(Role.SHIFT_LEAD))
    with pytest.raises(NotAllowed):
        await work.reveal(any_centre, number, ("phone",), "联系", hands)


async def test_pages_of_a_list_hold_every_case_once_while_new_ones_come_in(
    any_centre: Centre,
) -> None:
    for n in range(25):
        await intake.receive(any_centre, a_complaint(f"a{n}"))
    while await intake.triage_pending(any_centre):
        pass
    before = {
        row["number"] for row in (await work.listed(any_centre, DISPATCHER, Wanted(limit=200))).rows
    }
    seen: list[str] = []
    cursor = ""
    while True:
        page = await work.listed(any_centre, DISPATCHER, Wanted(limit=7, cursor=cursor))
        seen += [row["number"] for row in page.rows]
        await intake.receive(any_centre, a_complaint(f"late{len(seen)}"))
        await intake.triage_pending(any_centre)
        if page.next_cursor is None:
            break
        cursor = page.next_cursor
    assert len(seen) == len(set(seen)) and before <= set(seen)


async def test_a_case_nobody_answers_climbs_the_ladder_step_by_step(
    any_centre: Centre, clock
) -> None:  # type: ignore[no-untyped-def]
    number = await dispatched(any_centre, "cgj")
    watch = Watch(CaseAgenda(any_centre))
    levels = []
    for _ in range(30):
        clock.move_to(clock.at + timedelta(days=1))
        await watch.tick(clock.at)
        levels.append((await work.view(any_centre, number, DISPATCHER)).case.level)
    told = [level for level in levels if level is not None]
    assert told == sorted(told) and {2, 3, 4, 5} <= set(told)
    view = await work.view(any_centre, number, DISPATCHER)
    states = [(order.level, order.state) for order in view.case.orders]
    assert states[0] == (3, "frozen") and [level for level, _ in states] == sorted(
        level for level, _ in states
    )
    assert (await watch.tick(clock.at)).climbed == 0


async def test_after_an_outage_only_the_highest_rung_notifies(any_centre: Centre, clock) -> None:  # type: ignore[no-untyped-def]
    number = await dispatched(any_centre, "cgj")
    clock.move_to(clock.at + timedelta(days=60))
    await Watch(CaseAgenda(any_centre)).tick(clock.at)
    _, entries = await work.timeline(any_centre, number, DISPATCHER)
    reply = [
        e for e in entries if e.after.get("promise") == "reply" or e.action.value == "supervise"
    ]
    overtaken = [e for e in reply if e.after.get("overtaken")]
    assert len(overtaken) == 4 and reply[-1].action.value == "supervise"
    assert (await work.view(any_centre, number, DISPATCHER)).case.level == 4


async def test_after_an_outage_the_timeline_tells_every_missed_rung_in_due_order(
    any_centre: Centre, clock: MovingClock
) -> None:
    """Of all promises together, not one promise after the other; and verify finds nothing amiss."""
    number = await dispatched(any_centre, "cgj")
    clock.move_to(clock.at + timedelta(days=60))
    watch = Watch(CaseAgenda(any_centre))
    await watch.tick(clock.at)
    clock.move_to(clock.at + timedelta(days=20))  # the order of level 4 was not answered either
    await watch.tick(clock.at)
    asked = text("SELECT rung_at, deadline_n FROM rung ORDER BY entry_seq")
    async with any_centre.look() as look:
        taken = (await look.connection.execute(asked)).all()
    moments = [str(row.rung_at) for row in taken]
    assert moments == sorted(moments) and len({row.deadline_n for row in taken}) >= 4
    found = await verify(any_centre.store, any_centre.cipher, any_centre.files, any_centre.now())
    assert found.broken == []
    assert (await work.view(any_centre, number, DISPATCHER)).case.level == 5


async def test_a_return_and_its_ruling_never_move_the_citizens_date(any_centre: Centre) -> None:
    number = await dispatched(any_centre, "cgj")
    due = (await work.view(any_centre, number, DISPATCHER)).case.due_at
    back = department.SendBack(reason="非我职责", legal_basis="三定方案")
    await work.act(any_centre, number, back, clerk(any_centre, "cgj"))
    ruling = acts.Rule(verdict=Verdict.UPHOLD, reason="同意")
    await work.act(any_centre, number, ruling, DISPATCHER)
    view = await work.act(any_centre, number, acts.Transfer(department="zjj"), DISPATCHER)
    assert view.case.due_at == due and view.case.lead == "zjj" and view.case.returns == 1


async def test_an_extension_is_asked_granted_and_moves_the_date(any_centre: Centre) -> None:
    number = await dispatched(any_centre, "cgj")
    hands = clerk(any_centre, "cgj")
    await work.act(any_centre, number, a_sign(), hands)
    before = (await work.view(any_centre, number, hands)).case.due_at
    asked = department.Extend(
        days=5, reason="需招标", legal_basis="招标投标法", citizen_informed=True
    )
    await work.act(any_centre, number, asked, hands)
    granted = acts.Grant(request=1, verdict=Granted.GRANTED, reason="同意")
    view = await work.act(any_centre, number, granted, an_officer(Role.DIRECTOR))
    assert before is not None and view.case.due_at is not None
    assert view.case.due_at - before == timedelta(days=7)  # five working days over one weekend
    await work.act(any_centre, number, department.Contact(text="已联系"), hands)
    view = await work.act(any_centre, number, a_reply(), hands)
    assert view.case.state.value == "reply_review"
