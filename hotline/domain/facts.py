"""What a case's timeline comes to in figures: one row a case, one a step, one an open case and day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True)
class Origin:
    """What of a case its timeline does not tell."""

    case_id: int
    number: str
    received_at: datetime
    channel: str
    anonymous: bool
    repeat: bool  # the same caller within 90 days, or linked to a case before
    pressed: bool = False  # the citizen said that somebody asked for a good rating


@dataclass(frozen=True)
class Line:
    """An entry as far as figures need it."""

    seq: int
    at: datetime
    action: str
    role: str
    after: Mapping[str, Any]


@dataclass(frozen=True)
class Clock:
    """A promise of the case itself (no part's): when it was due and what became of it."""

    promise: str
    state: str
    started_at: datetime
    due_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True)
class CaseFact:
    """A case in figures (the grain of a row per case); None: it did not come to it."""

    case_id: int
    number: str
    seq: int  # of the last entry that is in it
    changed_at: datetime
    received_at: datetime
    day: date  # of the receipt, by the city's calendar
    channel: str
    type: str
    topic: str
    topic1: str
    urgency: str
    district: str
    party: str
    language: str
    department: str | None
    state: str
    level: int | None
    due_at: datetime | None
    accepted: bool
    answered: bool
    answered_at: datetime | None  # the first answer to the citizen
    answer_s: int | None
    promised_s: int | None  # as the first promise to the citizen said
    dispatched_at: datetime | None
    signed_in_time: bool | None
    contacted_in_time: bool | None
    finished_at: datetime | None
    finish_due_at: datetime | None  # None while its clock stands
    closed_at: datetime | None
    ended_at: datetime | None
    hours: float | None
    reworked: bool
    returned: bool
    upheld: bool
    reached: bool
    solved: bool | None
    satisfaction: int | None
    pressed: bool
    repeat: bool
    excluded: bool
    extensions: int
    reopened: int
    retyped: bool  # a complaint that was made a question of
    early: bool  # finished within minutes before its limit
    reply_hash: str | None  # of the answer's words, to find one that is used again and again
    reply_print: str | None  # of the same, to find nearly the same ones


@dataclass(frozen=True)
class StepFact:
    """One step of a case (the grain of a row per step): what was done, and how it stood then."""

    case_id: int
    seq: int
    at: datetime
    day: date
    action: str
    role: str
    state: str
    department: str | None
    due_at: datetime | None
    level: int | None
    wait_s: int  # since the step before


@dataclass(frozen=True)
class OpenFact:
    """A case that was open when a day ended (the grain of a row per open case and day)."""

    day: date
    case_id: int
    department: str | None
    state: str
    level: int | None
    due_at: datetime | None
    age_days: int
    overdue: bool


@dataclass(frozen=True)
class Folded:
    """A case's row and its steps' rows."""

    case: CaseFact
    steps: tuple[StepFact, ...]
