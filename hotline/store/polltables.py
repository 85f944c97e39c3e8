"""Typed tables of public consultations and polls (意见征集, 民意调查), and the votes."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from hotline.store.tables import Row
from hotline.store.wording import Line, OfficeWording, Wordings


class PollRow(Row):
    """What the city asks everybody, from one day to another, both included."""

    __tablename__ = "poll"
    __table_args__ = (Index("ix_poll_stage_id", "stage", "id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(12))
    stage: Mapped[str] = mapped_column(String(10))
    title: Mapped[str] = mapped_column(Line(128))
    intro: Mapped[str] = mapped_column(OfficeWording)
    questions: Mapped[list[Any]] = mapped_column(Wordings)  # kind, text, choices
    opens_on: Mapped[date]
    closes_on: Mapped[date]
    author: Mapped[str] = mapped_column(String(80))
    made_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    voters: Mapped[int]


class PollVoteRow(Row):
    """A person's answers, once; `key` is a keyed hash and says nothing of who."""

    __tablename__ = "poll_vote"
    poll_id: Mapped[int] = mapped_column(ForeignKey("poll.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    at: Mapped[datetime]
    answers: Mapped[list[Any]] = mapped_column(Wordings)
