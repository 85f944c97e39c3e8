"""A change of policy or calendar tried on the open cases: whose deadlines would move; keeps nothing."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from importlib import resources
from statistics import median
from typing import Any

import structlog

from escalation import reading
from escalation.calendar import WorkCalendar
from escalation.soundness import Finding
from escalation.terms import Terms
from hotline.domain.case import Case
from hotline.domain.errors import NotPossible, Refused
from hotline.domain.foretelling import Foretold, Move, foretell
from hotline.domain.people import Actor
from hotline.domain.promises import Rules
from hotline.flow.centre import Centre
from hotline.store import stale

log = structlog.get_logger(__name__)
BATCH = 50
MOST = 1000  # cases looked at, the next due first; the command line looks at all
LONGEST = 200_000  # signs of a profile's text
_running: set[int] = set()  # centres that count a trial just now


class Busy(NotPossible):
    """Another trial is being counted: it takes a processor for seconds, so they do not pile up."""

    code = "busy"

    def __init__(self) -> None:
        super().__init__(
            "已有一项试算正在进行，请等几秒再试；您填写的内容还在。",
            "Another trial is being counted; try again in some seconds. What you typed is kept.",
        )


@dataclass
class Preview:
    """What came of a trial; `moves` are in the order of the page, worst first."""

    version: str
    misfits: Sequence[Finding] = ()
    cases: int = 0
    whole: bool = True  # no case was left out
    failed: int = 0  # cases that could not be counted
    refused: int = 0  # cases whose state admits no recount
    moved_cases: int = 0
    moves: list[Move] = field(default_factory=list)
    rungs_before: tuple[int, int] = (0, 0)
    rungs_after: tuple[int, int] = (0, 0)

    def add(self, found: Foretold) -> None:
        self.moved_cases += bool(found.moves)
        self.moves += found.moves
        self.rungs_before = _sum(self.rungs_before, found.rungs_before)
        self.rungs_after = _sum(self.rungs_after, found.rungs_after)

    @property
    def counts(self) -> dict[str, Any]:
        """Deadlines by what would become of them; `median` and `most` in seconds, None for none."""
        told = [move.seconds for move in self.moves if move.after]
        return {
            "earlier": sum(one < 0 for one in told),
            "later": sum(one > 0 for one in told),
            "gone": sum(move.after is None for move in self.moves),
            "late": len({m.number for m in self.moves if m.late_after and not m.late_before}),
            "freed": len({m.number for m in self.moves if m.late_before and not m.late_after}),
            "median": median(abs(one) for one in told) if told else None,
            "most": max(told, key=abs) if told else None,
        }


def _sum(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    return one[0] + other[0], one[1] + other[1]


def shipped() -> list[str]:
    """The names of the profiles that come with the product."""
    folder = resources.files("hotline") / "seed" / "profiles"
    names = (one.name for one in folder.iterdir())
    return sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml"))


def _text_of(name: str) -> str:
    """Of a shipped profile and no other file: what was typed never becomes a path.

    Raises BadTerms for another name.
    """
    if name not in shipped():
        raise reading.BadTerms(f"没有随附方案 {name} / no shipped profile: {name}")
    path = resources.files("hotline") / "seed" / "profiles" / f"{name}.toml"
    return path.read_text("utf-8")


async def proposed(centre: Centre, name: str, text: str, days: Mapping[date, bool]) -> Terms:
    """The text where there is one, else the shipped profile of that name, else the one in force.

    Raises NotPossible with the field and what is wrong with it.
    """
    if len(text) > LONGEST:
        raise NotPossible("方案过长，最多 20 万字。", "At most 200,000 signs.", field="text")
    try:
        if text.strip():
            terms = await asyncio.to_thread(reading.parse, text, _text_of)
        elif name:
            terms = await asyncio.to_thread(lambda: reading.parse(_text_of(name), _text_of))
        else:
            terms = centre.terms
    except reading.BadTerms as error:
        zh, _, en = str(error).partition(" / ")
        where = "text" if text.strip() else "profile"
        raise NotPossible(zh, en or zh, field=where) from error
    return terms.with_days(days)


@contextmanager
def one_at_a_time(centre: Centre) -> Iterator[None]:
    """Raises Busy while another trial of this node goes on."""
    if id(centre) in _running:
        raise Busy
    _running.add(id(centre))
    try:
        yield
    finally:
        _running.discard(id(centre))


async def preview(centre: Centre, actor: Actor, terms: Terms, most: int = MOST) -> Preview:
    """Every case as `recount --adopt-terms` would count it, in threads, page by page, unsaved."""
    city, own = await asyncio.to_thread(lambda: terms.calendars(WorkCalendar.china()))
    then = Rules(terms, city, centre.rules.tree, own)
    topics = {name for t in centre.city.topics for name in (t["level1"], t["level2"], t["level3"])}
    found = Preview(terms.version, terms.misfits(topics, centre.rules.tree.departments))
    async with centre.look() as look:
        numbers = await stale.next_under_other_terms(
            look.connection, terms.version, actor, most + 1
        )
    found.whole = len(numbers) <= most
    numbers = numbers[:most]
    for first in range(0, len(numbers), BATCH):
        async with centre.look() as look:
            cases = await look.cases.read_all(numbers[first : first + BATCH])
            at = look.at
        rules = (centre.rules, then)
        for told in await asyncio.to_thread(lambda: [_one(c, rules, at) for c in cases]):  # noqa: B023
            found.cases += 1
            if isinstance(told, Foretold):
                found.add(told)
            else:
                found.refused += told
                found.failed += not told
    found.moves.sort(key=lambda move: move.worst)
    return found


def _one(case: Case, rules: tuple[Rules, Rules], at: Any) -> Foretold | bool:
    """What is foretold; True where the act is refused, False where the case is broken."""
    try:
        return foretell(case, *rules, at)
    except Refused:
        return True
    except Exception as error:  # one broken case must not stop the others
        log.error("preview.failed", case=case.number, error=type(error).__name__)
        return False
