"""Which promise starts, pauses and ends: the case's side of `escalation.promise`."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from escalation import promise as run
from escalation.calendar import WorkCalendar
from escalation.promise import Deadline, Limit, Promise
from escalation.terms import Terms
from hotline.domain.case import Case
from hotline.domain.people import Actor, Tree
from hotline.domain.state import State

CITIZENS = (Promise.DISPATCH, Promise.REPLY, Promise.FEEDBACK, Promise.ON_SITE)
UNITS = (Promise.FINISH, Promise.CONTACT)


@dataclass(frozen=True)
class Rules:
    """What an act is measured by: the city's terms, its calendar and its departments."""

    terms: Terms
    calendar: WorkCalendar
    tree: Tree


@dataclass(frozen=True)
class Step:
    """Who acts, when, under which rules."""

    actor: Actor
    at: datetime
    rules: Rules


def levels(topic: str) -> tuple[str, str, str]:
    one, two, three, *_ = [*topic.split("/"), "", "", ""]
    return one, two, three


def limit_for(case: Case, promise: Promise, rules: Rules) -> Limit | None:
    return rules.terms.limit(
        promise,
        type=case.type.value,
        urgency=case.urgency.value,
        topic=levels(case.topic),
        anonymous=case.anonymous,
    )


def begin(
    case: Case, promise: Promise, since: datetime, rules: Rules, limit: Limit | None = None
) -> None:
    """Starts the promise if the terms make one; a live one of its kind is dropped first."""
    limit = limit or limit_for(case, promise, rules)
    drop(case, (promise,), since)
    if limit is not None:
        add(
            case,
            run.start(promise, since, limit, rules.calendar, terms_version=rules.terms.version),
        )


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


def pause(case: Case, promises: Iterable[Promise], at: datetime, rules: Rules) -> None:
    for promise in promises:
        n = case.live(promise)
        if n is not None and case.deadlines[n].state == run.State.RUNNING:
            case.deadlines[n] = run.pause(case.deadlines[n], at, rules.calendar)


def resume(case: Case, promises: Iterable[Promise], at: datetime, rules: Rules) -> None:
    for promise in promises:
        n = case.live(promise)
        if n is not None and case.deadlines[n].state == run.State.PAUSED:
            case.deadlines[n] = run.resume(case.deadlines[n], at, rules.calendar)


def end_all(case: Case, at: datetime) -> None:
    """A closed case has no live promise."""
    for n, deadline in case.deadlines.items():
        if deadline.state in (run.State.RUNNING, run.State.PAUSED):
            case.deadlines[n] = run.drop(deadline, at)


def revive(case: Case, promise: Promise, ended: run.State) -> None:
    """Takes back the end of the latest promise of its kind, its due moment unchanged."""
    for n in sorted(case.deadlines, reverse=True):
        deadline = case.deadlines[n]
        if deadline.promise == promise and not deadline.part:
            if deadline.state == ended:
                case.deadlines[n] = run.revive(deadline)
            return


def restart(case: Case, rules: Rules, at: datetime) -> None:
    """New terms from the original start, after type, urgency or topic were corrected.

    A paused promise is paused again at once, so that no waiting is counted twice.
    """
    for n, old in list(case.deadlines.items()):
        if old.part or old.state not in (run.State.RUNNING, run.State.PAUSED):
            continue
        if old.promise is Promise.ORDER:
            continue
        limit = limit_for(case, old.promise, rules)
        case.deadlines[n] = run.drop(old, at)
        if limit is not None:
            new = run.start(
                old.promise,
                old.started_at,
                limit,
                rules.calendar,
                terms_version=rules.terms.version,
            )
            waiting = old.state == run.State.PAUSED
            add(case, run.pause(new, at, rules.calendar) if waiting else new)


def begin_handling(case: Case, step: Step, limit: Limit | None = None) -> None:
    """The department's own promises start anew with each dispatch; the citizen's never do."""
    begin(case, Promise.FINISH, step.at, step.rules, limit)
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
