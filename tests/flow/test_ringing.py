"""Call tasks: opened with the transfer of a 特急, told of again every five minutes, answered once."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from channels.memory import MemorySender
from hotline.domain.acts import centre as acts
from hotline.domain.acts import citizen, department
from hotline.domain.errors import NotPossible
from hotline.domain.roster import Duty, Person, Roster
from hotline.domain.words import Role, Urgency
from hotline.flow import deliver, intake, ringing, work
from hotline.flow.centre import Centre
from hotline.flow.ringing import Outcome, Ringing, Tried
from hotline.store import ledger, rosters
from hotline.store.calltasks import CallTask
from hotline.wiring import MovingClock
from tests.conftest import a_centre
from tests.makers import a_complaint, a_sign, an_officer

DISPATCHER, LEAD = an_officer(Role.DISPATCHER), an_officer(Role.SHIFT_LEAD)


async def transferred(centre: Centre, unit: str = "cgj", key: str = "k") -> str:
    """A 特急 on its way to a unit."""
    centre.automatic = False
    receipt = await intake.receive(centre, a_complaint(key))
    while await intake.triage_pending(centre):
        pass
    urgent = acts.Correct(reason="有人受伤", urgency=Urgency.CRITICAL)
    await work.act(centre, receipt.number, urgent, LEAD)
    await work.act(centre, receipt.number, acts.Accept(), DISPATCHER)
    assert not await tasks(centre)
    await work.act(centre, receipt.number, acts.Transfer(department=unit), DISPATCHER)
    return receipt.number


async def tasks(centre: Centre, state: str = "") -> list[CallTask]:
    return [one.task for one in await ringing.listed(centre, LEAD, state=state)]


async def rang(centre: Centre, outcome: Outcome, **more: Any) -> Ringing:
    (task,) = await tasks(centre, "open")
    return await ringing.tried(centre, LEAD, task.id, Tried("甲", outcome, **more))


async def told(centre: Centre) -> int:
    async with centre.look() as look:
        asked = "SELECT count(*) FROM outbox WHERE message_id LIKE '%.call%'"
        return int((await look.connection.execute(text(asked))).scalar_one())


async def test_a_critical_transfer_rings_its_lead_and_an_ordinary_one_does_not(
    any_centre: Centre,
) -> None:
    number = await transferred(any_centre)
    (task,) = await tasks(any_centre)
    assert (task.number, task.department, task.state) == (number, "cgj", "open")
    assert await told(any_centre) == 3  # shift lead, dispatchers, the unit
    receipt = await intake.receive(any_centre, a_complaint("other"))
    await intake.triage_pending(any_centre)
    await work.act(any_centre, receipt.number, acts.Accept(), DISPATCHER)
    await work.act(any_centre, receipt.number, acts.Transfer(department="cgj"), DISPATCHER)
    assert len(await tasks(any_centre)) == 1


async def test_those_on_the_roster_get_a_letter_with_it(centre: Centre) -> None:
    relay = MemorySender()
    centre.senders = {"mail": relay}
    people = (Person("甲", Duty.LIAISON, "0571-1", "jia@z.example"),)
    async with centre.work() as unit:
        await rosters.put(unit.connection, unit.cipher, Roster("cgj", people), unit.at, "x")
    await transferred(centre)
    await deliver.deliver(centre)
    assert [one.to for one in relay.sent] == ["jia@z.example"]
    (found,) = await ringing.listed(centre, LEAD)
    assert [one.name for one in found.people] == ["甲"] and found.switchboard


async def test_an_open_task_is_told_of_every_five_minutes_by_one_of_two_nodes(
    url: str, tmp_path: Path, clock: MovingClock
) -> None:
    nodes = [await a_centre(url, tmp_path, clock) for _ in range(2)]
    await transferred(nodes[0])
    for passed in range(1, 4):
        clock.move_to(clock.at + timedelta(minutes=5))
        reminded = await asyncio.gather(*(ringing.remind(node) for node in nodes * 3))
        assert sum(reminded) == 1
        assert await told(nodes[0]) == 3 + 3 * passed
    clock.move_to(clock.at + timedelta(hours=3))  # an outage is made good by one reminder
    assert sum([await ringing.remind(node) for node in nodes]) == 1
    await rang(nodes[1], Outcome.REACHED)
    clock.move_to(clock.at + timedelta(minutes=5))
    assert await ringing.remind(nodes[0]) == 0
    for node in nodes:
        await node.close()


async def test_tries_are_kept_and_who_answers_ends_the_task_and_stands_in_the_timeline(
    any_centre: Centre,
) -> None:
    number = await transferred(any_centre)
    await rang(any_centre, Outcome.NO_ANSWER)
    await rang(any_centre, Outcome.BUSY, text="三次占线")
    await rang(any_centre, Outcome.REACHED, acknowledged=False)
    assert [one.state for one in await tasks(any_centre)] == ["open"]
    done = await rang(any_centre, Outcome.REACHED)
    assert (done.task.state, done.task.answered_by) == ("acknowledged", "甲")
    assert [one.outcome for one in done.task.tried] == ["no_answer", "busy", "reached", "reached"]
    _, entries = await work.timeline(any_centre, number, DISPATCHER)
    assert "接听确认：甲" in entries[-1].text
    with pytest.raises(NotPossible):
        await ringing.tried(any_centre, LEAD, done.task.id, Tried("乙", Outcome.REACHED))
    async with any_centre.look() as look:
        asked = "SELECT count(*) FROM act WHERE act = 'call_try'"
        assert (await look.connection.execute(text(asked))).scalar_one() == 4
    verdict = await ledger.verify(
        any_centre.store, any_centre.cipher, any_centre.files, any_centre.now()
    )
    assert not verdict.broken


async def test_of_two_who_record_at_once_the_second_is_shown_the_first(any_centre: Centre) -> None:
    await transferred(any_centre)
    (task,) = await tasks(any_centre)
    both = [Tried(name, Outcome.NO_ANSWER, seen=0) for name in ("甲", "乙")]
    found = await asyncio.gather(
        *(ringing.tried(any_centre, LEAD, task.id, one) for one in both), return_exceptions=True
    )
    assert sum(isinstance(one, NotPossible) for one in found) == 1
    assert len((await tasks(any_centre))[0].tried) == 1


@pytest.mark.parametrize("how", ["sign", "send_back", "recall", "withdraw", "calm"])
async def test_a_task_ends_with_what_makes_the_call_needless(centre: Centre, how: str) -> None:
    number = await transferred(centre)
    clerk = an_officer(Role.CLERK, "cgj")
    clerk = type(clerk)(Role.CLERK, "c", "cgj", centre.rules.tree.subtree("cgj"), "127.0.0.1")
    steps: dict[str, tuple[Any, Any]] = {
        "sign": (a_sign(), clerk),
        "send_back": (department.SendBack(reason="不属我局", legal_basis="三定方案"), clerk),
        "recall": (acts.Recall(reason="派错"), DISPATCHER),
        "withdraw": (citizen.Withdraw(reason="已解决"), an_officer(Role.AGENT)),
        "calm": (acts.Correct(reason="误判", urgency=Urgency.NORMAL), LEAD),
    }
    facts, actor = steps[how]
    await work.act(centre, number, facts, actor)
    (task,) = await tasks(centre)
    assert task.state == "closed" and task.reason


async def test_a_new_dispatch_rings_the_new_lead(any_centre: Centre) -> None:
    number = await transferred(any_centre)
    await work.act(any_centre, number, acts.Recall(reason="派错"), DISPATCHER)
    await work.act(any_centre, number, acts.Transfer(department="zjj"), DISPATCHER)
    assert [(one.department, one.state) for one in await tasks(any_centre)] == [
        ("zjj", "open"),
        ("cgj", "closed"),
    ]


async def test_a_dispatched_case_that_becomes_critical_rings_then(centre: Centre) -> None:
    number = await transferred(centre)
    calm = acts.Correct(reason="误判", urgency=Urgency.NORMAL)
    await work.act(centre, number, calm, LEAD)
    again = acts.Correct(reason="又有人受伤", urgency=Urgency.CRITICAL)
    await work.act(centre, number, again, LEAD)
    assert [one.state for one in await tasks(centre)] == ["open", "closed"]
