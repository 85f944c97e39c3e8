"""What a merged caller adds is read with the case that is worked on, and erased with the caller's own."""

import pytest
from sqlalchemy import text

from hotline.domain.acts import centre as acts
from hotline.domain.acts import citizen as citizens
from hotline.flow import citizen, erasure, work
from hotline.flow.centre import Centre
from hotline.store import copies, migrations
from tests.flow.orders_support import DIRECTOR, DISPATCHER, in_hand, received, unbroken, unit

WORDS = "我住在望江大道66号3单元502室，家里有病人"


async def adds(centre: Centre, child: str) -> None:
    async with centre.work() as unit_of_work:
        await citizen.do(centre, unit_of_work, child, citizens.Supplement(content=WORDS), "1")


async def merged(centre: Centre, key: str = "") -> tuple[str, str]:
    """A case in a unit's hands, and another merged into it whose citizen adds something."""
    parent = await in_hand(centre, f"parent{key}")
    child = await received(centre, f"child{key}")
    await work.act(centre, child, acts.Merge(parent=parent), DISPATCHER)
    await adds(centre, child)
    return parent, child


async def erases(centre: Centre, number: str) -> None:
    async with centre.work() as unit_of_work:
        done = await erasure.erase(unit_of_work, number, "asked", DIRECTOR)
    await erasure.finish(centre, [done])


async def told(centre: Centre, number: str) -> list[str]:
    """The timeline as the unit in charge reads it."""
    _, entries = await work.timeline(centre, number, unit(centre))
    return [entry.text for entry in entries if "并单" in entry.text]


async def test_the_unit_reads_what_a_merged_caller_adds_until_it_is_erased(
    any_centre: Centre,
) -> None:
    parent, child = await merged(any_centre)
    assert await told(any_centre, parent) == [f"（并单 {child}）{WORDS}"]
    await erases(any_centre, child)
    assert await told(any_centre, parent) == [f"（并单 {child}）［个人信息已删除］"]
    assert not await unbroken(any_centre)


async def test_the_copies_go_from_every_case_it_was_ever_merged_into_and_no_others(
    centre: Centre,
) -> None:
    first, child = await merged(centre)
    await work.act(centre, child, acts.Unmerge(reason="不是一件事"), DISPATCHER)
    second, other = await merged(centre, "2")
    await work.act(centre, child, acts.Merge(parent=second), DISPATCHER)
    await adds(centre, child)
    await erases(centre, child)
    empty = f"（并单 {child}）［个人信息已删除］"
    assert await told(centre, first) == [empty]
    assert await told(centre, second) == [f"（并单 {other}）{WORDS}", empty]
    assert not await unbroken(centre)


async def test_a_copy_that_was_emptied_without_an_erasure_is_found(centre: Centre) -> None:
    parent, child = await merged(centre)
    async with centre.work() as unit_of_work:
        await unit_of_work.connection.execute(
            text("update entry set text = :words where origin = 'merged case'"),
            {"words": f"（并单 {child}）［个人信息已删除］"},
        )
    (found,) = await unbroken(centre)
    assert found.startswith(f"I6 {parent}") and "was changed" in found


async def test_the_upgrade_empties_what_earlier_erasures_left(
    any_centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nothing(*_: object) -> None:
        """As it was before."""

    parent, child = await merged(any_centre)
    kept, other = await merged(any_centre, "2")
    monkeypatch.setattr(copies, "erase", nothing)
    await erases(any_centre, child)
    assert WORDS in (await told(any_centre, parent))[0]
    await migrations.downgrade(any_centre.store, "0040")
    await migrations.upgrade(any_centre.store)
    assert await told(any_centre, parent) == [f"（并单 {child}）［个人信息已删除］"]
    assert await told(any_centre, kept) == [f"（并单 {other}）{WORDS}"]
    assert not await unbroken(any_centre)
