"""Typed tables of inspection (质检): what was drawn, each score sheet, and every word of it that stood."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hotline.store.tables import Row, to_do
from hotline.store.wording import Wording, Wordings


class InspectionRow(Row):
    """A drawing (抽检批次): its plan, its lot and what came of it; never changed afterwards."""

    __tablename__ = "inspection"
    id: Mapped[int] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(String(8))
    first: Mapped[date]
    last: Mapped[date]
    size: Mapped[int]
    share: Mapped[int]
    reason: Mapped[str] = mapped_column(Wording)
    seed: Mapped[str] = mapped_column(String(64))
    found: Mapped[int]  # how many there were to draw from
    found_digest: Mapped[str] = mapped_column(String(64))  # of their numbers in order
    drawn: Mapped[int]
    strata: Mapped[list[Any]]
    rubric: Mapped[dict[str, Any]]
    by: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime]


class SheetRow(Row):
    """A score sheet (质检单) of a case or a call that was drawn."""

    __tablename__ = "sheet"
    __table_args__ = (
        UniqueConstraint("inspection_id", "number"),
        to_do("ix_sheet_open", "id", where="state <> 'submitted'"),
        to_do("ix_sheet_appealed", "id", where="appeal = 'asked'"),
        Index("ix_sheet_whose", "subject", "whose", "submitted_at"),
        Index("ix_sheet_submitted", "submitted_at"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    inspection_id: Mapped[int] = mapped_column(ForeignKey("inspection.id"))
    subject: Mapped[str] = mapped_column(String(8))
    number: Mapped[str | None] = mapped_column(String(20), index=True)  # of the case
    call_id: Mapped[str | None] = mapped_column(String(120), index=True)
    whose: Mapped[str] = mapped_column(String(80))  # the department's code, the agent's account
    stratum: Mapped[str] = mapped_column(String(12))
    why: Mapped[list[Any]]
    state: Mapped[str] = mapped_column(String(10))
    version: Mapped[int]
    inspector: Mapped[str | None] = mapped_column(String(80))
    passed: Mapped[list[Any]]  # accounts that put it back: they are not handed it again
    taken_at: Mapped[datetime | None]
    said: Mapped[dict[str, Any]] = mapped_column(Wordings)
    total: Mapped[int | None]
    failed: Mapped[bool]
    exposed: Mapped[bool]  # a false closure was found by it, and the case taken up again
    submitted_at: Mapped[datetime | None]
    appeal: Mapped[str | None] = mapped_column(String(10))
    appealed_by: Mapped[str | None] = mapped_column(String(80))
    appealed_at: Mapped[datetime | None]
    grounds: Mapped[str] = mapped_column(Wording)
    ruled_by: Mapped[str | None] = mapped_column(String(80))
    ruled_at: Mapped[datetime | None]
    ruling: Mapped[str] = mapped_column(Wording)


class SheetVersionRow(Row):
    """What a sheet said when it was handed in, and after a ruling; only ever inserted."""

    __tablename__ = "sheet_version"
    sheet_id: Mapped[int] = mapped_column(ForeignKey("sheet.id"), primary_key=True)
    n: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(80))
    said: Mapped[dict[str, Any]] = mapped_column(Wordings)
    total: Mapped[int]
    failed: Mapped[bool]
