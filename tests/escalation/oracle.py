"""An independent clerk: counts on a wall calendar and with a stopwatch, knowing nothing of the code.

Written from the Civil Code arts 200 to 204 and domain rules §2.4 alone. It is told the facts (which
days are worked and when, when the clock stood) and walks from day to day, or from open minute to
open minute.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone

CITY = timezone(timedelta(hours=8))  # no summer time in the years that are tried
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
Hours = Sequence[tuple[time, time]]
Stood = Sequence[tuple[datetime, datetime]]


@dataclass(frozen=True)
class Wall:
    """A wall calendar: is the day worked, in which hours, and does a day end at close of business?"""

    worked: Callable[[date], bool]
    hours: Callable[[date], Hours]
    ends_at_close: bool = False

    def day_end(self, day: date) -> datetime:
        if self.ends_at_close:
            return datetime.combine(day, self.hours(day)[-1][1], CITY)
        return datetime.combine(day + DAY, time(), CITY)

    def roll(self, day: date) -> date:
        while not self.worked(day):
            day += DAY
        return day


def days(wall: Wall, start: datetime, n: int, working: bool, stood: Stood) -> datetime:
    """A day on which the clock stood at any time is not counted; nor is the day it starts on."""
    waiting = list(stood)
    crossed: set[date] = set()
    while True:
        last = _last(wall, start.astimezone(CITY).date(), n, working, crossed)
        due = wall.day_end(last)
        if not waiting or waiting[0][0] >= due:
            return due  # a pause after the end comes too late
        begin, end = (moment.astimezone(CITY).date() for moment in waiting.pop(0))
        left = n - _used(wall, start.astimezone(CITY).date(), begin, working, crossed)
        if left <= 0:  # the last day had already been counted and only rolled on: one day more
            n += 1 - left
        day = begin
        while day <= end:
            crossed.add(day)
            day += DAY


def _used(wall: Wall, start: date, until: date, working: bool, crossed: set[date]) -> int:
    count, day = 0, start + DAY
    while day < until:
        count += day not in crossed and (not working or wall.worked(day))
        day += DAY
    return count


def _last(wall: Wall, start: date, n: int, working: bool, crossed: set[date]) -> date:
    day, counted = start, 0
    while counted < n:
        day += DAY
        if day in crossed:
            continue
        counted += wall.worked(day) if working else 1
    return wall.roll(day)


def minutes(wall: Wall, start: datetime, n: int, working: bool, stood: Stood) -> datetime:
    """Minute by minute while the office is open (or always) and the clock does not stand."""
    now, left = start.astimezone(CITY), n
    waiting = [(a.astimezone(CITY), b.astimezone(CITY)) for a, b in stood]
    while left:
        if waiting and now >= waiting[0][0]:
            now = max(now, waiting.pop(0)[1])
            continue
        stop = waiting[0][0] if waiting else datetime.max.replace(tzinfo=CITY)
        if not working:
            step = min(left, int((stop - now) / MINUTE)) if waiting else left
            now, left = now + step * MINUTE, left - step
            continue
        opens, closes = _open(wall, now)
        if now < opens:
            now = min(opens, stop)  # nothing is counted while the office is closed
            continue
        end = min(closes, stop)
        while now < end and left:
            now, left = now + MINUTE, left - 1
    return now


def _open(wall: Wall, now: datetime) -> tuple[datetime, datetime]:
    """The stretch of office time that `now` lies in, or the next one."""
    day = now.date()
    while True:
        for opens, closes in wall.hours(day) if wall.worked(day) else ():
            end = datetime.combine(day, closes, CITY)
            if now < end:
                return datetime.combine(day, opens, CITY), end
        day += DAY
