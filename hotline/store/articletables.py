"""Typed tables of the knowledge base; what it is searched by is search.py's own."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from hotline.store.tables import Row, to_do
from hotline.store.wording import Line, OfficeLine, OfficeWording, Wording, Wordings


class ArticleRow(Row):
    """An article as it stands: what of it is in force, and how it is used."""

    __tablename__ = "article"
    __table_args__ = (
        Index("ix_article_stage_id", "stage", "id"),
        Index("ix_article_department_id", "department", "id"),
        to_do("ix_article_review", "review_on", where="review_on IS NOT NULL"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(
        OfficeLine(128), index=True
    )  # of the version in force, if any
    topic: Mapped[str] = mapped_column(String(120))
    department: Mapped[str] = mapped_column(String(40))  # its owner
    place: Mapped[str] = mapped_column(String(40))
    public: Mapped[bool]
    effective_on: Mapped[date | None]
    expires_on: Mapped[date | None]
    stage: Mapped[str] = mapped_column(String(10))  # of the newest version
    latest: Mapped[int]
    released: Mapped[int | None]  # the version in force
    released_at: Mapped[datetime | None]
    review_on: Mapped[date | None]
    reminded_on: Mapped[date | None]
    created_at: Mapped[datetime]
    used: Mapped[int]
    helpful: Mapped[int]
    unhelpful: Mapped[int]


class ArticleVersionRow(Row):
    """One version of an article: what was written, by whom, and who looked at it."""

    __tablename__ = "article_version"
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id"), primary_key=True)
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    revision: Mapped[int]  # raised with every save, so that nobody writes over another
    stage: Mapped[str] = mapped_column(String(10))
    title: Mapped[str] = mapped_column(OfficeLine(128))
    body: Mapped[str] = mapped_column(OfficeWording)
    topic: Mapped[str] = mapped_column(String(120))
    department: Mapped[str] = mapped_column(String(40))
    place: Mapped[str] = mapped_column(String(40))
    basis: Mapped[str] = mapped_column(OfficeWording)
    keywords: Mapped[list[Any]] = mapped_column(Wordings)
    questions: Mapped[list[Any]] = mapped_column(Wordings)
    public: Mapped[bool]
    effective_on: Mapped[date | None]
    expires_on: Mapped[date | None]
    files: Mapped[list[Any]]  # token, name, size, type, sha256
    origin: Mapped[str] = mapped_column(Line(200), index=True)
    author: Mapped[str] = mapped_column(String(80))
    written_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    reviewer: Mapped[str | None] = mapped_column(String(80))
    reviewed_at: Mapped[datetime | None]
    note: Mapped[str] = mapped_column(Wording)


class ArticleTermRow(Row):
    """In how many articles a term stands: rare ones say more."""

    __tablename__ = "article_term"
    term: Mapped[str] = mapped_column(String(64), primary_key=True)
    n: Mapped[int]


class ArticleUseRow(Row):
    """What articles were good for, a count a day and kind: found, opened, used, helpful, …"""

    __tablename__ = "article_use"
    day: Mapped[date] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(10), primary_key=True)
    n: Mapped[int]


class ArticleGapRow(Row):
    """A question that found no answer, without who asked; open until somebody sees to it."""

    __tablename__ = "article_gap"
    __table_args__ = (to_do("ix_article_gap_open", "times", where="ended_at IS NULL"),)
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    question: Mapped[str] = mapped_column(Line(200))
    times: Mapped[int]
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None] = mapped_column(String(80))
    article_id: Mapped[int | None]


class ArticleOfferRow(Row):
    """A closed consultation that somebody made a draft of, or passed over; seen to once."""

    __tablename__ = "article_offer"
    case_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    article_id: Mapped[int | None]  # none: not worth an article
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(80))
