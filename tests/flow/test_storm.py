"""A storm: all is taken in, what can wait waits, emergencies go first, and it ends by itself."""

import asyncio
import time
from datetime import timedelta
from pathlib import Path

import pytest

from channels import web
from hotline.flow import intake, sweep
from hotline.flow.centre import Centre
from hotline.flow.storm import FEW, MANY, Storm
from hotline.wiring import MovingClock
from tests.conftest import a_centre
from tests.flow.orders_support import ask, case_of
from tests.makers import MONDAY
from tests.support.readers import SaysSo
from tests.web.api_support import filed, served, triaged

FIRE = "我家楼上已经着火了，冒浓烟，有人被困"


async def post(centre: Centre, n: int, content: str = "望江大道路灯坏了") -> str:
    told = {"title": "路灯不亮", "content": content, "contact": {"phone": "13800001234"}}
    form = web.read(told)
    made = web.incoming(form, channel="web", key=f"k{n}", at=centre.now(), attachments=())
    return (await intake.receive(centre, made)).number


def test_it_begins_by_number_or_age_and_ends_only_when_both_are_low() -> None:
    storm, old = Storm(), MONDAY - timedelta(seconds=21)
    assert not storm.look(MANY - 1, MONDAY, MONDAY)
    assert storm.look(MANY, MONDAY, MONDAY)
    assert storm.look(FEW, MONDAY, MONDAY), "not over as long as many wait"
    assert storm.look(1, old, MONDAY), "nor while somebody has waited long"
    assert not storm.look(0, None, MONDAY)
    assert storm.look(1, old, MONDAY)


async def test_in_a_storm_repeats_are_left_to_the_sweep_which_waits_until_it_is_over(
    centre: Centre,
) -> None:
    for n in range(MANY):
        await post(centre, n)
    await intake.triage_pending(centre, 8)
    assert centre.storm.raging
    assert await ask(centre, "SELECT case_id FROM repeat") == []
    assert await sweep.sweep(centre) == 0
    while await intake.triage_pending(centre):
        pass
    assert not centre.storm.raging, "over, and nobody did anything"
    assert len(await ask(centre, "SELECT id FROM cases")) == MANY
    assert await sweep.sweep(centre) > 0
    assert len(await ask(centre, "SELECT DISTINCT case_id FROM repeat")) > MANY // 3


async def test_an_emergency_does_not_wait_its_turn(centre: Centre) -> None:
    for n in range(MANY):
        await post(centre, n)
    number = await post(centre, MANY, FIRE)
    await intake.triage_pending(centre, 1)
    assert (await ask(centre, "SELECT number FROM cases ORDER BY id LIMIT 1"))[0][0] == number


async def test_an_emergency_that_comes_meanwhile_is_the_next(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers, fires, original = [await post(centre, n) for n in range(3)], list[str](), intake.triage

    async def meanwhile(centre: Centre, intake_id: int) -> bool:
        if not fires:
            fires.append(await post(centre, 9, FIRE))
        return await original(centre, intake_id)

    monkeypatch.setattr(intake, "triage", meanwhile)
    while await intake.triage_pending(centre):
        pass
    made = [row[0] for row in await ask(centre, "SELECT number FROM cases ORDER BY id")]
    assert made == [numbers[0], *fires, *numbers[1:]]


async def rested(storm: Storm, *delays: float) -> float:
    """Seconds of a rest while acknowledgements take so long, look by look; the last goes on."""
    told, began = iter(delays), time.monotonic()
    await storm.rest(lambda: next(told, delays[-1]))
    return time.monotonic() - began


async def test_thinking_rests_while_acknowledgements_are_slow_but_for_ever_for_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("hotline.flow.storm.REST", 0.2)
    monkeypatch.setattr("hotline.flow.storm.PAUSE", 0.01)
    storm = Storm()
    assert await rested(storm, 0.05) < 0.01, "they are not slow"
    assert await rested(storm, 0.5, 0.5, 0.05) < 0.15, "slow no more"
    assert await rested(storm, 0.5) >= 0.2, "one receipt a rest is thought about in any storm"
    storm.came(7, "着火", FIRE)
    assert await rested(storm, 0.5) < 0.01, "never for an emergency"


async def test_triage_gives_way_to_who_waits_to_be_acknowledged(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hotline.flow.storm.REST", 0.3)
    monkeypatch.setattr(type(centre.inbox), "delay", lambda inbox: 0.5)
    for n in range(2):
        await post(centre, n)
    began = time.monotonic()
    await intake.triage_pending(centre)
    assert time.monotonic() - began < 0.3, "who calls it by hand does not wait"
    for n in range(2, 4):
        await post(centre, n)
    began = time.monotonic()
    assert await intake.triage_pending(centre, gives_way=True) == 2
    assert time.monotonic() - began >= 0.6


class Stalls(SaysSo):
    """Does not answer for a while."""

    def read(self, title, body):  # type: ignore[no-untyped-def]
        time.sleep(0.05)
        return super().read(title, body)


async def test_a_classifier_that_stalls_is_left_out_and_asked_again_later(
    sqlite_url: str, tmp_path: Path, clock: MovingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hotline.flow.storm.STORM_WAIT", 0.01)
    centre = await a_centre(sqlite_url, tmp_path, clock, make_reader=lambda city: Stalls())
    await asyncio.gather(*(post(centre, n) for n in range(MANY)))
    await intake.triage_pending(centre)
    numbers = [row[0] for row in await ask(centre, "SELECT number FROM cases ORDER BY id")]
    notes = [(await case_of(centre, number)).notes["triage"] for number in numbers]
    assert "TimeoutError" in notes[0] and "没有及时回应" in notes[1]
    assert len(notes) == 64, "none of the others waited for it"
    clock.move_to(clock.at + timedelta(seconds=20))
    assert centre.storm.patience(clock.at) == 0.01, "it is asked again"
    await centre.close()


async def test_the_citizen_is_told_the_truth_while_it_lasts_and_nothing_after(
    empty_sqlite: Path, tmp_path: Path, clock: MovingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The node's own triage would see that one receipt is no storm, and end it meanwhile.
    monkeypatch.setattr("hotline.web.app.triage_for_ever", lambda centre: asyncio.sleep(3600))
    async with served(empty_sqlite, tmp_path, clock) as client:
        centre = client.centre
        answer = await client.post(
            "/api/v1/complaints",
            json={"title": "路灯不亮", "content": "路灯坏了", "contact": {"phone": "13800001234"}},
        )
        mine = await answer.json()
        clock.move_to(clock.at + timedelta(minutes=3))
        centre.storm.look(412, clock.at - timedelta(minutes=3), clock.at)
        door = {"Query-Code": mine["query_code"]}
        where = f"/api/v1/complaints/{mine['number']}"
        told = await (await client.get(where, headers=door)).json()
        assert "412 件" in told["notice"] and "3 分钟" in told["notice"]
        english = {**door, "Accept-Language": "en"}
        assert "412 wait" in (await (await client.get(where, headers=english)).json())["notice"]
        assert "412 件" in await (await client.get("/complaints/new")).text()
        assert (await (await client.get("/readyz")).json())["triage"]["storm"] is True
        assert "hotline_storm 1.0" in await (await client.get("/metrics")).text()
        await triaged(client)
        assert "notice" not in await (await client.get(where, headers=door)).json()
        assert "412 件" not in await (await client.get("/complaints/new")).text()
        await filed(client)
