"""The equation of some days costs what came on those days, however much came before."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Table, func, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.flow.centre import Centre
from hotline.store import conservation
from hotline.store.conservation import Span
from hotline.store.mailtables import LetterRow
from hotline.store.tables import CounterRow, IntakeRow
from tests.makers import MONDAY
from tests.store.test_callers import plan_of

TODAY = date(2026, 11, 23)
RECENT, OLD = Span(first=TODAY - timedelta(days=1)), Span(TODAY - timedelta(40), TODAY)
LONG_AGO = MONDAY - timedelta(days=30)


async def planted(connection: AsyncConnection, at: datetime, many: int, key: str) -> None:
    """So many receipts, and as many letters that no receipt counts; each counted."""
    one: dict[str, Any] = {"content_hash": "h", "received_at": at, "attempts": 1, "raw": b"x"}
    told = [{**one, "channel": "web", "outcome": "case", "key": f"{key}{n}"} for n in range(many)]
    await connection.execute(insert(_table(IntakeRow)), told)
    letter: dict[str, Any] = {"mailbox": "m", "size": 1, "raw": b"x", "envelope": b"x"}
    letter |= {"received_at": at, "outcome": "automatic", "attempts": 1, "marks": []}
    told = [{**letter, "sha256": f"{key}{n}"} for n in range(many)]
    await connection.execute(insert(_table(LetterRow)), told)
    counted = [("web", "case", many), ("mailbox", "automatic", many)]
    day = at.date().isoformat()
    rows = [{"day": day, "channel": c, "outcome": o, "n": n} for c, o, n in counted]
    await connection.execute(insert(_table(CounterRow)), rows)


def _table(row: Any) -> Table:
    found: Table = row.metadata.tables[row.__tablename__]
    return found


@pytest.mark.parametrize("known", [True, False], ids=["with statistics", "without"])
async def test_what_came_before_the_span_is_not_read(any_centre: Centre, known: bool) -> None:
    """The sabotaged questions are those of all days. A SQLite hotline never has statistics, a
    PostgreSQL one always."""
    async with any_centre.store.write() as connection:
        await planted(connection, LONG_AGO, 6_000, "old")
        await planted(connection, MONDAY, 20, "new")
        if known or connection.dialect.name == "postgresql":
            await connection.execute(text("ANALYZE"))
        for ask, index in (
            (conservation.receipts, "ix_intake_received"),
            (conservation.alone, "ix_letter_alone"),
            (conservation.counters, "counter"),
        ):
            plan, whole = (
                await plan_of(connection, ask(RECENT)),
                await plan_of(connection, ask(Span())),
            )
            if connection.dialect.name == "sqlite":
                assert "SEARCH" in plan and "SCAN" not in plan and index in plan, plan
                assert "SEARCH" not in whole or index == "ix_letter_alone", whole
            elif index != "counter":  # of a handful of rows PostgreSQL reads the one page
                assert index in plan and "Seq Scan" not in plan, plan
                assert index not in whole or "Cond: (received_at" not in whole, whole


async def test_a_week_of_old_days_is_read_from_the_indexes_alone(any_centre: Centre) -> None:
    async with any_centre.store.write() as connection:
        for week in range(10):
            await planted(connection, LONG_AGO - timedelta(weeks=week), 500, f"w{week}")
        if connection.dialect.name == "postgresql":
            await connection.execute(text("ANALYZE"))
        (week, *_) = OLD.weeks()
        assert "ix_intake_received" in await plan_of(connection, conservation.receipts(week))
        assert "ix_letter_alone" in await plan_of(connection, conservation.alone(week))


async def test_the_equation_of_a_span_takes_each_day_whole_and_no_other(any_centre: Centre) -> None:
    midnight = datetime(2026, 11, 21, 16, 0, tzinfo=MONDAY.tzinfo)  # of the city, the 22nd begins
    async with any_centre.store.write() as connection:
        await planted(connection, midnight - timedelta(hours=1), 3, "a")  # the 21st, in UTC as well
        await planted(connection, midnight + timedelta(hours=9), 5, "b")
        for span, many in ((RECENT, 5), (Span(end=RECENT.first), 3), (Span(), 8)):
            channels, broken = await conservation.conservation(connection, span)
            assert broken == [] and channels["web"]["received"] == many
            assert channels["mailbox"]["automatic"] == many
        assert await conservation.first_day(connection) == date(2026, 11, 21)
        wanted = select(func.count()).select_from(IntakeRow)
        assert (await connection.execute(wanted)).scalar_one() == 8


async def test_a_hotline_that_nobody_has_written_to_has_no_first_day(any_centre: Centre) -> None:
    async with any_centre.look() as look:
        assert await conservation.first_day(look.connection) is None


def test_days_are_counted_week_by_week_and_none_twice() -> None:
    weeks = OLD.weeks()
    assert [one.first for one in weeks[1:]] == [one.end for one in weeks[:-1]]
    assert (weeks[0].first, weeks[-1].end, len(weeks)) == (OLD.first, OLD.end, 6)
    assert Span(TODAY, TODAY).weeks() == [] and Span().weeks() == [Span()]
    assert weeks[-1].told == "2026-11-18 ~ 2026-11-22"
