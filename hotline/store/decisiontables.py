"""Typed tables of how cases come to departments: rules by version, decisions, alarms, shadow run."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from hotline.store.tables import Row, to_do
from hotline.store.wording import Wording, Wordings

OPEN = text("ended_at IS NULL")


class RuleVersionRow(Row):
    """The whole duty list as it was put in force; the newest version is the one that holds."""

    __tablename__ = "rule_version"
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(80))
    note: Mapped[str] = mapped_column(Wording)
    rules: Mapped[list[Any]] = mapped_column(Wordings)
    examples: Mapped[list[Any]] = mapped_column(Wordings)  # the tests attached to the rules


class DecisionRow(Row):
    """One suggestion or one act upon it; only ever inserted."""

    __tablename__ = "decision"
    __table_args__ = (
        Index("ix_decision_at", "at"),
        Index("ix_decision_case_id", "case_id", "id"),
        to_do("ix_decision_read", "id", where="act = 'triage'"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int]
    at: Mapped[datetime]
    act: Mapped[str] = mapped_column(String(20))  # triage, or what somebody did
    role: Mapped[str] = mapped_column(String(20))
    actor: Mapped[str] = mapped_column(String(80))
    automatic: Mapped[bool]  # the case went to its department by itself
    why: Mapped[str] = mapped_column(String(20))  # why it did, or did not
    model: Mapped[str] = mapped_column(String(80))
    rules: Mapped[int]  # the rules' version
    duty: Mapped[str] = mapped_column(String(40))  # the rule that fitted
    level1: Mapped[str] = mapped_column(String(40))  # of the suggested topic
    confidence: Mapped[float | None]  # in the topic
    overrode: Mapped[bool | None]  # a person chose another topic or department; none: said nothing
    facts: Mapped[
        dict[str, Any]
    ]  # scores and thresholds, rules tried; or field by field what was done


class AutodispatchRow(Row):
    """Automatic dispatch switched off or on; the newest line holds, none at all is on."""

    __tablename__ = "autodispatch"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    running: Mapped[bool]
    role: Mapped[str] = mapped_column(String(20))
    actor: Mapped[str] = mapped_column(String(80))
    reason: Mapped[str] = mapped_column(Wording)
    facts: Mapped[dict[str, Any]]


class AlarmRow(Row):
    """Something that people must mend, told once; it stays open until it is mended."""

    __tablename__ = "alarm"
    __table_args__ = (
        Index(
            "ix_alarm_open",
            "kind",
            "key",
            unique=True,
            sqlite_where=OPEN,
            postgresql_where=OPEN,
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))  # rule, drift, shadow
    key: Mapped[str] = mapped_column(String(120))
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    times: Mapped[int]
    text: Mapped[str] = mapped_column(Wording)
    ended_at: Mapped[datetime | None]


class ShadowRow(Row):
    """What a candidate model said of a text beside the model in use: labels and numbers, no text."""

    __tablename__ = "shadow"
    candidate: Mapped[str] = mapped_column(String(80), primary_key=True)
    decision_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    case_id: Mapped[int]
    at: Mapped[datetime]
    type: Mapped[bool | None]  # whether the two agree, field by field
    topic: Mapped[bool | None]
    department: Mapped[bool | None]
    urgency: Mapped[bool | None]
    facts: Mapped[dict[str, Any]]  # the candidate's label and confidence by field
    problem: Mapped[str] = mapped_column(String(80))  # what kept it from answering, if anything
