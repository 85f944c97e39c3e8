"""Counting, pauses included, equals an independent oracle: 5,000 cases, 100,000 to soak."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from escalation import clock
from escalation import promise as run
from escalation.calendar import ZONE, Span, Unit, WorkCalendar
from escalation.days import OwnDays
from escalation.explain import explain
from escalation.ladder import Ladder
from escalation.promise import Limit, Promise
from tests.escalation import oracle
from tests.support.scale import Scale

CHINA = WorkCalendar.china()
MORNING = ((time(8, 30), time(11, 30)),)
STAFF = ((time(8), time(12)), (time(14), time(18)))
NIGHTS = ((time(0, 30), time(6)), (time(20), time(23, 59)))
BASE = datetime(2005, 1, 1, tzinfo=ZONE)
MINUTES = int((datetime(2026, 10, 1, tzinfo=ZONE) - BASE) / timedelta(minutes=1))
DAYS = [date(2005, 1, 1) + timedelta(days=n) for n in range(7900)]

CALENDARS = (
    CHINA,
    CHINA.adapted(OwnDays(), "close", ends_at_close=True),
    CHINA.adapted(OwnDays(office=STAFF, short=dict.fromkeys(DAYS[3::11], MORNING)), "half days"),
    CHINA.adapted(
        OwnDays(NIGHTS, frozenset(DAYS[::7]), frozenset(DAYS[1::13]) - frozenset(DAYS[::7])),
        "own days",
        ends_at_close=True,
    ),
)
OFFICES = (CHINA.office, CHINA.office, STAFF, NIGHTS)


def wall_of(n: int) -> oracle.Wall:
    """The same facts in the oracle's own words."""

    def worked(day: date) -> bool:
        if n == 2 and day in HALF:
            return True
        if n == 3 and day in CLOSED:
            return False
        if n == 3 and day in OPENED:
            return True
        return CHINA.is_workday(day)  # the list itself is held against another library elsewhere

    def hours(day: date) -> oracle.Hours:
        return MORNING if n == 2 and day in HALF else OFFICES[n]

    return oracle.Wall(worked, hours, n in (1, 3))


HALF, CLOSED = frozenset(DAYS[3::11]), frozenset(DAYS[::7])
OPENED = frozenset(DAYS[1::13]) - CLOSED
WALLS = [wall_of(n) for n in range(4)]
LARGEST = {
    Unit.NATURAL_DAY: 60,
    Unit.WORKING_DAY: 45,
    Unit.NATURAL_HOUR: 200,
    Unit.WORKING_HOUR: 24,
}
LARGEST |= {Unit.NATURAL_MINUTE: 5000, Unit.WORKING_MINUTE: 900}

units = st.sampled_from(Unit)
gaps = st.lists(st.tuples(st.integers(0, 20_000), st.integers(0, 20_000)), max_size=3)


def expected(
    which: int, start: datetime, span: Span, stood: list[tuple[datetime, datetime]]
) -> datetime:
    wall, working = WALLS[which], span.unit.value.startswith("working")
    if span.unit.in_days:
        return oracle.days(wall, start, span.n, working, stood)
    return oracle.minutes(wall, start, span.n * span.unit.minutes, working, stood)


def tried(cases: int) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """The same draws for the quick look and for the long one."""

    def made(test: Callable[..., None]) -> Callable[..., None]:
        drawn = given(st.integers(0, 3), st.integers(0, MINUTES), units, st.integers(1, 5000), gaps)
        health = list(HealthCheck)
        return settings(
            max_examples=cases,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=health,
        )(drawn(test))

    return made


@tried(150)
def test_an_end_is_the_oracles(
    which: int, since: int, unit: Unit, size: int, gaps: list[tuple[int, int]]
) -> None:
    held(which, since, unit, size, gaps)


@pytest.mark.slow
@pytest.mark.soak
def test_every_end_is_the_oracles(scale: Scale) -> None:
    cases = 0

    def counted(which: int, since: int, unit: Unit, size: int, gaps: list[tuple[int, int]]) -> None:
        nonlocal cases
        cases += 1
        held(which, since, unit, size, gaps)

    tried(scale.counted)(counted)()
    assert cases >= scale.counted


def held(which: int, since: int, unit: Unit, size: int, gaps: list[tuple[int, int]]) -> None:
    calendar, start = CALENDARS[which], BASE + timedelta(minutes=since)
    span = Span(1 + size % LARGEST[unit], unit)
    limit = Limit(span, "rule", Ladder())
    deadline = run.start(Promise.FINISH, start, limit, calendar, terms_version="t")
    stood: list[tuple[datetime, datetime]] = []
    now = start
    for before, long in gaps:
        begin = now + timedelta(minutes=before)
        now = begin + timedelta(minutes=long)
        if begin >= deadline.due_at:
            break
        stood.append((begin, now))
        deadline = clock.resume(clock.pause(deadline, begin, calendar), now, calendar)
        now += timedelta(minutes=1)
    event(f"{len(stood)} pauses")
    assert deadline.due_at == expected(which, start, span, stood)
    if size % 5 == 0:
        found = explain(deadline, calendar)
        if unit is not Unit.NATURAL_DAY or not stood:  # there a rolled day may become a counted one
            assert found.agrees and found.minutes == span.n * unit.minutes
