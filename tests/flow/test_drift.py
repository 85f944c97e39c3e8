"""The drift watch on both databases: it learns, stops, says so, and only a person starts it again."""

import random
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hotline.domain.errors import NotAllowed, NotPossible
from hotline.domain.people import SYSTEM
from hotline.domain.state import State
from hotline.domain.words import Role
from hotline.flow import drift, intake, notify
from hotline.flow.centre import Centre
from hotline.store import decisions
from hotline.wiring import MovingClock
from tests.conftest import a_centre
from tests.flow.orders_support import ask, case_of, unbroken
from tests.makers import a_complaint, an_officer
from tests.support.readers import SaysSo

LEAD, DIRECTOR = an_officer(Role.SHIFT_LEAD), an_officer(Role.DIRECTOR)
DAYS = timedelta(days=1)


@pytest.fixture
async def sure(url: str, tmp_path: Path, clock: MovingClock) -> AsyncIterator[Centre]:
    made = await a_centre(url, tmp_path, clock, make_reader=lambda city: SaysSo())
    yield made
    await made.close()


async def a_day(
    centre: Centre, clock: MovingClock, seed: int, n: int = 120, **usual: float
) -> None:
    """A day's readings and verdicts, as the flow writes them."""
    dice, told = random.Random(seed), {"confidence": 0.7, "override": 0.1, **usual}
    levels = [f"t{k}" for k in range(6)]
    async with centre.work() as work:
        for k in range(n):
            at = clock.at + timedelta(minutes=k * 1440 / n)
            row: dict[str, Any] = {"case_id": k, "at": at, "role": "system", "actor": "system"}
            row |= {"automatic": False, "why": "sure", "model": "m1", "rules": 1, "duty": ""}
            row |= {"level1": dice.choice(levels), "facts": {}}
            sure = min(1.0, max(0.0, dice.gauss(told["confidence"], 0.15)))
            read = {**row, "act": "triage", "confidence": sure, "overrode": None}
            await decisions.add(work.connection, read)
            over = dice.random() < told["override"]
            spoken = {**row, "act": "transfer", "confidence": None, "overrode": over}
            await decisions.add(work.connection, spoken)
    clock.move_to(clock.at + DAYS)


async def learnt(centre: Centre, clock: MovingClock) -> None:
    """Seven ordinary days, looked at daily: the baseline stands."""
    for seed in range(8):
        await a_day(centre, clock, seed)
        assert await drift.watch(centre) == []
    standing = await drift.standing(centre)
    assert standing.baseline is not None and standing.baseline.until is not None


async def received(centre: Centre, key: str) -> str:
    receipt = await intake.receive(centre, a_complaint(key, received_at=centre.now(), place=None))
    while await intake.triage_pending(centre):
        pass
    return receipt.number


async def told(centre: Centre, role: Role) -> list[str]:
    found = await notify.desk_messages(centre, an_officer(role))
    return [str(one["subject"]) for one in found if one["subject"] == "自动派单已停用"]


@pytest.mark.slow
@pytest.mark.parametrize("seed", [100, 200, 300])
async def test_ordinary_weeks_stop_nothing(sure: Centre, clock: MovingClock, seed: int) -> None:
    await learnt(sure, clock)
    for day in range(21):
        await a_day(sure, clock, seed + day)
        assert await drift.watch(sure) == []
    assert (await drift.standing(sure)).switch.running


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "name"), [({"confidence": 0.5}, "confidence"), ({"override": 0.6}, "override")]
)
async def test_drift_stops_the_dispatch_says_so_and_cases_wait_for_people(
    sure: Centre, clock: MovingClock, change: dict[str, float], name: str
) -> None:
    await learnt(sure, clock)
    await a_day(sure, clock, 50, **change)
    assert name in {one.name for one in await drift.watch(sure)}
    await drift.watch(sure)  # said once
    for role in drift.TOLD:
        assert await told(sure, role) == ["自动派单已停用"]
    standing = await drift.standing(sure)
    assert not standing.switch.running and standing.switch.actor == SYSTEM.name
    assert drift.drift.NAMES[name][0] in standing.switch.reason
    assert (await case_of(sure, await received(sure, "k1"))).state is State.REGISTERED
    assert await unbroken(sure) == []


async def test_an_emergency_waits_for_no_threshold_and_no_switch(
    url: str, tmp_path: Path, clock: MovingClock
) -> None:
    reader = SaysSo(urgency="critical", sure=False, confidence=0.1)
    centre = await a_centre(url, tmp_path, clock, make_reader=lambda city: reader)
    await drift.turn(centre, LEAD, running=False, reason="演练")
    case = await case_of(centre, await received(centre, "k1"))
    assert (case.state, case.lead) == (State.DISPATCHED, "cgj")
    reader.urgency, reader.sure = "normal", True
    assert (await case_of(centre, await received(centre, "k2"))).state is State.REGISTERED
    whys = await ask(centre, "SELECT why, automatic FROM decision ORDER BY id")
    assert [(why, bool(went)) for why, went in whys] == [("emergency", True), ("stopped", False)]
    await centre.close()


@pytest.mark.slow
async def test_a_person_starts_it_again_and_what_was_looked_at_does_not_stop_it_anew(
    sure: Centre, clock: MovingClock
) -> None:
    await learnt(sure, clock)
    await a_day(sure, clock, 50, confidence=0.5)
    await drift.watch(sure)
    with pytest.raises(NotAllowed):
        await drift.turn(sure, an_officer(Role.DISPATCHER), running=True, reason="看过了")
    with pytest.raises(NotPossible):
        await drift.turn(sure, DIRECTOR, running=True, reason="  ")
    switch = await drift.turn(sure, DIRECTOR, running=True, reason="抽查 50 件无误")
    assert switch.running and switch.actor == "director"
    assert await drift.watch(sure) == []
    assert (await case_of(sure, await received(sure, "k1"))).lead == "cgj"
    assert await ask(sure, "SELECT count(*) FROM alarm WHERE ended_at IS NULL") == [(0,)]
    acts = await ask(sure, "SELECT actor FROM act WHERE act = 'automatic_dispatch' ORDER BY seq")
    assert [row[0] for row in acts] == ["system:system", "director:director"]
    clock.move_to(clock.at + DAYS)
    await a_day(sure, clock, 51, confidence=0.5)
    assert await drift.watch(sure) != []  # it has not become better since


@pytest.mark.slow
async def test_where_the_city_has_changed_what_is_usual_is_learnt_anew(
    sure: Centre, clock: MovingClock
) -> None:
    await learnt(sure, clock)
    await a_day(sure, clock, 50, confidence=0.5)
    await drift.watch(sure)
    await drift.turn(sure, LEAD, running=True, reason="新开通的渠道文字更短", relearn=True)
    for seed in range(60, 69):
        await a_day(sure, clock, seed, confidence=0.5)
        assert await drift.watch(sure) == []
    baseline = (await drift.standing(sure)).baseline
    assert baseline is not None and baseline.until is not None
    assert baseline.counts.confidence == pytest.approx(0.5, abs=0.03)


@pytest.mark.slow
async def test_another_model_begins_with_a_baseline_of_its_own(
    sure: Centre, clock: MovingClock
) -> None:
    await learnt(sure, clock)
    await received(sure, "k1")  # read by another model than the days before
    assert await drift.watch(sure) == []
    baseline = (await drift.standing(sure)).baseline
    assert baseline is not None and (baseline.model, baseline.until) == ("says-so", None)


async def test_years_of_backdated_complaints_are_no_drift(sure: Centre) -> None:
    await intake.receive(
        sure,
        a_complaint("old", received_at=sure.now(), sent_at=sure.now() - 400 * DAYS),
        facts={"backdate": True},
    )
    while await intake.triage_pending(sure):
        pass
    assert await ask(sure, "SELECT act FROM decision") == [("backdated",)]
