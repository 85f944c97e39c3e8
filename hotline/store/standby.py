"""Typed tables of who stands by: duty rosters, and the call tasks that are rung from them."""

from datetime import datetime

from sqlalchemy import Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from hotline.store.tables import Row
from hotline.store.wording import Wording

OPEN_TASK = text("state = 'open'")


class RosterRow(Row):
    """A department's duty roster (值班表), encrypted as a whole."""

    __tablename__ = "roster"
    department: Mapped[str] = mapped_column(String(40), primary_key=True)
    version: Mapped[int]
    people: Mapped[bytes]
    changed_at: Mapped[datetime]
    changed_by: Mapped[str] = mapped_column(String(80))


class CallTaskRow(Row):
    """A call task (电话任务): somebody of the lead department must be told by telephone."""

    __tablename__ = "call_task"
    __table_args__ = (
        # One open task a case, whoever opens it.
        Index(
            "ix_call_task_open",
            "number",
            unique=True,
            sqlite_where=OPEN_TASK,
            postgresql_where=OPEN_TASK,
        ),
        Index("ix_call_task_due", "next_at", sqlite_where=OPEN_TASK, postgresql_where=OPEN_TASK),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(20), index=True)  # the case's
    department: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(Wording)  # masked, as the case's
    entry_seq: Mapped[int]  # of the entry that it followed from
    opened_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(16))  # open, acknowledged, closed
    tries: Mapped[int]
    reminders: Mapped[int]
    next_at: Mapped[datetime]  # of the next reminder
    ended_at: Mapped[datetime | None]
    answered_by: Mapped[str | None] = mapped_column(String(60))
    reason: Mapped[str | None] = mapped_column(String(40))  # why it was closed unanswered


class CallTryRow(Row):
    """One try at the telephone; only ever inserted, and recorded among the acts."""

    __tablename__ = "call_try"
    task_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(80))
    person: Mapped[str] = mapped_column(String(60))
    outcome: Mapped[str] = mapped_column(String(16))
    text: Mapped[str] = mapped_column(Wording)
