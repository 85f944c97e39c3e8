"""The receipts' accounts (收件账目) balance: what is recent is counted at each self check, what is
older once an hour.

A counter is written with the outcome of its receipt, so that a difference arises where work is done:
among what came yesterday and today. What is older changes seldom (a letter judged late, a receipt
whose key came back), or by somebody who changed the database past the hotline; counting all of it
every half minute would take longer with each year, until no self check ended any more. It is counted
a week at a time, each as it stood at one moment, by whichever node is the first in an hour.

How far that count went and what it found is kept, and the recent begins where it ended: between them
no day is left out, and a difference does not seem mended because its day grew old.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from hotline.domain.shanghai import city_day
from hotline.flow.centre import Centre
from hotline.store import catalogue, conservation, ledger
from hotline.store.conservation import Span

KEY = "conservation"
EVERY = timedelta(hours=1)
DAY = timedelta(days=1)
RECENT, MOST = 1, 3  # days before today that are recent; and where the old ones were not counted
TRIES = 2  # that a count of the old ones may be begun in vain
LONGEST = 600.0  # seconds that the count of the old ones may take
PAUSE = 0.02  # seconds between two weeks of it: requests go first


@dataclass(frozen=True)
class Counted:
    """The last count of what is old: when it began, before which day it ended, what it found by
    place; and how often it was begun since without being done."""

    begun: datetime | None = None
    end: date | None = None
    broken: Mapping[str, str] = field(default_factory=dict)
    tries: int = 0

    @classmethod
    def read(cls, told: Mapping[str, Any] | None) -> "Counted":
        if told is None:
            return cls()
        end = date.fromisoformat(told["end"]) if told["end"] else None
        return cls(datetime.fromisoformat(told["begun"]), end, told["broken"], told["tries"])

    def as_json(self) -> dict[str, Any]:
        begun, end = self.begun and self.begun.isoformat(), self.end and self.end.isoformat()
        return {"begun": begun, "end": end, "broken": dict(self.broken), "tries": self.tries}

    def due(self, now: datetime) -> bool:
        """A clock that was set back does not let it wait until it is there again."""
        return self.begun is None or not timedelta(0) <= now - self.begun < EVERY


async def unbalanced(centre: Centre) -> tuple[dict[str, str], bool]:
    """Where the accounts do not balance, and what is wrong: of the recent as it stands, of the old
    as it was counted last; and whether that count keeps failing."""
    async with ledger.snapshot(centre.store) as connection:
        old = Counted.read(await catalogue.setting(connection, KEY))
        span = recent(old, city_day(centre.now()))
        _, broken = await conservation.conservation(connection, span)
    return {**old.broken, **{one.place: one.what for one in broken}}, old.tries > TRIES


def recent(old: Counted, today: date) -> Span:
    """From where the old count ended; not for ever, where there is none who counts what is old."""
    begins = today - RECENT * DAY
    if old.end is not None and begins - MOST * DAY <= old.end < begins:
        begins = old.end
    return Span(first=begins)


async def count(centre: Centre) -> bool:
    """Counts what is old, if nobody did within the hour."""
    async with centre.work() as work:
        before = Counted.read(await catalogue.setting_to_change(work.connection, KEY))
        if not before.due(work.at):
            return False
        claimed = Counted(work.at, before.end, before.broken, before.tries + 1)
        await catalogue.put_setting(work.connection, KEY, claimed.as_json())
    end = city_day(centre.now()) - RECENT * DAY
    async with asyncio.timeout(LONGEST):
        broken = await _count(centre, end)
    if broken is None:
        return False
    found = Counted(claimed.begun, end, broken)
    async with centre.work() as work:
        await catalogue.put_setting(work.connection, KEY, found.as_json())
    return True


async def _count(centre: Centre, end: date) -> dict[str, str] | None:
    """The first difference of each place; None: the hotline ends meanwhile."""
    async with centre.look() as look:
        first = await conservation.first_day(look.connection)
    broken = dict[str, str]()
    for week in Span(first or end, end).weeks():
        if centre.stopping.is_set():
            return None
        async with ledger.snapshot(centre.store) as connection:
            _, found = await conservation.conservation(connection, week)
        for one in found:
            broken.setdefault(one.place, f"{week.told}: {one.what}")
        await asyncio.sleep(PAUSE)
    return broken
