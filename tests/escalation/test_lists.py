"""The State Council's list as two kept libraries have it: they agree, but for the corrections."""

from datetime import date, timedelta

import holidays
import pytest

from escalation.calendar import WorkCalendar
from escalation.days import CORRECTIONS

# Each correction with the notice that proves it: the library that is wrong is overruled.
NOTICES = {date(2005, 12, 31): "国务院办公厅关于2006年部分节假日安排的通知"}
CHINA = WorkCalendar.china()
OTHER = holidays.country_holidays("CN", years=range(CHINA.first_year, CHINA.last_year + 2))


def days(year: int) -> list[date]:
    first = date(year, 1, 1)
    return [
        first + timedelta(days=n) for n in range(366) if (first + timedelta(days=n)).year == year
    ]


@pytest.mark.parametrize("year", range(CHINA.first_year, CHINA.last_year + 1))
def test_both_libraries_agree_on_every_day_of_a_year(year: int) -> None:
    differing = [day for day in days(year) if CHINA.is_workday(day) != OTHER.is_working_day(day)]
    assert differing == []


def test_without_the_corrections_they_differ_on_exactly_those_days() -> None:
    plain = WorkCalendar.china({})
    years = range(CHINA.first_year, CHINA.last_year + 1)
    differing = {
        day
        for year in years
        for day in days(year)
        if plain.is_workday(day) != OTHER.is_working_day(day)
    }
    assert differing == set(CORRECTIONS)


def test_every_correction_has_its_notice() -> None:
    assert set(NOTICES) == set(CORRECTIONS) and all(NOTICES.values())
