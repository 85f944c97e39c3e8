"""Turns at the one writer: in order, acknowledging first, and never lost by whoever goes away."""

import asyncio

import pytest

from hotline.store import turns
from hotline.store.turns import Turns


async def at_work(line: Turns, name: str, done: list[str], *, first: bool = False) -> None:
    async with line.turn(first=first):
        done.append(name)
        await asyncio.sleep(0)


async def test_who_acknowledges_overtakes_who_waits_and_the_others_keep_their_order() -> None:
    line, done = Turns(), list[str]()
    async with asyncio.TaskGroup() as group:
        async with line.turn(first=False):
            for name in ("a", "b", "first", "c"):
                group.create_task(at_work(line, name, done, first=name == "first"))
            await asyncio.sleep(0)
            assert done == [], "who is at work is not overtaken"
    assert done == ["first", "a", "b", "c"]


async def test_after_one_that_overtook_comes_one_of_the_others_however_many_come_first() -> None:
    line, done = Turns(), list[str]()

    async def acknowledging() -> None:
        for _ in range(3):
            await at_work(line, "first", done, first=True)

    async with asyncio.TaskGroup() as group:
        for task in (acknowledging(), acknowledging(), *(at_work(line, n, done) for n in "abcd")):
            group.create_task(task)
    assert "".join("f" if one == "first" else one for one in done) == "ffafbfcfdf"


async def test_a_turn_given_to_one_who_goes_away_is_passed_on() -> None:
    line, done = Turns(), list[str]()
    async with line.turn(first=False):
        going = asyncio.create_task(at_work(line, "gone", done, first=True))
        staying = asyncio.create_task(at_work(line, "stays", done))
        await asyncio.sleep(0)
    going.cancel()  # its turn is given already
    await asyncio.wait([going, staying])
    assert going.cancelled() and done == ["stays"]
    await at_work(line, "later", done)
    assert done == ["stays", "later"]


async def test_who_waits_for_oneself_is_told_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "LONGEST", 0.01)
    line, done = Turns(), list[str]()
    async with line.turn(first=False):
        with pytest.raises(TimeoutError):
            await at_work(line, "within", done)
    await at_work(line, "after", done)
    assert done == ["after"]
