"""A storm: more comes in than can be thought about. Taking in goes on, thinking waits, and it is told.

What is shed first is what can be made good later: the look for repeats (the sweep does it when it
is calm again), then a classifier that does not answer at once; and while acknowledgements are slow,
all thinking but that about emergencies, which go ahead of the queue.
One per process; it begins and ends by what waits in the database, without anybody's doing.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from classifiers.urgency import urgency

log = structlog.get_logger(__name__)
MANY, FEW = 100, 10  # receipts that wait: a storm begins, it is over
OLD, FRESH = timedelta(seconds=20), timedelta(seconds=5)  # how long the oldest has waited
LOOK = timedelta(seconds=1)
CALM_WAIT, STORM_WAIT = 10.0, 0.5  # seconds that a reading may take
RESTED = timedelta(seconds=15)  # until a classifier that did not answer is asked again
SLOW, REST, PAUSE = 0.1, 1.0, 0.05  # seconds: an acknowledgement, a rest from thinking, a look up
HASTY = 1000


def storm(waiting: int, oldest: datetime | None, now: datetime) -> bool:
    """Whether that is more than can be thought about."""
    return waiting >= MANY or (oldest is not None and now - oldest >= OLD)


@dataclass
class Storm:
    """How much waits for triage, as this process last saw it, and what is shed meanwhile."""

    raging: bool = False
    waiting: int = 0
    oldest: datetime | None = None
    seen: datetime | None = None
    unread_until: datetime | None = None
    hasty: deque[int] = field(default_factory=lambda: deque(maxlen=HASTY))

    def look(self, waiting: int, oldest: datetime | None, now: datetime) -> bool:
        """Takes up what waits; True while there is a storm."""
        age = now - oldest if oldest else timedelta()
        before, self.waiting, self.oldest, self.seen = self.raging, waiting, oldest, now
        if self.raging:
            self.raging = waiting >= FEW or age >= FRESH
        else:
            self.raging = storm(waiting, oldest, now)
        if before != self.raging:
            log.warning("storm.began" if self.raging else "storm.over", waiting=waiting)
        return self.raging

    def stale(self, now: datetime) -> bool:
        return self.seen is None or now - self.seen >= LOOK

    def minutes(self, now: datetime) -> int:
        """How long the oldest has waited, in whole minutes, rounded up."""
        seconds = (now - self.oldest).total_seconds() if self.oldest else 0
        return max(1, -int(-seconds // 60))

    def patience(self, now: datetime) -> float:
        """Seconds that a reading may take now; 0: it is not asked at all."""
        if not self.raging:
            return CALM_WAIT
        resting = self.unread_until is not None and now < self.unread_until
        return 0.0 if resting else STORM_WAIT

    def unread(self, now: datetime) -> None:
        """The classifier did not answer in time."""
        self.unread_until = now + RESTED

    def came(self, intake_id: int, title: str, content: str) -> None:
        """Remembers an emergency, so that it need not wait its turn; only a hint, lost in a restart."""
        if urgency(title, content).label == "critical":
            self.hasty.append(intake_id)

    async def rest(self, delay: Callable[[], float]) -> None:
        """Thinking gives way to who waits for the acknowledgement, `delay` seconds now.

        Never to keep an emergency, and one receipt a REST is thought about in any storm.
        """
        time = asyncio.get_running_loop().time
        ends = time() + REST
        while delay() > SLOW and not self.hasty and time() < ends:
            await asyncio.sleep(PAUSE)

    def first(self, waiting: Sequence[int]) -> list[int]:
        """Those that wait, emergencies in front."""
        ahead = [self.hasty.popleft() for _ in range(len(self.hasty))]
        return list(dict.fromkeys([*ahead, *waiting]))

    def told(self, now: datetime, language: str = "zh") -> str:
        """The truth for a citizen; nothing where there is nothing to be told."""
        if not self.raging:
            return ""
        if language == "en":
            return (
                "Very many complaints are coming in. Every one is kept and has its number; passing"
                f" them on is delayed: {self.waiting} wait, the oldest for about"
                f" {self.minutes(now)} min. Promised dates count from receipt."
            )
        return (
            "现在诉求集中：您的诉求提交后即保存并给出编号，不会丢失；登记分派会慢一些，"
            f"目前排队约 {self.waiting} 件，最早的已等候约 {self.minutes(now)} 分钟。"
            "办理期限从收到时起算，不受排队影响。"
        )
