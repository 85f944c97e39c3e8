"""What the interface answers of repeats and rising matters, as types."""

from hotline.web.answers import Received
from hotline.web.told import Count, Moment, Told


class RepeatTold(Told):
    """A case that is likely about the same matter, and why; nothing of who wrote it."""

    number: str
    title: str
    state: str
    state_text: str
    received_at: Moment
    score: float
    matter: str
    open: bool
    same_caller: bool
    same_area: bool
    identical: bool
    days: Count
    shared: list[str]


class Filed(Received):
    """登记回执 for staff: with what the complaint likely repeats."""

    repeats: list[RepeatTold]


class CallerCase(Told):
    number: str
    title: str
    state: str
    state_text: str
    received_at: Moment


class Repeats(Told):
    """Likely repeats, and what else the same caller brought lately."""

    items: list[RepeatTold]
    caller: list[CallerCase]


class AlertTold(Told):
    """热点预警: more callers than the hour usually brings, and their cases."""

    id: int
    topic: str
    place: str
    callers: Count
    usual: float
    bound: Count
    state: str
    raised_at: Moment
    seen_at: Moment
    ended_at: Moment | None
    cases: list[str]
    acknowledged_by: str | None
    acknowledged_at: Moment | None
    note: str


class Alerts(Told):
    items: list[AlertTold]
    older: int | None
