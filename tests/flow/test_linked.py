"""Cases that belong together: what a merge asks of its parent, and what each caller gets of it."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from escalation.watch import Watch
from hotline.domain.acts import centre as acts
from hotline.domain.acts import citizen
from hotline.domain.errors import NotPossible
from hotline.domain.words import Role
from hotline.flow import bulk, work
from hotline.flow.centre import Centre
from hotline.flow.supervise import CaseAgenda
from hotline.store import ledger
from hotline.wiring import MovingClock
from tests.flow.orders_support import DISPATCHER, ask, case_of, received, unbroken
from tests.makers import an_officer

AGENT = an_officer(Role.AGENT)


async def merged(centre: Centre, child: str, parent: str) -> None:
    await work.act(centre, child, acts.Merge(parent=parent), DISPATCHER)


async def test_nobody_is_merged_into_a_case_that_is_merged_itself(any_centre: Centre) -> None:
    late, middle, last = [await received(any_centre, key) for key in "abc"]
    await merged(any_centre, middle, last)
    with pytest.raises(NotPossible, match="已并入另一件诉求") as refused:
        await merged(any_centre, late, middle)
    assert refused.value.field == "parent" and last not in refused.value.zh
    assert (await case_of(any_centre, late)).version == 1


async def test_what_staff_add_for_a_merged_caller_reaches_the_parent(any_centre: Centre) -> None:
    parent, child = await received(any_centre, "p"), await received(any_centre, "c")
    await merged(any_centre, child, parent)
    before = (await case_of(any_centre, child)).version
    said = citizen.Supplement(content="另一盏也坏了，电话13800001234")
    await work.act(any_centre, child, said, AGENT, before)
    _, entries = await work.timeline(any_centre, parent, DISPATCHER)
    assert entries[-1].text == f"（并单 {child}）另一盏也坏了，电话138****1234"


async def test_to_an_ended_parent_nothing_is_added_and_its_version_stays(
    any_centre: Centre,
) -> None:
    parent, child = await received(any_centre, "p"), await received(any_centre, "c")
    await merged(any_centre, child, parent)
    await work.act(any_centre, parent, acts.Answer(text="已经修好。"), AGENT)
    before = (await case_of(any_centre, parent)).version
    await work.act(any_centre, child, citizen.Supplement(content="还没有修"), AGENT)
    assert (await case_of(any_centre, parent)).version == before


async def test_an_identity_number_in_an_answer_is_told_to_no_merged_caller(
    any_centre: Centre,
) -> None:
    parent, child = await received(any_centre, "p"), await received(any_centre, "c")
    await merged(any_centre, child, parent)
    answer = acts.Answer(text="已登记（330106199001010011），本周修好。")
    await work.act(any_centre, parent, answer, AGENT)
    _, entries = await work.timeline(any_centre, child, DISPATCHER)
    assert entries[-1].public == "答复：已登记（3301************11），本周修好。"


@pytest.mark.parametrize(
    ("planted", "found"),
    [
        ("UPDATE cases SET parent = :child WHERE number = :other", "merged itself"),
        ("UPDATE cases SET parent = 'nowhere' WHERE number = :other", "not there"),
        ("UPDATE cases SET parent = NULL WHERE number = :other", "not there"),
        ("UPDATE cases SET parent = :child WHERE number = :parent", "still merged into"),
    ],
)
async def test_a_merge_that_leads_to_no_open_matter_is_found(
    any_centre: Centre, planted: str, found: str
) -> None:
    parent, child, other = [await received(any_centre, key) for key in "pco"]
    for number in (child, other):
        await merged(any_centre, number, parent)
    assert await unbroken(any_centre) == []
    told = {"child": child, "other": other, "parent": parent}
    wanted = {name: told[name] for name in told if f":{name}" in planted}
    async with any_centre.store.write() as connection:
        await connection.execute(text(planted), wanted)
    (one,) = await unbroken(any_centre)
    assert found in str(one)
    assert (await ledger.block(any_centre.store, 0)).broken_in_all == 1


async def test_of_a_parent_that_is_answered_nobody_is_unmerged(any_centre: Centre) -> None:
    parent, child = await received(any_centre, "p"), await received(any_centre, "c")
    await merged(any_centre, child, parent)
    assert "unmerge" in (await work.view(any_centre, child, DISPATCHER)).actions
    await work.act(any_centre, parent, acts.Answer(text="已经修好。"), AGENT)
    seen = await work.view(any_centre, child, DISPATCHER)
    assert "unmerge" not in seen.actions
    with pytest.raises(NotPossible, match="主单已结束"):
        await work.act(any_centre, child, acts.Unmerge(reason="不是一件事"), DISPATCHER)
    plan = bulk.Plan(bulk.Kind.UNMERGE)
    (looked,) = await bulk.preview(any_centre, DISPATCHER, plan, [child])
    assert looked.refused is not None and "主单已结束" in looked.refused.zh
    (done,) = await bulk.run(any_centre, DISPATCHER, plan, [(child, seen.case.version)])
    assert done.refused is not None and "主单已结束" in done.refused.zh


async def test_who_was_left_behind_by_a_merged_parent_can_be_unmerged(any_centre: Centre) -> None:
    """As an older version left them: `verify` holds again, and the case is handled."""
    last, middle, child = [await received(any_centre, key) for key in "abc"]
    for number in (middle, child):
        await merged(any_centre, number, last)
    async with any_centre.store.write() as connection:
        wrong = text("UPDATE cases SET parent = :middle WHERE number = :child")
        await connection.execute(wrong, {"middle": middle, "child": child})
    assert await unbroken(any_centre) != []
    await work.act(any_centre, child, acts.Unmerge(reason="主单已并走"), DISPATCHER)
    assert (await case_of(any_centre, child)).state.value == "registered"
    assert await unbroken(any_centre) == []


async def test_a_case_split_off_late_is_as_old_as_the_whole_and_due_with_it(
    any_centre: Centre, clock: MovingClock
) -> None:
    whole = await received(any_centre, "s")
    watch = Watch(CaseAgenda(any_centre))
    for _ in range(7):
        clock.move_to(clock.at + timedelta(days=1))
        await watch.tick(clock.at)
    before = await case_of(any_centre, whole)
    split = acts.Split(title="树枝挡住路灯", content="另外，树枝挡住了路灯。")
    await work.act(any_centre, whole, split, DISPATCHER)
    ((number,),) = await ask(
        any_centre, "SELECT number FROM cases WHERE previous = :whole", whole=whole
    )
    part = await case_of(any_centre, number)
    assert (part.received_at, part.due_at) == (before.received_at, before.due_at)
    await watch.tick(clock.at)
    assert await unbroken(any_centre) == []
    _, entries = await work.timeline(any_centre, number, DISPATCHER)
    again = [entry for entry in entries if entry.after.get("notifies")]
    assert again == [], "its lights were shown with the whole"
