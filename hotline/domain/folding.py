"""A timeline folded into figures: to now for what is kept, to a past moment for what was known then.

Pure. An extension granted after that moment is read as granted: its request stood before the limit.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from escalation.promise import Promise
from escalation.promise import State as Run
from hotline.domain.facts import CaseFact, Clock, Folded, Line, OpenFact, Origin, StepFact
from hotline.domain.lives import Life, told
from hotline.domain.shanghai import city_day
from hotline.domain.state import OWED, State

HOUR = 3600.0
OWES = frozenset(state.value for state in OWED)


def fold(
    origin: Origin,
    lines: Sequence[Line],
    clocks: Sequence[Clock],
    until: datetime | None = None,
) -> Folded | None:
    """None: at that moment the case was not there yet."""
    life = Life(origin)
    for line in lines:
        if until is None or line.at <= until:
            _step(life, line)
    if not life.steps:
        return None
    known = [one for one in clocks if until is None or one.started_at <= until]
    return Folded(_case(life, known, until), tuple(life.steps))


def _step(life: Life, line: Line) -> None:
    told(life, line)
    waited = (line.at - life.at).total_seconds() if life.at else 0.0
    life.at = line.at
    life.steps.append(
        StepFact(
            case_id=life.origin.case_id,
            seq=line.seq,
            at=line.at,
            day=city_day(line.at),
            action=line.action,
            role=line.role,
            state=life.standing.get("state", ""),
            department=life.standing.get("department"),
            due_at=_moment(life.standing.get("due_at")),
            level=life.standing.get("level"),
            wait_s=max(0, int(waited)),
        )
    )


WORDS = ("type", "urgency", "district", "state")
EARLY = 1800.0  # closed so shortly before the limit that it may have been closed for the limit


def _case(life: Life, clocks: Sequence[Clock], until: datetime | None) -> CaseFact:
    said, origin = life.standing, life.origin
    topic = str(said.get("topic") or "")
    sent = life.dispatched_at is not None
    contact = _latest(clocks, Promise.CONTACT)
    words: dict[str, Any] = {name: str(said.get(name) or "") for name in WORDS}
    return CaseFact(
        case_id=origin.case_id,
        number=origin.number,
        seq=life.steps[-1].seq,
        changed_at=life.steps[-1].at,
        received_at=origin.received_at,
        day=city_day(origin.received_at),
        channel=origin.channel,
        **words,
        topic=topic,
        topic1=topic.partition("/")[0],
        party=said.get("party") or "citizen",
        language=said.get("language") or "",
        department=said.get("department"),
        level=said.get("level"),
        due_at=_moment(said.get("due_at")),
        answer_s=_seconds(origin.received_at, life.answered_at),
        promised_s=_seconds(origin.received_at, life.promised),
        signed_in_time=_in_time(_latest(clocks, Promise.SIGN), until) if sent else None,
        # The anonymous owe no contact: what was not owed was not missed.
        contacted_in_time=(True if contact is None else _in_time(contact, until)) if sent else None,
        finish_due_at=_due(clocks, life.finished_at) if sent else None,
        hours=_hours(life),
        pressed=origin.pressed,
        repeat=origin.repeat or said.get("state") == State.MERGED,
        early=_early(clocks, life.finished_at),
        **{name: getattr(life, name) for name in PLAIN},
    )


PLAIN = (
    *("accepted", "answered", "answered_at", "dispatched_at", "finished_at", "closed_at"),
    *("ended_at", "reworked", "returned", "upheld", "reached", "solved", "satisfaction"),
    *("excluded", "extensions", "reopened", "retyped", "reply_hash"),
    "reply_print",
)


def still_open(case: CaseFact, day: date, end: datetime) -> OpenFact | None:
    """A case folded to the end of a day, as it stood then; None: it had ended."""
    if case.ended_at is not None:
        return None
    return OpenFact(
        day=day,
        case_id=case.case_id,
        department=case.department,
        state=case.state,
        level=case.level,
        due_at=case.due_at,
        age_days=(day - case.day).days,
        overdue=case.state in OWES and case.due_at is not None and case.due_at < end,
    )


def _latest(clocks: Sequence[Clock], promise: Promise) -> Clock | None:
    found = [one for one in clocks if one.promise == promise]
    return found[-1] if found else None


def _in_time(clock: Clock | None, until: datetime | None) -> bool | None:
    """What was dropped or still runs was neither kept nor missed yet."""
    if clock is None or clock.state != Run.KEPT or clock.ended_at is None:
        return None
    if until is not None and clock.ended_at > until:
        return None
    return clock.ended_at <= clock.due_at


def _due(clocks: Sequence[Clock], finished_at: datetime | None) -> datetime | None:
    finish = _latest(clocks, Promise.FINISH)
    if finish is None or (finish.state == Run.DROPPED and finished_at is None):
        return None
    return None if finish.state == Run.PAUSED else finish.due_at


def _early(clocks: Sequence[Clock], finished_at: datetime | None) -> bool:
    due = _due(clocks, finished_at)
    if due is None or finished_at is None:
        return False
    return 0 <= (due - finished_at).total_seconds() <= EARLY


def _hours(life: Life) -> float | None:
    if life.closed_at is None or life.dispatched_at is None:
        return None
    spent = (life.closed_at - life.dispatched_at).total_seconds() - life.stood
    return round(max(0.0, spent) / HOUR, 4)


def _seconds(start: datetime, end: datetime | None) -> int | None:
    return None if end is None else max(0, int((end - start).total_seconds()))


def _moment(told: Any) -> datetime | None:
    return datetime.fromisoformat(told) if isinstance(told, str) and told else None
