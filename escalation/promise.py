"""Promise kinds, Limit, Deadline: start, keep, drop, and taking a rung.

A deadline is never changed, only replaced; its terms, its rungs and its calendar are frozen into
it when it starts.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from escalation.calendar import Span, Unit, WorkCalendar
from escalation.course import Change, Paused
from escalation.ladder import Kind, Ladder, Mark, marks


class Promise(StrEnum):
    """What is promised (承诺); the words of the contract."""

    DISPATCH = "dispatch"
    SIGN = "sign"
    CONTACT = "contact"
    FINISH = "finish"
    REPLY = "reply"
    FEEDBACK = "feedback"
    ON_SITE = "on_site"
    FOLLOW_UP = "follow_up"
    RULING = "ruling"
    ORDER = "order"


class State(StrEnum):
    """What became of a promise: it runs, it is paused, it was kept, it no longer binds."""

    RUNNING = "running"
    PAUSED = "paused"
    KEPT = "kept"
    DROPPED = "dropped"


@dataclass(frozen=True)
class Limit:
    """How long, by which rule, with which ladder; `or_longer` wins where it ends later."""

    span: Span
    source: str
    ladder: Ladder
    override: str | None = None
    or_longer: "Limit | None" = None


@dataclass(frozen=True)
class Deadline:
    """A promise with its moments."""

    promise: Promise
    part: str  # empty, or the part or order of the case that it belongs to
    state: State
    started_at: datetime
    due_at: datetime
    limit_n: int
    limit_unit: Unit
    source: str
    override: str | None
    terms_version: str
    calendar_version: str
    provisional: bool
    rungs: tuple[Mark, ...]
    ended_at: datetime | None = None
    remaining: int | None = None  # counted minutes left while paused
    climbed: int = 0  # how many rungs have been taken
    next_at: datetime | None = None  # the moment of the next rung; none while it does not run
    changes: tuple[Change, ...] = ()  # every pause and extension so far
    resume_at: datetime | None = None  # when a paused clock runs on by itself

    @property
    def span(self) -> Span:
        return Span(self.limit_n, self.limit_unit)

    @property
    def pauses(self) -> tuple[Paused, ...]:
        return tuple(change for change in self.changes if isinstance(change, Paused))

    @property
    def live(self) -> bool:
        return self.state in (State.RUNNING, State.PAUSED)


@dataclass(frozen=True)
class Step:
    """A rung taken: only the highest that is due notifies, the lower are overtaken."""

    level: int
    kind: Kind
    at: datetime
    notifies: bool
    overtaken: bool
    skipped: bool


def start(
    promise: Promise,
    at: datetime,
    limit: Limit,
    calendar: WorkCalendar,
    *,
    part: str = "",
    terms_version: str,
) -> Deadline:
    """The deadline of a promise made now, under the longer of its limits."""
    limit, due = _longest(limit, at, calendar)
    rungs = marks(limit.ladder, at, due, limit.span, calendar)
    return Deadline(
        promise=promise,
        part=part,
        state=State.RUNNING,
        started_at=at,
        due_at=due,
        limit_n=limit.span.n,
        limit_unit=limit.span.unit,
        source=limit.source,
        override=limit.override,
        terms_version=terms_version,
        calendar_version=calendar.version,
        provisional=calendar.provisional(due),
        rungs=rungs,
        next_at=rungs[0].at if rungs else None,
    )


def _longest(limit: Limit, at: datetime, calendar: WorkCalendar) -> tuple[Limit, datetime]:
    due = calendar.due(at, limit.span)
    if limit.or_longer is None:
        return limit, due
    other, other_due = _longest(limit.or_longer, at, calendar)
    return (other, other_due) if other_due > due else (limit, due)


def at_work(deadline: Deadline) -> Deadline:
    """Running, and waiting for its next rung."""
    rungs, climbed = deadline.rungs, deadline.climbed
    return replace(
        deadline,
        state=State.RUNNING,
        remaining=None,
        ended_at=None,
        resume_at=None,
        next_at=rungs[climbed].at if climbed < len(rungs) else None,
    )


def keep(deadline: Deadline, at: datetime) -> Deadline:
    return replace(deadline, state=State.KEPT, ended_at=at, next_at=None, resume_at=None)


def drop(deadline: Deadline, at: datetime) -> Deadline:
    return replace(deadline, state=State.DROPPED, ended_at=at, next_at=None, resume_at=None)


def revive(deadline: Deadline) -> Deadline:
    """Takes the end back, as if it had not come; due and rungs stay as they were."""
    return at_work(deadline)


def overdue(deadline: Deadline, at: datetime) -> bool:
    """Ended, or still open, after its due moment; exactly at it is in time."""
    return (deadline.ended_at or at) > deadline.due_at


def take(deadline: Deadline, now: datetime) -> tuple[Deadline, tuple[Step, ...]]:
    """Every rung whose time has come, in due order; none is ever taken early."""
    if deadline.state is not State.RUNNING:
        return deadline, ()
    due = [mark for mark in deadline.rungs[deadline.climbed :] if mark.at <= now]
    alive = [mark for mark in due if not mark.skipped]
    top = max(alive, key=lambda mark: (mark.level, mark.at)) if alive else None
    steps = tuple(
        Step(
            mark.level,
            mark.kind,
            mark.at,
            notifies=mark is top,
            overtaken=mark is not top and not mark.skipped,
            skipped=mark.skipped,
        )
        for mark in due
    )
    return climb(deadline, len(due)), steps


def climb(deadline: Deadline, rungs: int = 1) -> Deadline:
    """So many rungs further up, waiting for the one that follows."""
    climbed = deadline.climbed + rungs
    following = deadline.rungs[climbed].at if climbed < len(deadline.rungs) else None
    return replace(deadline, climbed=climbed, next_at=following)
