"""Eight cases led through known lives; every figure of the reports counted by hand against them."""

from datetime import timedelta
from typing import Any

import pytest

from channels.message import Place
from escalation.watch import Watch
from hotline.domain.acts import centre as acts
from hotline.domain.acts import citizen, department
from hotline.domain.people import Actor
from hotline.domain.words import Decline, Kind, Reached, Role, Satisfaction
from hotline.flow import citizen as own
from hotline.flow import intake, work
from hotline.flow.centre import Centre
from hotline.flow.supervise import CaseAgenda
from hotline.reports import measures, queries
from hotline.reports.queries import Period
from hotline.wiring import MovingClock
from tests.makers import MONDAY, a_complaint, a_reply, a_sign, an_officer

DISPATCHER = an_officer(Role.DISPATCHER)
CALLBACK = an_officer(Role.CALLBACK)


class Lives:
    """Cases by a short name, each with its number and query code."""

    def __init__(self, centre: Centre, clock: MovingClock) -> None:
        self.centre, self.clock = centre, clock
        self.known: dict[str, Any] = {}

    async def comes(self, name: str, **changes: Any) -> None:
        """Filed by staff, so that no machine dispatches it before the dispatcher of the test."""
        incoming = a_complaint(name, channel="phone", **changes)
        self.known[name] = await intake.file(self.centre, incoming, an_officer(Role.AGENT))
        await intake.triage_pending(self.centre)

    async def does(self, name: str, facts: Any, actor: Actor = DISPATCHER) -> None:
        self.clock.move_to(self.clock() + timedelta(minutes=1))
        await work.act(self.centre, self.known[name].number, facts, actor)

    async def goes_to(self, name: str, unit: str) -> None:
        await self.does(name, acts.Accept(type=Kind.COMPLAINT))
        await self.does(name, acts.Transfer(department=unit))

    async def answered_by(self, name: str, unit: str) -> None:
        hands = Actor(Role.CLERK, "clerk", unit, self.centre.rules.tree.subtree(unit), "127.0.0.1")
        await self.does(name, a_sign(), hands)
        await self.does(name, department.Contact(text="已联系"), hands)
        await self.does(name, a_reply(), hands)
        await self.does(name, acts.Approve(), an_officer(Role.INSPECTOR))

    async def called_back(self, name: str, solved: bool, how: Satisfaction) -> None:
        told = acts.FollowUp(outcome=Reached.REACHED, solved=solved, satisfaction=how)
        await self.does(name, told, CALLBACK)

    async def rated(self, name: str, solved: bool, how: Satisfaction) -> None:
        receipt = self.known[name]
        facts = citizen.Rate(solved=solved, satisfaction=how)
        await own.citizen_act(self.centre, receipt.number, receipt.query_code, facts)


@pytest.fixture
async def centre(any_centre: Centre, clock: MovingClock) -> Centre:
    lives = Lives(any_centre, clock)
    for name in ("content", "angry", "again", "late", "asked", "elsewhere", "waiting"):
        await lives.comes(name, content=f"望江大道的事情，{name}。")
    await lives.comes("twin", place=Place("云山路3号", "云山区"))
    for name in ("content", "angry", "again"):
        await lives.goes_to(name, "cgj")
        await lives.answered_by(name, "cgj")
    await lives.called_back("content", True, Satisfaction.GOOD)
    await lives.does("content", acts.Close(), CALLBACK)
    await lives.called_back("angry", True, Satisfaction.FAIR)
    await lives.does("angry", acts.Close(), CALLBACK)
    await lives.rated("angry", False, Satisfaction.POOR)
    await lives.called_back("again", False, Satisfaction.POOR)
    await lives.does("again", acts.Rework(reason="应当能够解决"), CALLBACK)
    await lives.goes_to("late", "zjj")
    await lives.does("asked", acts.Answer(text="周一至周五办理。"), an_officer(Role.AGENT))
    told = acts.Decline(reason_code=Decline.LITIGATION, text="请向法院反映。")
    await lives.does("elsewhere", told)
    parent = lives.known["waiting"].number
    await lives.does("twin", acts.Merge(parent=parent, reason="同一件事"))
    # Thirty working days and a weekend later nobody has touched what was open.
    clock.move_to(MONDAY + timedelta(days=45))
    watch = Watch(CaseAgenda(any_centre))
    while (await watch.tick(clock())).climbed:
        pass
    return any_centre


def that_day(centre: Centre, **changes: Any) -> Period:
    start = MONDAY - timedelta(hours=2)
    facts = {"start": start, "end": start + timedelta(days=1), "now": centre.now(), **changes}
    return Period(**facts)


async def test_cases_are_counted_as_they_stand(centre: Centre) -> None:
    async with centre.look() as look:
        [found] = await queries.cases(look.connection, that_day(centre), None)
        by_unit = await queries.cases(look.connection, that_day(centre), "department")
        before = that_day(centre, start=MONDAY - timedelta(days=9), end=MONDAY - timedelta(days=1))
        [nothing] = await queries.cases(look.connection, before, None)
    assert found == {
        "received": 8, "open": 3, "ended": 5, "closed": 2, "answered": 1, "not_accepted": 1,
        "transferred": 0, "merged": 1, "terminated": 0, "dispatched": 4, "overdue": 3,
        "reworked": 1, "supervised": 3,
    }  # fmt: skip
    units = {row["key"]: (row["received"], row["closed"], row["overdue"]) for row in by_unit}
    assert units == {None: (4, 0, 1), "cgj": (3, 2, 1), "zjj": (1, 0, 1)}
    assert set(nothing.values()) == {0}


async def test_a_case_that_its_citizen_reopened_is_none_that_was_reworked(
    any_centre: Centre, clock: MovingClock
) -> None:
    lives = Lives(any_centre, clock)
    await lives.comes("content")
    await lives.goes_to("content", "cgj")
    await lives.answered_by("content", "cgj")
    await lives.called_back("content", True, Satisfaction.GOOD)
    await lives.does("content", acts.Close(), CALLBACK)
    receipt, again = lives.known["content"], citizen.Reopen(facts="又坏了")
    await own.citizen_act(any_centre, receipt.number, receipt.query_code, again)
    async with any_centre.look() as look:
        [found] = await queries.cases(look.connection, that_day(any_centre), None)
    assert (found["received"], found["reworked"]) == (1, 0)


async def test_promises_are_counted_by_what_became_of_them(centre: Centre) -> None:
    async with centre.look() as look:
        rows = await queries.promises(look.connection, that_day(centre))
    found = {row.pop("key"): row for row in rows}

    def counts(**told: int) -> dict[str, int]:
        names = ("made", "kept", "kept_late", "overdue", "running", "dropped")
        return {name: told.get(name, 0) for name in names}

    # Answered at once or told elsewhere, a citizen was not kept waiting; a merged case is its parent's.
    assert found["dispatch"] == counts(made=8, kept=6, overdue=1, dropped=1)
    assert found["sign"] == counts(made=4, kept=3, overdue=1)
    assert found["contact"] == counts(made=4, kept=3, overdue=1)
    assert found["follow_up"] == counts(made=3, kept=3)
    # Eight of the receipt and one of the rework.
    assert found["reply"] == counts(made=9, kept=5, overdue=3, dropped=1)
    assert found["finish"] == counts(made=5, kept=3, overdue=2)
    assert measures.of_promises(found["reply"])["on_time_rate"] == 0.625


async def test_orders_are_counted_by_level(centre: Centre) -> None:
    async with centre.look() as look:
        late = that_day(centre, end=centre.now() + timedelta(days=1))
        rows = {row["key"]: row for row in await queries.orders(look.connection, late)}
        only = that_day(centre, end=centre.now() + timedelta(days=1), units=["zjj"])
        own_rows = await queries.orders(look.connection, only)
    assert all(row["unanswered"] + row["frozen"] == row["issued"] for row in rows.values())
    assert sum(row["issued"] for row in rows.values()) == 3
    assert sum(row["issued"] for row in own_rows) == 1


async def test_what_citizens_said_is_counted_once_a_case(centre: Centre) -> None:
    async with centre.look() as look:
        found = measures.satisfaction(await queries.said(look.connection, that_day(centre)))
    assert (found["follow_ups"], found["ratings"]) == (3, 1)
    assert (found["answered"], found["solved"]) == (3, 1)
    assert (found["rated"], found["satisfied"]) == (3, 1)
