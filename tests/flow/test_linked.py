"""Cases that belong together: what a merge asks of its parent, and what each caller gets of it."""

import pytest
from sqlalchemy import text

from hotline.domain.acts import centre as acts
from hotline.domain.acts import citizen
from hotline.domain.errors import NotPossible
from hotline.domain.words import Role
from hotline.flow import work
from hotline.flow.centre import Centre
from hotline.store import ledger
from tests.flow.orders_support import DISPATCHER, case_of, received, unbroken
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
