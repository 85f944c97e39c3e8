"""Typed tables of what is received and what a case is."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ForeignKey,
    Index,
    MetaData,
    String,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from hotline.store.database import AwareDateTime, Json
from hotline.store.wording import Wording


def to_do(name: str, *columns: str, where: str) -> Index:
    """An index over the rows that are still to be done: small however much is done already."""
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))


class Row(DeclarativeBase):
    """Every table of the hotline; constraints have names from the first day."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: AwareDateTime(), dict[str, Any]: Json, list[Any]: Json}


class IntakeRow(Row):
    """A receipt: written before it is acknowledged, with exactly one outcome in the end."""

    __tablename__ = "intake"
    __table_args__ = (
        UniqueConstraint("channel", "key"),
        to_do("ix_intake_pending", "id", where="outcome = 'pending'"),
        Index("ix_intake_received", "received_at", "channel", "outcome"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(String(20))
    key: Mapped[str] = mapped_column(String(200))
    content_hash: Mapped[str] = mapped_column(String(64))
    number: Mapped[str | None] = mapped_column(String(20), unique=True)  # none: a follow-up
    query_hash: Mapped[str | None] = mapped_column(String(64))
    received_at: Mapped[datetime]
    outcome: Mapped[str] = mapped_column(String(20))  # pending, case, followup, …
    case_id: Mapped[int | None] = mapped_column(index=True)
    attempts: Mapped[int]
    problem: Mapped[str | None] = mapped_column(Text)
    raw: Mapped[bytes]  # the whole of what came in, encrypted


class NumberDayRow(Row):
    """The last case number given on a day; gaps are allowed, repeats are not."""

    __tablename__ = "number_day"
    day: Mapped[str] = mapped_column(String(8), primary_key=True)
    last: Mapped[int]


class AnswerRow(Row):
    """What was answered under an Idempotency-Key, for seven days; the body is encrypted."""

    __tablename__ = "answer"
    scope: Mapped[str] = mapped_column(String(80), primary_key=True)
    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    request_hash: Mapped[str] = mapped_column(String(64))
    status: Mapped[int]
    body: Mapped[bytes]
    created_at: Mapped[datetime] = mapped_column(index=True)


class CounterRow(Row):
    """Receipts per day, channel and outcome; written with the outcome."""

    __tablename__ = "counter"
    day: Mapped[str] = mapped_column(String(10), primary_key=True)
    channel: Mapped[str] = mapped_column(String(20), primary_key=True)
    outcome: Mapped[str] = mapped_column(String(20), primary_key=True)
    n: Mapped[int]


class CaseRow(Row):
    """A case as it stands; what is searched, sorted or locked has a column of its own."""

    __tablename__ = "cases"
    __table_args__ = (
        Index("ix_cases_state_id", "state", "id"),
        Index("ix_cases_lead_state_id", "lead", "state", "id"),
        Index("ix_cases_type_id", "type", "id"),
        Index("ix_cases_topic_id", "topic", "id"),
        Index("ix_cases_level_id", "level", "id"),
        Index("ix_cases_due", "due_at", "id"),
        to_do("ix_cases_unworded", "id", where="NOT worded"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(20), unique=True)
    version: Mapped[int]
    state: Mapped[str] = mapped_column(String(20))
    type: Mapped[str] = mapped_column(String(20))
    urgency: Mapped[str] = mapped_column(String(20))
    channel: Mapped[str] = mapped_column(String(20))
    received_at: Mapped[datetime] = mapped_column(index=True)
    title: Mapped[str] = mapped_column(Wording)
    content: Mapped[str] = mapped_column(Wording)
    topic: Mapped[str] = mapped_column(String(120))
    district: Mapped[str] = mapped_column(String(40))
    anonymous: Mapped[bool]
    confidential: Mapped[bool]
    party: Mapped[str] = mapped_column(String(20), server_default="citizen")
    language: Mapped[str] = mapped_column(String(20), server_default="")
    lead: Mapped[str | None] = mapped_column(String(40))
    level: Mapped[int | None]
    round: Mapped[int]
    due_at: Mapped[datetime | None]
    dispatched_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None] = mapped_column(index=True)
    parent: Mapped[str | None] = mapped_column(String(20), index=True)
    previous: Mapped[str | None] = mapped_column(String(20))
    last_seq: Mapped[int]
    last_hash: Mapped[str] = mapped_column(String(64))
    suggestions: Mapped[dict[str, Any]]
    details: Mapped[dict[str, Any]]  # what only the case itself reads: handler, reply, rating, …
    # Whether the search's index holds it; written by the search only.
    worded: Mapped[bool] = mapped_column(server_default=false())
    children: Mapped[int]  # what there is to load, a bit each: parts, requests, orders


class EntryRow(Row):
    """A line of the timeline; only ever inserted."""

    __tablename__ = "entry"
    __table_args__ = (
        to_do("ix_entry_ruled", "at", where="action = 'rule'"),
        to_do("ix_entry_called", "at", where="action = 'follow_up'"),
    )
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    action: Mapped[str] = mapped_column(String(20))
    role: Mapped[str] = mapped_column(String(20))
    actor: Mapped[str] = mapped_column(String(80))
    department: Mapped[str | None] = mapped_column(String(40))
    origin: Mapped[str] = mapped_column(String(80))
    before: Mapped[dict[str, Any]]
    after: Mapped[dict[str, Any]]
    text: Mapped[str] = mapped_column(Text)
    public: Mapped[str | None] = mapped_column(Text)
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class DeadlineRow(Row):
    """A promise with its moments; the rows are the schedule (index on next_at)."""

    __tablename__ = "deadline"
    __table_args__ = (
        UniqueConstraint("case_id", "n"),
        to_do("ix_deadline_next", "next_at", "id", where="next_at IS NOT NULL"),
        to_do("ix_deadline_resume", "resume_at", where="resume_at IS NOT NULL"),
        to_do("ix_deadline_provisional", "case_id", where="provisional AND ended_at IS NULL"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    n: Mapped[int]
    promise: Mapped[str] = mapped_column(String(20))
    part: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(10))
    started_at: Mapped[datetime]
    due_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    limit_n: Mapped[int]
    limit_unit: Mapped[str] = mapped_column(String(20))
    source: Mapped[str] = mapped_column(Text)
    override: Mapped[str | None] = mapped_column(String(80))
    terms_version: Mapped[str] = mapped_column(String(80))
    calendar_version: Mapped[str] = mapped_column(String(80))
    provisional: Mapped[bool]
    remaining: Mapped[int | None]
    rungs: Mapped[list[Any]]
    climbed: Mapped[int]
    next_at: Mapped[datetime | None]
    changes: Mapped[list[Any]]  # every pause and extension, in the order of time
    resume_at: Mapped[datetime | None]  # when a paused clock runs on by itself


class RungRow(Row):
    """The ledger of rungs taken: each rung of each deadline at most once."""

    __tablename__ = "rung"
    __table_args__ = (
        to_do("ix_rung_lit", "climbed_at", where="outcome = 'notified' AND kind <> 'remind'"),
        Index("ix_rung_climbed_at", "climbed_at"),
    )
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    deadline_n: Mapped[int] = mapped_column(primary_key=True)
    rung: Mapped[int] = mapped_column(primary_key=True)
    level: Mapped[int]
    kind: Mapped[str] = mapped_column(String(20))
    rung_at: Mapped[datetime]
    climbed_at: Mapped[datetime]
    outcome: Mapped[str] = mapped_column(String(20))  # notified, overtaken, skipped
    entry_seq: Mapped[int]


class PartRow(Row):
    """A part of a case with another unit (协办, 加派)."""

    __tablename__ = "part"
    __table_args__ = (Index("ix_part_department_state", "department", "state"),)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(10))
    department: Mapped[str] = mapped_column(String(40))
    given_by: Mapped[str] = mapped_column(String(40))
    text: Mapped[str] = mapped_column(Wording)
    state: Mapped[str] = mapped_column(String(10))
    report: Mapped[str | None] = mapped_column(Wording)


class RequestRow(Row):
    """A department's request to the centre (延期, 中止, 终止, 评价除外)."""

    __tablename__ = "request"
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(20))
    department: Mapped[str | None] = mapped_column(String(40))
    reason: Mapped[str] = mapped_column(Wording)
    asked_at: Mapped[datetime]
    days: Mapped[int]
    ground: Mapped[str | None] = mapped_column(String(20))
    resume_on: Mapped[date | None]
    state: Mapped[str] = mapped_column(String(10), index=True)
