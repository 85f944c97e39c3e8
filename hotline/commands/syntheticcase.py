"""A case of the synthetic city as it unfolds: its lines, and the promises that run beside them; pure."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from hotline.commands.syntheticcity import Call
from hotline.domain.facts import Clock, Line, Origin

MINUTE, HOUR, DAY = (timedelta(minutes=1), timedelta(hours=1), timedelta(days=1))


@dataclass
class Life:
    """A case as it unfolds: lines of its timeline and the promises they keep."""

    call: Call
    kind: str
    urgency: str
    channel: str
    at: datetime
    due: datetime
    lines: list[Line] = field(default_factory=list)
    clocks: list[Clock] = field(default_factory=list)
    running: dict[str, int] = field(default_factory=dict)  # promise -> its live clock
    moved: list[tuple[int, datetime, datetime]] = field(default_factory=list)  # clock, when, from
    round: int = 1
    pressed: bool = False
    who: list[tuple[str, str | None]] = field(default_factory=list)  # actor and unit of each line
    unit: str | None = None

    def does(self, action: str, role: str, **after: Any) -> None:
        self.lines.append(Line(len(self.lines) + 1, self.at, action, role, after))
        own = self.unit if role in ("clerk", "leader") else None
        self.who.append((f"{role}-{len(self.who) % 7 + 1}", own))

    def waits(self, span: timedelta) -> None:
        self.at += span

    def begins(self, promise: str, due: datetime) -> None:
        """From now on; a live one of its kind is dropped first, as the law of the case has it."""
        self.ends("dropped", promise)
        self.running[promise] = len(self.clocks)
        self.clocks.append(Clock(promise, "running", self.at, due, None))

    def ends(self, how: str, *promises: str) -> None:
        for promise in promises:
            n = self.running.pop(promise, None)
            if n is not None:
                self.clocks[n] = replace(self.clocks[n], state=how, ended_at=self.at)

    def moves(self, due: datetime, *promises: str) -> None:
        """Due later than was said; what was said before is kept, for who looks before that moment."""
        for promise in promises:
            n = self.running[promise]
            self.moved.append((n, self.at, self.clocks[n].due_at))
            self.clocks[n] = replace(self.clocks[n], due_at=due)

    def is_over(self, action: str, role: str, **after: Any) -> None:
        """The case ends, and every promise that still ran with it."""
        self.ends("dropped", *list(self.running))
        self.does(action, role, **after)


def cut(one: Life, until: datetime) -> tuple[list[Line], list[Clock]]:
    """Only what had happened by then; a promise that was kept later still runs."""
    lines = [line for line in one.lines if line.at <= until]
    clocks = [
        clock
        if clock.ended_at is None or clock.ended_at <= until
        else Clock(clock.promise, "running", clock.started_at, _said(one, n, until), None)
        for n, clock in enumerate(one.clocks)
        if clock.started_at <= until
    ]
    return lines, clocks


def _said(one: Life, n: int, until: datetime) -> datetime:
    """When the clock was due as things stood then: before whatever moved it later."""
    later = (due for which, at, due in one.moved if which == n and at > until)
    return next(later, one.clocks[n].due_at)


def origin(one: Life, case_id: int, number: str, before: datetime | None) -> Origin:
    """`before`: when the same caller's case before it came."""
    again = before is not None and one.call.at - before <= 90 * DAY
    merged = any(line.action == "merge" for line in one.lines)
    return Origin(
        case_id, number, one.call.at, one.channel, False, again and not merged, one.pressed
    )
