"""What becomes of a call in the synthetic city: the steps of its case and its promises; pure.

Units differ in how well they work; some returns are right and some are not; the dissatisfied come
back, a few dispute it to the end. Who is not asked says nothing.
"""

from collections.abc import Callable
from datetime import datetime, time
from random import Random

from escalation.calendar import ZONE
from hotline.commands.syntheticcase import DAY, HOUR, MINUTE, Life
from hotline.commands.syntheticcity import Call
from hotline.domain.shanghai import city_day

KINDS = ("consult", "help", "complaint", "report", "suggestion", "praise")
KIND_SHARES = (40, 28, 24, 3, 3, 2)
CHANNELS = ("phone", "web", "mailbox", "exchange", "open311")
CHANNEL_SHARES = (74, 18, 4, 3, 1)
DAYS = {"consult": 2, "help": 5, "complaint": 10, "report": 15, "suggestion": 15, "praise": 5}
DIRECT = {"consult": 0.85, "help": 0.3, "praise": 0.9}


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
    one.begins("reply", one.due)
    one.begins("dispatch", call.at + DAY)
    drawn = chance.random()
    if drawn < DIRECT.get(kind, 0.08):
        one.waits(MINUTE * (2 + chance.expovariate(1 / 6)))
        one.ends("kept", "reply")
        one.is_over("answer", "agent", state="answered")
    elif drawn > 0.97:
        one.waits(HOUR * chance.uniform(0.5, 8))
        one.is_over("decline", "dispatcher", state="not_accepted", reason_code="LITIGATION")
    elif drawn > 0.945:
        one.waits(HOUR * chance.uniform(0.2, 6))
        one.is_over("merge", "dispatcher", state="merged")
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
    if "sign" in one.running:  # who was designated has the case in hand already
        one.waits(HOUR * chance.expovariate(1 / (2 + 8 * (1 - good))))
        one.ends("kept", "sign")
        one.does("sign", "clerk", state="processing")
    one.waits(HOUR * chance.expovariate(1 / (4 + 16 * (1 - good))))
    one.ends("kept", "contact")
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
        one.moves(one.due, "reply", "finish")
        one.does("grant", "director", kind="extend", verdict="granted", due_at=one.due.isoformat())
    _finished(chance, one, good)


def _to(one: Life, unit: str) -> None:
    one.unit = unit
    one.ends("kept", "dispatch")
    _begins_handling(one)
    one.begins("sign", one.at + 12 * HOUR)
    one.does("transfer", "dispatcher", state="dispatched", department=unit)


def _begins_handling(one: Life) -> None:
    one.begins("finish", one.due)
    one.begins("contact", one.at + DAY)


def _sent_back(chance: Random, one: Life) -> None:
    """Half are right; of the disputed ones the director decides."""
    one.waits(HOUR * chance.uniform(1, 10))
    one.ends("kept", "sign")
    one.begins("ruling", one.at + DAY)
    one.does("send_back", "clerk", state="return_review")
    one.waits(HOUR * chance.uniform(1, 24))
    one.ends("kept", "ruling")
    drawn = chance.random()
    other = chance.choice(one.call.matter.units)
    if drawn < 0.5:
        one.ends("dropped", "finish", "contact")
        one.begins("dispatch", one.at + DAY)
        one.does("rule", "dispatcher", state="pending_dispatch", department=None, verdict="uphold")
        one.waits(MINUTE * 10)
        _to(one, other)
    elif drawn < 0.9:
        one.begins("sign", one.at + 12 * HOUR)
        one.does("rule", "dispatcher", state="dispatched", verdict="refuse")
    else:
        one.does("rule", "dispatcher", state="adjudicating", verdict="adjudicate")
        one.waits(DAY * chance.uniform(0.5, 3))
        one.unit = other
        _begins_handling(one)
        told = {"state": "processing", "department": other, "verdict": "designate"}
        one.does("rule", "director", **told)


def _finished(chance: Random, one: Life, good: float) -> None:
    """Most work is done in the last part of its limit; some of it a few minutes before."""
    limit = max(one.due - one.at, 6 * HOUR)
    late = chance.random() < 0.02 + 0.2 * (1 - good)
    spent = limit * (1 + chance.expovariate(1 / 0.4)) if late else limit * chance.betavariate(3, 2)
    if not late and chance.random() < 0.03:
        spent = limit - MINUTE * chance.uniform(1, 25)
    rushed = spent > limit - 30 * MINUTE and not late
    one.waits(spent * (0.5 + 0.5 * (2 - good)) if late else spent)
    one.ends("kept", "finish")
    same = chance.random() < 0.05 + 0.1 * (1 - good)
    words = f"已按规定办理（{one.unit}）" if same else f"事项已处理 {one.at.timestamp():.0f}"
    one.does("reply", "clerk", state="reply_review", reply={"public_reply": words})
    one.waits(HOUR * chance.uniform(0.5, 12))
    one.ends("kept", "reply", "contact")
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
    one.is_over("close", "callback", state="closed")
    if chance.random() < 0.06:
        one.waits(HOUR * chance.uniform(1, 60))
        one.pressed = chance.random() < 0.1 * (1 - good)
        one.does("rate", "citizen", solved=solved, satisfaction=str(mark))
    if not solved and chance.random() < 0.05:
        one.waits(DAY * chance.uniform(1, 10))
        _again(chance, one, "reopen", "citizen")
        one.waits(DAY)
        one.is_over("close", "callback", state="closed")


def _again(chance: Random, one: Life, action: str, role: str) -> None:
    one.waits(HOUR)
    one.due, one.round = _midnight_after(one.at, 5), one.round + 1
    one.begins("reply", one.due)
    one.begins("finish", one.due)
    told = {"state": "processing", "round": one.round, "due_at": one.due.isoformat()}
    one.does(action, role, **told)
    one.waits(DAY * chance.uniform(1, 4))
    one.ends("kept", "finish")
    words = f"重新办理 {one.at.timestamp():.0f}"
    one.does("reply", "clerk", state="reply_review", reply={"public_reply": words})
    one.waits(HOUR * 4)
    one.ends("kept", "reply")
    one.does("approve", "inspector", state="follow_up")
