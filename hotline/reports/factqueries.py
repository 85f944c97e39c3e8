"""The measures' counts from the facts, by SQL; as of any moment, the past ones too.

A case is counted in the period in which it was received. What changed after the moment asked for
is not read from the rows but folded anew from its timeline up to that moment.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.domain.facts import CaseFact
from hotline.domain.folding import fold
from hotline.reports import rates
from hotline.reports.rates import Counts, Fact
from hotline.store import facts
from hotline.store.facttables import FactCaseRow as F

BY = {
    "department": F.department,
    "topic": F.topic1,
    "type": F.type,
    "channel": F.channel,
    "urgency": F.urgency,
    "district": F.district,
    "party": F.party,
    "language": F.language,
}
OWN = {name: column.key for name, column in BY.items()}
PAGE = 500


@dataclass(frozen=True)
class Span:
    """Days of receipt, both included, as known at `as_of`; narrowed to units or to a topic."""

    first: date
    last: date
    as_of: datetime
    units: Sequence[str] | None = None
    topic: str = ""
    moved: tuple[CaseFact, ...] | None = field(default=None, compare=False)  # read beforehand

    def days(self) -> list[ColumnElement[bool]]:
        found = [F.day >= self.first, F.day <= self.last]
        if self.units is not None:
            found.append(F.department.in_(self.units))
        if self.topic:
            found.append(
                or_(F.topic == self.topic, F.topic.startswith(f"{self.topic}/", autoescape=True))
            )
        return found

    def holds(self, fact: CaseFact) -> bool:
        """The same of a case that was folded."""
        inside = self.first <= fact.day <= self.last
        if self.units is not None:
            inside = inside and fact.department in self.units
        return inside and (not self.topic or f"{fact.topic}/".startswith(f"{self.topic}/"))


@dataclass(frozen=True)
class Both:
    """Counts over all cases, and without those that an exclusion was granted for."""

    raw: Counts = Counts()
    adjusted: Counts = Counts()


async def counts(connection: AsyncConnection, span: Span, by: str | None) -> dict[Any, Both]:
    """By key, in the key's order; without `by` the one key is None."""
    found = await cube(connection, span, (by,) if by else ())
    return rolled(found, 0 if by else None)


async def cube(
    connection: AsyncConnection, span: Span, by: Sequence[str]
) -> dict[tuple[Any, ...], Both]:
    """By several keys at once: the rows are read once however many figures are made of them."""
    keys = [BY[name].label(f"key_{name}") for name in by]
    found = await connection.execute(
        select(*keys, F.excluded, *_columns(span.as_of))
        .where(*span.days(), F.changed_at <= span.as_of)
        .group_by(*(BY[name] for name in by), F.excluded)
    )
    told: dict[tuple[Any, ...], Both] = {}
    for row in found.mappings():
        own = tuple(row[f"key_{name}"] for name in by)
        _add(told, own, bool(row["excluded"]), _counts(dict(row)))
    for fact in await later(connection, span):
        own = tuple(getattr(fact, OWN[name]) for name in by)
        _add(told, own, fact.excluded, rates.counted([measured(fact, span.as_of)]))
    return told


def rolled(found: Mapping[tuple[Any, ...], Both], place: int | None) -> dict[Any, Both]:
    """By one of the keys, in its order; by none of them: all together, under None."""
    told: dict[Any, Both] = {None: Both()} if place is None else {}
    for keys, both in found.items():
        own = None if place is None else keys[place]
        before = told.get(own, Both())
        told[own] = Both(_sum(before.raw, both.raw), _sum(before.adjusted, both.adjusted))
    return dict(sorted(told.items(), key=lambda one: (one[0] is None, str(one[0]))))


def _add(told: dict[Any, Both], key: Any, excluded: bool, more: Counts) -> None:
    before = told.get(key, Both())
    adjusted = before.adjusted if excluded else _sum(before.adjusted, more)
    told[key] = Both(_sum(before.raw, more), adjusted)


def _sum(one: Counts, other: Counts) -> Counts:
    return Counts(**{f.name: getattr(one, f.name) + getattr(other, f.name) for f in fields(Counts)})


def _counts(row: Mapping[str, Any]) -> Counts:
    kinds = {f.name: float if f.name == "hours" else int for f in fields(Counts)}
    return Counts(**{name: kind(row[name] or 0) for name, kind in kinds.items()})  # type: ignore[arg-type]


def _n(*conditions: ColumnElement[bool]) -> Any:
    return func.count(case((and_(*conditions), 1)))


def _columns(as_of: datetime) -> list[Any]:
    """Each count of `rates.Counts` under its own name; the meaning is that of `measured`."""
    sent = F.dispatched_at.is_not(None)
    closed = and_(sent, F.closed_at.is_not(None))
    due = F.finish_due_at.is_not(None)
    ended = or_(F.finished_at.is_not(None), F.finish_due_at < as_of)
    signed = and_(sent, F.signed_in_time.is_(True))
    told = {
        "cases": func.count(),
        "accepted": _n(F.accepted.is_(True)),
        "answered": _n(F.answered.is_(True)),
        "dispatched": _n(sent),
        "signed": _n(signed),
        "responded": _n(signed, F.contacted_in_time.is_(True)),
        "due": _n(sent, due, ended),
        "finished": _n(sent, due, F.finished_at <= F.finish_due_at),
        "closed": _n(closed),
        "reworked": _n(closed, F.reworked.is_(True)),
        "returned": _n(sent, F.returned.is_(True)),
        "upheld": _n(sent, F.returned.is_(True), F.upheld.is_(True)),
        "timed": _n(closed, F.hours.is_not(None)),
        "hours": func.sum(case((closed, F.hours))),
        "reached": _n(closed, F.reached.is_(True)),
        "asked": _n(F.solved.is_not(None)),
        "solved": _n(F.solved.is_(True)),
        "rated": _n(F.satisfaction.is_not(None)),
        "satisfied": _n(F.satisfaction >= 3),
        "repeats": _n(F.repeat.is_(True)),
    }
    return [column.label(name) for name, column in told.items()]


def measured(fact: CaseFact, as_of: datetime) -> Fact:
    """A case as the measures see it at a moment."""
    due, finished = fact.finish_due_at, fact.finished_at
    decided = due is not None and (finished is not None or due < as_of)
    in_time = (finished is not None and finished <= due) if decided and due else None
    return Fact(
        accepted=fact.accepted,
        answered=fact.answered,
        dispatched=fact.dispatched_at is not None,
        signed_in_time=fact.signed_in_time,
        contacted_in_time=fact.contacted_in_time,
        finished_in_time=in_time,
        closed=fact.closed_at is not None,
        reworked=fact.reworked,
        returned=fact.returned,
        upheld=fact.upheld,
        hours=fact.hours,
        reached=fact.reached,
        solved=fact.solved,
        satisfaction=fact.satisfaction,
        repeat=fact.repeat,
        excluded=fact.excluded,
    )


async def later(connection: AsyncConnection, span: Span) -> list[CaseFact]:
    """Cases that changed after the moment asked for, folded back to it."""
    if span.moved is not None:
        return [fact for fact in span.moved if span.holds(fact)]
    wanted = select(F.case_id).where(
        F.day >= span.first, F.day <= span.last, F.changed_at > span.as_of
    )
    moved = list((await connection.execute(wanted.order_by(F.case_id))).scalars())
    found: list[CaseFact] = []
    for start in range(0, len(moved), PAGE):
        for one in await facts.timelines(connection, moved[start : start + PAGE]):
            then = fold(one.origin, one.lines, one.clocks, span.as_of)
            if then is not None and span.holds(then.case):
                found.append(then.case)
    return found


async def settled(connection: AsyncConnection, span: Span, first: date) -> Span:
    """The same span with what changed later read once, for it and for those since `first`."""
    if span.moved is not None:
        return span
    wide = replace(span, first=min(first, span.first), units=None, topic="")
    return replace(span, moved=tuple(await later(connection, wide)))


async def units(connection: AsyncConnection, span: Span) -> list[str]:
    """Those with work in the period."""
    found = await connection.execute(
        select(F.department)
        .where(*span.days(), F.dispatched_at.is_not(None), F.department.is_not(None))
        .distinct()
        .order_by(F.department)
    )
    return [row.department for row in found]
