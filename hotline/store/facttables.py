"""Typed tables of the facts: what figures are read from, kept beside the cases and made of them."""

from datetime import date, datetime

from sqlalchemy import Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hotline.store.tables import Row, to_do
from hotline.store.wording import Wording


class FactTodoRow(Row):
    """A case that was saved and is to be folded anew: written with the save itself."""

    __tablename__ = "fact_todo"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int]


class FactCaseRow(Row):
    """A case in figures; the columns are those of `domain.facts.CaseFact`."""

    __tablename__ = "fact_case"
    __table_args__ = (
        Index("ix_fact_case_day", "day", "department"),
        Index("ix_fact_case_department", "department", "day"),
        Index("ix_fact_case_ended", "ended_at"),
        Index("ix_fact_case_changed", "changed_at"),
        to_do("ix_fact_case_open", "department", "state", where="ended_at IS NULL"),
    )
    case_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[str] = mapped_column(String(20))
    seq: Mapped[int]
    changed_at: Mapped[datetime]
    received_at: Mapped[datetime]
    day: Mapped[date]
    channel: Mapped[str] = mapped_column(String(20))
    type: Mapped[str] = mapped_column(String(20))
    topic: Mapped[str] = mapped_column(String(120))
    topic1: Mapped[str] = mapped_column(String(40))
    urgency: Mapped[str] = mapped_column(String(20))
    district: Mapped[str] = mapped_column(String(40))
    party: Mapped[str] = mapped_column(String(20), server_default="citizen")
    language: Mapped[str] = mapped_column(String(20), server_default="")
    department: Mapped[str | None] = mapped_column(String(40))
    state: Mapped[str] = mapped_column(String(20))
    level: Mapped[int | None]
    due_at: Mapped[datetime | None]
    accepted: Mapped[bool]
    answered: Mapped[bool]
    answered_at: Mapped[datetime | None]
    answer_s: Mapped[int | None]
    promised_s: Mapped[int | None]
    dispatched_at: Mapped[datetime | None]
    signed_in_time: Mapped[bool | None]
    contacted_in_time: Mapped[bool | None]
    finished_at: Mapped[datetime | None]
    finish_due_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    hours: Mapped[float | None]
    reworked: Mapped[bool]
    returned: Mapped[bool]
    upheld: Mapped[bool]
    reached: Mapped[bool]
    solved: Mapped[bool | None]
    satisfaction: Mapped[int | None]
    pressed: Mapped[bool]
    repeat: Mapped[bool]
    excluded: Mapped[bool]
    extensions: Mapped[int]
    reopened: Mapped[int]
    retyped: Mapped[bool]
    early: Mapped[bool]
    reply_hash: Mapped[str | None] = mapped_column(String(32))
    reply_print: Mapped[str | None] = mapped_column(String(64))


class FactStepRow(Row):
    """A step of a case, and how the case stood after it."""

    __tablename__ = "fact_step"
    __table_args__ = (Index("ix_fact_step_day", "day", "action"), {"sqlite_with_rowid": False})
    case_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    day: Mapped[date]
    action: Mapped[str] = mapped_column(String(20))
    role: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(20))
    department: Mapped[str | None] = mapped_column(String(40))
    due_at: Mapped[datetime | None]
    level: Mapped[int | None]
    wait_s: Mapped[int]


class FactOpenRow(Row):
    """A case that was open when a day ended."""

    __tablename__ = "fact_open"
    __table_args__ = ({"sqlite_with_rowid": False},)
    day: Mapped[date] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    department: Mapped[str | None] = mapped_column(String(40))
    state: Mapped[str] = mapped_column(String(20))
    level: Mapped[int | None]
    due_at: Mapped[datetime | None]
    age_days: Mapped[int]
    overdue: Mapped[bool]


class FactNightRow(Row):
    """A day that was rebuilt from the timelines and held against what was kept; one run each."""

    __tablename__ = "fact_night"
    day: Mapped[date] = mapped_column(primary_key=True)
    node: Mapped[str] = mapped_column(String(120))
    begun_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    cases: Mapped[int]
    open: Mapped[int]
    differing: Mapped[int]


class ReportRow(Row):
    """A report as it was built: its figures, with formulas' version; never changed afterwards."""

    __tablename__ = "report"
    __table_args__ = (UniqueConstraint("kind", "unit", "topic", "first", "last", "edition"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))  # daily, weekly, monthly, special
    unit: Mapped[str] = mapped_column(String(60))  # a department, `public`, or empty: the city
    first: Mapped[date]
    last: Mapped[date]
    edition: Mapped[int]
    topic: Mapped[str] = mapped_column(String(120))  # of a 专报; empty: everything
    as_of: Mapped[datetime]
    formulas: Mapped[str] = mapped_column(String(20))
    node: Mapped[str] = mapped_column(String(120))
    built_at: Mapped[datetime]
    digest: Mapped[str] = mapped_column(String(64))  # of the figures, as they are written
    body: Mapped[str] = mapped_column(Text)  # the figures as JSON, byte by byte


class ReportListRow(Row):
    """Who is sent which report by mail; the address is encrypted."""

    __tablename__ = "report_list"
    __table_args__ = (UniqueConstraint("kind", "unit", "name"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    unit: Mapped[str] = mapped_column(String(60))
    name: Mapped[str] = mapped_column(String(80))
    address: Mapped[bytes]
    added_by: Mapped[str] = mapped_column(String(80))
    added_at: Mapped[datetime]


class ExportRow(Row):
    """An export: who asked for what, how far it is, and where it lies until it is forgotten."""

    __tablename__ = "export"
    __table_args__ = (to_do("ix_export_waiting", "id", where="state IN ('waiting', 'running')"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(String(40), unique=True)
    officer: Mapped[str] = mapped_column(String(80), index=True)
    role: Mapped[str] = mapped_column(String(20))
    units: Mapped[str] = mapped_column(Text)  # departments that it is narrowed to, or empty
    form: Mapped[str] = mapped_column(String(10))  # csv, xlsx, parquet
    first: Mapped[date]
    last: Mapped[date]
    purpose: Mapped[str] = mapped_column(Wording)
    state: Mapped[str] = mapped_column(String(10))  # waiting, running, ready, failed, expired
    total: Mapped[int]
    done: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    node: Mapped[str] = mapped_column(String(120))
    asked_at: Mapped[datetime]
    begun_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
