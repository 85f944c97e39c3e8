"""What a case was at one entry of its timeline, and from which entry a paper is made.

A paper says what was so when it was issued; however the case goes on, made again it says the same.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from escalation.ladder import Kind as Light
from escalation.promise import Deadline, Promise
from hotline.domain.case import Case, Entry
from hotline.domain.order import Order
from hotline.domain.state import Action, State
from hotline.domain.words import Cause, Kind, Urgency, Verdict

# The units' own work, and the citizen's promise that hangs on it; the centre's own is not reminded.
UNITS = frozenset(
    {
        Promise.SIGN,
        Promise.CONTACT,
        Promise.FINISH,
        Promise.REPLY,
        Promise.FEEDBACK,
        Promise.ON_SITE,
        Promise.ORDER,
    }
)


@dataclass(frozen=True)
class Standing:
    """The facts of a case as they were after an entry."""

    at: datetime
    seq: int
    state: State
    type: Kind
    urgency: Urgency
    topic: str
    lead: str | None
    due_at: datetime | None
    dispatched_at: datetime | None
    urges: int = 0


def standing(entries: Sequence[Entry], seq: int) -> Standing:
    """Every entry keeps what it changed: laid over one another they are the case of that moment."""
    known: dict[str, Any] = {}
    dispatched: datetime | None = None
    for entry in entries:
        if entry.seq > seq:
            break
        known |= entry.after
        if _dispatches(entry):
            dispatched = entry.at
    due = known.get("due_at")
    return Standing(
        at=next(entry.at for entry in entries if entry.seq == seq),
        seq=seq,
        state=State(known["state"]),
        type=Kind(known["type"]),
        urgency=Urgency(known["urgency"]),
        topic=known.get("topic") or "",
        lead=known.get("department"),
        due_at=datetime.fromisoformat(due) if due else None,
        dispatched_at=dispatched,
        urges=int(known.get("urges") or 0),
    )


def _dispatches(entry: Entry) -> bool:
    designated = entry.action is Action.RULE and entry.after.get("verdict") == Verdict.DESIGNATE
    return entry.action is Action.TRANSFER or designated


def addressed(entries: Iterable[Entry], order: Order) -> Entry:
    """The entry that issued the order, or the last that handed it over to another unit."""
    of_order = [entry for entry in entries if entry.after.get("order") == order.id]
    return [one for one in of_order if one.action is Action.SUPERVISE or _dispatches(one)][-1]


def reminder(entries: Iterable[Entry]) -> Entry | None:
    """The last red light that a unit was told of, or the citizen's urging after the due moment.

    Of several at one moment the citizen's own promise, else the first: who has not signed for a
    case is asked to sign, not to call.
    """
    found, lead, due = None, None, None
    for entry in entries:
        lead, due = entry.after.get("department", lead), entry.after.get("due_at", due)
        if lead and (_red(entry.action, entry.after) or _urged_late(entry, due)):
            graver = entry.after.get("promise") == Promise.REPLY
            if found is None or entry.at > found.at or graver:
                found = entry
    return found


def _red(action: Action, after: Mapping[str, Any]) -> bool:
    if action is not Action.REMIND or after.get("kind") != Light.RED:
        return False
    told = not (after.get("overtaken") or after.get("skipped"))
    return told and (after.get("promise") in UNITS or after.get("promise") == Cause.URGED)


def _urged_late(entry: Entry, due: str | None) -> bool:
    urged = entry.action is Action.URGE and not entry.after.get("batched")
    return urged and due is not None and entry.at > datetime.fromisoformat(due)


def reminded_of(case: Case, entry: Entry) -> Deadline | None:
    """The deadline whose rung the entry took; none where a cause turned the light red."""
    if entry.action is not Action.REMIND or entry.after["promise"] not in UNITS:
        return None
    at, level = datetime.fromisoformat(entry.after["rung_at"]), entry.after["rung"]
    for deadline in case.deadlines.values():
        taken = deadline.rungs[: deadline.climbed]
        if deadline.promise == entry.after["promise"]:
            if any(mark.at == at and mark.level == level for mark in taken):
                return deadline
    return None


def reply_then(case: Case, at: datetime) -> Deadline | None:
    """The promise to the citizen that bound at a moment; one counted anew has taken its place."""
    made = [d for d in case.deadlines.values() if d.promise is Promise.REPLY and not d.part]
    bound = [d for d in made if d.ended_at is None or d.ended_at > at]
    return bound[0] if bound else made[-1] if made else None


def answer_due(case: Case, order: Order, at: datetime) -> datetime | None:
    """When an order addressed at a moment was to be answered; a later deadline is a later word."""
    part = str(order.id)
    own = [d for d in case.deadlines.values() if (d.promise, d.part) == (Promise.ORDER, part)]
    started = [d for d in own if d.started_at <= at]
    return started[-1].due_at if started else order.due_at
