"""Typed tables of what is made public: typical cases and who supports them."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from hotline.store.tables import Row
from hotline.store.wording import Line, Wording


class TypicalRow(Row):
    """A typical case as it stands; its words already without identity."""

    __tablename__ = "typical"
    __table_args__ = (Index("ix_typical_stage_id", "stage", "id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(20), index=True)  # the case; never told the public
    topic: Mapped[str] = mapped_column(String(120))
    department: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(Line(128))
    problem: Mapped[str] = mapped_column(Wording)
    handling: Mapped[str] = mapped_column(Wording)
    stage: Mapped[str] = mapped_column(String(10))
    revision: Mapped[int]  # raised with every save, so that nobody writes over another
    writers: Mapped[list[Any]]  # everybody who ever saved it
    written_at: Mapped[datetime]
    reviewer: Mapped[str | None] = mapped_column(String(80))
    released_at: Mapped[datetime | None]
    note: Mapped[str] = mapped_column(Wording)
    supports: Mapped[int]


class TypicalSupportRow(Row):
    """That somebody supports it, once; `key` is a keyed hash and says nothing of who."""

    __tablename__ = "typical_support"
    typical_id: Mapped[int] = mapped_column(ForeignKey("typical.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    at: Mapped[datetime]
