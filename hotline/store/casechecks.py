"""What must hold for every case: chain, timers, rungs, and the row against its history; pure."""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from escalation.promise import Deadline, Promise
from escalation.promise import State as Run
from hotline.domain import promises
from hotline.domain.case import GENESIS, Case, Entry
from hotline.domain.state import OPEN, State
from hotline.store import copies
from hotline.store.findings import Broken
from hotline.store.orderchecks import orders

GRACE = timedelta(seconds=60)  # how late a rung may be taken while a watch is awake

BEFORE_REPLY = OPEN - {State.FOLLOW_UP}
WITH_UNIT = frozenset(
    {
        State.DISPATCHED,
        State.RETURN_REVIEW,
        State.ADJUDICATING,
        State.PROCESSING,
        State.SUSPENDED,
    }
)
# The open states in which a promise may run; elsewhere a live one is a timer nobody ended.
LIVES_IN: Mapping[Promise, frozenset[State]] = {
    Promise.DISPATCH: frozenset({State.REGISTERED, State.NEED_INFO, State.PENDING_DISPATCH}),
    Promise.SIGN: frozenset({State.DISPATCHED}),
    Promise.CONTACT: WITH_UNIT | {State.REPLY_REVIEW},
    Promise.FINISH: WITH_UNIT,
    Promise.REPLY: BEFORE_REPLY,
    Promise.FEEDBACK: BEFORE_REPLY,
    Promise.ON_SITE: BEFORE_REPLY,
    Promise.FOLLOW_UP: frozenset({State.FOLLOW_UP}),
    Promise.RULING: frozenset({State.RETURN_REVIEW}),
    Promise.ORDER: OPEN,
}
# Where a promise that the case was once given must still be live.
DUE_IN: Mapping[Promise, frozenset[State]] = {
    Promise.REPLY: BEFORE_REPLY,
    Promise.SIGN: frozenset({State.DISPATCHED}),
    Promise.RULING: frozenset({State.RETURN_REVIEW}),
}
WAITING = frozenset({State.NEED_INFO, State.SUSPENDED})


@dataclass(frozen=True)
class Rung:
    """A line of the ledger of rungs taken."""

    deadline_n: int
    rung: int
    rung_at: datetime
    climbed_at: datetime
    entry_seq: int


@dataclass(frozen=True)
class Stumbled:
    """A rung of a deadline could not be taken for a while; it is known why it is late."""

    deadline_n: int
    first_at: datetime
    ended_at: datetime


@dataclass(frozen=True)
class Kept:
    """A case as it lies in the database, with its history and the rungs it climbed."""

    case: Case
    entries: Sequence[Entry]
    rungs: Sequence[Rung]
    stumbled: Sequence[Stumbled] = ()
    emptied: int = 0  # up to this entry the words were erased by law; the hashes stay
    gone: frozenset[str] = frozenset()  # erased cases whose words were copied into this one

    def excused(self, rung: Rung) -> bool:
        """It failed at first and was taken when it worked again: late, but never unseen."""
        return any(
            one.deadline_n == rung.deadline_n and one.first_at <= rung.climbed_at <= one.ended_at
            for one in self.stumbled
        )


@dataclass(frozen=True)
class Ticks:
    """When the watch looked, oldest first."""

    at: Sequence[float]

    def between(self, since: datetime, until: datetime) -> bool:
        """Did it look from `since` on and not later than `until`?"""
        place = bisect_left(self.at, since.timestamp())
        return place < len(self.at) and self.at[place] <= until.timestamp()

    @property
    def last(self) -> datetime | None:
        from_utc = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
        return from_utc + timedelta(seconds=self.at[-1]) if self.at else None


def check(kept: Kept, ticks: Ticks | None) -> Iterator[Broken]:
    """Without the watch's ticks all but I5, which needs every one of them."""
    for invariant, problems in (
        ("I6", chain(kept)),
        ("I7", standing(kept)),
        ("I4", timers(kept.case)),
        ("I4", orders(kept.case, kept.entries)),
        ("I5", climbed(kept, ticks) if ticks else ()),
    ):
        for what in problems:
            yield Broken(invariant, kept.case.number, what)


def chain(kept: Kept) -> Iterator[str]:
    """I6: numbered 1 to n, each entry hashed to the one before, and the case knows the last."""
    previous, case = GENESIS, kept.case
    for wanted, entry in enumerate(kept.entries, start=1):
        if entry.seq != wanted:
            yield f"entry {wanted} is missing"
            return
        if entry.previous != previous:
            yield f"entry {entry.seq} is not chained to the one before it"
        empty = entry.seq <= kept.emptied or copies.emptied(entry) in kept.gone
        if not empty and not entry.holds(case.number):
            yield f"entry {entry.seq} was changed after it was written"
        previous = entry.hash
    if (case.last_seq, case.last_hash) != (len(kept.entries), previous):
        yield f"the case knows of {case.last_seq} entries, there are {len(kept.entries)}"


def standing(kept: Kept) -> Iterator[str]:
    """I7: the row stands where its history left it."""
    told: dict[str, Any] = {}
    for entry in kept.entries:
        told |= entry.after
    for name, value in kept.case.standing().items():
        if _plain(told.get(name)) != _plain(value):
            yield f"{name} is {value!r}, its history says {told.get(name)!r}"


def _plain(value: Any) -> Any:
    """The same moment in two offsets is the same fact."""
    try:
        return datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return value


def timers(case: Case) -> Iterator[str]:
    """I4: an open case has the one set of live timers its state asks for, a closed one none."""
    live = [(n, deadline) for n, deadline in case.deadlines.items() if deadline.live]
    for n, deadline in live:
        if case.state not in LIVES_IN[deadline.promise]:
            yield f"promise {deadline.promise.value} ({n}) is live in state {case.state.value}"
        if deadline.state is Run.RUNNING and not deadline.part and _should_wait(case, deadline):
            yield f"promise {deadline.promise.value} ({n}) runs in state {case.state.value}"
    kinds = [(deadline.promise, deadline.part) for _, deadline in live]
    for promise, part in {kind for kind in kinds if kinds.count(kind) > 1}:
        yield f"promise {promise.value} {part} is live more than once"
    for promise, states in DUE_IN.items():
        if case.state in states and case.latest(promise) and case.live(promise) is None:
            yield f"promise {promise.value} is not live in state {case.state.value}"
    if case.open and promises.why_none(case) is None:
        yield f"open in state {case.state.value} without a running promise"
    for n, deadline in case.deadlines.items():
        if deadline.next_at != _next(deadline):
            yield f"deadline {n} waits for another moment than its next rung's"


def _should_wait(case: Case, deadline: Deadline) -> bool:
    return case.state in WAITING and deadline.promise is Promise.REPLY


def _next(deadline: Deadline) -> datetime | None:
    if deadline.state is not Run.RUNNING or deadline.climbed >= len(deadline.rungs):
        return None
    return deadline.rungs[deadline.climbed].at


def climbed(kept: Kept, ticks: Ticks) -> Iterator[str]:
    """I5: each rung once, never early, and at the next look of a watch that was awake."""
    by_deadline: dict[int, list[Rung]] = {}
    for rung in kept.rungs:
        by_deadline.setdefault(rung.deadline_n, []).append(rung)
    for n, deadline in kept.case.deadlines.items():
        taken = sorted(rung.rung for rung in by_deadline.pop(n, []))
        if taken != list(range(deadline.climbed)):
            yield f"deadline {n} says {deadline.climbed} rungs, the ledger has {taken}"
    for n in by_deadline:
        yield f"the ledger has rungs of deadline {n}, which the case has not"
    for rung in kept.rungs:
        yield from _taken(kept, rung, ticks)
    yield from _left(kept, ticks)


def _taken(kept: Kept, rung: Rung, ticks: Ticks) -> Iterator[str]:
    name = f"rung {rung.rung} of deadline {rung.deadline_n}"
    if rung.climbed_at < rung.rung_at:
        yield f"{name} was taken before its time"
    if not 1 <= rung.entry_seq <= len(kept.entries):
        yield f"{name} has no entry"
        return
    # An entry may have moved the deadline: before it, the rung could not be seen.
    seen = _last_change(kept, rung.rung_at, before=rung.entry_seq)
    if ticks.between(seen, rung.climbed_at - GRACE) and not kept.excused(rung):
        yield f"{name} was taken more than {GRACE.seconds} s late while a watch was awake"


def _last_change(kept: Kept, since: datetime, *, before: int) -> datetime:
    earlier = kept.entries[: max(before - 1, 0)]
    return max(since, earlier[-1].at) if earlier else since


def _left(kept: Kept, ticks: Ticks) -> Iterator[str]:
    """Rungs whose time came and which the watch, awake since, did not take."""
    if ticks.last is None:
        return
    for n, deadline in kept.case.deadlines.items():
        if deadline.next_at is None:
            continue
        seen = _last_change(kept, deadline.next_at, before=len(kept.entries) + 1)
        if ticks.between(seen, ticks.last - GRACE):
            yield f"rung {deadline.climbed} of deadline {n} was left although a watch was awake"
