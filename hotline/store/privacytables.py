"""Typed tables of people's rights over what is kept of them: requests, holds, erasures, interests."""

from datetime import datetime

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hotline.store.tables import Row, to_do
from hotline.store.wording import OfficeWording, Wording


class PrivacyRequestRow(Row):
    """What a citizen asks about the own data (个人信息权利申请), and what became of it."""

    __tablename__ = "privacy_request"
    __table_args__ = (to_do("ix_privacy_request_next", "next_at", "id", where="state = 'waiting'"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    case_id: Mapped[int] = mapped_column(index=True)
    number: Mapped[str] = mapped_column(String(20))
    kind: Mapped[str] = mapped_column(String(10))  # access, copy, correct, erase
    words: Mapped[bytes]  # why, and what is to be corrected into what; encrypted
    due_at: Mapped[datetime]
    climbed: Mapped[int]  # rungs of its ladder taken
    next_at: Mapped[datetime | None]
    state: Mapped[str] = mapped_column(String(10))  # waiting, granted, partly, refused
    answer: Mapped[str | None] = mapped_column(OfficeWording)  # as the citizen reads it
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None] = mapped_column(String(80))


class HoldRow(Row):
    """A legal hold (法定留存): nothing of the case is erased while it lasts."""

    __tablename__ = "legal_hold"
    __table_args__ = (
        UniqueConstraint("case_id", "since"),
        to_do("ix_legal_hold_live", "case_id", where="ended_at IS NULL"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int]
    since: Mapped[datetime]
    reason: Mapped[str] = mapped_column(Wording)
    by: Mapped[str] = mapped_column(String(80))
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None] = mapped_column(String(80))


class ErasureRow(Row):
    """A case of which nobody's words are left: its numbers, states and moments stay."""

    __tablename__ = "erasure"
    case_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[str] = mapped_column(String(20), unique=True)
    at: Mapped[datetime]
    why: Mapped[str] = mapped_column(String(12))  # asked, retention, restored
    through: Mapped[int]  # entries up to this one are empty


class InterestRow(Row):
    """Who must not know of a case (回避): the unit or the officer complained about, or with an interest."""

    __tablename__ = "interest"
    __table_args__ = (UniqueConstraint("case_id", "kind", "of"),)
    case_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(10))  # unit, officer
    of: Mapped[str] = mapped_column(String(80), index=True)  # a unit's code, an account's name
    why: Mapped[str] = mapped_column(Wording)
    by: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime]
