"""Agenda protocol and Watch.tick: climb every rung whose time has come, once.

The rows are the schedule: a tick asks what is due now and takes it; whatever happened between
two ticks, a crash or an outage, the next one finds the same rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class Due:
    """A deadline whose next rung's moment has come, as it was seen."""

    deadline_id: int
    case_id: int
    climbed: int
    next_at: datetime


@dataclass(frozen=True)
class Outcome:
    """What came of a batch: climbed; gone, taken by somebody else; failed, by deadline id."""

    climbed: int = 0
    gone: int = 0
    failed: tuple[int, ...] = ()

    @property
    def seen(self) -> int:
        """How many of the batch were taken up; fewer than it held, where time was up."""
        return self.climbed + self.gone + len(self.failed)

    def plus(self, other: "Outcome") -> "Outcome":
        return Outcome(
            self.climbed + other.climbed, self.gone + other.gone, self.failed + other.failed
        )


class Agenda(Protocol):
    """What the trunk does for the watch."""

    async def due(self, now: datetime, limit: int) -> Sequence[Due]:
        """The deadlines whose next rung is due, in due order."""

    async def climb(self, batch: Sequence[Due], now: datetime) -> Outcome:
        """Takes the batch in one transaction, each under a savepoint of its own.

        May stop after a part of it, so that others who write need not wait long; never before one.
        """

    async def ticked(self, now: datetime, outcome: Outcome) -> None:
        """Keeps a log of the tick."""


class Watch:
    """Sweeps the agenda; any number of them may sweep the same one."""

    def __init__(self, agenda: Agenda, *, batch: int = 50) -> None:
        self._agenda = agenda
        self._batch = batch

    async def tick(self, now: datetime) -> Outcome:
        """Climbs until nothing more is due; what failed is left for the next tick.

        A deadline that fails stays due, so each look asks for that many more: a poisoned case
        holds up only itself.
        """
        total = Outcome()
        while True:
            asked = self._batch + len(total.failed)
            found = await self._agenda.due(now, asked)
            open_ = [due for due in found if due.deadline_id not in total.failed]
            batch = open_[: self._batch]
            if not batch:
                break
            outcome = await self._agenda.climb(batch, now)
            total = total.plus(outcome)
            if len(found) < asked and outcome.seen == len(batch):
                break  # that was all; what fell due meanwhile is the next tick's
            if not outcome.climbed and not outcome.failed:
                break  # others took it all; they will see to the rest as well
        await self._agenda.ticked(now, total)
        return total
