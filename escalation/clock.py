"""The clock of a deadline: stopped, running on, prolonged, counted anew by another calendar."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from escalation.calendar import ZONE, Span, WorkCalendar
from escalation.course import Change, Extended, Paused, course
from escalation.days import listed_until
from escalation.ladder import Mark, past_due
from escalation.promise import Deadline, State, at_work


def pause(
    deadline: Deadline,
    at: datetime,
    calendar: WorkCalendar,
    *,
    ground: str = "",
    until: datetime | None = None,
) -> Deadline:
    """Stops the clock and keeps the counted minutes that are left; 0 when it is overdue."""
    changes = (*deadline.changes, Paused(at, ground))
    left = course(deadline.started_at, deadline.span, changes, calendar).left
    return replace(
        deadline,
        state=State.PAUSED,
        remaining=left or 0,
        next_at=None,
        changes=changes,
        resume_at=until,
    )


def resume(deadline: Deadline, at: datetime, calendar: WorkCalendar) -> Deadline:
    """Lets the clock run on for what was left; an overdue promise stays due when it was."""
    changes = tuple(
        replace(one, end=max(at, one.begin)) if isinstance(one, Paused) and not one.end else one
        for one in _kept(deadline, calendar)
    )
    return _recounted(replace(deadline, changes=changes), at, calendar)


def _kept(deadline: Deadline, calendar: WorkCalendar) -> tuple[Change, ...]:
    if deadline.state is not State.PAUSED or any(not pause.end for pause in deadline.pauses):
        return deadline.changes
    return (*deadline.changes, _unkept(deadline, calendar))


def _unkept(deadline: Deadline, calendar: WorkCalendar) -> Paused:
    """It was paused before pauses were kept: from the moment at which this much was left."""
    if not deadline.remaining:
        return Paused(deadline.due_at)
    unit, span = deadline.limit_unit, deadline.span
    used = span.n * unit.minutes - deadline.remaining
    return Paused(calendar.after(deadline.started_at, used, unit))


def _recounted(deadline: Deadline, since: datetime, calendar: WorkCalendar) -> Deadline:
    """Its end and its rungs as they follow from everything that happened to it."""
    found = course(deadline.started_at, deadline.span, deadline.changes, calendar)
    if found.standing:
        rungs = deadline.rungs
        if found.due != deadline.due_at:
            rungs = _moved(deadline, since, found.due, calendar)
        left = found.left or 0
        moved = replace(deadline, due_at=found.due, rungs=rungs, remaining=left)
        return _counted_by(calendar, moved)
    return _running(deadline, since, calendar, found.due)


def _counted_by(calendar: WorkCalendar, deadline: Deadline) -> Deadline:
    return replace(
        deadline,
        calendar_version=calendar.version,
        provisional=calendar.provisional(deadline.due_at),
    )


def _moved(
    deadline: Deadline, since: datetime, due: datetime, calendar: WorkCalendar
) -> tuple[Mark, ...]:
    """The rungs not yet taken, at the same counted distance before the new end, or after it."""
    total = calendar.counted(deadline.started_at, due, deadline.limit_unit)
    found = []
    for n, mark in enumerate(deadline.rungs):
        if n < deadline.climbed:
            found.append(mark)
        elif mark.left is None:
            found.append(replace(mark, at=past_due(due, mark.over, calendar)))
        else:
            at = calendar.after(deadline.started_at, total - mark.left, deadline.limit_unit)
            found.append(replace(mark, at=max(at, since)))
    return tuple(found)


def _running(
    deadline: Deadline, since: datetime, calendar: WorkCalendar, due: datetime
) -> Deadline:
    """It runs on to `due`; where neither the end nor the calendar is another, the rungs stay."""
    same = due == deadline.due_at and calendar.version == deadline.calendar_version
    rungs = deadline.rungs if same else _moved(deadline, since, due, calendar)
    return _counted_by(calendar, at_work(replace(deadline, due_at=due, rungs=rungs)))


def extend(
    deadline: Deadline, span: Span, calendar: WorkCalendar, *, at: datetime | None = None
) -> Deadline:
    """Counts on from the old end; rungs not yet taken move with it; a paused clock stays paused."""
    granted = Extended(at or deadline.started_at, span)
    longer = replace(deadline, changes=(*_kept(deadline, calendar), granted))
    return _recounted(longer, deadline.started_at, calendar)


def recount(deadline: Deadline, at: datetime, calendar: WorkCalendar) -> Deadline:
    """The same promise by another calendar: end and rungs counted anew, none before `at`."""
    found = _recounted(replace(deadline, changes=_kept(deadline, calendar)), at, calendar)
    moved = _moved(deadline, at, found.due_at, calendar)
    rungs = (*moved[: found.climbed], *(_not_before(at, mark) for mark in moved[found.climbed :]))
    lit = replace(found, rungs=rungs)
    return at_work(lit) if lit.state is State.RUNNING else lit


def _not_before(at: datetime, mark: Mark) -> Mark:
    return replace(mark, at=max(mark.at, at))


def relive(new: Deadline, old: Deadline, at: datetime, calendar: WorkCalendar) -> Deadline:
    """A deadline just started, with the life of the one it takes the place of at `at`.

    A light that was already shown is passed in silence where its moment has gone by again.
    """
    lived = replace(new, changes=_kept(old, calendar), state=old.state, resume_at=old.resume_at)
    if old.state is State.PAUSED:
        lived = replace(lived, next_at=None)
    if lived.changes:
        lived = _recounted(lived, new.started_at, calendar)
    shown = {(mark.level, mark.kind) for mark in old.rungs[: old.climbed]}
    rungs = tuple(
        replace(mark, skipped=True) if mark.at <= at and (mark.level, mark.kind) in shown else mark
        for mark in lived.rungs
    )
    return replace(lived, rungs=rungs)


def outdated(deadline: Deadline, calendar: WorkCalendar) -> bool:
    """Its end or a rung still to come was counted past the list of its day, and a later one came."""
    if not (deadline.live and calendar.newer_than(deadline.calendar_version)):
        return False
    to_come = (mark.at for mark in deadline.rungs[deadline.climbed :])
    return deadline.provisional or past_list(to_come, deadline.calendar_version)


def past_list(moments: Iterable[datetime], calendar_version: str) -> bool:
    """Does one of the moments lie past the list that a calendar of this version knew?"""
    listed = listed_until(calendar_version)
    return bool(listed) and any(at.astimezone(ZONE).year > listed for at in moments)
