"""Rung and Ladder: remind, then supervise at rising levels, for each promise (domain rules §3.2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from escalation.calendar import DAY, Span, WorkCalendar
from escalation.course import last_day

LONG_DAYS = 2  # a limit of more days than this turns yellow a whole counted day before its end
YELLOW_LEFT = 0.25  # a shorter one with this share of its counted minutes left


class Kind(StrEnum):
    """What a rung does: 提醒, 黄灯, 红灯催办, 督办."""

    REMIND = "remind"
    YELLOW = "yellow"
    RED = "red"
    SUPERVISE = "supervise"


@dataclass(frozen=True)
class Rung:
    """A step and its time: a share of the counted minutes used, the yellow rule, or a span over."""

    level: int
    kind: Kind
    used: float | None = None
    yellow: bool = False
    over: Span | None = None

    def offset(self, total: int, span: Span) -> int | None:
        """Counted minutes from the start to the rung; None for a rung that lies after the end."""
        if self.over is not None:
            return None
        if self.used is not None:
            return int(total * self.used)
        if span.unit.in_days and span.n > LONG_DAYS:
            return total - DAY
        return total - int(total * YELLOW_LEFT)


@dataclass(frozen=True)
class Ladder:
    """The rungs of a promise, from the mildest up."""

    rungs: tuple[Rung, ...] = ()


@dataclass(frozen=True)
class Mark:
    """A rung of one deadline with its moment, frozen when the deadline starts."""

    level: int
    kind: Kind
    at: datetime
    left: int | None  # counted minutes left to the end; None: it lies after the end
    over: Span | None
    skipped: bool = False  # its moment lay before the start


def marks(
    ladder: Ladder, start: datetime, due: datetime, span: Span, calendar: WorkCalendar
) -> tuple[Mark, ...]:
    """Every rung's moment, in due order."""
    total = calendar.counted(start, due, span.unit)
    found = []
    for rung in ladder.rungs:
        offset = rung.offset(total, span)
        if offset is None:
            at = past_due(due, rung.over, calendar)
        else:
            at = calendar.after(start, offset, span.unit)
        left = None if offset is None else total - offset
        found.append(Mark(rung.level, rung.kind, at, left, rung.over, at < start))
    return tuple(sorted(found, key=lambda mark: (mark.at, mark.level)))


def past_due(due: datetime, over: Span | None, calendar: WorkCalendar) -> datetime:
    """`over` counted on from the due moment; a due moment at 00:00 belongs to the day it ends."""
    if over is None or over.n == 0:
        return due
    return calendar.due(last_day(due) if over.unit.in_days else due, over)


def rungs_to_json(rungs: Sequence[Mark]) -> list[dict[str, Any]]:
    return [
        {
            "level": mark.level,
            "kind": mark.kind.value,
            "at": mark.at.isoformat(),
            "left": mark.left,
            "over": str(mark.over) if mark.over else None,
            "skipped": mark.skipped,
        }
        for mark in rungs
    ]


def rungs_from_json(rungs: Sequence[dict[str, Any]]) -> tuple[Mark, ...]:
    return tuple(
        Mark(
            level=mark["level"],
            kind=Kind(mark["kind"]),
            at=datetime.fromisoformat(mark["at"]),
            left=mark["left"],
            over=Span.parse(mark["over"]) if mark["over"] else None,
            skipped=mark["skipped"],
        )
        for mark in rungs
    )
