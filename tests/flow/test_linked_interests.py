"""回避 follows the matter: no split, merge or new case hands it to whom it is about."""

from datetime import timedelta
from typing import Any

import pytest

from hotline.domain.acts import centre as acts
from hotline.domain.acts import citizen as citizens
from hotline.domain.acts import department
from hotline.domain.errors import NoSuchCase, NotPossible
from hotline.domain.interest import Interest
from hotline.domain.words import Reached, Role, Satisfaction
from hotline.flow import bulk, citizen, interests, work
from hotline.flow.archiving import archive_closed
from hotline.flow.centre import Centre
from hotline.store.find import Wanted
from hotline.wiring import MovingClock
from tests.flow.orders_support import (
    CALLBACK,
    DIRECTOR,
    DISPATCHER,
    ask,
    case_of,
    in_hand,
    received,
    replied,
    unbroken,
    unit,
)
from tests.makers import an_officer

AGENT = an_officer(Role.AGENT)
SECRET = "队长姓李，证人在附近"


async def kept_from(centre: Centre, number: str, **whom: Any) -> None:
    told = whom or {"units": ("cgj",)}
    await interests.keep_out(centre, number, interests.Wish(**told, reason="被举报"), DIRECTOR)


async def merge(centre: Centre, child: str, parent: str) -> None:
    await work.act(centre, child, acts.Merge(parent=parent), DISPATCHER)


async def sent_to(centre: Centre, number: str, code: str) -> None:
    await work.act(centre, number, acts.Accept(), DISPATCHER)
    await work.act(centre, number, acts.Transfer(department=code), DISPATCHER)


async def who(centre: Centre, number: str) -> set[str]:
    return {one.of for one in (await case_of(centre, number)).interests}


async def after(centre: Centre, number: str) -> str:
    ((new,),) = await ask(centre, "SELECT number FROM cases WHERE previous = :n", n=number)
    return str(new)


async def stays_hidden(centre: Centre, number: str) -> None:
    """Neither sent to 城管局 nor opened or found by it."""
    hands = unit(centre)
    with pytest.raises(NotPossible, match="应当回避"):
        await sent_to(centre, number, "cgj")
    with pytest.raises(NoSuchCase):
        await work.view(centre, number, hands)
    found = await work.listed(centre, hands, Wanted())
    assert number not in [row["number"] for row in found.rows]


async def test_a_part_that_is_split_off_is_kept_from_whom_the_whole_is(any_centre: Centre) -> None:
    whole = await received(any_centre, "s")
    await kept_from(any_centre, whole)
    split = acts.Split(title="执法人员收钱", content="城管局执法人员收钱")
    await work.act(any_centre, whole, split, DISPATCHER)
    part = await after(any_centre, whole)
    assert await who(any_centre, part) == await who(any_centre, whole) >= {"cgj"}
    await stays_hidden(any_centre, part)
    assert await unbroken(any_centre) == []


async def test_a_new_case_after_an_archived_one_is_kept_from_whom_that_was(
    any_centre: Centre, clock: MovingClock
) -> None:
    old = await in_hand(any_centre, "a")
    await replied(any_centre, old)
    told = acts.FollowUp(outcome=Reached.REACHED, solved=True, satisfaction=Satisfaction("5"))
    await work.act(any_centre, old, told, CALLBACK)
    await work.act(any_centre, old, acts.Close(), CALLBACK)
    await kept_from(any_centre, old)
    clock.move_to(clock.at + timedelta(days=100))
    assert await archive_closed(any_centre) == 1
    async with any_centre.work() as unit_of_work:
        again = citizens.Reopen(facts="又来收钱")
        await citizen.do(any_centre, unit_of_work, old, again, "127.0.0.1")
    new = await after(any_centre, old)
    await stays_hidden(any_centre, new)


async def test_no_case_is_merged_into_one_that_lies_with_whom_it_is_kept_from(
    any_centre: Centre,
) -> None:
    parent, child = await in_hand(any_centre, "p"), await received(any_centre, "c")
    await kept_from(any_centre, child)
    with pytest.raises(NotPossible, match="应当回避") as refused:
        await merge(any_centre, child, parent)
    name = any_centre.rules.tree.departments["cgj"].name
    assert name not in refused.value.zh and "cgj" not in refused.value.zh
    plan = bulk.Plan(bulk.Kind.MERGE, parent)
    (looked,) = await bulk.preview(any_centre, DISPATCHER, plan, [child])
    assert looked.refused is not None and "应当回避" in looked.refused.zh
    assert (await case_of(any_centre, child)).state.value == "registered"


async def test_nor_into_one_of_which_they_have_a_part(any_centre: Centre) -> None:
    parent, child = await received(any_centre, "p"), await received(any_centre, "c")
    await sent_to(any_centre, parent, "zjj")
    helped = department.Cohandle(departments=("cgj",), days=1, text="请协办")
    await work.act(any_centre, parent, helped, DISPATCHER)
    await kept_from(any_centre, child)
    with pytest.raises(NotPossible, match="应当回避"):
        await merge(any_centre, child, parent)


async def test_a_merge_keeps_both_from_whom_one_of_them_was_kept(any_centre: Centre) -> None:
    parent, child = await received(any_centre, "p"), await received(any_centre, "c")
    await sent_to(any_centre, parent, "zjj")
    await kept_from(any_centre, child)
    await kept_from(any_centre, parent, units=("jyj",))
    await merge(any_centre, child, parent)
    assert await who(any_centre, parent) == await who(any_centre, child) >= {"cgj", "jyj"}
    assert {one.why for one in (await case_of(any_centre, parent)).interests} == {"被举报"}
    await work.act(any_centre, child, citizens.Supplement(content=SECRET), AGENT)
    _, entries = await work.timeline(any_centre, parent, unit(any_centre, code="zjj"))
    assert SECRET in entries[-1].text
    await work.act(any_centre, parent, acts.Recall(reason="派错"), DISPATCHER)
    with pytest.raises(NotPossible, match="应当回避"):
        await work.act(any_centre, parent, acts.Transfer(department="cgj"), DISPATCHER)
    recorded = await ask(any_centre, "SELECT about FROM act WHERE act = 'kept_out'")
    assert sum('"with"' in str(row.about).replace("'", '"') for row in recorded) == 2
    await work.act(any_centre, child, acts.Unmerge(reason="不是一件事"), DISPATCHER)
    assert await who(any_centre, child) >= {"cgj", "jyj"}
    await stays_hidden(any_centre, child)
    assert await unbroken(any_centre) == []


async def test_who_is_merged_along_brings_who_is_kept_out(any_centre: Centre) -> None:
    last, middle, first = [await received(any_centre, key) for key in "abc"]
    await kept_from(any_centre, first)
    await merge(any_centre, first, middle)
    await kept_from(any_centre, last, units=("jyj",))
    await merge(any_centre, middle, last)
    for number in (first, middle, last):
        assert await who(any_centre, number) >= {"cgj", "jyj"}


async def test_whom_a_merged_case_is_kept_from_later_the_parent_is_too(any_centre: Centre) -> None:
    parent, child = await received(any_centre, "p"), await received(any_centre, "c")
    await sent_to(any_centre, parent, "cgj")
    await merge(any_centre, child, parent)
    with pytest.raises(NotPossible, match="先撤回派单"):
        await kept_from(any_centre, child)
    await work.act(any_centre, parent, acts.Recall(reason="派错"), DISPATCHER)
    await kept_from(any_centre, child)
    assert "cgj" in await who(any_centre, parent)
    await kept_from(any_centre, parent, units=("jyj",))
    assert await who(any_centre, child) >= {"cgj", "jyj"}
    assert await unbroken(any_centre) == []


async def test_the_heir_of_a_withdrawn_parent_is_kept_from_all_the_others_were(
    any_centre: Centre,
) -> None:
    parent, heir, other = [await received(any_centre, key) for key in "pho"]
    await merge(any_centre, heir, parent)
    await kept_from(any_centre, other)
    await merge(any_centre, other, parent)
    assert "cgj" not in await who(any_centre, heir)
    await work.act(any_centre, parent, citizens.Withdraw(), AGENT)
    assert (await case_of(any_centre, other)).parent == heir
    await stays_hidden(any_centre, heir)


async def test_what_an_older_version_merged_hands_nothing_to_whom_it_is_kept_from(
    any_centre: Centre,
) -> None:
    parent, child = await in_hand(any_centre, "p"), await received(any_centre, "c")
    await merge(any_centre, child, parent)
    async with any_centre.work() as unit_of_work:
        case = await unit_of_work.cases.change(child)
        case.interests.append(Interest(1, "unit", "cgj", "被举报", "director", unit_of_work.at))
        await unit_of_work.cases.save(case)
    await work.act(any_centre, child, citizens.Supplement(content=SECRET), AGENT)
    _, entries = await work.timeline(any_centre, parent, unit(any_centre))
    assert not any(SECRET in entry.text for entry in entries)
    notices = await ask(
        any_centre, "SELECT audience FROM outbox WHERE about = :n ORDER BY id DESC LIMIT 1", n=child
    )
    assert [row.audience for row in notices] == ["role:dispatcher"]
