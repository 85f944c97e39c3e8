"""WorkCalendar: city time zone, office hours, holidays and make-up workdays; add and measure spans.

Counting follows the Civil Code arts 200 to 204: a limit in days does not count the day it starts
on and ends at 24:00 of its last day, told here as 00:00 of the day after; a last day that is no
working day rolls on to the next one; a limit in hours starts at once.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import cached_property
from importlib.metadata import version
from zoneinfo import ZoneInfo

from chinese_calendar import constants

ZONE = ZoneInfo("Asia/Shanghai")
DAY = 1440  # minutes counted for a counted day
ONE = timedelta(days=1)

# What the kept library says otherwise than the State Council's own notice of the holidays.
CORRECTIONS: Mapping[date, bool] = {
    date(2005, 12, 31): True,  # notice on 2006's holidays: the Saturday is worked for 3 January
}


class Unit(StrEnum):
    """What a limit is counted in; natural runs day and night, working only when offices do."""

    NATURAL_MINUTE = "natural_minute"
    NATURAL_HOUR = "natural_hour"
    NATURAL_DAY = "natural_day"
    WORKING_MINUTE = "working_minute"
    WORKING_HOUR = "working_hour"
    WORKING_DAY = "working_day"

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
        office: tuple[tuple[time, time], ...] = ((time(9), time(12)), (time(13, 30), time(17, 30))),
        name: str = "plain",
    ) -> None:
        self.zone = ZONE
        self.version = name
        self.first_year, self.last_year = years
        self.office = office
        self._days = dict(days)

    @classmethod
    def china(cls, corrections: Mapping[date, bool] = CORRECTIONS) -> "WorkCalendar":
        """The State Council's holidays (调休 included), from the kept library."""
        days = dict.fromkeys(constants.holidays, False) | dict.fromkeys(constants.workdays, True)
        years = (min(days).year, max(constants.holidays).year)
        name = f"chinesecalendar {version('chinesecalendar')} +{len(corrections)}"
        return cls(days | dict(corrections), years, name=name)

    def is_workday(self, day: date) -> bool:
        known = self._days.get(day)
        return day.weekday() < 5 if known is None else known

    def provisional(self, until: datetime) -> bool:
        """Past the last published list a plain week was counted, to be counted anew later."""
        return (until.astimezone(ZONE) - timedelta(minutes=1)).year > self.last_year

    @cached_property
    def office_minutes(self) -> int:
        return sum(_minutes(begin, end) for begin, end in self.office)

    def due(self, start: datetime, span: Span) -> datetime:
        """When a span that starts now ends."""
        if span.n == 0:
            return start.astimezone(ZONE)
        if span.unit is Unit.NATURAL_DAY:
            last = start.astimezone(ZONE).date() + timedelta(days=span.n)
            while not self.is_workday(last):
                last += ONE
            return _midnight(last + ONE)
        return self.after(start, span.n * span.unit.minutes, span.unit)

    def after(self, start: datetime, minutes: int, unit: Unit) -> datetime:
        """The first moment at which that many counted minutes have passed since `start`."""
        local = start.astimezone(ZONE)
        if minutes <= 0:
            return local
        if unit in (Unit.NATURAL_MINUTE, Unit.NATURAL_HOUR):
            return (start + timedelta(minutes=minutes)).astimezone(ZONE)
        left = timedelta(minutes=minutes)
        for begin, end in self._stretches(local, unit):
            if end - begin >= left:
                return begin + left
            left -= end - begin
        raise AssertionError("the calendar has no end")

    def counted(self, start: datetime, end: datetime, unit: Unit) -> int:
        """Whole counted minutes between two moments, as a span that starts at `start` counts them."""
        if end <= start:
            return 0
        if unit in (Unit.NATURAL_MINUTE, Unit.NATURAL_HOUR):
            return int((end - start).total_seconds() // 60)
        total = timedelta()
        for begin, stop in self._stretches(start.astimezone(ZONE), unit):
            if begin >= end:
                return int(total.total_seconds() // 60)
            total += min(stop, end) - begin
        raise AssertionError("the calendar has no end")

    def _stretches(self, start: datetime, unit: Unit) -> Iterator[tuple[datetime, datetime]]:
        """The stretches of time that count, from `start` on, without end."""
        day = start.date() + ONE if unit.in_days else start.date()
        while True:
            if unit is Unit.NATURAL_DAY or self.is_workday(day):
                if unit.in_days:
                    yield _midnight(day), _midnight(day + ONE)
                else:
                    yield from self._office_of(day, start)
            day += ONE

    def _office_of(self, day: date, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        for opens, closes in self.office:
            begin = max(datetime.combine(day, opens, ZONE), start)
            end = datetime.combine(day, closes, ZONE)
            if begin < end:
                yield begin, end


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), ZONE)


def _minutes(begin: time, end: time) -> int:
    return (end.hour - begin.hour) * 60 + end.minute - begin.minute
