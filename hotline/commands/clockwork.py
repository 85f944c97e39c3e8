"""A clock that jumps, and the watch that looks at every moment at which a rung falls due."""

from datetime import UTC, datetime

from escalation.audit import SILENCE
from escalation.watch import Watch
from hotline.commands.failing import Failed
from hotline.domain.case import Case
from hotline.flow.centre import Centre
from hotline.flow.supervise import CaseAgenda
from hotline.store import agenda, replayed
from hotline.wiring import MovingClock

LONG_AGO = datetime.min.replace(tzinfo=UTC)
NEVER = datetime.max.replace(tzinfo=UTC)


async def alone(centre: Centre, name: str, now: datetime) -> None:
    """A watch at work would see cases of years ago and climb their whole ladder at once."""
    centre.node = name
    async with centre.look() as look:
        if await replayed.watched(look.connection, now - SILENCE, name):
            raise Failed(
                "热线正在这个数据库上运行；请停止三分钟后再试"
                " / a hotline is running on this database: stop it and try three minutes later"
            )


class Clockwork:
    """Moves the centre's clock; no rung is passed over on the way."""

    def __init__(self, centre: Centre, clock: MovingClock) -> None:
        self._centre = centre
        self._clock = clock
        self._watch = Watch(CaseAgenda(centre))
        # No rung falls due before this: saves asking the database before every event.
        self._quiet_until = LONG_AGO

    @property
    def now(self) -> datetime:
        return self._clock()

    async def go_to(self, moment: datetime) -> None:
        """Up to a moment at which something is done: what is done exactly then is in time."""
        await self._watch_until(moment, inclusive=False)
        self._clock.move_to(moment)

    async def end_at(self, moment: datetime) -> None:
        await self._watch_until(moment, inclusive=True)
        self._clock.move_to(moment)

    async def _watch_until(self, moment: datetime, *, inclusive: bool) -> None:
        while self._quiet_until < moment or (inclusive and self._quiet_until == moment):
            async with self._centre.look() as look:
                due = await agenda.next_moment(look.connection) or NEVER
            self._quiet_until = due
            if due > moment or (due == moment and not inclusive):
                return
            self._clock.move_to(due)
            outcome = await self._watch.tick(self._clock())
            if outcome.failed:
                raise Failed(f"催督未能执行 / rungs failed: {outcome.failed}")

    def note(self, case: Case) -> None:
        """When the rungs of a case that was just changed fall due."""
        rungs = [deadline.next_at for deadline in case.deadlines.values() if deadline.next_at]
        self._quiet_until = min([self._quiet_until, *rungs])
