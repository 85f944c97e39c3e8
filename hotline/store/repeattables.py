"""Typed tables of repeats and of rising matters."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from hotline.store.tables import Row, to_do
from hotline.store.wording import Wording

STANDING = text("ended_at IS NULL")


class SignatureRow(Row):
    """What a recent case is known by: numbers only, gone when the case is no longer recent."""

    __tablename__ = "signature"
    __table_args__ = (to_do("ix_signature_unswept", "case_id", where="NOT swept"),)
    case_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(index=True)
    swept: Mapped[bool]  # looked at once more, after those that came at the same moment
    packed: Mapped[bytes] = mapped_column(LargeBinary)


class SignatureKeyRow(Row):
    """By which a recent case is found; clustered, because it is all there is in a row."""

    __tablename__ = "signature_key"
    __table_args__ = ({"sqlite_with_rowid": False},)
    key: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    case_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


class RepeatRow(Row):
    """That one case likely repeats an earlier one, how sure that is, and why; found once."""

    __tablename__ = "repeat"
    case_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    earlier: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, index=True)
    score: Mapped[float]
    why: Mapped[dict[str, Any]]  # shared words, same caller, same area, identical, days
    found_at: Mapped[datetime]
    found_by: Mapped[str] = mapped_column(String(10))  # filing, sweep


class TopicHourRow(Row):
    """How many people brought a matter in an hour: what the hour of the week usually brings."""

    __tablename__ = "topic_hour"
    hour: Mapped[datetime] = mapped_column(primary_key=True)
    topic: Mapped[str] = mapped_column(String(120), primary_key=True)  # to the second level
    place: Mapped[str] = mapped_column(String(40), primary_key=True)
    n: Mapped[int]


class AlertRow(Row):
    """A rising matter (热点预警): more people than the hour usually brings, and their cases."""

    __tablename__ = "alert"
    __table_args__ = (
        # One a matter while it lasts, whoever finds it.
        Index(
            "ix_alert_standing",
            "topic",
            "place",
            unique=True,
            sqlite_where=STANDING,
            postgresql_where=STANDING,
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    topic: Mapped[str] = mapped_column(String(120))
    place: Mapped[str] = mapped_column(String(40))  # a district; empty: the whole city
    raised_at: Mapped[datetime]
    seen_at: Mapped[datetime]  # when it was last above the bound
    ended_at: Mapped[datetime | None]
    callers: Mapped[int]  # at its highest
    usual: Mapped[float]
    bound: Mapped[int]
    cases: Mapped[list[Any]]  # their numbers
    acknowledged_by: Mapped[str | None] = mapped_column(String(80))
    acknowledged_at: Mapped[datetime | None]
    note: Mapped[str] = mapped_column(Wording)
