"""A candidate reads along: every text, behind the work, deciding nothing; and who was right."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from hotline.domain.acts import centre as acts
from hotline.domain.people import OPERATOR
from hotline.domain.words import Role
from hotline.flow import intake, notify, shadow, work
from hotline.flow.centre import Centre, City, Reader
from hotline.flow.shadow import Shadow
from hotline.store import shadows
from hotline.wiring import MovingClock
from tests.conftest import a_centre
from tests.flow.orders_support import ask, case_of
from tests.makers import a_complaint, an_officer
from tests.support.readers import LAMP, Fails, SaysSo

HOLE = "城市管理/市政设施/井盖缺失破损"
DISPATCHER = an_officer(Role.DISPATCHER)
CANDIDATES: dict[str, Reader] = {
    "better": SaysSo(topic=HOLE, department="住建局", name="better"),
    "broken": Fails(),
}


def candidate(city: City, name: str) -> Reader | None:
    return CANDIDATES.get(name)


@pytest.fixture
async def centre(url: str, tmp_path: Path, clock: MovingClock) -> AsyncIterator[Centre]:
    reader = SaysSo(sure=False)
    told: dict[str, Any] = {"make_reader": lambda city: reader, "make_candidate": candidate}
    made = await a_centre(url, tmp_path, clock, **told)
    yield made
    await made.close()


async def received(centre: Centre, key: str = "k") -> str:
    told = a_complaint(key, received_at=centre.now(), type=None)  # the models say what it is
    receipt = await intake.receive(centre, told)
    while await intake.triage_pending(centre):
        pass
    return receipt.number


@pytest.mark.slow
async def test_every_text_from_then_on_is_read_once_and_nothing_is_decided(centre: Centre) -> None:
    await received(centre, "before")
    tick = Shadow(centre)
    assert await tick.look() == 0
    run = await shadow.begin(centre, OPERATOR, "better")
    numbers = [await received(centre, f"k{n}") for n in range(20)]
    before = await ask(centre, "SELECT count(*), sum(version) FROM cases")
    assert [await tick.look(), await tick.look(), await tick.look()] == [16, 4, 0]
    assert await ask(centre, "SELECT count(*), sum(version) FROM cases") == before
    assert (await case_of(centre, numbers[0])).topic == LAMP
    found = await shadow.report(centre, run)
    assert (found.texts, found.waiting, found.failed) == (20, 0, 0)
    assert (found.fields["topic"]["agreed"], found.fields["type"]["agreed"]) == (0, 20)
    assert await Shadow(centre).look() == 0  # another node, or after a restart


@pytest.mark.slow
async def test_it_is_told_who_was_right_where_people_decided(centre: Centre) -> None:
    run = await shadow.begin(centre, OPERATOR, "better")
    one, two, _ = [await received(centre, f"k{n}") for n in range(3)]
    for number, topic, unit in ((one, HOLE, "zjj"), (two, None, "cgj")):
        await work.act(centre, number, acts.Accept(topic=topic), DISPATCHER)
        await work.act(centre, number, acts.Transfer(department=unit), DISPATCHER)
    await Shadow(centre).look()
    found = (await shadow.report(centre, run)).fields
    assert {who: found["topic"][who] for who in ("both", "model", "candidate", "neither")} == {
        "both": 0,
        "model": 1,
        "candidate": 1,
        "neither": 0,
    }
    assert (found["department"]["model"], found["department"]["candidate"]) == (1, 1)
    assert (found["type"]["both"], found["urgency"]["both"]) == (2, 2)


@pytest.mark.slow
async def test_pages_of_the_report_lose_nobody(centre: Centre) -> None:
    await shadow.begin(centre, OPERATOR, "better")
    numbers = [await received(centre, f"k{n}") for n in range(5)]
    await Shadow(centre).look()
    for number in numbers:
        await work.act(centre, number, acts.Accept(), DISPATCHER)
    async with centre.look() as look:
        found = [one async for one in shadows.judged(look.connection, "better", page=2)]
    assert len({one["case_id"] for one in found}) == 5


@pytest.mark.slow
async def test_a_candidate_that_fails_on_texts_is_counted_and_harms_nobody(centre: Centre) -> None:
    run = await shadow.begin(centre, OPERATOR, "broken")
    await received(centre)
    assert await Shadow(centre).look() == 1
    found = await shadow.report(centre, run)
    assert (found.texts, found.failed, found.fields["topic"]["read"]) == (1, 1, 0)


@pytest.mark.slow
async def test_a_candidate_that_cannot_be_loaded_is_told_once(centre: Centre) -> None:
    await shadow.begin(centre, OPERATOR, "gone")
    await received(centre)
    tick = Shadow(centre)
    assert [await tick.look(), await tick.look()] == [0, 0]
    told = await notify.desk_messages(centre, an_officer(Role.SYSADMIN))
    assert [one["subject"] for one in told] == ["候选模型不能装入"]
    await shadow.end(centre, OPERATOR)
    assert await shadow.running(centre) is None
    assert await ask(centre, "SELECT count(*) FROM alarm WHERE ended_at IS NULL") == [(0,)]


@pytest.mark.slow
async def test_it_gives_way_while_many_receipts_wait(centre: Centre) -> None:
    await shadow.begin(centre, OPERATOR, "better")
    await received(centre)
    for n in range(shadow.BUSY):
        await intake.receive(centre, a_complaint(f"w{n}", received_at=centre.now()))
    assert await Shadow(centre).look() == 0
    while await intake.triage_pending(centre):
        pass
    assert await Shadow(centre).look() == shadow.BATCH
