"""Which days are worked: the State Council's list, its corrections, and what a city has of its own."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from importlib.metadata import version

from chinese_calendar import constants

Office = tuple[tuple[time, time], ...]  # the stretches of a day in which work is done
Name = tuple[str, str]  # of a holiday, in Chinese and in English

# What the kept library says otherwise than the State Council's own notice of the holidays.
CORRECTIONS: Mapping[date, bool] = {
    date(2005, 12, 31): True,  # notice on 2006's holidays: the Saturday is worked for 3 January
}


@dataclass(frozen=True)
class OwnDays:
    """What a city or a department does otherwise than the State Council's list (本地工作日历)."""

    office: Office | None = None
    closed: frozenset[date] = frozenset()
    opened: frozenset[date] = frozenset()
    short: Mapping[date, Office] = field(default_factory=dict)  # half days: worked only then


def published() -> tuple[dict[date, bool], dict[date, Name]]:
    """The list as the kept library has it: worked or free, and for which holiday."""
    days = dict.fromkeys(constants.holidays, False) | dict.fromkeys(constants.workdays, True)
    chinese = {one.value: one.chinese for one in constants.Holiday}
    told = {**constants.holidays, **constants.workdays}
    return days, {day: (chinese.get(name, name), name) for day, name in told.items()}


def edition(corrections: int, last_year: int) -> str:
    """What a deadline keeps of the list it was counted by."""
    return f"chinesecalendar {version('chinesecalendar')} +{corrections} to {last_year}"


def listed_until(calendar_version: str) -> int:
    """The last year of the list a calendar's version stands for; 0 when it does not say."""
    found = re.search(r"\bto (\d{4})\b", calendar_version)
    return int(found[1]) if found else 0
