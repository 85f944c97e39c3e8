"""Two merges, or a merge and an answer, at one moment: on PostgreSQL, where nothing else queues them.

Each is held where it hurts: one transaction is open when the other comes, and goes on when that waits.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest
from sqlalchemy import text

from hotline.domain.acts import centre as acts
from hotline.domain.acts import citizen as citizens
from hotline.domain.acts.asking import Act
from hotline.domain.case import Case
from hotline.domain.errors import NotPossible
from hotline.domain.people import Actor
from hotline.domain.words import Role
from hotline.flow import citizen, intake, work
from hotline.flow.centre import Centre
from hotline.store.ledger import verify
from tests.flow.test_work import DISPATCHER
from tests.makers import a_complaint, an_officer

pytestmark = pytest.mark.postgres
AGENT = an_officer(Role.AGENT)
ANSWER = acts.Answer(text="路灯已经修好。")


@pytest.fixture
def url(postgres_url: str) -> str:
    return postgres_url


async def received(centre: Centre, *keys: str) -> list[str]:
    numbers = [
        (await intake.receive(centre, a_complaint(key, received_at=centre.now()))).number
        for key in keys
    ]
    while await intake.triage_pending(centre):
        pass
    return numbers


async def while_open(
    centre: Centre, first: tuple[str, Act, Actor], late: Coroutine[Any, Any, Any]
) -> asyncio.Task[Any]:
    """`first` has locked its case when `late` comes; it acts and ends once `late` waits for it."""
    number, facts, actor = first
    async with centre.work() as unit:
        case = await unit.cases.change(number)
        task = asyncio.create_task(late)
        while not await waits(centre):
            assert not task.done(), task.exception()
        await work.act_in(centre, unit, case, facts, actor)
    await asyncio.wait([task])
    return task


async def waits(centre: Centre) -> bool:
    async with centre.look() as look:
        found = await look.connection.execute(
            text("SELECT count(*) FROM pg_locks WHERE NOT granted")
        )
        return bool(found.scalar_one())


async def standing(centre: Centre, number: str) -> tuple[str, str | None]:
    case = (await work.view(centre, number, DISPATCHER)).case
    return case.state.value, case.parent


async def read_by_citizen(centre: Centre, number: str) -> list[str]:
    _, entries = await work.timeline(centre, number, DISPATCHER)
    return [entry.public for entry in entries if entry.public]


async def broken(centre: Centre) -> list[Any]:
    return (await verify(centre.store, centre.cipher, centre.files, centre.now())).broken


async def test_a_parent_that_is_merged_away_meanwhile_takes_in_nobody(any_centre: Centre) -> None:
    late, middle, last = await received(any_centre, "a", "b", "c")
    merge = work.act(any_centre, late, acts.Merge(parent=middle), DISPATCHER)
    task = await while_open(any_centre, (middle, acts.Merge(parent=last), DISPATCHER), merge)
    assert isinstance(task.exception(), NotPossible) and "另一件诉求" in str(task.exception())
    assert await standing(any_centre, late) == ("registered", None)
    assert await standing(any_centre, middle) == ("merged", last)
    assert await broken(any_centre) == []


async def test_a_parent_that_is_answered_meanwhile_takes_in_nobody(any_centre: Centre) -> None:
    late, parent = await received(any_centre, "a", "b")
    merge = work.act(any_centre, late, acts.Merge(parent=parent), DISPATCHER)
    task = await while_open(any_centre, (parent, ANSWER, AGENT), merge)
    assert isinstance(task.exception(), NotPossible) and "主单已结束" in str(task.exception())
    assert await standing(any_centre, late) == ("registered", None)


async def test_of_a_parent_that_is_answered_meanwhile_nobody_is_unmerged(
    any_centre: Centre,
) -> None:
    parent, child = await received(any_centre, "p", "c")
    await work.act(any_centre, child, acts.Merge(parent=parent), DISPATCHER)
    apart = work.act(any_centre, child, acts.Unmerge(reason="不是一件事"), DISPATCHER)
    task = await while_open(any_centre, (parent, ANSWER, AGENT), apart)
    assert isinstance(task.exception(), NotPossible) and "主单已结束" in str(task.exception())
    assert await standing(any_centre, child) == ("merged", parent)


async def test_who_was_merged_before_the_parent_moves_on_goes_along_and_is_answered(
    any_centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other order: the child has found its parent open, and only then that one is merged."""
    child, middle, last = await received(any_centre, "a", "b", "c")
    found, on = asyncio.Event(), asyncio.Event()
    check = work.check_tie

    async def slow(unit: Any, case: Case, facts: acts.Merge, actor: Actor) -> None:
        await check(unit, case, facts, actor)
        if facts.parent == middle:
            found.set()
            await on.wait()

    monkeypatch.setattr(work, "check_tie", slow)
    first = asyncio.create_task(work.act(any_centre, child, acts.Merge(parent=middle), DISPATCHER))
    await found.wait()
    second = asyncio.create_task(work.act(any_centre, middle, acts.Merge(parent=last), DISPATCHER))
    while not second.done() and not await waits(any_centre):
        await asyncio.sleep(0)
    on.set()
    await asyncio.gather(first, second)
    assert await standing(any_centre, child) == ("merged", last)
    await work.act(any_centre, last, ANSWER, AGENT)
    for number in (child, middle):
        assert "路灯已经修好" in (await read_by_citizen(any_centre, number))[-1]
    assert await broken(any_centre) == []


async def test_an_answer_and_what_a_merged_caller_adds_do_not_wait_for_each_other(
    any_centre: Centre,
) -> None:
    parent, child = await received(any_centre, "p", "c")
    await work.act(any_centre, child, acts.Merge(parent=parent), DISPATCHER)
    more = citizens.Supplement(content="路口那盏也坏了")

    async def add() -> None:
        async with any_centre.work() as unit:
            await citizen.do(any_centre, unit, child, more, "127.0.0.1")

    task = await while_open(any_centre, (parent, ANSWER, AGENT), add())
    assert task.exception() is None
    _, entries = await work.timeline(any_centre, child, DISPATCHER)
    assert [entry.text for entry in entries][-2:] == ["答复：路灯已经修好。", "路口那盏也坏了"]


async def test_what_a_merged_caller_adds_follows_the_matter_to_another_parent(
    any_centre: Centre,
) -> None:
    child, middle, last = await received(any_centre, "a", "b", "c")
    await work.act(any_centre, child, acts.Merge(parent=middle), DISPATCHER)
    more = citizens.Supplement(content="路口那盏也坏了")
    added = work.act(any_centre, child, more, AGENT)
    task = await while_open(any_centre, (middle, acts.Merge(parent=last), DISPATCHER), added)
    assert task.exception() is None
    _, entries = await work.timeline(any_centre, last, DISPATCHER)
    assert entries[-1].text == f"（并单 {child}）路口那盏也坏了"
    assert await standing(any_centre, middle) == await standing(any_centre, child)


async def test_of_two_cases_merged_into_each_other_one_remains(any_centre: Centre) -> None:
    for n in range(5):
        one, other = await received(any_centre, f"a{n}", f"b{n}")
        found = await asyncio.gather(
            work.act(any_centre, one, acts.Merge(parent=other), DISPATCHER),
            work.act(any_centre, other, acts.Merge(parent=one), DISPATCHER),
            return_exceptions=True,
        )
        assert sorted(type(each).__name__ for each in found) == ["CaseView", "NotPossible"]
    assert await broken(any_centre) == []
