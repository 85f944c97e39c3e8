"""The hand-counted month of 60 cases as rows of facts: the database counts what was counted by hand."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from hotline.domain.facts import CaseFact, Folded
from hotline.flow.centre import Centre
from hotline.reports import factqueries, figures, rates
from hotline.reports.factqueries import Span
from hotline.reports.rates import Fact
from hotline.store import facts
from tests.reports.test_rates import BY_HAND, a_month

DAY = date(2026, 10, 1)
BEGIN = datetime(2026, 10, 1, 1, tzinfo=UTC)
DUE = BEGIN + timedelta(days=9)
SPAN = Span(DAY, date(2026, 10, 31), datetime(2026, 11, 1, tzinfo=UTC))


def as_row(n: int, fact: Fact) -> CaseFact:
    """A case that the measures see as that fact; what they do not look at is made up."""
    at = BEGIN + timedelta(days=n % 31)
    late = fact.finished_in_time is False
    finished = None if late and not fact.closed else DUE + timedelta(hours=late)
    told: dict[str, Any] = {
        **{"case_id": n, "number": f"20261001-{n:06}", "seq": 9, "changed_at": at},
        **{"received_at": at, "day": DAY + timedelta(days=n % 31), "channel": "phone"},
        **{"type": ("help", "complaint")[n % 2], "topic": "城市管理/市容", "topic1": "城市管理"},
        **{"urgency": "normal", "district": "", "department": ("cgj", "zjj")[n % 2]},
        **{"party": "citizen", "language": ""},
        **{"state": "closed", "level": None, "due_at": DUE, "answered_at": None},
        **{"answer_s": None, "promised_s": None, "ended_at": None, "pressed": False},
        **{"extensions": 0, "reopened": 0, "retyped": False, "early": False, "reply_hash": None},
        **{"reply_print": None},
        **{name: getattr(fact, name) for name in SAME},
        "dispatched_at": at if fact.dispatched else None,
        "closed_at": DUE if fact.closed else None,
        "finish_due_at": SPAN.as_of + timedelta(1) if fact.finished_in_time is None else DUE,
        "finished_at": None if fact.finished_in_time is None else finished,
    }
    return CaseFact(**told)


SAME = (
    *("accepted", "answered", "signed_in_time", "contacted_in_time", "hours", "reworked"),
    *("returned", "upheld", "reached", "solved", "satisfaction", "repeat", "excluded"),
)


@pytest.fixture
async def month(any_centre: Centre) -> Centre:
    rows = [as_row(n, fact) for n, fact in enumerate(a_month(), 1)]
    assert rates.counted(factqueries.measured(one, SPAN.as_of) for one in rows) == rates.counted(
        a_month()
    )
    async with any_centre.work() as work:
        await facts.put(work.connection, [Folded(row, ()) for row in rows])
    return any_centre


async def test_sql_counts_the_month_as_it_was_counted_by_hand(month: Centre) -> None:
    async with month.look() as look:
        both = (await factqueries.counts(look.connection, SPAN, None))[None]
        by_unit = await factqueries.counts(look.connection, SPAN, "department")
    found = figures.measures(both)
    for name, (part, whole, adjusted, of) in BY_HAND.items():
        raw, other = found[name]["raw"], found[name]["adjusted"]
        assert (raw["part"], raw["whole"], other["part"], other["whole"]) == (
            *(part, whole, adjusted, of),
        ), name
    assert sum(one.raw.cases for one in by_unit.values()) == both.raw.cases == 60


async def test_a_count_that_took_silence_for_content_would_be_caught(month: Centre) -> None:
    """A sabotaged twin: the silent of the month as satisfied."""
    async with month.look() as look:
        both = (await factqueries.counts(look.connection, SPAN, None))[None]
    honest = rates.satisfying(both.raw)
    flattered = both.raw.satisfied + both.raw.closed - both.raw.rated
    assert (honest.part, honest.whole) == BY_HAND["satisfying"][:2]
    assert flattered != honest.part
