"""Which reports there are (日报 周报 月报 专报), over which days, and when each is due; pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from escalation.calendar import ZONE
from hotline.domain.words import Named

ONE = timedelta(days=1)
READY = time(0, 40)  # the night's rebuild has run by then
CITY, PUBLIC = "", "public"


class Kind(Named):
    """The kinds of report (报表种类)."""

    DAILY = "daily", "日报", "daily report"
    WEEKLY = "weekly", "周报", "weekly report"
    MONTHLY = "monthly", "月报", "monthly report"
    SPECIAL = "special", "专报", "special report"


@dataclass(frozen=True)
class Wanted:
    """A report: its kind, whose it is, its days; a 专报 may be about one topic."""

    kind: Kind
    first: date
    last: date
    unit: str = CITY
    topic: str = ""


def as_of(last: date) -> datetime:
    """A scheduled report counts what was known when its last day ended, whenever it is built."""
    return datetime.combine(last + ONE, time(), ZONE)


def ended(now: datetime) -> Iterator[tuple[Kind, date, date]]:
    """The last whole day, week and month, once their night is over."""
    local = now.astimezone(ZONE)
    today = local.date() if local.time() >= READY else local.date() - ONE
    yesterday = today - ONE
    yield Kind.DAILY, yesterday, yesterday
    sunday = today - (today.weekday() + 1) * ONE
    yield Kind.WEEKLY, sunday - 6 * ONE, sunday
    last = today.replace(day=1) - ONE
    yield Kind.MONTHLY, last.replace(day=1), last
