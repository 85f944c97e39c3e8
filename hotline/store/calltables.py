"""Typed tables of the telephone: raw events, the records they fold into, and what follows from a call."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from hotline.store.tables import Row, to_do
from hotline.store.wording import OfficeWording, Wording, Wordings

OPEN_MISSED = text("state = 'open'")
NUMBERED = text("number_hash <> ''")  # a task past its time has no number any more


class CallEventRow(Row):
    """What a switch told, as it told it; only ever inserted, until its time is over."""

    __tablename__ = "call_event"
    __table_args__ = (
        to_do("ix_call_event_unfolded", "id", where="NOT folded"),
        Index("ix_call_event_agent_at", "agent", "at"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[str] = mapped_column(String(120), unique=True)
    call_id: Mapped[str] = mapped_column(String(120), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    at: Mapped[datetime]
    received_at: Mapped[datetime]
    source: Mapped[str] = mapped_column(String(10))  # webhook, cti, ami, esl, desk, sweep
    agent: Mapped[str | None] = mapped_column(String(80))  # of an agent's state only
    state: Mapped[str | None] = mapped_column(String(16))
    folded: Mapped[bool]
    raw: Mapped[bytes]  # the event and what was sent, encrypted: numbers stand in it


class CallRow(Row):
    """A call's record (通话记录): a function of its events, written anew whenever one comes."""

    __tablename__ = "calls"
    __table_args__ = (to_do("ix_calls_open", "last_at", where="ended_at IS NULL"),)
    call_id: Mapped[str] = mapped_column(String(120), primary_key=True)
    version: Mapped[int]
    direction: Mapped[str] = mapped_column(String(10))
    queue: Mapped[str] = mapped_column(String(80))
    agent: Mapped[str] = mapped_column(String(80))
    agents: Mapped[list[Any]]
    phase: Mapped[str] = mapped_column(String(16))
    outcome: Mapped[str] = mapped_column(String(16))
    offered_at: Mapped[datetime] = mapped_column(index=True)
    queued_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    last_at: Mapped[datetime]
    changed_at: Mapped[datetime] = mapped_column(index=True)  # by the hotline's own clock
    wait_s: Mapped[float | None]
    talk_s: Mapped[float | None]
    hold_s: Mapped[float]
    legs: Mapped[int]
    transfers: Mapped[int]
    conferenced: Mapped[bool]
    cause: Mapped[str] = mapped_column(String(40))
    digit: Mapped[int | None]
    flags: Mapped[list[Any]]
    masked: Mapped[str] = mapped_column(String(40))  # the citizen's number as most may see it
    number_hash: Mapped[str | None] = mapped_column(String(64), index=True)
    locked: Mapped[bytes]  # numbers, menu path and recordings, encrypted


class CallCaseRow(Row):
    """A call and a case that belong together, by an agent's act."""

    __tablename__ = "call_case"
    call_id: Mapped[str] = mapped_column(String(120), primary_key=True)
    number: Mapped[str] = mapped_column(String(20), primary_key=True, index=True)
    kind: Mapped[str] = mapped_column(String(10))  # filed, linked, urged
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(80))


class CallActRow(Row):
    """What an agent did in a call beside talking: 一键转警, 劝导, 告诫; only ever inserted."""

    __tablename__ = "call_act"
    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[str] = mapped_column(String(120), index=True)
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(16))
    facts: Mapped[dict[str, Any]] = mapped_column(Wordings)


class SwitchCommandRow(Row):
    """What a switch was asked to do, and whether it took it."""

    __tablename__ = "switch_command"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    do: Mapped[str] = mapped_column(String(12))
    call_id: Mapped[str] = mapped_column(String(120))
    agent: Mapped[str] = mapped_column(String(80))
    by: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(10))  # asked, taken, refused
    answered_at: Mapped[datetime | None]
    problem: Mapped[str | None] = mapped_column(Text)


class MissedRow(Row):
    """A call-back task (漏接回拨): one open one a number, however often it rang."""

    __tablename__ = "missed"
    __table_args__ = (
        Index(
            "ix_missed_open",
            "number_hash",
            unique=True,
            sqlite_where=OPEN_MISSED,
            postgresql_where=OPEN_MISSED,
        ),
        to_do("ix_missed_next", "next_at", where="next_at IS NOT NULL"),
        to_do("ix_missed_due", "due_at", "id", where="state = 'open'"),
        to_do("ix_missed_numbered", "ended_at", where=NUMBERED.text),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    number_hash: Mapped[str] = mapped_column(String(64))
    locked: Mapped[bytes]  # the number
    masked: Mapped[str] = mapped_column(String(40))
    queue: Mapped[str] = mapped_column(String(80))
    reason: Mapped[str] = mapped_column(String(16))  # of the first call: abandoned, …
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    opened_at: Mapped[datetime]
    due_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(10))  # open, closed
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None] = mapped_column(String(16))  # reached, rang_again, tried, …
    tries: Mapped[int]
    rungs: Mapped[list[Any]]
    climbed: Mapped[int]
    next_at: Mapped[datetime | None]


class MissedCallRow(Row):
    """A missed call, and the task it is promised in."""

    __tablename__ = "missed_call"
    call_id: Mapped[str] = mapped_column(String(120), primary_key=True)
    missed_id: Mapped[int] = mapped_column(index=True)


class MissedTryRow(Row):
    """A try to call back; only ever inserted. One that the switch told of has its call."""

    __tablename__ = "missed_try"
    __table_args__ = (UniqueConstraint("call_id"),)
    missed_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(80))
    outcome: Mapped[str] = mapped_column(String(16))
    call_id: Mapped[str | None] = mapped_column(String(120))
    text: Mapped[str] = mapped_column(Wording)


class SeatRow(Row):
    """How a seat (坐席) stands: the newest of all that was told of it."""

    __tablename__ = "seat"
    agent: Mapped[str] = mapped_column(String(80), primary_key=True)  # extension or account
    state: Mapped[str] = mapped_column(String(16))
    since: Mapped[datetime]
    event_id: Mapped[str] = mapped_column(String(120))


class StationRow(Row):
    """Which telephone an agent sits at."""

    __tablename__ = "station"
    username: Mapped[str] = mapped_column(String(80), primary_key=True)
    extension: Mapped[str] = mapped_column(String(80), unique=True)
    at: Mapped[datetime]


class BulletinRow(Row):
    """A bulletin (公告): an outage or a closure that callers will ask about."""

    __tablename__ = "bulletin"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(OfficeWording)
    text: Mapped[str] = mapped_column(OfficeWording)
    topic: Mapped[str] = mapped_column(String(120))  # any level; empty: every topic
    district: Mapped[str] = mapped_column(String(40))
    words: Mapped[str] = mapped_column(Wording)  # that tell a call is about it, by spaces
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime] = mapped_column(index=True)
    by: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


class RestrictionRow(Row):
    """A number that is held to a rule for harassing the line: asked for, approved, and it expires."""

    __tablename__ = "restriction"
    id: Mapped[int] = mapped_column(primary_key=True)
    number_hash: Mapped[str] = mapped_column(String(64), index=True)
    locked: Mapped[bytes]
    masked: Mapped[str] = mapped_column(String(40))
    rule: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(Wording)
    days: Mapped[int]
    call_id: Mapped[str] = mapped_column(String(120))
    asked_by: Mapped[str] = mapped_column(String(80))
    asked_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(10))  # asked, approved, refused, lifted
    ruled_by: Mapped[str | None] = mapped_column(String(80))
    ruled_at: Mapped[datetime | None]
    ruling: Mapped[str | None] = mapped_column(Wording)
    until: Mapped[datetime | None]
