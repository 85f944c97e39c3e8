"""A case whose rung cannot be taken stops only itself, is tried ever less often, and is told of."""

from datetime import timedelta
from typing import Any

import pytest

from escalation import audit
from escalation.watch import Watch
from hotline.domain.words import Role
from hotline.flow import notify, supervise, work
from hotline.flow.centre import Centre
from hotline.flow.supervise import CaseAgenda
from hotline.store import stumbles
from hotline.web import health
from hotline.wiring import MovingClock
from tests.flow.orders_support import DISPATCHER, SYSTEMS, ask, case_of, in_hand, unbroken
from tests.makers import an_officer


class Poisoned(CaseAgenda):
    """The product's agenda, but one case raises when it is climbed."""

    def __init__(self, centre: Centre, case_id: int) -> None:
        super().__init__(centre)
        self.case_id: int | None = case_id
        self.tries = 0

    async def _take(self, work: Any, due: Any, now: Any) -> Any:
        taken = await super()._take(work, due, now)
        if due.case_id == self.case_id:
            self.tries += 1
            raise RuntimeError("a case that cannot be climbed")
        return taken


@pytest.fixture
async def two(any_centre: Centre, clock: MovingClock) -> tuple[Centre, str, str, Poisoned]:
    """A poisoned case and a sound one beside it, both just overdue for signing."""
    bad, good = [await in_hand(any_centre, key, signed=False) for key in ("bad", "good")]
    clock.move_to(clock.at + timedelta(days=2))
    agenda = Poisoned(any_centre, (await case_of(any_centre, bad)).id or 0)
    return any_centre, bad, good, agenda


async def tick(agenda: Poisoned, clock: MovingClock, seconds: int, times: int = 1) -> None:
    for _ in range(times):
        clock.move_to(clock.at + timedelta(seconds=seconds))
        await Watch(agenda).tick(clock.at)


async def test_a_poisoned_case_stops_only_itself_and_is_tried_at_growing_gaps(
    two: tuple[Centre, str, str, Poisoned], clock: MovingClock
) -> None:
    centre, bad, good, agenda = two
    await tick(agenda, clock, 1)
    assert (await case_of(centre, good)).level is not None
    assert (await case_of(centre, bad)).level is None
    rungs = await ask(centre, "SELECT DISTINCT case_id FROM rung")
    assert len(rungs) == 1
    waiting = len(await ask(centre, "SELECT id FROM stumble"))
    first = agenda.tries
    await tick(agenda, clock, 1, times=8)
    assert agenda.tries == first, "not again every second"
    assert waiting < first <= 2 * waiting, "each with the others, and then alone"
    await tick(agenda, clock, 60, times=60)
    assert agenda.tries <= first * (2 + len(audit.GAPS)), "an hour of looking costs a few tries"


async def test_it_shows_on_the_health_page_and_raises_the_alarm_once(
    two: tuple[Centre, str, str, Poisoned], clock: MovingClock
) -> None:
    centre, bad, _, agenda = two
    await tick(agenda, clock, 1)
    watch = (await health.standing(centre))["watch"]
    assert watch["stumbling_rungs"] >= 1 and not watch["well"] and watch["most_attempts"] == 1
    await tick(agenda, clock, 60, times=90)
    watch = (await health.standing(centre))["watch"]
    assert watch["most_attempts"] > 3 and watch["first_failure_seconds"] == 5400
    each = len(await ask(centre, "SELECT id FROM stumble"))
    for role in ("sysadmin", "shift_lead"):
        told = await ask(
            centre,
            "SELECT subject FROM outbox WHERE audience = :a AND message_id LIKE '%stumble%'",
            a=f"role:{role}",
        )
        assert [row[0] for row in told] == [f"催督未能执行：{bad}"] * each
    alarms = await notify.desk_messages(centre, SYSTEMS)
    assert "RuntimeError" in str(alarms[0]["text"])


async def test_it_is_released_when_it_works_again_and_verify_knows_why_it_was_late(
    two: tuple[Centre, str, str, Poisoned], clock: MovingClock
) -> None:
    centre, bad, _, agenda = two
    await tick(agenda, clock, 30, times=20)
    assert any("was left although" in one for one in await unbroken(centre))
    agenda.case_id = None
    await tick(agenda, clock, 3600)
    assert (await case_of(centre, bad)).level == 2
    assert (await health.standing(centre))["watch"]["stumbling_rungs"] == 0
    assert await unbroken(centre) == []
    await work.view(centre, bad, DISPATCHER)


async def test_it_is_released_by_hand_and_that_is_on_record(
    two: tuple[Centre, str, str, Poisoned], clock: MovingClock
) -> None:
    centre, bad, _, agenda = two
    await tick(agenda, clock, 60, times=60)
    agenda.case_id = None
    await tick(agenda, clock, 1)
    assert (await case_of(centre, bad)).level is None, "put off for minutes"
    async with centre.look() as look:
        listed = await stumbles.listed(look.connection, an_officer(Role.SYSADMIN))
    assert {one["number"] for one in listed} == {bad}
    for one in listed:
        assert await supervise.retry_now(centre, one["id"], SYSTEMS)
    await tick(agenda, clock, 1)
    assert (await case_of(centre, bad)).level == 2
    assert not await supervise.retry_now(centre, listed[0]["id"], SYSTEMS), "gone already"
    told = await ask(centre, "SELECT act FROM act")
    assert [row[0] for row in told].count("rung_retried") == len(listed)
