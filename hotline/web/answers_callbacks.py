"""What the interface answers about the day's call-backs (今日回访), as types."""

from hotline.web.told import Count, Moment, Told


class CallbackTold(Told):
    """A case that waits for a call; never its number."""

    number: str
    version: int
    title: str
    type: str
    urgency: str
    language: str  # empty: nobody said
    department: str | None
    department_name: str | None
    confidential: bool
    source: str
    source_text: str
    shelf: str
    shelf_text: str
    due_at: Moment
    ready: bool
    reachable: bool
    tries: Count
    outcome: str  # of the latest try; empty: none yet
    tried_at: Moment | None
    again_at: Moment | None
    holder: str  # who has it in hand now; empty: nobody


class HeardTold(Told):
    """What came of the latest try of a case today."""

    number: str
    title: str
    state: str
    state_text: str
    department: str | None
    outcome: str
    outcome_text: str
    at: Moment
    by: str


class CallbacksTold(Told):
    counts: dict[str, Count]
    items: list[CallbackTold]
    heard: list[HeardTold]
    next_cursor: str | None


class TakenTold(Told):
    number: str | None  # None: nothing is to be called now


class CalledTold(Told):
    """The number, for as long as the call lasts; it is kept nowhere."""

    phone: str
    name: str
    until: Moment
    n: Count


class OutcomeTold(Told):
    number: str
    state: str
    state_text: str


class UndoneTold(Told):
    undone: bool  # a number had been shown: that it was not dialled is on record
