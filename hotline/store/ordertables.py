"""Typed tables of supervision orders (督办单) and their numbers."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from hotline.store.tables import Row
from hotline.store.wording import Wording


class OrderYearRow(Row):
    """The last order number (文号) given in a year; taken last in a transaction, without gaps."""

    __tablename__ = "order_year"
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]


LIVE_ORDER = text("state IN ('issued', 'answered', 'returned')")


class OrderRow(Row):
    """A supervision order (督办单); of one case no two bind at once."""

    __tablename__ = "supervision_order"
    __table_args__ = (
        Index("ix_supervision_order_due", "due_at", "case_id", "id"),
        Index("ix_supervision_order_issued", "issued_at", "case_id", "id"),
        Index(
            "ix_supervision_order_one_live",
            "case_id",
            unique=True,
            sqlite_where=LIVE_ORDER,
            postgresql_where=LIVE_ORDER,
        ),
    )
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    level: Mapped[int]
    cause: Mapped[str] = mapped_column(String(20))
    text: Mapped[str] = mapped_column(Wording)
    department: Mapped[str | None] = mapped_column(String(40), index=True)
    issued_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(10), index=True)
    answer: Mapped[str | None] = mapped_column(Wording)
    verdict: Mapped[str | None] = mapped_column(Wording)
    number: Mapped[str | None] = mapped_column(String(20), unique=True, index=True)
    recipients: Mapped[list[Any]] = mapped_column(server_default="[]")
    basis: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    due_at: Mapped[datetime | None]
    plan: Mapped[str | None] = mapped_column(Wording)
    plan_on: Mapped[date | None]
    answered_at: Mapped[datetime | None]
    judged_at: Mapped[datetime | None]
    withdrawn: Mapped[str | None] = mapped_column(Wording)
    appeal: Mapped[str | None] = mapped_column(Wording)
    appealed_at: Mapped[datetime | None]
    appeal_state: Mapped[str | None] = mapped_column(String(10))
    ruling: Mapped[str | None] = mapped_column(Wording)
    ruled_at: Mapped[datetime | None]
