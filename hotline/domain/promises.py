"""Which promise starts, pauses and ends: the case's side of `escalation.promise`."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from escalation import clock
from escalation import promise as run
from escalation.calendar import WorkCalendar
from escalation.promise import Deadline, Limit, Promise
from escalation.terms import Terms
from hotline.domain.case import Case
from hotline.domain.people import Actor, Tree
from hotline.domain.state import State

CITIZENS = (Promise.DISPATCH, Promise.REPLY, Promise.FEEDBACK, Promise.ON_SITE)
UNITS = (Promise.FINISH, Promise.CONTACT)
# A department's own promises, counted by its own calendar where it has one; never the citizen's.
OWN = (Promise.SIGN, Promise.CONTACT, Promise.FINISH, Promise.ORDER)
RULING = "RULING"  # the ground of a pause that waits for the ruling on a send-back
NO_UNIT = "NO_UNIT"  # and of an order's, while the case is with no unit that could answer it


@dataclass(frozen=True)
class Rules:
    """What an act is measured by: the city's terms, its calendar and its departments."""

    terms: Terms
    calendar: WorkCalendar
    tree: Tree
    own: Mapping[str, WorkCalendar] = field(default_factory=dict)  # calendars of departments

    def calendar_of(self, department: str | None) -> WorkCalendar:
        """The department's own calendar, else that of the nearest unit above it, else the city's."""
        if not self.own or department is None:
            return self.calendar
        above = [code for code in self.own if department in self.tree.subtree(code)]
        nearest = min(above, key=lambda code: len(self.tree.subtree(code)), default=department)
        return self.own.get(nearest, self.calendar)


@dataclass(frozen=True)
class Step:
    """Who acts, when, under which rules."""

    actor: Actor
    at: datetime
    rules: Rules
    noticed: tuple[Mapping[str, Any], ...] | None = None  # hints on a reply, kept with its words


def levels(topic: str) -> tuple[str, str, str]:
    one, two, three, *_ = [*topic.split("/"), "", "", ""]
    return one, two, three


def limit_for(case: Case, promise: Promise, rules: Rules) -> Limit | None:
    """What the terms give; in a round of rework (重办) reply and finish have the rework's limit."""
    if case.reworked and promise in (Promise.REPLY, Promise.FINISH):
        return rules.terms.rework(promise, case.type.value, case.urgency.value)
    return rules.terms.limit(
        promise,
        type=case.type.value,
        urgency=case.urgency.value,
        topic=levels(case.topic),
        anonymous=case.anonymous,
        party=case.party.value,
    )


def calendar_for(case: Case, promise: Promise, part: str, rules: Rules) -> WorkCalendar:
    """The calendar that a promise of the case is counted by: whose promise it is decides."""
    if promise not in OWN:
        return rules.calendar
    return rules.calendar_of(owner(case, promise, part))


def owner(case: Case, promise: Promise, part: str) -> str | None:
    """The unit that owes a promise of a department: of a part or an order its own, else the lead."""
    if promise is Promise.ORDER:
        order = next((one for one in case.orders if str(one.id) == part), None)
        return order.department if order else case.lead
    found = case.open_part(int(part.removeprefix("part-"))) if part else None
    return found.department if found else case.lead


def begin(case: Case, promise: Promise, since: datetime, rules: Rules) -> None:
    """Starts the promise if the terms make one; a live one of its kind is dropped first."""
    limit = limit_for(case, promise, rules)
    drop(case, (promise,), since)
    if limit is not None:
        calendar = calendar_for(case, promise, "", rules)
        add(case, run.start(promise, since, limit, calendar, terms_version=rules.terms.version))


def name_of(deadline: Deadline) -> str:
    """What a reminder is about: the promise, or the part of the work that has a clock of its own."""
    of_part = deadline.promise is Promise.FINISH and deadline.part
    return of_part or deadline.promise.value


def add(case: Case, deadline: Deadline) -> int:
    n = max(case.deadlines, default=0) + 1
    case.deadlines[n] = deadline
    return n


def keep(case: Case, at: datetime, *promises: Promise, part: str = "") -> None:
    for promise in promises:
        n = case.live(promise, part)
        if n is not None:
            case.deadlines[n] = run.keep(case.deadlines[n], at)


def drop(case: Case, promises: Iterable[Promise], at: datetime, part: str = "") -> None:
    for promise in promises:
        n = case.live(promise, part)
        if n is not None:
            case.deadlines[n] = run.drop(case.deadlines[n], at)


def pause(
    case: Case,
    promises: Iterable[Promise],
    step: Step,
    ground: str,
    *,
    until: datetime | None = None,
) -> None:
    """Stops the clocks of the case and of its parts; with `until` they run on by themselves then."""
    for n, deadline in _all_of(case, promises, run.State.RUNNING):
        calendar = calendar_for(case, deadline.promise, deadline.part, step.rules)
        case.deadlines[n] = clock.pause(deadline, step.at, calendar, ground=ground, until=until)


def resume(case: Case, promises: Iterable[Promise], at: datetime, rules: Rules) -> None:
    for n, deadline in _all_of(case, promises, run.State.PAUSED):
        calendar = calendar_for(case, deadline.promise, deadline.part, rules)
        case.deadlines[n] = clock.resume(deadline, at, calendar)


def _all_of(
    case: Case, promises: Iterable[Promise], state: run.State
) -> list[tuple[int, Deadline]]:
    wanted = tuple(promises)
    return [(n, d) for n, d in case.deadlines.items() if d.state is state and d.promise in wanted]


def runs_on_at(case: Case) -> datetime | None:
    """The moment at which the case's stopped clocks run on by themselves."""
    return min((d.resume_at for d in case.deadlines.values() if d.resume_at), default=None)


def end_all(case: Case, at: datetime) -> None:
    """A closed case has no live promise."""
    for n, deadline in case.deadlines.items():
        if deadline.state in (run.State.RUNNING, run.State.PAUSED):
            case.deadlines[n] = run.drop(deadline, at)


def revive(
    case: Case,
    promise: Promise,
    ended: run.State,
    *,
    part: str = "",
    ended_at: datetime | None = None,
) -> None:
    """Takes back the end of the latest promise of its kind, its due moment unchanged.

    With `ended_at` only an end of that very moment: one that came before had a reason of its own.
    """
    for n in sorted(case.deadlines, reverse=True):
        deadline = case.deadlines[n]
        if deadline.promise == promise and deadline.part == part:
            if deadline.state == ended and ended_at in (None, deadline.ended_at):
                case.deadlines[n] = run.revive(deadline)
            return


def begin_handling(case: Case, step: Step) -> None:
    """The department's own promises start anew with each dispatch; the citizen's never do."""
    begin(case, Promise.FINISH, step.at, step.rules)
    begin(case, Promise.CONTACT, step.at, step.rules)
    case.contacted, case.contacts = False, 0


def pass_over(case: Case, at: datetime) -> list[tuple[int, int, run.Step]]:
    """Rungs that lay before a backdated case came in: passed without a word, but on the ledger.

    Returns the deadline's running number, the rung's, and the step, for each.
    """
    passed = []
    for n, deadline in list(case.deadlines.items()):
        case.deadlines[n], steps = run.take(deadline, at)
        for offset, step in enumerate(steps):
            silent = replace(step, notifies=False, overtaken=False, skipped=True)
            passed.append((n, deadline.climbed + offset, silent))
    return passed


def why_none(case: Case) -> str | None:
    """The named reason why an open case has no running promise, or None when it has none such."""
    if any(d.state == run.State.RUNNING for d in case.deadlines.values()):
        return "running"
    if case.state in (State.NEED_INFO, State.SUSPENDED):
        return "paused"
    if case.state is State.FOLLOW_UP and case.attempts:
        return "followed up, to be closed"
    if case.latest(Promise.REPLY) is None:
        return "the terms make no promise for this type"
    if case.state is State.FOLLOW_UP:
        return "no follow-up limit"
    return None
