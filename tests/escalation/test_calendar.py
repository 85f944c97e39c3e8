"""Working time as the Civil Code and the State Council's calendar count it."""

import time as clock
from datetime import UTC, date, datetime, time

import pytest

from escalation.calendar import ZONE, Span, WorkCalendar
from escalation.days import OwnDays

CHINA = WorkCalendar.china()
HOUR = Span.parse("1 working_hour")


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
        ("2020-01-23 09:00", "3 working_day", "2020-02-06 00:00"),  # the holiday was prolonged
        ("2026-11-23 10:00", "7 natural_day", "2026-12-01 00:00"),
        ("2026-11-20 10:00", "1 natural_day", "2026-11-24 00:00"),  # Saturday rolls to Monday
        ("2026-11-23 10:00", "2 working_hour", "2026-11-23 12:00"),
        ("2026-11-23 11:00", "2 working_hour", "2026-11-23 14:30"),
        ("2026-11-20 17:00", "2 working_hour", "2026-11-23 10:30"),
        ("2026-11-22 03:00", "30 natural_minute", "2026-11-22 03:30"),
        ("2026-11-22 03:00", "24 natural_hour", "2026-11-23 03:00"),
    ],
)
def test_a_span_ends_when_the_rules_say(start: str, span: str, due: str) -> None:
    assert CHINA.due(at(start), Span.parse(span)) == at(due)


def test_make_up_workdays_count_and_a_correction_wins_over_the_library() -> None:
    assert CHINA.is_workday(date(2020, 10, 10)) and not CHINA.is_workday(date(2020, 10, 8))
    assert CHINA.is_workday(date(2005, 12, 31))
    assert not WorkCalendar.china({}).is_workday(date(2005, 12, 31))


def test_past_the_published_list_a_date_is_provisional() -> None:
    last = CHINA.last_year
    assert CHINA.provisional(at(f"{last + 1}-01-05 00:00"))
    assert not CHINA.provisional(at(f"{last + 1}-01-01 00:00"))  # ends with the listed year


def test_a_span_that_makes_no_sense_is_refused() -> None:
    with pytest.raises(ValueError, match="5 workdays"):
        Span.parse("5 workdays")


HALF = OwnDays(short={date(2026, 11, 24): ((time(9), time(12)),)})


def test_a_day_ends_at_the_close_of_business_where_the_profile_says_so() -> None:
    close = CHINA.adapted(OwnDays(), "close", ends_at_close=True)
    assert close.due(at("2026-11-20 20:00"), Span.parse("1 working_day")) == at("2026-11-23 17:30")
    assert close.due(at("2026-11-20 10:00"), Span.parse("1 natural_day")) == at("2026-11-23 17:30")
    half = CHINA.adapted(HALF, "half", ends_at_close=True)
    assert half.due(at("2026-11-23 10:00"), Span.parse("1 working_day")) == at("2026-11-24 12:00")


def test_a_half_day_is_a_working_day_and_its_hours_end_at_noon() -> None:
    half = CHINA.adapted(HALF, "half")
    assert half.due(at("2026-11-23 10:00"), Span.parse("1 working_day")) == at("2026-11-25 00:00")
    assert half.due(at("2026-11-24 11:00"), Span.parse("2 working_hour")) == at("2026-11-25 10:00")


def test_own_closed_and_opened_dates_win_over_the_list_and_change_the_version() -> None:
    own = OwnDays(closed=frozenset({date(2026, 11, 24)}), opened=frozenset({date(2026, 11, 28)}))
    calendar = CHINA.adapted(own, "zjj:1")
    assert not calendar.is_workday(date(2026, 11, 24)) and calendar.is_workday(date(2026, 11, 28))
    assert calendar.version == f"{CHINA.version} zjj:1" and CHINA.is_workday(date(2026, 11, 24))


def test_the_zone_is_the_citys_whatever_the_hosts(monkeypatch: pytest.MonkeyPatch) -> None:
    found = []
    for zone in ("UTC", "America/Los_Angeles", "Asia/Shanghai"):
        monkeypatch.setenv("TZ", zone)
        clock.tzset()
        start = datetime(2026, 11, 23, 16, 30, tzinfo=UTC)  # 00:30 of the 24th in the city
        found.append((CHINA.due(start, Span.parse("1 working_day")), CHINA.due(start, HOUR)))
    monkeypatch.undo()
    clock.tzset()
    assert set(found) == {(at("2026-11-26 00:00"), at("2026-11-24 10:00"))}


def test_a_later_list_is_newer_and_an_earlier_one_is_not() -> None:
    assert CHINA.newer_than("chinesecalendar 1.0 +1 to 2025") and CHINA.newer_than("plain")
    assert not CHINA.newer_than(CHINA.version)
    assert not CHINA.newer_than("chinesecalendar 9.0 +1 to 2030")
