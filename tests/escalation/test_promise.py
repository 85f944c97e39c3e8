"""A promise from its start to its end: paused, prolonged, and climbed rung by rung, never early."""

from datetime import datetime, timedelta

import pytest

from escalation import clock
from escalation import promise as run
from escalation.calendar import ZONE, Span, Unit, WorkCalendar
from escalation.promise import Promise, State
from escalation.reading import BadTerms, parse
from escalation.watch import Due, Outcome, Watch
from hotline.wiring import load_terms

CHINA = WorkCalendar.china()
TERMS = load_terms("default")
MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=ZONE)


def promised(type_: str = "complaint", urgency: str = "normal", **more: object) -> run.Deadline:
    limit = TERMS.limit(Promise.REPLY, type=type_, urgency=urgency, **more)  # type: ignore[arg-type]
    assert limit is not None
    return run.start(Promise.REPLY, MONDAY, limit, CHINA, terms_version=TERMS.version)


@pytest.mark.parametrize(
    ("type_", "urgency", "due"),
    [
        ("consult", "normal", "2026-11-27"),
        ("help", "normal", "2026-12-01"),
        ("complaint", "normal", "2026-12-08"),
        ("report", "normal", "2026-12-15"),
        ("suggestion", "normal", "2026-12-03"),
        ("help", "complex", "2026-12-09"),
        ("report", "complex", "2026-12-15"),  # 疑难 never shortens a longer limit
    ],
)
def test_each_type_has_the_date_of_the_default_profile(type_: str, urgency: str, due: str) -> None:
    assert promised(type_, urgency).due_at == datetime.fromisoformat(due).replace(tzinfo=ZONE)


def test_urgent_promises_run_day_and_night() -> None:
    assert promised("help", "urgent").due_at == MONDAY + timedelta(hours=24)
    assert promised("help", "critical").due_at == MONDAY + timedelta(hours=2)


def test_a_statute_lengthens_and_is_named() -> None:
    gas = promised("complaint", topic=("公用事业", "供气", "燃气收费"))
    assert gas.override == "gas-complaint" and gas.due_at > promised("complaint").due_at
    longer = promised("report", topic=("公用事业", "供气", "燃气收费"))
    assert longer.due_at == promised("report").due_at


def test_rungs_come_in_order_and_yellow_leaves_one_working_day() -> None:
    marks = promised("complaint").rungs
    assert [(m.level, m.kind.value) for m in marks] == [
        (0, "remind"),
        (1, "yellow"),
        (2, "red"),
        (3, "supervise"),
        (4, "supervise"),
    ]
    assert marks[1].at == datetime(
        2026, 12, 5, tzinfo=ZONE
    )  # 24:00 of the last but one day: Friday's
    assert marks[3].at == datetime(2026, 12, 9, tzinfo=ZONE)


def test_no_rung_is_taken_early_and_each_only_once() -> None:
    deadline = promised()
    assert deadline.next_at is not None
    same, steps = run.take(deadline, deadline.next_at - timedelta(seconds=1))
    assert steps == () and same == deadline
    after, steps = run.take(deadline, deadline.next_at)
    assert [step.level for step in steps] == [0]
    assert run.take(after, deadline.next_at)[1] == ()


def test_of_missed_rungs_only_the_highest_notifies() -> None:
    deadline = promised()
    _, steps = run.take(deadline, deadline.due_at + timedelta(days=30))
    assert [step.level for step in steps] == [0, 1, 2, 3, 4]
    assert [step.notifies for step in steps] == [False] * 4 + [True]
    assert [step.at for step in steps] == sorted(step.at for step in steps)


def test_a_pause_stops_the_clock_and_what_was_left_runs_on() -> None:
    deadline = promised()
    stopped = clock.pause(deadline, datetime(2026, 11, 25, 9, tzinfo=ZONE), CHINA)
    assert stopped.next_at is None and stopped.state is State.PAUSED
    again = clock.resume(stopped, datetime(2026, 12, 9, 9, tzinfo=ZONE), CHINA)
    assert again.due_at == datetime(
        2026, 12, 23, tzinfo=ZONE
    )  # nine days left, counted from the 10th
    assert again.rungs[1].at == datetime(2026, 12, 22, tzinfo=ZONE)


def test_a_paused_overdue_promise_stays_due_when_it_was() -> None:
    deadline = promised("consult")
    late = clock.pause(deadline, deadline.due_at + timedelta(days=3), CHINA)
    assert clock.resume(late, deadline.due_at + timedelta(days=9), CHINA).due_at == deadline.due_at


def test_an_extension_counts_on_from_the_old_end() -> None:
    longer = clock.extend(promised("help"), Span(5, Unit.WORKING_DAY), CHINA)
    assert longer.due_at == datetime(2026, 12, 8, tzinfo=ZONE)


def test_exactly_at_its_end_a_promise_is_kept_in_time() -> None:
    deadline = promised()
    assert not run.overdue(run.keep(deadline, deadline.due_at), deadline.due_at)
    assert run.overdue(deadline, deadline.due_at + timedelta(seconds=1))


def test_a_profile_that_is_wrong_names_the_key() -> None:
    text = 'name = "x"\nedition = "1"\n[limits.critical]\nreply = { limit = "2 moons", source = "s" }\n'
    with pytest.raises(BadTerms, match="limits.critical.reply"):
        parse(text)


class Agenda:
    """In memory: deadlines 1..n are due; those in `poisoned` fail each time."""

    def __init__(self, n: int, poisoned: set[int]) -> None:
        self.left, self.poisoned, self.log = list(range(1, n + 1)), poisoned, list[Outcome]()

    async def due(self, now: datetime, limit: int) -> list[Due]:
        return [Due(n, n, 0, now) for n in self.left[:limit]]

    async def climb(self, batch: list[Due], now: datetime) -> Outcome:
        bad = tuple(due.deadline_id for due in batch if due.deadline_id in self.poisoned)
        good = [due.deadline_id for due in batch if due.deadline_id not in self.poisoned]
        self.left = [n for n in self.left if n not in good]
        return Outcome(len(good), 0, bad)

    async def ticked(self, now: datetime, outcome: Outcome) -> None:
        self.log.append(outcome)


async def test_a_poisoned_case_stops_only_itself() -> None:
    agenda = Agenda(100, {3, 50})
    outcome = await Watch(agenda, batch=10).tick(MONDAY)  # type: ignore[arg-type]
    assert outcome.climbed == 98 and set(outcome.failed) == {3, 50} and agenda.left == [3, 50]
