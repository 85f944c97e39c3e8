"""What time does to many cases, it does to each by itself: a poisoned one stops neither resuming nor
archiving nor lawful erasing, and is told of without flooding the log."""

import asyncio
import json
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from escalation.schedule import COURSE, Course
from hotline.config import Privacy
from hotline.domain import guards
from hotline.domain.acts import centre as acts
from hotline.domain.acts import department
from hotline.domain.words import Granted, Pause
from hotline.flow import archiving, erasure, onebyone, privacy, recount, work
from hotline.flow.archiving import archive_closed
from hotline.flow.centre import Centre
from hotline.flow.onebyone import PassedOver
from hotline.flow.recount import resume_due
from hotline.store import erasureledger
from hotline.wiring import MovingClock
from tests.flow.orders_support import DIRECTOR, ask, case_of, in_hand, received, unit
from tests.web.test_privacy import closed

POISON = "UPDATE cases SET details = '{\"x\": 1}' WHERE number = :n"
ENTRY = (
    "UPDATE entry SET before = 'null' WHERE seq = 2"
    " AND case_id = (SELECT id FROM cases WHERE number = :n)"
)
LONG = timedelta(days=1200)


@pytest.fixture(autouse=True)
def two_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recount, "BATCH", 2)
    monkeypatch.setattr(archiving, "BATCH", 2)
    monkeypatch.setattr(erasure, "BATCH", 2)
    monkeypatch.setattr(erasure, "ENDED", 2)
    monkeypatch.setattr(onebyone, "PAUSE", 0.0)


async def change(centre: Centre, statement: str, **told: Any) -> None:
    async with centre.store.write() as connection:
        await connection.execute(text(statement), told)


async def ended(centre: Centre, clock: MovingClock, many: int) -> list[str]:
    """Closed one after another."""
    numbers = []
    for _ in range(many):
        numbers.append(await received(centre, clock.at.isoformat()))
        await closed(centre, numbers[-1])
        clock.move_to(clock.at + timedelta(minutes=1))
    return numbers


async def suspended(centre: Centre, key: str, until: date) -> str:
    number = await in_hand(centre, key)
    asked = department.Suspend(
        reason_code=Pause.AWAIT_TEST, reason="检测", resume_on=until, evidence="委托书"
    )
    await work.act(centre, number, asked, unit(centre))
    granted = acts.Grant(request=1, verdict=Granted.GRANTED, reason="同意")
    await work.act(centre, number, granted, DIRECTOR)
    return number


async def states(centre: Centre) -> list[str]:
    return [row[0] for row in await ask(centre, "SELECT state FROM cases ORDER BY id")]


async def erased(centre: Centre) -> set[str]:
    return {row[0] for row in await ask(centre, "SELECT number FROM erasure")}


def listed(centre: Centre) -> set[str]:
    return set(erasureledger.read(erasureledger.path(centre.files), centre.cipher))


async def test_a_poisoned_case_does_not_stop_the_resuming_of_others_and_is_told_of_once(
    any_centre: Centre, clock: MovingClock
) -> None:
    bad = await suspended(any_centre, "bad", date(2026, 12, 1))
    good = [await suspended(any_centre, key, date(2026, 12, 2)) for key in "abc"]
    [(bad_id, sound)] = await ask(
        any_centre, "SELECT id, details FROM cases WHERE number = :n", n=bad
    )
    await change(any_centre, POISON, n=bad)
    clock.move_to(clock.at + timedelta(days=30))
    with capture_logs() as lines:
        for _ in range(3):
            with pytest.raises(PassedOver):
                await resume_due(any_centre)
    assert {(await case_of(any_centre, number)).state.value for number in good} == {"processing"}
    [told] = [one for one in lines if one["event"] == "cases.passed_over"]
    assert (told["job"], told["failed"], told["cases"]) == ("resume", 1, [bad_id])
    assert told["exc_info"] is not None, "whole, the first time"
    mended = "UPDATE cases SET details = :d WHERE number = :n"
    kept = sound if isinstance(sound, str) else json.dumps(sound)  # as the driver gives it out
    await change(any_centre, mended, d=kept, n=bad)
    with capture_logs() as lines:
        assert await resume_due(any_centre) == 1
    assert (await case_of(any_centre, bad)).state.value == "processing"
    assert "cases.done" in {one["event"] for one in lines}


async def test_a_poisoned_case_does_not_stop_archiving_which_goes_on_until_all_is_done(
    any_centre: Centre, clock: MovingClock
) -> None:
    numbers = await ended(any_centre, clock, 6)
    await change(any_centre, POISON, n=numbers[0])
    clock.move_to(clock.at + timedelta(days=400))
    with pytest.raises(PassedOver):
        await archive_closed(any_centre)
    assert await states(any_centre) == ["closed", *["archived"] * 5], "three pages in one look"


async def test_archiving_ends_after_its_time_or_when_all_stops_and_goes_on_at_the_next_look(
    centre: Centre, clock: MovingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await ended(centre, clock, 5)
    clock.move_to(clock.at + timedelta(days=400))
    centre.stopping.set()
    assert await archive_closed(centre) == 0
    centre.stopping.clear()
    monkeypatch.setattr(onebyone, "LONGEST", -1.0)
    assert await archive_closed(centre) == 0
    monkeypatch.undo()
    assert await archive_closed(centre) == 5


async def test_a_case_with_an_open_appeal_is_passed_by_and_who_has_it_open_may_still_act(
    centre: Centre, clock: MovingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = await ended(centre, clock, 4)
    clock.move_to(clock.at + timedelta(days=400))
    before = [(await case_of(centre, number)).version for number in numbers[:2]]

    def archivable(case: Any, step: Any) -> bool:
        return case.number not in numbers[:2]

    monkeypatch.setattr(guards, "archivable", archivable)
    assert await archive_closed(centre) == 2, "a whole page of such cases stands before them"
    assert [(await case_of(centre, number)).version for number in numbers[:2]] == before


async def test_a_poisoned_case_does_not_stop_lawful_erasing(
    any_centre: Centre, clock: MovingClock
) -> None:
    numbers = await ended(any_centre, clock, 5)
    await change(any_centre, ENTRY, n=numbers[0])
    clock.move_to(clock.at + LONG)
    with pytest.raises(PassedOver):
        await erasure.keep_time(any_centre, Privacy())
    assert await erased(any_centre) == listed(any_centre) == set(numbers[1:])
    [(words,)] = await ask(any_centre, "SELECT title FROM cases WHERE number = :n", n=numbers[0])
    assert words != "［个人信息已删除］", "what failed in the middle is as it was"


async def test_two_nodes_that_erase_at_once_do_each_case_once_and_neither_fails(
    any_centre: Centre, clock: MovingClock
) -> None:
    numbers = await ended(any_centre, clock, 6)
    clock.move_to(clock.at + LONG)
    done = await asyncio.gather(*(erasure.keep_time(any_centre, Privacy()) for _ in range(3)))
    assert sum(done) == 6 and await erased(any_centre) == listed(any_centre) == set(numbers)


async def test_a_hold_that_comes_between_the_list_and_its_case_keeps_the_case(
    any_centre: Centre, clock: MovingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    [number] = await ended(any_centre, clock, 1)
    clock.move_to(clock.at + LONG)
    expired = erasure.privacy.expired

    async def held_meanwhile(*told: Any) -> Sequence[Any]:
        found = await expired(*told)
        await privacy.hold(any_centre, DIRECTOR, number, "行政诉讼")
        return found

    monkeypatch.setattr(erasure.privacy, "expired", held_meanwhile)
    assert await erasure.keep_time(any_centre, Privacy()) == 0
    assert await erased(any_centre) == set()


async def test_a_poisoned_case_that_came_back_does_not_stop_the_erasing_of_others_again(
    any_centre: Centre, clock: MovingClock
) -> None:
    numbers = await ended(any_centre, clock, 3)
    told = [(number, clock.at, "asked") for number in numbers]
    erasureledger.add(any_centre.files, any_centre.cipher, told)
    await change(any_centre, ENTRY, n=numbers[0])
    agreement = erasure.Agreement(any_centre)
    for _ in range(2):
        with pytest.raises(PassedOver):
            await agreement.look()
        assert await erased(any_centre) == set(numbers[1:])
    await change(any_centre, ENTRY.replace("'null'", "'{}'"), n=numbers[0])
    assert await agreement.look() == 1
    assert await erased(any_centre) == set(numbers)


async def test_a_database_that_is_away_is_no_broken_case_and_ends_the_look_at_once(
    centre: Centre, clock: MovingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await ended(centre, clock, 4)
    clock.move_to(clock.at + timedelta(days=400))
    tries = []

    def away(*_: Any, **__: Any) -> Any:
        tries.append("work")
        raise ConnectionRefusedError

    async def silent() -> None:
        raise TimeoutError

    monkeypatch.setattr(centre, "work", away)
    monkeypatch.setattr(centre.store, "ping", silent)
    with capture_logs() as lines, pytest.raises(TimeoutError):
        await archive_closed(centre)
    assert len(tries) == 1 and not lines


async def test_each_unit_of_work_is_a_step_of_the_tick_that_does_it(
    centre: Centre, clock: MovingClock
) -> None:
    await ended(centre, clock, 1)
    course = Course(0.0)
    COURSE.set(course)
    async with centre.look():
        looked = course.moved
    assert looked > 0
    clock.move_to(clock.at + timedelta(days=400))
    course.moved = 0.0
    await archive_closed(centre)
    assert course.moved >= looked, "a long one moves on with every case"
