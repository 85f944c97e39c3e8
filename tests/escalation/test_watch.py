"""One tick takes all that is due, in whatever portions the agenda takes it."""

from collections.abc import Sequence
from datetime import UTC, datetime

from escalation.watch import Due, Outcome, Watch

NOW = datetime(2026, 11, 23, tzinfo=UTC)


class Portions:
    """An agenda that stops after so many of each batch; those in `broken` fail every time."""

    def __init__(self, count: int, portion: int, broken: frozenset[int] = frozenset()) -> None:
        self.left = [Due(n, n, 0, NOW) for n in range(count)]
        self.portion, self.broken, self.taken = portion, broken, list[int]()

    async def due(self, now: datetime, limit: int) -> Sequence[Due]:
        return self.left[:limit]

    async def climb(self, batch: Sequence[Due], now: datetime) -> Outcome:
        seen = batch[: self.portion]
        well = [one for one in seen if one.deadline_id not in self.broken]
        self.left = [one for one in self.left if one not in well]
        self.taken += [one.deadline_id for one in well]
        failed = tuple(one.deadline_id for one in seen if one not in well)
        return Outcome(climbed=len(well), failed=failed)

    async def ticked(self, now: datetime, outcome: Outcome) -> None:
        """Nothing is logged here."""


async def test_what_a_batch_had_no_time_for_is_taken_in_the_same_tick() -> None:
    agenda = Portions(count=7, portion=2)
    outcome = await Watch(agenda, batch=50).tick(NOW)
    assert outcome == Outcome(climbed=7) and agenda.taken == list(range(7))


async def test_what_fails_is_tried_once_a_tick_and_holds_up_nobody() -> None:
    agenda = Portions(count=7, portion=2, broken=frozenset({0, 3}))
    outcome = await Watch(agenda, batch=3).tick(NOW)
    assert outcome == Outcome(climbed=5, failed=(0, 3))
    assert agenda.taken == [1, 2, 4, 5, 6]
