"""`hotline generate`: a synthetic city in an empty database, the same from the same seed.

Cases of the last days have their whole timelines, so that they can be opened, moved on and checked;
the earlier ones, of which a year has very many, have their figures only.
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from random import Random
from typing import Any

from rich.progress import Progress

from escalation.calendar import ZONE
from hotline.commands import syntheticcase, syntheticcity, syntheticlife
from hotline.commands.failing import Failed
from hotline.commands.opening import centre_of, say
from hotline.commands.seed import sown
from hotline.commands.syntheticcase import Life
from hotline.commands.syntheticcity import City
from hotline.config import Settings
from hotline.domain.facts import Folded
from hotline.domain.folding import fold
from hotline.domain.people import OPERATOR
from hotline.domain.shanghai import city_day
from hotline.flow.centre import Centre
from hotline.store import acts, bulk, bulkreceipts
from hotline.wiring import system_clock

ONE = timedelta(days=1)
BATCH = 2000
TABLES = (
    *(bulk.CASES, bulk.ENTRIES, bulk.CLOCKS, bulk.FACTS, bulk.STEPS),
    bulkreceipts.RECEIPTS,
)


@dataclass(frozen=True)
class Asked:
    """What the command line asks for."""

    cases: int = 10_000
    seed: int = 1
    days: int = 365
    whole: int = 60  # days whose cases have their timelines
    until: date | None = None


def asked(told: argparse.Namespace) -> Asked:
    return Asked(told.cases, told.seed, told.days, told.whole, told.until)


async def run(settings: Settings, wanted: Asked) -> int:
    async with centre_of(settings) as centre:
        await sown(centre)
        with Progress() as progress:
            bar = progress.add_task("cases", total=wanted.cases)
            made = await generated(centre, wanted, lambda n: progress.advance(bar, n))
    say(f"已生成 {made} 件 / cases generated: {made}")
    return 0


async def generated(centre: Centre, wanted: Asked, told: Any = None) -> int:
    """How many; refuses a database that holds cases, so that no real one is ever mixed in."""
    last = wanted.until or city_day(system_clock())
    async with centre.work() as work:
        if await bulk.highest(work.connection):
            raise Failed(
                "数据库中已有诉求；请用一个空的数据库 / the database holds cases: use an empty one"
            )
        about = {"cases": wanted.cases, "seed": wanted.seed, "until": last.isoformat()}
        await acts.record(work.connection, work.at, OPERATOR, "generate", about)
    chance = Random(wanted.seed)
    days = [last - n * ONE for n in range(wanted.days)][::-1]
    city = _city(centre, chance, days)
    lives = _lives(chance, city, days, wanted.cases)
    until = datetime.combine(last + ONE, time(), ZONE) - timedelta(seconds=1)
    writer = _Writer(centre, until, last - wanted.whole * ONE)
    while batch := list(islice(lives, BATCH)):
        await writer.put(batch)
        if told:
            told(len(batch))
    async with centre.work() as work:
        await writer.tally.write(work.connection)
        await bulk.settle(work.connection)
    return writer.n


def _city(centre: Centre, chance: Random, days: list[date]) -> City:
    tree = centre.rules.tree
    by_name = {unit.name: code for code, unit in tree.departments.items()}
    topics = []
    for row in centre.city.topics:
        bureau = by_name.get(row["default_department"])
        if bureau is None or not tree.can_lead(bureau):
            continue
        kind = tree.departments[bureau].kind
        near = [
            code
            for code, unit in sorted(tree.departments.items())
            if kind and unit.kind == kind and unit.level == "district" and unit.dispatchable
        ]
        path = "/".join((row["level1"], row["level2"], row["level3"]))
        topics.append((path, (bureau, *near)))
    districts = [str(one["name"]) for one in centre.city.districts]
    return syntheticcity.city_of(chance, topics, districts, days, centre.calendar.is_workday)


def _lives(chance: Random, city: City, days: list[date], n: int) -> Iterator[Life]:
    def quality(unit: str) -> float:
        return city.quality.get(unit, 0.7)

    for call in syntheticcity.calls(chance, city, days, n):
        yield syntheticlife.life(chance, call, quality)


class _Writer:
    """Numbers the cases and writes them batch by batch, each in one transaction."""

    def __init__(self, centre: Centre, until: datetime, whole_from: date) -> None:
        self._centre, self._until, self._whole_from = centre, until, whole_from
        self._before: dict[int, tuple[datetime, str]] = {}  # caller -> the case before
        self._day, self._of_day, self.n = date.min, 0, 0
        self._newest: dict[str, str] = {}  # topic -> the case that others are merged into
        self._orphans: list[dict[str, Any]] = []  # merged before there was one
        self.tally = bulkreceipts.Tally()

    async def put(self, lives: list[Life]) -> None:
        tables: dict[Any, list[dict[str, Any]]] = {table: [] for table in TABLES}
        for one in lives:
            self._add(tables, one)
        async with self._centre.work() as work:
            for table, rows in tables.items():
                await bulk.put(work.connection, table, rows)

    def _number(self, at: datetime) -> str:
        day = city_day(at)
        if day != self._day:
            self._day, self._of_day = day, 0
        self._of_day += 1
        self.n += 1
        return f"{day:%Y%m%d}-{self._of_day:06}"

    def _add(self, tables: dict[Any, list[dict[str, Any]]], one: Life) -> None:
        number, lines_clocks = self._number(one.call.at), syntheticcase.cut(one, self._until)
        lines, clocks = lines_clocks
        before = self._before.get(one.call.caller)
        self._before[one.call.caller] = one.call.at, number
        whole = self._day >= self._whole_from
        if not whole and lines is not one.lines and len(lines) < len(one.lines):
            lines, clocks = one.lines, one.clocks  # so long ago, everything has happened
        made = fold(syntheticcase.origin(one, self.n, number, before and before[0]), lines, clocks)
        assert made is not None
        tables[bulk.FACTS].append(vars(made.case))
        tables[bulk.STEPS].extend(map(vars, made.steps))
        self.tally.add(made.case, received=whole)
        if whole:
            self._whole(tables, (one, before and before[1]), made, (lines, clocks))

    def _whole(
        self,
        tables: dict[Any, list[dict[str, Any]]],
        of: tuple[Life, str | None],
        made: Folded,
        told: tuple[Any, Any],
    ) -> None:
        one, before = of
        entries = bulk.entries(made.case, told[0], one.who)
        title = one.call.matter.topic.rpartition("/")[2]
        linked = before if made.case.repeat and made.case.state != "merged" else None
        case = bulk.case(made, entries, title, linked)
        self._tie(case)
        receipt = bulkreceipts.receipt(made.case, title, self._centre.cipher)
        tables[bulkreceipts.RECEIPTS].append(receipt)
        tables[bulk.ENTRIES].extend(entries)
        tables[bulk.CASES].append(case)
        tables[bulk.CLOCKS].extend(bulk.clocks(self.n, told[1]))

    def _tie(self, case: dict[str, Any]) -> None:
        """A merged case has a parent of its topic, else the newest of any."""
        topics, merged = self._newest, case["state"] == "merged"
        if merged and topics:
            case["parent"] = topics.get(case["topic"]) or next(reversed(topics.values()))
        elif merged:
            self._orphans.append(case)
        else:
            topics[case["topic"]] = case["number"]
            for one in self._orphans:
                one["parent"] = case["number"]
            self._orphans.clear()
