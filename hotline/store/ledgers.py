"""Typed tables of what lies beside the cases: identity, reveals, messages, files, city, staff."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, String, Text, false, text
from sqlalchemy.orm import Mapped, mapped_column

from hotline.store.tables import Row, to_do


class IdentityRow(Row):
    """A citizen's identity and own words, each field encrypted and bound to its row."""

    __tablename__ = "identity"
    case_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[bytes | None]
    phone: Mapped[bytes | None]
    email: Mapped[bytes | None]
    address: Mapped[bytes | None]
    id_number: Mapped[bytes | None]
    words: Mapped[bytes]  # title and content as written
    masked: Mapped[dict[str, Any]]  # what everyone may see of it
    phone_hash: Mapped[str | None] = mapped_column(String(64))
    email_hash: Mapped[str | None] = mapped_column(String(64))
    __table_args__ = (  # a caller's newest cases, however many there are
        Index("ix_identity_phone", "phone_hash", "case_id"),
        Index("ix_identity_email", "email_hash", "case_id"),
    )


class RevealRow(Row):
    """Who saw whose identity, when, from where and why; chained per case."""

    __tablename__ = "reveal"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(index=True)
    seq: Mapped[int]
    at: Mapped[datetime] = mapped_column(index=True)
    role: Mapped[str] = mapped_column(String(20))
    actor: Mapped[str] = mapped_column(String(80), index=True)
    origin: Mapped[str] = mapped_column(String(80))
    fields: Mapped[list[Any]]
    purpose: Mapped[str] = mapped_column(Text)
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class OutboxRow(Row):
    """A message, posted in the transaction that causes it, delivered afterwards."""

    __tablename__ = "outbox"
    __table_args__ = (
        to_do("ix_outbox_due", "next_at", "id", where="next_at IS NOT NULL"),
        Index("ix_outbox_desk", "audience", "id"),
        to_do("ix_outbox_parked", "id", where="state = 'parked'"),
        to_do("ix_outbox_held", "not_before", "id", where="state = 'held'"),
        to_do("ix_outbox_reminder", "about", "id", where="promise IS NOT NULL"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[str] = mapped_column(String(120), unique=True)
    audience: Mapped[str] = mapped_column(String(80))  # citizen, role:…, unit:…
    about: Mapped[str] = mapped_column(String(20))
    subject: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    level: Mapped[int | None]
    created_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(10))  # waiting, sent, parked, held, folded, overtaken
    attempts: Mapped[int]
    next_at: Mapped[datetime | None]
    problem: Mapped[str | None] = mapped_column(Text)
    not_before: Mapped[datetime | None]  # quiet hours, cooldown: nobody is told of it earlier
    promise: Mapped[str | None] = mapped_column(String(20))  # what a reminder is about
    digest: Mapped[str | None] = mapped_column(String(80))  # the day's digest it is told in
    address: Mapped[bytes | None]  # where it leaves to, encrypted, until it has left
    sealed: Mapped[bytes | None]  # a citizen's letter, encrypted, until it has left
    lease_owner: Mapped[str | None] = mapped_column(String(120))
    lease_until: Mapped[datetime | None]  # by the database's clock, nobody else's
    fence: Mapped[int]  # grows with every lease: an old one marks nothing


class LabelRow(Row):
    """An operator's word against the classifier's: tomorrow's training set."""

    __tablename__ = "label"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(index=True)
    field: Mapped[str] = mapped_column(String(20))
    suggested: Mapped[str] = mapped_column(String(120))
    chosen: Mapped[str] = mapped_column(String(120))
    by: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime]


class AttachmentRow(Row):
    """A file by its content's hash; the name is the citizen's and stays encrypted."""

    __tablename__ = "attachment"
    token: Mapped[str] = mapped_column(String(40), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    name: Mapped[bytes]
    size: Mapped[int]
    type: Mapped[str] = mapped_column(String(80))
    case_id: Mapped[int | None] = mapped_column(index=True)
    created_at: Mapped[datetime]


class DepartmentRow(Row):
    __tablename__ = "department"
    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    name: Mapped[str] = mapped_column(String(80), index=True)
    parent: Mapped[str | None] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(40))
    level: Mapped[str] = mapped_column(String(20))
    district: Mapped[str] = mapped_column(String(40))
    phone: Mapped[str] = mapped_column(String(40))
    dispatchable: Mapped[bool]
    heir: Mapped[str | None] = mapped_column(String(40))  # who has its work now
    names: Mapped[list[Any]] = mapped_column(server_default="[]")  # earlier ones


class TopicRow(Row):
    __tablename__ = "topic"
    id: Mapped[int] = mapped_column(primary_key=True)
    level1: Mapped[str] = mapped_column(String(40))
    level2: Mapped[str] = mapped_column(String(40))
    level3: Mapped[str] = mapped_column(String(40))
    default_department: Mapped[str] = mapped_column(String(80))


class DistrictRow(Row):
    __tablename__ = "district"
    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    places: Mapped[list[Any]]  # streets, roads, estates that lie in it
    lon: Mapped[float | None]
    lat: Mapped[float | None]


class SettingRow(Row):
    """One word about the database itself: profile in force, what was replayed into it."""

    __tablename__ = "setting"
    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    value: Mapped[dict[str, Any]]


class OfficerRow(Row):
    """An account: a person's, or a machine's without password."""

    __tablename__ = "officer"
    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    role: Mapped[str] = mapped_column(String(20))
    department: Mapped[str | None] = mapped_column(String(40))
    machine: Mapped[bool]
    password: Mapped[str | None] = mapped_column(Text)  # argon2id
    first_password: Mapped[bytes | None]  # encrypted, only until it is changed
    failures: Mapped[int]
    locked_until: Mapped[datetime | None]
    disabled: Mapped[bool]
    created_at: Mapped[datetime]
    email: Mapped[bytes | None]  # encrypted; where notices go as well
    read_to: Mapped[int]  # the newest notice that was marked read
    sound: Mapped[bool]  # a sound with a new notice: only who chose it
    factor_secret: Mapped[bytes | None]  # of the second factor, encrypted
    factor_since: Mapped[datetime | None]  # none: not confirmed by a first code yet
    factor_step: Mapped[int] = mapped_column(BigInteger)  # the half-minute of the last code taken
    password_at: Mapped[datetime | None]  # when the password was set
    used_at: Mapped[datetime | None]  # the last sign-in
    demo: Mapped[bool] = mapped_column(server_default=false())  # seeded for trying things out
    # Who it is in the city's own directory: issuer and subject.
    subject: Mapped[str | None] = mapped_column(String(255), unique=True, index=True)


class SessionRow(Row):
    """A sign-in, or a machine's token (no end); only the hash of the secret is kept."""

    __tablename__ = "session"
    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    officer_id: Mapped[int] = mapped_column(index=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]


class DoorRow(Row):
    """Wrong guesses at a door (a case number, an address, an account), and until when it is shut."""

    __tablename__ = "door"
    key: Mapped[str] = mapped_column(String(120), primary_key=True)
    wrong: Mapped[int]
    since: Mapped[datetime] = mapped_column(index=True)
    shut_until: Mapped[datetime | None]


class ActRow(Row):
    """What was done outside of cases (accounts, settings, command line); chained."""

    __tablename__ = "act"
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(80))
    origin: Mapped[str] = mapped_column(String(80))
    act: Mapped[str] = mapped_column(String(80))
    about: Mapped[dict[str, Any]]
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class StumbleRow(Row):
    """A rung that could not be taken: how often it was tried, and when it is tried again."""

    __tablename__ = "stumble"
    __table_args__ = (
        Index(
            "ix_stumble_live",
            "deadline_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    deadline_id: Mapped[int]
    case_id: Mapped[int] = mapped_column(index=True)
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    attempts: Mapped[int]
    problem: Mapped[str] = mapped_column(Text)
    retry_at: Mapped[datetime]
    alarmed_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]  # it was climbed, or needs not to be any more


class TickRow(Row):
    """The log of the watch: when it looked, what it climbed, what failed."""

    __tablename__ = "tick"
    id: Mapped[int] = mapped_column(primary_key=True)
    node: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(index=True)
    climbed: Mapped[int]
    gone: Mapped[int]
    failed: Mapped[list[Any]]
