"""The course of a deadline: where its end lies after every pause and every extension.

Counted anew from the start each time, so that a new calendar or new terms can be put under a
deadline that has lived: the pauses and extensions are facts, the end follows from them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from escalation.calendar import DAY, Span, Unit, WorkCalendar


@dataclass(frozen=True)
class Paused:
    """A stretch in which the clock stood (中止计时); without end while it still stands."""

    begin: datetime
    ground: str = ""
    end: datetime | None = None


@dataclass(frozen=True)
class Extended:
    """Time that was granted beyond the limit (延期)."""

    at: datetime
    span: Span


Change = Paused | Extended


@dataclass(frozen=True)
class Course:
    """Where a deadline stands: what was owed from which moment on, and when that ends."""

    span: Span
    since: datetime
    owed: int  # counted minutes from `since` to the end
    due: datetime
    standing: bool = False
    left: int | None = None  # counted minutes left while it stands; None: it was overdue


def course(
    start: datetime, span: Span, changes: Sequence[Change], calendar: WorkCalendar
) -> Course:
    """The limit from its start through everything that happened to it, in the order of time."""
    now = Course(span, start, span.n * span.unit.minutes, calendar.due(start, span))
    for at, what in _events(changes):
        if isinstance(what, Span):
            now = _extend(now, what, calendar)
        elif what:
            now = _stop(now, at, calendar)
        else:
            now = _resume(now, at, calendar)
    return now


def _events(changes: Sequence[Change]) -> Iterator[tuple[datetime, Span | bool]]:
    """Each moment with what happened: stopped (True), resumed (False), extended by a span."""
    found: list[tuple[datetime, Span | bool]] = []
    for change in changes:
        if isinstance(change, Extended):
            found.append((change.at, change.span))
            continue
        found.append((change.begin, True))
        if change.end is not None:
            found.append((change.end, False))
    yield from sorted(found, key=lambda event: event[0])


def _stop(now: Course, at: datetime, calendar: WorkCalendar) -> Course:
    if at >= now.due:
        return replace(now, standing=True, left=None)
    left = now.owed - calendar.counted(now.since, at, now.span.unit)
    return replace(now, standing=True, left=max(left, 1))


def _resume(now: Course, at: datetime, calendar: WorkCalendar) -> Course:
    """What is left of a day is rounded up to the whole day, in favour of who owes the work.

    The day of resuming does not count, as the day of starting does not (Civil Code art. 201). An
    overdue promise stays due when it was.
    """
    if now.left is None:
        return replace(now, standing=False)
    unit, left = now.span.unit, now.left
    if unit.in_days:
        days = -(-left // DAY)
        left, due = days * DAY, calendar.due(at, Span(days, unit))
    else:
        due = calendar.after(at, left, unit)
    return replace(now, since=at, owed=left, due=due, standing=False, left=None)


def _extend(now: Course, span: Span, calendar: WorkCalendar) -> Course:
    """Counts on from the old end; time granted while the clock stands is added to what is left."""
    begin = last_day(now.due) if span.unit.in_days else now.due
    due = calendar.due(begin, span)
    if now.standing and now.left is not None:
        return replace(now, due=due, left=now.left + _worth(span, now.span.unit, calendar))
    return replace(now, due=due, owed=calendar.counted(now.since, due, now.span.unit))


def _worth(span: Span, unit: Unit, calendar: WorkCalendar) -> int:
    """A span in the counted minutes of another unit."""
    if span.unit.in_days and not unit.in_days:
        working = unit in (Unit.WORKING_HOUR, Unit.WORKING_MINUTE)
        return span.n * (calendar.office_minutes if working else DAY)
    return span.n * span.unit.minutes


def last_day(due: datetime) -> datetime:
    """A moment inside the last day of a limit that ends at 00:00 of the next."""
    return due - timedelta(minutes=1)


def changes_to_json(changes: Sequence[Change]) -> list[dict[str, Any]]:
    return [
        {"extended": str(one.span), "at": one.at.isoformat()}
        if isinstance(one, Extended)
        else {
            "paused": one.ground,
            "begin": one.begin.isoformat(),
            "end": one.end.isoformat() if one.end else None,
        }
        for one in changes
    ]


def changes_from_json(found: Sequence[dict[str, Any]]) -> tuple[Change, ...]:
    return tuple(
        Extended(datetime.fromisoformat(one["at"]), Span.parse(one["extended"]))
        if "extended" in one
        else Paused(
            datetime.fromisoformat(one["begin"]),
            one["paused"],
            datetime.fromisoformat(one["end"]) if one["end"] else None,
        )
        for one in found
    )
