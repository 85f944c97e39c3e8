"""The events of a call, in any order and number -> its one record; pure.

The record is a function of the set of events: repeats fall together by event id, and the rest is
put in order by its own moments, never by arrival. So whatever the network does to the stream,
the same events end in the same record.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from channels.telephone.events import SWEPT, CallEvent, Kind, Recording

ORDER = {kind: n for n, kind in enumerate(Kind)}


class Outcome(StrEnum):
    """What became of a call; `abandoned` is found here, no switch is asked for it."""

    OPEN = "open"
    ANSWERED = "answered"
    ABANDONED = "abandoned"  # whoever rang gave up before anybody answered
    AFTER_HOURS = "after_hours"
    OVERLOAD = "overload"
    FAULT = "fault"
    NOT_REACHED = "not_reached"  # we rang, and nobody answered
    UNKNOWN = "unknown"  # it was closed by the sweep, and nothing tells whether it was answered


# Why nobody could have answered; every other end before an answer is the caller's own.
WHY = {
    **dict.fromkeys(("overload", "congestion"), Outcome.OVERLOAD),
    **dict.fromkeys(("fault", "system_fault"), Outcome.FAULT),
    **dict.fromkeys(("after_hours", "closed"), Outcome.AFTER_HOURS),
}


class Phase(StrEnum):
    """Where a call stands now."""

    OFFERED = "offered"
    QUEUED = "queued"
    RINGING = "ringing"
    TALKING = "talking"
    HELD = "held"
    ENDED = "ended"


@dataclass(frozen=True)
class CallRecord:
    """A call as its events tell it; seconds are rounded to a tenth."""

    call_id: str
    direction: str
    from_: str
    to: str
    queue: str
    agent: str  # who answered first; while it rings, whom it rings at
    agents: tuple[str, ...]  # everybody who answered, in order
    ivr_path: tuple[str, ...]
    phase: Phase
    outcome: Outcome
    offered_at: datetime
    queued_at: datetime | None
    answered_at: datetime | None
    ended_at: datetime | None
    last_at: datetime
    wait_s: float | None  # until it was answered or given up
    talk_s: float | None
    hold_s: float
    legs: int
    transfers: int
    conferenced: bool
    cause: str
    digit: int | None
    recordings: tuple[Recording, ...]
    leg: str  # the citizen's own, as far as it is known
    flags: tuple[str, ...]  # no_offer, no_end: what the switch never told


def once(events: Iterable[CallEvent]) -> list[CallEvent]:
    """Each event id once, in the order in which things happened."""
    known = {event.event_id: event for event in events}
    return sorted(known.values(), key=lambda one: (one.at, ORDER[one.kind], one.event_id))


def fold(events: Iterable[CallEvent]) -> CallRecord:
    """The record of one call; the events are of one `call_id`, and at least one is there."""
    told, flags = once(events), tuple[str, ...]()
    lived = [one for one in told if one.cause != SWEPT] or told
    offered = _first(lived, Kind.OFFERED)
    start, queued = offered or lived[0], _first(lived, Kind.QUEUED)
    ended_at, cause = _end(lived, offered)
    if ended_at is None and lived != told:  # swept
        ended_at, flags = lived[-1].at, ("no_end",)
    return CallRecord(
        call_id=start.call_id,
        direction=start.direction,
        from_=_word(lived, "from_", offered),
        to=_word(lived, "to", offered),
        leg=start.leg_id,
        queue=queued.queue if queued else _word(lived, "queue"),
        offered_at=start.at,
        queued_at=queued.at if queued else None,
        ended_at=ended_at,
        last_at=lived[-1].at,
        cause=cause,
        flags=flags if offered else ("no_offer", *flags),
        **_course(lived, queued or start, ended_at, (cause, "no_end" in flags)),
        **_beside(lived),
    )


def _course(
    lived: Sequence[CallEvent], since: CallEvent, ended_at: datetime | None, end: tuple[str, bool]
) -> dict[str, Any]:
    """Who answered when, and how long everything took."""
    answers = [one for one in lived if one.kind is Kind.ANSWERED]
    answered_at = answers[0].at if answers else None
    held = _held(lived, ended_at)
    hold_s = sum((until - start).total_seconds() for start, until in held if until)
    return {
        "agent": _agent(lived, answers),
        "agents": tuple(dict.fromkeys(one.agent for one in answers if one.agent)),
        "answered_at": answered_at,
        "phase": _phase(lived, answered_at, ended_at, held),
        "outcome": _outcome(since.direction, answered_at, ended_at, *end),
        "wait_s": _wait(lived, since.at, answered_at or ended_at),
        "talk_s": _talk(lived, answered_at, ended_at, hold_s),
        "hold_s": _tenth(hold_s),
    }


def _beside(lived: Sequence[CallEvent]) -> dict[str, Any]:
    """What else was told of it."""
    return {
        "ivr_path": next((one.ivr_path for one in lived if one.ivr_path), ()),
        "legs": max(1, len({one.leg_id for one in lived if one.leg_id})),
        "transfers": sum(one.kind is Kind.TRANSFERRED for one in lived),
        "conferenced": any(one.kind is Kind.CONFERENCED for one in lived),
        "digit": next((one.digit for one in reversed(lived) if one.digit is not None), None),
        "recordings": _recordings(lived),
    }


def _first(told: Sequence[CallEvent], kind: Kind) -> CallEvent | None:
    return next((one for one in told if one.kind is kind), None)


def _word(told: Sequence[CallEvent], name: str, best: CallEvent | None = None) -> str:
    """What the first event that knows it says; the offer knows best who rang whom."""
    first = [best] if best else []
    return next((str(getattr(one, name)) for one in [*first, *told] if getattr(one, name)), "")


def _agent(told: Sequence[CallEvent], answers: Sequence[CallEvent]) -> str:
    """Before anybody answered it is whom it rings at last."""
    rings = [one for one in reversed(told) if one.kind is Kind.RINGING]
    return next((one.agent for one in [*answers, *rings] if one.agent), "")


def _end(told: Sequence[CallEvent], offered: CallEvent | None) -> tuple[datetime | None, str]:
    """The caller's own leg ends the call, or an end without a leg; else the last of all legs."""
    ends = [one for one in told if one.kind is Kind.ENDED]
    caller = offered.leg_id if offered else ""
    own = [one for one in ends if not one.leg_id or one.leg_id == caller]
    if not own:
        legs = {one.leg_id for one in told if one.leg_id}
        over = {one.leg_id: one for one in reversed(ends)}
        if not ends or set(over) != legs:
            return None, ""
        own = [max(over.values(), key=lambda one: (one.at, one.event_id))]
    causes = [one.cause for one in own if one.cause]
    telling = [one for one in causes if one in WHY]
    return own[0].at, (telling or causes or [""])[0]


def _outcome(
    direction: str, answered_at: datetime | None, ended_at: datetime | None, cause: str, lost: bool
) -> Outcome:
    if answered_at is not None:
        return Outcome.ANSWERED
    if ended_at is None:
        return Outcome.OPEN
    if lost:
        return Outcome.UNKNOWN
    if direction != "in":
        return Outcome.NOT_REACHED
    return WHY.get(cause, Outcome.ABANDONED)


def _phase(
    told: Sequence[CallEvent],
    answered_at: datetime | None,
    ended_at: datetime | None,
    held: Sequence[tuple[datetime, datetime | None]],
) -> Phase:
    if ended_at is not None:
        return Phase.ENDED
    if answered_at is not None:
        return Phase.HELD if held and held[-1][1] is None else Phase.TALKING
    last = [one.kind for one in told if one.kind in (Kind.QUEUED, Kind.RINGING)]
    if not last:
        return Phase.OFFERED
    return Phase.RINGING if last[-1] is Kind.RINGING else Phase.QUEUED


def _held(
    told: Sequence[CallEvent], ended_at: datetime | None
) -> list[tuple[datetime, datetime | None]]:
    """The stretches on hold; one that was never resumed lasts to the end of the call."""
    found: list[tuple[datetime, datetime | None]] = []
    since: datetime | None = None
    for one in told:
        if one.kind is Kind.HELD and since is None:
            since = one.at
        elif one.kind is Kind.RESUMED and since is not None:
            found.append((since, one.at))
            since = None
    if since is not None:
        found.append((since, max(since, ended_at) if ended_at else None))
    return found


def _wait(told: Sequence[CallEvent], since: datetime, until: datetime | None) -> float | None:
    """The switch's own measure where it gave one: its clock saw both ends."""
    if until is None:
        return None
    measured = [one.wait_s for one in told if one.wait_s is not None]
    return _tenth(max(measured)) if measured else _tenth((until - since).total_seconds())


def _talk(
    told: Sequence[CallEvent], since: datetime | None, until: datetime | None, hold_s: float
) -> float | None:
    if since is None or until is None:
        return None
    measured = [one.talk_s for one in told if one.talk_s is not None]
    return _tenth(max(measured) if measured else (until - since).total_seconds() - hold_s)


def _tenth(seconds: float) -> float:
    return round(max(seconds, 0.0), 1)


def _recordings(told: Sequence[CallEvent]) -> tuple[Recording, ...]:
    known = {one.recording.uri: one.recording for one in reversed(told) if one.recording}
    return tuple(sorted(known.values(), key=lambda one: one.uri))
