"""What the telephone's interface answers, as types."""

from typing import Any

from pydantic import BaseModel, ConfigDict

from hotline.web.told import Count, Moment, Told


class EventsTaken(Told):
    """How many events were new, and how many were known before."""

    accepted: Count
    duplicates: Count


class Restricted(Told):
    """What a bridge may tell a caller whose number is held to a rule; it never drops the call."""

    rule: str
    rule_text: str
    until: Moment
    announce: str


class CtiAnswer(BaseModel):
    """Empty, unless the caller's number is held to a rule."""

    model_config = ConfigDict(extra="forbid")
    restriction: Restricted | None = None


class RecordingTold(Told):
    n: Count
    sha256: str
    seconds: float | None


class CallCaseTold(Told):
    number: str
    kind: str
    at: Moment
    by: str


class CallTold(Told):
    """通话记录: the number masked."""

    call_id: str
    direction: str
    number: str
    queue: str
    agent: str
    agents: list[str]
    phase: str
    outcome: str
    outcome_text: str
    offered_at: Moment
    queued_at: Moment | None
    answered_at: Moment | None
    ended_at: Moment | None
    wait_s: float | None
    talk_s: float | None
    hold_s: float
    legs: Count
    transfers: Count
    conferenced: bool
    cause: str
    digit: int | None
    flags: list[str]


class Calls(Told):
    items: list[CallTold]
    next_cursor: str | None


class CallActTold(Told):
    at: Moment
    by: str
    kind: str
    facts: dict[str, Any]


class WholeCall(CallTold):
    """One call with what belongs to it."""

    recordings: list[RecordingTold]
    cases: list[CallCaseTold]
    acts: list[CallActTold]


class MissedTryTold(Told):
    n: Count
    at: Moment
    by: str
    outcome: str
    text: str


class MissedTold(Told):
    """漏接回拨任务: whom to call back, by when, and what was tried."""

    id: int
    number: str
    queue: str
    reason: str
    reason_text: str
    calls: Count
    first_at: Moment
    last_at: Moment
    due_at: Moment
    overdue: bool
    state: str
    ended_at: Moment | None
    ended_by: str | None
    tries: list[MissedTryTold]


class MissedCalls(Told):
    items: list[MissedTold]
    older: int | None


class SeatTold(Told):
    """坐席: how it stands, and until when it writes up."""

    agent: str
    username: str
    extension: str
    state: str
    state_text: str
    since: Moment | None
    ready_at: Moment | None


class QueueTold(Told):
    queue: str
    waiting: Count
    talking: Count
    longest_s: Count


class BoardTold(Told):
    """队列看板: the hall at this moment."""

    at: Moment
    queues: list[QueueTold]
    seats: list[SeatTold]
    waiting: Count
    recent: dict[str, Any]
    today: dict[str, Any]
    missed_open: Count
    missed_late: Count


class Done(Told):
    """The key was pressed; `taken`: the switch took it."""

    taken: bool


class Tied(Told):
    """The call belongs to the case; `fresh`: only since now; `urged`: it counts as urging."""

    number: str
    fresh: bool
    urged: bool


class BulletinTold(Told):
    """公告: what callers will ask about."""

    id: int
    title: str
    text: str
    topic: str
    district: str
    words: str
    starts_at: Moment
    ends_at: Moment
    by: str
    at: Moment
    withdrawn_at: Moment | None


class Bulletins(Told):
    items: list[BulletinTold]
    older: int | None


class Made(Told):
    id: int


class RestrictionTold(Told):
    """号码限制: asked, approved, expiring."""

    id: int
    number: str
    rule: str
    rule_text: str
    reason: str
    days: Count
    call_id: str
    state: str
    asked_by: str
    asked_at: Moment
    ruled_by: str | None
    ruled_at: Moment | None
    ruling: str | None
    until: Moment | None


class Restrictions(Told):
    items: list[RestrictionTold]
    older: int | None


class Guess(Told):
    """What the machine thinks of what the agent has typed so far."""

    suggestions: dict[str, Any]
    bulletins: list[BulletinTold]
