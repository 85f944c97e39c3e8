"""WorkCalendar: city time zone, office hours, holidays and make-up workdays; add and measure spans.

Counting follows the Civil Code arts 200 to 204: a limit in days does not count the day it starts
on and ends at 24:00 of its last day, told here as 00:00 of the day after, or at close of business
where the city's profile says so; a last day that is no working day rolls on to the next one; a
limit in hours starts at once.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from escalation.days import (
    CORRECTIONS,
    Name,
    Office,
    OwnDays,
    edition,
    listed_until,
    published,
)

ZONE = ZoneInfo("Asia/Shanghai")
DAY = 1440  # minutes counted for a counted day
ONE = timedelta(days=1)


class Unit(StrEnum):
    """What a limit is counted in; natural runs day and night, working only when offices do."""

    NATURAL_MINUTE = "natural_minute"
    NATURAL_HOUR = "natural_hour"
    NATURAL_DAY = "natural_day"
    WORKING_MINUTE = "working_minute"
    WORKING_HOUR = "working_hour"
    WORKING_DAY = "working_day"

    @property
    def zh(self) -> str:
        """With its measure word: 5 个工作日, 24 小时."""
        kind, _, size = self.value.partition("_")
        plain = {"minute": "分钟", "hour": "小时", "day": "日"}[size]
        return f"个工作{plain}" if kind == "working" else "日" if size == "day" else plain

    @property
    def in_days(self) -> bool:
        return self in (Unit.NATURAL_DAY, Unit.WORKING_DAY)

    @property
    def minutes(self) -> int:
        """Counted minutes of one unit."""
        if self.in_days:
            return DAY
        return 60 if self in (Unit.NATURAL_HOUR, Unit.WORKING_HOUR) else 1


@dataclass(frozen=True)
class Span:
    """A length of time as a rule states it, such as 5 working days."""

    n: int
    unit: Unit

    def __post_init__(self) -> None:
        if self.n < 0:
            raise ValueError(f"a span cannot be negative: {self.n}")

    @classmethod
    def parse(cls, text: str) -> "Span":
        """From "5 working_day"; raises ValueError with what is wrong."""
        number, _, unit = text.strip().partition(" ")
        try:
            return cls(int(number), Unit(unit.strip()))
        except ValueError as error:
            raise ValueError(f"not a span such as '5 working_day': {text!r}") from error

    def __str__(self) -> str:
        return f"{self.n} {self.unit.value}"


class WorkCalendar:
    """Which days are worked, and how long a span is from a given moment."""

    def __init__(
        self,
        days: Mapping[date, bool],
        years: tuple[int, int],
        *,
        office: Office = ((time(9), time(12)), (time(13, 30), time(17, 30))),
        name: str = "plain",
        names: Mapping[date, Name] | None = None,
    ) -> None:
        self.zone = ZONE
        self.version = name
        self.first_year, self.last_year = years
        self.office = office
        self.ends_at_close = False
        self._days = dict(days)
        self._names = names or {}
        self._short: Mapping[date, Office] = {}

    @classmethod
    def china(cls, corrections: Mapping[date, bool] = CORRECTIONS) -> "WorkCalendar":
        """The State Council's holidays (调休 included), from the kept library."""
        days, names = published()
        last = max(day for day, worked in days.items() if not worked).year
        years, name = (min(days).year, last), edition(len(corrections), last)
        return cls(days | dict(corrections), years, name=name, names=names)

    def adapted(
        self, own: OwnDays, label: str, *, ends_at_close: bool | None = None
    ) -> "WorkCalendar":
        """The same list with a city's or a department's own hours and days over it."""
        moved = dict.fromkeys(own.closed, False) | dict.fromkeys((*own.opened, *own.short), True)
        made = WorkCalendar(
            self._days | moved,
            (self.first_year, self.last_year),
            office=own.office or self.office,
            name=f"{self.version} {label}",
            names=self._names,
        )
        made.ends_at_close = self.ends_at_close if ends_at_close is None else ends_at_close
        made._short = {**self._short, **own.short}
        return made

    def newer_than(self, calendar_version: str) -> bool:
        """A later list than the one a deadline was counted by; nodes may differ for a while."""
        then, now = listed_until(calendar_version), listed_until(self.version)
        return now > then if then and now else calendar_version != self.version

    def is_workday(self, day: date) -> bool:
        known = self._days.get(day)
        return day.weekday() < 5 if known is None else known

    def name_of(self, day: date) -> Name | None:
        """The holiday a day is free for, or a make-up day is worked for."""
        return self._names.get(day)

    def provisional(self, until: datetime) -> bool:
        """Past the last published list a plain week was counted, to be counted anew later."""
        return (until.astimezone(ZONE) - timedelta(minutes=1)).year > self.last_year

    def office_of(self, day: date) -> Office:
        """When work is done on a day; nothing on a day that is not worked."""
        if not self.is_workday(day):
            return ()
        return self._short.get(day) or self.office

    @property
    def office_minutes(self) -> int:
        return sum(_minutes(end) - _minutes(begin) for begin, end in self.office)

    def due(self, start: datetime, span: Span) -> datetime:
        """When a span that starts now ends."""
        local = start.astimezone(ZONE)
        if span.n == 0:
            return local
        if span.unit.in_days:
            return self.end_of(self._last_day(local.date(), span))
        return self.after(start, span.n * span.unit.minutes, span.unit)

    def _last_day(self, day: date, span: Span) -> date:
        natural = span.unit is Unit.NATURAL_DAY
        left = span.n
        while left:
            day += ONE
            left -= natural or self.is_workday(day)
        while not self.is_workday(day):
            day += ONE
        return day

    def end_of(self, day: date) -> datetime:
        """24:00, or the close of business (Civil Code art. 203)."""
        if self.ends_at_close and self.office_of(day):
            return datetime.combine(day, self.office_of(day)[-1][1], ZONE)
        return midnight(day + ONE)

    def after(self, start: datetime, minutes: int, unit: Unit) -> datetime:
        """The first moment at which that many counted minutes have passed since `start`."""
        local = start.astimezone(ZONE)
        if minutes <= 0:
            return local
        if unit in (Unit.NATURAL_MINUTE, Unit.NATURAL_HOUR):
            return (start + timedelta(minutes=minutes)).astimezone(ZONE)
        if unit.in_days:
            return self._after_days(local.date(), minutes, unit)
        left = timedelta(minutes=minutes)
        for begin, end in self._open_from(local):
            if end - begin >= left:
                return begin + left
            left -= end - begin
        raise AssertionError("the calendar has no end")

    def _after_days(self, day: date, left: int, unit: Unit) -> datetime:
        while True:
            day += ONE
            if unit is Unit.NATURAL_DAY or self.is_workday(day):
                if left <= DAY:
                    return midnight(day) + timedelta(minutes=left)
                left -= DAY

    def counted(self, start: datetime, end: datetime, unit: Unit) -> int:
        """Whole counted minutes between two moments, as a span that starts at `start` counts them."""
        if end <= start:
            return 0
        if unit in (Unit.NATURAL_MINUTE, Unit.NATURAL_HOUR):
            return int((end - start).total_seconds() // 60)
        local, until = start.astimezone(ZONE), end.astimezone(ZONE)
        if unit.in_days:
            return self._counted_days(local.date(), until, unit)
        total = timedelta()
        for begin, stop in self._open_from(local):
            if begin >= end:
                return int(total.total_seconds() // 60)
            total += min(stop, end) - begin
        raise AssertionError("the calendar has no end")

    def _counted_days(self, start: date, until: datetime, unit: Unit) -> int:
        natural, day, last, total = unit is Unit.NATURAL_DAY, start, until.date(), 0
        while (day := day + ONE) < last:
            total += natural or self.is_workday(day)
        partly = last > start and (natural or self.is_workday(last))
        return total * DAY + (_minutes(until) if partly else 0)

    def _open_from(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The office's stretches from a moment on, without end."""
        day = start.date()
        while True:
            for opens, closes in self.office_of(day):
                end = datetime.combine(day, closes, ZONE)
                if end > start:
                    yield max(datetime.combine(day, opens, ZONE), start), end
            day += ONE


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), ZONE)


def _minutes(moment: time | datetime) -> int:
    return moment.hour * 60 + moment.minute
