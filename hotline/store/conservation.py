"""The conservation equation: every receipt has ended as one outcome, and the counters say the same.

Over all days, or over some: a counter is of the day on which its receipts came, so that the equation
holds for each span of days by itself. Both sides are read from indexes: what lies before or after the
span costs nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from escalation.calendar import ZONE
from hotline.domain.words import Channel
from hotline.store import letters
from hotline.store.counters import OUTCOMES
from hotline.store.findings import Broken
from hotline.store.mailtables import LetterRow
from hotline.store.tables import CounterRow, IntakeRow

NAMES = {
    "case": "cases",
    "followup": "followups",
    "duplicate": "duplicates",
    "bounce": "bounces",
}  # outcomes as the contract's equation names them; the others have the same name
Counts = dict[str, dict[str, int]]


@dataclass(frozen=True)
class Span:
    """Days of receipt, by the city's calendar: from `first` on, before `end`; none: without end."""

    first: date | None = None
    end: date | None = None

    def moments(self, column: Any) -> list[ColumnElement[bool]]:
        return self._within(column, lambda day: datetime.combine(day, time(), ZONE))

    def days(self, column: Any) -> list[ColumnElement[bool]]:
        return self._within(column, date.isoformat)

    def _within(self, column: Any, bound: Any) -> list[ColumnElement[bool]]:
        found = [] if self.first is None else [column >= bound(self.first)]
        return found if self.end is None else [*found, column < bound(self.end)]

    @property
    def told(self) -> str:
        """Its first and its last day."""
        last = self.end - timedelta(days=1) if self.end else ""
        return f"{self.first or ''} ~ {last}"

    def weeks(self) -> list["Span"]:
        """Piece by piece; of one without a beginning or an end, itself."""
        if self.first is None or self.end is None:
            return [self]
        many, step = -(-(self.end - self.first).days // 7), timedelta(days=7)
        begins = [self.first + n * step for n in range(many)]
        return [Span(one, min(one + step, self.end)) for one in begins]


ALL = Span()
# Put together, so that SQLite, which has no statistics, does not read all receipts in the order of
# their channels (the index of their keys has it) rather than sort the few.
CHANNEL = IntakeRow.channel.concat("")


def receipts(span: Span) -> Select[str, str, int]:
    """(channel, outcome, n) of what was received."""
    within = span.moments(IntakeRow.received_at)
    found = select(CHANNEL, IntakeRow.outcome, func.count()).where(*within)
    return found.group_by(CHANNEL, IntakeRow.outcome)


def alone(span: Span) -> Select[str, int]:
    """(outcome, n) of the letters that no receipt counts: a case and a follow-up have one."""
    within = [LetterRow.intake_id.is_(None), *span.moments(LetterRow.received_at)]
    return select(LetterRow.outcome, func.count()).where(*within).group_by(LetterRow.outcome)


def counters(span: Span) -> Select[str, str, int]:
    """(channel, outcome, n) of what was counted."""
    counted = select(CounterRow.channel, CounterRow.outcome, func.sum(CounterRow.n))
    within = span.days(CounterRow.day)
    return counted.where(*within).group_by(CounterRow.channel, CounterRow.outcome)


async def conservation(
    connection: AsyncConnection, span: Span = ALL
) -> tuple[Counts, list[Broken]]:
    """I3: received = the sum of the outcomes, per channel; and the counters say the same."""
    received = await _counted(connection, receipts(span))
    for outcome, n in await connection.execute(alone(span)):
        place = (letters.CHANNEL, outcome)
        received[place] = received.get(place, 0) + int(n)
    told = await _counted(connection, counters(span))
    known = {channel.value for channel in Channel}
    channels, broken = {}, []
    for channel in sorted(known | {name for name, _ in received}):
        mine = {outcome: n for (name, outcome), n in received.items() if name == channel}
        counted = {outcome: n for (name, outcome), n in told.items() if name == channel}
        channels[channel], wrong = _balance(mine, counted)
        broken += [Broken("I3", f"channel {channel}", what) for what in wrong]
    return channels, broken


async def first_day(connection: AsyncConnection) -> date | None:
    """The first of which there is a receipt, a letter or a counter: each the head of an index."""
    day = (await connection.execute(select(func.min(CounterRow.day)))).scalar_one()
    found = [date.fromisoformat(day)] if day else []
    for oldest in (OLDEST, OLDEST_ALONE):
        at = (await connection.execute(oldest)).scalar_one_or_none()
        found += [at.astimezone(ZONE).date()] if at else []
    return min(found, default=None)


OLDEST = select(IntakeRow.received_at).order_by(IntakeRow.received_at).limit(1)
OLDEST_ALONE = (
    select(LetterRow.received_at)
    .where(LetterRow.intake_id.is_(None))
    .order_by(LetterRow.received_at)
    .limit(1)
)


def _balance(
    received: Mapping[str, int], counted: Mapping[str, int]
) -> tuple[dict[str, int], list[str]]:
    """One channel's equation; what was refused was counted and not kept."""
    refused = counted.get("refused", 0)
    outcomes = {name: received.get(name, 0) for name in OUTCOMES}
    outcomes["refused"] += refused
    in_all = sum(received.values()) + refused
    wrong = [
        f"{outcomes[name]} receipts are {name}, the counter says {counted.get(name, 0)}"
        for name in OUTCOMES
        if name not in ("pending", "refused") and counted.get(name, 0) != outcomes[name]
    ]
    if in_all != sum(outcomes.values()):
        wrong.append(f"{in_all} received, {sum(outcomes.values())} accounted for")
    named = {NAMES.get(name, name): n for name, n in outcomes.items()}
    return {"received": in_all, **named}, wrong


async def _counted(
    connection: AsyncConnection, query: Select[str, str, int]
) -> dict[tuple[str, str], int]:
    found = await connection.execute(query)
    return {(row[0], row[1]): int(row[2]) for row in found}
