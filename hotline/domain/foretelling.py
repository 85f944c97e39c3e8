"""What a recount under other rules would do to one case: each deadline before and after, unsaved."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from escalation.calendar import ZONE, WorkCalendar
from escalation.ladder import Kind
from escalation.promise import Deadline, Promise, State, overdue, take
from hotline.domain import perform, promises
from hotline.domain.case import Case
from hotline.domain.people import SYSTEM
from hotline.domain.promises import Rules, Step
from hotline.domain.recounting import Recount

LISTED_DAYS = 5  # days that are named as the reason of a move; the rest is counted


@dataclass(frozen=True)
class Move:
    """A live deadline that would end at another moment; `after` is None where it would fall away."""

    number: str
    promise: Promise
    before: datetime
    after: datetime | None
    limits: tuple[str, str] | None  # the limit's words before and after, where it is another
    source: str
    days: tuple[tuple[date, bool], ...]  # in between: days that count otherwise, worked after?
    late_before: bool
    late_after: bool

    @property
    def seconds(self) -> float:
        """How much later; below zero: earlier; 0 where it falls away."""
        return (self.after - self.before).total_seconds() if self.after else 0.0

    @property
    def worst(self) -> tuple[bool, float, str]:
        """Sorts what would be late at once to the front, then what loses the most time."""
        return not (self.late_after and not self.late_before), self.seconds, self.number


@dataclass(frozen=True)
class Foretold:
    """One case: its moves, and how many rungs come today, before and after, (reminders, supervision)."""

    number: str
    moves: tuple[Move, ...]
    rungs_before: tuple[int, int]
    rungs_after: tuple[int, int]


def foretell(case: Case, now: Rules, then: Rules, at: datetime) -> Foretold:
    """By the very act of `recount --adopt-terms`, on a case that nobody saves; changes the case.

    Raises Refused where the act would be refused.
    """
    before = dict(case.deadlines)
    perform.perform(case, Recount(adopt_terms=True), Step(SYSTEM, at, then))
    found = []
    for old in before.values():
        if not old.live:
            continue
        new = next((one for one in case.deadlines.values() if _same(one, old)), None)
        if new is None or new.due_at != old.due_at:
            calendars = [promises.calendar_for(case, old.promise, old.part, r) for r in (now, then)]
            found.append(_move(case.number, old, new, calendars, at))
    lives = (list(before.values()), list(case.deadlines.values()))
    rungs = [_rungs_today(deadlines, at) for deadlines in lives]
    return Foretold(case.number, tuple(found), *rungs)


def _same(one: Deadline, old: Deadline) -> bool:
    return one.live and (one.promise, one.part) == (old.promise, old.part)


def _move(
    number: str, old: Deadline, new: Deadline | None, calendars: list[WorkCalendar], at: datetime
) -> Move:
    limits = (_words(old), _words(new)) if new and new.span != old.span else None
    return Move(
        number,
        old.promise,
        old.due_at,
        new.due_at if new else None,
        limits,
        new.source if new else "",
        tuple(_other_days(old, new, calendars)) if new else (),
        _late(old, at),
        new is not None and _late(new, at),
    )


def _words(deadline: Deadline) -> str:
    return f"{deadline.limit_n} {deadline.limit_unit.zh}"


def _late(deadline: Deadline, at: datetime) -> bool:
    return deadline.state is State.RUNNING and overdue(deadline, at)


def _other_days(
    old: Deadline, new: Deadline, calendars: list[WorkCalendar]
) -> Iterator[tuple[date, bool]]:
    """Between start and the later end, the days worked by one calendar and free by the other."""
    before, after = calendars
    day = old.started_at.astimezone(ZONE).date()
    last = max(old.due_at, new.due_at).astimezone(ZONE).date()
    left = LISTED_DAYS
    while day <= last and left:
        if before.is_workday(day) is not after.is_workday(day):
            left -= 1
            yield day, after.is_workday(day)
        day += timedelta(days=1)


def _rungs_today(deadlines: list[Deadline], at: datetime) -> tuple[int, int]:
    """Reminders and lights, and supervision, that the clock would bring from now to midnight."""
    local = at.astimezone(ZONE)
    end = local.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    kinds = []
    for deadline in deadlines:
        if deadline.state is not State.RUNNING:
            continue
        climbed, steps = take(deadline, at)
        kinds += [step.kind for step in steps if step.notifies]
        to_come = climbed.rungs[climbed.climbed :]
        kinds += [mark.kind for mark in to_come if mark.at < end and not mark.skipped]
    supervised = sum(kind is Kind.SUPERVISE for kind in kinds)
    return len(kinds) - supervised, supervised
