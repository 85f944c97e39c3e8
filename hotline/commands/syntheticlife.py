"""What becomes of a call in the synthetic city: the steps of its case and its promises; pure.

Units differ in how well they work; some returns are right and some are not; the dissatisfied come
back, a few dispute it to the end. Who is not asked says nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from random import Random
from typing import Any

from escalation.calendar import ZONE
from hotline.commands.syntheticcity import Call
from hotline.domain.facts import Clock, Line, Origin
from hotline.domain.shanghai import city_day

KINDS = ("consult", "help", "complaint", "report", "suggestion", "praise")
KIND_SHARES = (40, 28, 24, 3, 3, 2)
CHANNELS = ("phone", "web", "mailbox", "exchange", "open311")
CHANNEL_SHARES = (74, 18, 4, 3, 1)
DAYS = {"consult": 2, "help": 5, "complaint": 10, "report": 15, "suggestion": 15, "praise": 5}
DIRECT = {"consult": 0.85, "help": 0.3, "praise": 0.9}
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
    pressed: bool = False
    who: list[tuple[str, str | None]] = field(default_factory=list)  # actor and unit of each line
    unit: str | None = None

    def does(self, action: str, role: str, **after: Any) -> None:
        self.lines.append(Line(len(self.lines) + 1, self.at, action, role, after))
        own = self.unit if role in ("clerk", "leader") else None
        self.who.append((f"{role}-{len(self.who) % 7 + 1}", own))

    def waits(self, span: timedelta) -> None:
        self.at += span

    def keeps(self, promise: str, start: datetime, due: datetime) -> None:
        self.clocks.append(Clock(promise, "kept", start, due, self.at))


def life(chance: Random, call: Call, quality: Callable[[str], float]) -> Life:
    kind = chance.choices(KINDS, KIND_SHARES)[0]
    urgent = call.storm and chance.random() < 0.4
    urgency = "urgent" if urgent or chance.random() < 0.06 else "normal"
    channel = chance.choices(CHANNELS, CHANNEL_SHARES)[0]
    due = _midnight_after(call.at, 1 if urgency == "urgent" else DAYS[kind])
    one = Life(call, kind, urgency, channel, call.at, due)
    one.does(
        "receive",
        "agent" if channel == "phone" else "citizen",
        state="registered",
        type=kind,
        topic=call.matter.topic,
        urgency=urgency,
        department=None,
        district=call.district,
        level=None,
        round=1,
        due_at=one.due.isoformat(),
    )
    drawn = chance.random()
    if drawn < DIRECT.get(kind, 0.08):
        one.waits(MINUTE * (2 + chance.expovariate(1 / 6)))
        one.keeps("reply", call.at, one.due)
        one.does("answer", "agent", state="answered")
    elif drawn > 0.97:
        one.waits(HOUR * chance.uniform(0.5, 8))
        one.does("decline", "dispatcher", state="not_accepted", reason_code="LITIGATION")
    elif drawn > 0.945:
        one.waits(HOUR * chance.uniform(0.2, 6))
        one.does("merge", "dispatcher", state="merged")
    else:
        _dispatched(chance, one, quality)
    return one


def _midnight_after(at: datetime, days: int) -> datetime:
    return datetime.combine(city_day(at) + (days + 1) * DAY, time(), ZONE)


def _dispatched(chance: Random, one: Life, quality: Callable[[str], float]) -> None:
    one.waits(HOUR * chance.expovariate(1 / 1.5))
    one.does("accept", "dispatcher", state="pending_dispatch")
    one.waits(MINUTE * chance.uniform(1, 40))
    _to(one, chance.choice(one.call.matter.units))
    if one.kind == "complaint" and chance.random() < 0.01:
        one.does("correct", "shift_lead", type="consult")
    if chance.random() < 0.07:
        _sent_back(chance, one)
    good = quality(one.unit or "")
    sent = one.at
    one.waits(HOUR * chance.expovariate(1 / (2 + 8 * (1 - good))))
    one.keeps("sign", sent, sent + 12 * HOUR)
    one.does("sign", "clerk", state="processing")
    one.waits(HOUR * chance.expovariate(1 / (4 + 16 * (1 - good))))
    one.keeps("contact", sent, sent + DAY)
    one.does("contact", "clerk")
    if chance.random() < 0.01:
        one.does("exclude", "clerk")
        one.waits(HOUR * 20)
        verdict = "granted" if chance.random() < 0.4 else "refused"
        one.does("grant", "director", kind="exclude", verdict=verdict)
    if chance.random() < 0.03 + 0.12 * (1 - good):
        one.does("extend", "clerk")
        one.waits(HOUR * 6)
        one.due += 5 * DAY
        one.does("grant", "director", kind="extend", verdict="granted", due_at=one.due.isoformat())
    _finished(chance, one, sent, good)


def _to(one: Life, unit: str) -> None:
    one.unit = unit
    one.keeps("dispatch", one.call.at, one.call.at + DAY)
    one.does("transfer", "dispatcher", state="dispatched", department=unit)


def _sent_back(chance: Random, one: Life) -> None:
    """Half are right; of the disputed ones the director decides."""
    one.waits(HOUR * chance.uniform(1, 10))
    one.does("send_back", "clerk", state="return_review")
    one.waits(HOUR * chance.uniform(1, 24))
    drawn = chance.random()
    other = chance.choice(one.call.matter.units)
    if drawn < 0.5:
        one.does("rule", "dispatcher", state="pending_dispatch", department=None, verdict="uphold")
        one.waits(MINUTE * 10)
        _to(one, other)
    elif drawn < 0.9:
        one.does("rule", "dispatcher", state="dispatched", verdict="refuse")
    else:
        one.does("rule", "dispatcher", state="adjudicating", verdict="adjudicate")
        one.waits(DAY * chance.uniform(0.5, 3))
        one.unit = other
        told = {"state": "processing", "department": other, "verdict": "designate"}
        one.does("rule", "director", **told)


def _finished(chance: Random, one: Life, sent: datetime, good: float) -> None:
    """Most work is done in the last part of its limit; some of it a few minutes before."""
    limit = max(one.due - one.at, 6 * HOUR)
    late = chance.random() < 0.02 + 0.2 * (1 - good)
    spent = limit * (1 + chance.expovariate(1 / 0.4)) if late else limit * chance.betavariate(3, 2)
    if not late and chance.random() < 0.03:
        spent = limit - MINUTE * chance.uniform(1, 25)
    rushed = spent > limit - 30 * MINUTE and not late
    one.waits(spent * (0.5 + 0.5 * (2 - good)) if late else spent)
    one.keeps("finish", sent, one.due)
    same = chance.random() < 0.05 + 0.1 * (1 - good)
    words = f"已按规定办理（{one.unit}）" if same else f"事项已处理 {one.at.timestamp():.0f}"
    one.does("reply", "clerk", state="reply_review", reply={"public_reply": words})
    one.waits(HOUR * chance.uniform(0.5, 12))
    one.keeps("reply", one.call.at, one.due)
    one.does("approve", "inspector", state="follow_up")
    _heard(chance, one, good - 0.5 if rushed else good)


def _heard(chance: Random, one: Life, good: float) -> None:
    one.waits(DAY * chance.uniform(0.3, 2))
    reached = chance.random() < 0.72
    solved = chance.random() < 0.45 + 0.5 * good
    mark = chance.choice((5, 5, 4, 3)) if solved else chance.choice((3, 2, 2, 1))
    told = {"solved": solved, "satisfaction": str(mark)} if reached else {}
    one.does("follow_up", "callback", outcome="reached" if reached else "unreachable", **told)
    if reached and not solved and chance.random() < 0.3:
        _again(chance, one, "rework", "callback")
    one.waits(HOUR * chance.uniform(0.2, 5))
    one.does("close", "callback", state="closed")
    if chance.random() < 0.06:
        one.waits(HOUR * chance.uniform(1, 60))
        one.pressed = chance.random() < 0.1 * (1 - good)
        one.does("rate", "citizen", solved=solved, satisfaction=str(mark))
    if not solved and chance.random() < 0.05:
        one.waits(DAY * chance.uniform(1, 10))
        _again(chance, one, "reopen", "citizen")
        one.waits(DAY)
        one.does("close", "callback", state="closed")


def _again(chance: Random, one: Life, action: str, role: str) -> None:
    one.waits(HOUR)
    start, one.due = one.at, _midnight_after(one.at, 5)
    one.does(action, role, state="processing", round=2, due_at=one.due.isoformat())
    one.waits(DAY * chance.uniform(1, 4))
    one.keeps("finish", start, one.due)
    words = f"重新办理 {one.at.timestamp():.0f}"
    one.does("reply", "clerk", state="reply_review", reply={"public_reply": words})
    one.waits(HOUR * 4)
    one.does("approve", "inspector", state="follow_up")


def cut(one: Life, until: datetime) -> tuple[list[Line], list[Clock]]:
    """Only what had happened by then; a promise that was kept later still runs."""
    lines = [line for line in one.lines if line.at <= until]
    clocks = [
        clock
        if clock.ended_at is None or clock.ended_at <= until
        else Clock(clock.promise, "running", clock.started_at, clock.due_at, None)
        for clock in one.clocks
        if clock.started_at <= until
    ]
    return lines, clocks


def origin(one: Life, case_id: int, number: str, before: datetime | None) -> Origin:
    """`before`: when the same caller's case before it came."""
    again = before is not None and one.call.at - before <= 90 * DAY
    merged = any(line.action == "merge" for line in one.lines)
    return Origin(
        case_id, number, one.call.at, one.channel, False, again and not merged, one.pressed
    )
