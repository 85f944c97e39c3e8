"""The ladder that a call-back task climbs, and the agenda by which the watch climbs it."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import structlog

from escalation.calendar import Span, Unit
from escalation.ladder import Kind, Ladder, Mark, Rung
from escalation.watch import Due
from escalation.watch import Outcome as Climbed
from hotline.domain.words import Role
from hotline.flow import mailing
from hotline.flow.centre import Centre
from hotline.store import missed
from hotline.store.missed import Missed
from hotline.store.outbox import Message

log = structlog.get_logger(__name__)
MINUTE = Unit.NATURAL_MINUTE
WITHIN = Span(30, MINUTE)  # domain rules §6: called back within half an hour
LADDER = Ladder(
    (
        Rung(1, Kind.REMIND, used=2 / 3),
        Rung(2, Kind.RED, over=Span(0, MINUTE)),
        Rung(3, Kind.SUPERVISE, over=Span(30, MINUTE)),
    )
)
TOLD = {
    1: (Role.AGENT, Role.SHIFT_LEAD),
    2: (Role.SHIFT_LEAD, Role.CALLBACK),
    3: (Role.SHIFT_LEAD, Role.SUPERVISOR, Role.DIRECTOR),
}
HEADLINES = {1: "漏接电话待回拨", 2: "漏接回拨超时", 3: "漏接回拨严重超时"}


class MissedAgenda:
    """escalation.watch.Agenda over the call-back tasks: the same watch climbs both ladders."""

    def __init__(self, centre: Centre) -> None:
        self._centre = centre

    async def due(self, now: datetime, limit: int) -> Sequence[Due]:
        async with self._centre.look() as look:
            found = await missed.due(look.connection, now, limit)
            return [Due(id_, 0, climbed, next_at) for id_, climbed, next_at in found]

    async def climb(self, batch: Sequence[Due], now: datetime) -> Climbed:
        """One transaction; what the batch has to say is one notice a level, not one a task."""
        taken: list[tuple[Missed, Mark]] = []
        gone = 0
        async with self._centre.work() as work:
            for due in batch:
                found = await missed.climb(work.connection, due.deadline_id, due.climbed, now)
                if found is None or not found[1]:
                    gone += 1
                    continue
                taken.append((found[0], found[1][-1]))  # rungs overtaken say nothing
            for level in sorted({mark.level for _, mark in taken}):
                tasks = [task for task, mark in taken if mark.level == level]
                await mailing.post(work, list(_notices(level, tasks, now)))
        return Climbed(len(taken), gone)

    async def ticked(self, now: datetime, outcome: Climbed) -> None:
        if outcome.climbed:
            log.info("missed.climbed", tasks=outcome.climbed)


def _notices(level: int, tasks: Sequence[Missed], now: datetime) -> Iterable[Message]:
    shown = "、".join(one.masked for one in tasks[:5])
    more = f" 等 {len(tasks)} 个号码" if len(tasks) > 5 else ""
    oldest = min(one.due_at for one in tasks)
    late = max(0, int((now - oldest).total_seconds() // 60))
    when = f"最早一项已超时 {late} 分钟" if level > 1 else "请在时限前回拨"
    for role in TOLD[level]:
        yield Message(
            message_id=f"missed.{tasks[0].id}.{tasks[0].climbed}.{level}.{role.value}",
            audience=f"role:{role.value}",
            about="",
            subject=f"{HEADLINES[level]}（{len(tasks)}）",
            text=f"{shown}{more}，{when}。",
            level=level,
        )
