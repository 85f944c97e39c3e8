"""Why a deadline ends when it does: what was counted, skipped and paused, as data.

Walks the days themselves from the start to the end the deadline has, so that the explanation is
a second count and not the first one told again: `agrees` says whether both come to the same.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from escalation.calendar import DAY, ONE, Span, Unit, WorkCalendar, midnight
from escalation.course import Extended, Paused, last_day
from escalation.days import Name
from escalation.promise import Deadline


class Why(StrEnum):
    """Why a day was not counted."""

    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    CLOSED = "closed"  # by the city's or the department's own calendar
    ROLLED = "rolled"  # counted out already, but the last day must be a working day


@dataclass(frozen=True)
class Counted:
    """A stretch that was counted: whole days, or the office's time of a day."""

    begin: datetime
    end: datetime
    days: int  # whole counted days; 0 where hours and minutes are counted
    minutes: int


@dataclass(frozen=True)
class Skipped:
    """Days in a row that were not counted, for one reason."""

    first: date
    last: date
    days: int
    why: Why
    name: Name | None = None


@dataclass(frozen=True)
class Worked:
    """A day at a weekend that was counted because it is worked (调休上班)."""

    day: date
    name: Name | None


@dataclass(frozen=True)
class Explanation:
    """Everything that led from the limit to the due moment."""

    span: Span
    started_at: datetime
    due_at: datetime
    counted: tuple[Counted, ...]
    skipped: tuple[Skipped, ...]
    worked: tuple[Worked, ...]
    paused: tuple[Paused, ...]
    extended: tuple[Extended, ...]
    source: str
    override: str | None
    terms: str
    calendar: str
    provisional: bool
    agrees: bool  # what was counted is what the limit and its extensions come to

    @property
    def days(self) -> int:
        return sum(one.days for one in self.counted)

    @property
    def minutes(self) -> int:
        return sum(one.minutes for one in self.counted)


def explain(deadline: Deadline, calendar: WorkCalendar) -> Explanation:
    """The stretches that lead to the deadline's end, by the calendar it was counted by."""
    unit, start, due = deadline.limit_unit, deadline.started_at, deadline.due_at
    paused = tuple(one for one in deadline.pauses if one.begin < due)
    extended = tuple(one for one in deadline.changes if isinstance(one, Extended))
    walk = _days if unit.in_days else _times
    counted, skipped, worked = walk(deadline, calendar, [one for one in paused if one.end])
    return Explanation(
        span=deadline.span,
        started_at=start.astimezone(calendar.zone),
        due_at=due.astimezone(calendar.zone),
        counted=counted,
        skipped=skipped,
        worked=worked,
        paused=paused,
        extended=extended,
        source=deadline.source,
        override=deadline.override,
        terms=deadline.terms_version,
        calendar=deadline.calendar_version,
        provisional=deadline.provisional,
        agrees=_agrees(deadline, counted, extended),
    )


def _agrees(deadline: Deadline, counted: Sequence[Counted], extended: Sequence[Extended]) -> bool:
    total = sum(one.minutes for one in counted)
    if any(one.span.unit.in_days != deadline.limit_unit.in_days for one in extended):
        return total > deadline.span.n * deadline.limit_unit.minutes
    spans = (deadline.span, *(one.span for one in extended))
    return total == sum(span.n * span.unit.minutes for span in spans)


Walked = tuple[tuple[Counted, ...], tuple[Skipped, ...], tuple[Worked, ...]]


def _days(deadline: Deadline, calendar: WorkCalendar, paused: Sequence[Paused]) -> Walked:
    """Day by day: one on which the clock stood, even for an hour, is not counted."""
    start = deadline.started_at.astimezone(calendar.zone).date()
    last = last_day(deadline.due_at).astimezone(calendar.zone).date()
    stood = [
        (_local(one.begin, calendar), _local(one.end or one.begin, calendar)) for one in paused
    ]
    days = [day for day in _from(start + ONE, last) if not any(a <= day <= b for a, b in stood)]
    if deadline.limit_unit is Unit.NATURAL_DAY:
        granted = (one.span.n for one in deadline.changes if isinstance(one, Extended))
        owed = deadline.limit_n + sum(granted)
        counted, rolled = days[:owed], days[owed:]
        skipped = [(day, Why.ROLLED, calendar.name_of(day)) for day in rolled]
        return _in_days(counted), _in_rows(skipped), ()
    counted = [day for day in days if calendar.is_workday(day)]
    free = [(day, *_why(day, calendar)) for day in days if not calendar.is_workday(day)]
    worked = tuple(Worked(day, calendar.name_of(day)) for day in counted if day.weekday() >= 5)
    return _in_days(counted), _in_rows(free), worked


def _local(moment: datetime, calendar: WorkCalendar) -> date:
    return moment.astimezone(calendar.zone).date()


def _from(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += ONE


def _why(day: date, calendar: WorkCalendar) -> tuple[Why, Name | None]:
    name = calendar.name_of(day)
    if name is not None:
        return Why.HOLIDAY, name
    return (Why.WEEKEND if day.weekday() >= 5 else Why.CLOSED), None


def _in_days(days: Sequence[date]) -> tuple[Counted, ...]:
    """Days in a row as one stretch."""
    return tuple(
        Counted(midnight(row[0][0]), midnight(row[-1][0] + ONE), len(row), len(row) * DAY)
        for row in _rows([(day, None, None) for day in days])
    )


def _in_rows(found: Sequence["Marked"]) -> tuple[Skipped, ...]:
    return tuple(
        Skipped(row[0][0], row[-1][0], len(row), row[0][1] or Why.CLOSED, row[0][2])
        for row in _rows(found)
    )


Marked = tuple[date, Why | None, Name | None]


def _rows(found: Sequence[Marked]) -> list[list[Marked]]:
    """What follows day upon day for the same reason, together."""
    rows: list[list[Marked]] = []
    for one in found:
        before = rows[-1][-1] if rows else None
        if before and one[0] - before[0] == ONE and one[1:] == before[1:]:
            rows[-1].append(one)
        else:
            rows.append([one])
    return rows


def _times(deadline: Deadline, calendar: WorkCalendar, paused: Sequence[Paused]) -> Walked:
    """Hours and minutes: the clock's time, or the office's, less the pauses."""
    start = deadline.started_at.astimezone(calendar.zone)
    due = deadline.due_at.astimezone(calendar.zone)
    working = deadline.limit_unit in (Unit.WORKING_HOUR, Unit.WORKING_MINUTE)
    open_times = list(_office(start, due, calendar)) if working else [(start, due)]
    times = [piece for one in open_times for piece in _without(one, paused)]
    counted = tuple(
        Counted(begin, end, 0, int((end - begin) / timedelta(minutes=1))) for begin, end in times
    )
    if not working:
        return counted, (), ()
    days = list(_from(start.date(), due.date()))
    free = [(day, *_why(day, calendar)) for day in days if not calendar.is_workday(day)]
    taken = {begin.date() for begin, _ in times}
    worked = tuple(
        Worked(day, calendar.name_of(day)) for day in sorted(taken) if day.weekday() >= 5
    )
    return counted, _in_rows(free), worked


Stretch = tuple[datetime, datetime]


def _office(start: datetime, due: datetime, calendar: WorkCalendar) -> Iterator[Stretch]:
    for day in _from(start.date(), due.date()):
        for opens, closes in calendar.office_of(day):
            begin = max(datetime.combine(day, opens, calendar.zone), start)
            end = min(datetime.combine(day, closes, calendar.zone), due)
            if begin < end:
                yield begin, end


def _without(stretch: Stretch, paused: Sequence[Paused]) -> Iterator[Stretch]:
    """What is left of a stretch when the pauses are cut out of it."""
    begin, end = stretch
    for pause in sorted(paused, key=lambda one: one.begin):
        if pause.end is None or pause.end <= begin or pause.begin >= end:
            continue
        if pause.begin > begin:
            yield begin, pause.begin.astimezone(begin.tzinfo)
        begin = max(begin, pause.end.astimezone(begin.tzinfo))
    if begin < end:
        yield begin, end
