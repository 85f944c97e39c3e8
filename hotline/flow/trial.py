"""A dry run of rules over the cases of the last days: which would go elsewhere; changes nothing."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from hotline.domain.people import Tree
from hotline.flow.centre import Centre
from hotline.flow.route import Route, route
from hotline.flow.rulebook import RuleBook
from hotline.store import decisions

BATCH = 200
MOST = 20_000  # cases looked at from a page, newest first; the command line looks at all
LISTED = 500


@dataclass(frozen=True)
class Moved:
    """A case that would go elsewhere."""

    number: str
    topic: str
    before: str | None
    after: str | None
    rule_before: str
    rule_after: str
    lead: str | None  # whose hands it is really in
    problem: str = ""


@dataclass
class Trial:
    """What came of a dry run; `moved` lists the first of them, `ways` counts all."""

    days: int
    cases: int = 0
    moved_in_all: int = 0
    failed: int = 0  # cases on which a rule failed
    right_before: int = 0  # of the moved ones: people's department was the one before
    right_after: int = 0
    moved: list[Moved] = field(default_factory=list)
    ways: Counter[tuple[str, str]] = field(default_factory=Counter)
    whole: bool = True  # no case of the time was left out

    def add(self, one: Moved) -> None:
        self.moved_in_all += 1
        self.failed += bool(one.problem)
        self.right_before += one.lead is not None and one.lead == one.before
        self.right_after += one.lead is not None and one.lead == one.after
        self.ways[one.before or "", one.after or ""] += 1
        if len(self.moved) < LISTED:
            self.moved.append(one)


async def dry_run(centre: Centre, book: RuleBook, days: int, most: int = MOST) -> Trial:
    """Both books over the same cases, in a thread and page by page: nobody waits for it."""
    found, batch = Trial(days), []
    books = (centre.city.book, book)
    async with centre.look() as look:
        async for row in decisions.texts(look.connection, look.at - timedelta(days=days), most):
            batch.append(row)
            if len(batch) == BATCH:
                await asyncio.to_thread(_compare, found, books, centre.rules.tree, batch)
                batch = []
    await asyncio.to_thread(_compare, found, books, centre.rules.tree, batch)
    found.whole = found.cases < most
    return found


def _compare(
    found: Trial,
    books: tuple[RuleBook, RuleBook],
    tree: Tree,
    rows: Sequence[Mapping[str, Any]],
) -> None:
    for row in rows:
        found.cases += 1
        before, after = (_route(book, tree, row) for book in books)
        if before.department == after.department and not after.failed:
            continue
        topic = (row["suggestions"].get("topic") or {}).get("label") or row["topic"]
        ways = (before.department, after.department, before.duty, after.duty)
        found.add(Moved(row["number"], topic, *ways, row["lead"], after.problem))


def _route(book: RuleBook, tree: Tree, row: Mapping[str, Any]) -> Route:
    """By what the machine had read of it then; the text is the masked one."""
    told = row["suggestions"]
    topic = (told.get("topic") or {}).get("label") or row["topic"]
    return route(book, tree, topic, row["district"], f"{row['title']}\n{row['content']}")
