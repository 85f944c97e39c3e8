"""Typed tables of the post: letters as they came, mailboxes looked into, letters sent, bad addresses."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hotline.store.tables import Row, to_do
from hotline.store.wording import Wording


class LetterRow(Row):
    """A letter: its bytes on disk before anybody was told so, with exactly one outcome in the end."""

    __tablename__ = "letter"
    __table_args__ = (
        # None of these for the letter slot: there a letter has no place it could come from again.
        UniqueConstraint("mailbox", "uidvalidity", "uid"),
        UniqueConstraint("identity"),
        to_do("ix_letter_pending", "next_at", "id", where="outcome = 'pending'"),
        to_do("ix_letter_tray", "tray_at", "id", where="tray IS NOT NULL"),
        Index("ix_letter_sender", "sender_hash", "received_at"),
        to_do("ix_letter_intake_id", "intake_id", where="intake_id IS NOT NULL"),
        # By which receipts do not count them; SQLite would take the other for these as well.
        to_do("ix_letter_alone", "received_at", "outcome", where="intake_id IS NULL"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    mailbox: Mapped[str] = mapped_column(String(120))
    uidvalidity: Mapped[int | None] = mapped_column(BigInteger)
    uid: Mapped[int | None] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    size: Mapped[int]
    raw: Mapped[bytes]  # every byte of it, encrypted
    envelope: Mapped[bytes]  # return path, recipients, peer; encrypted
    department: Mapped[str | None] = mapped_column(String(40))  # the mailbox's own
    received_at: Mapped[datetime]
    outcome: Mapped[str] = mapped_column(String(20))
    attempts: Mapped[int]
    problem: Mapped[str | None] = mapped_column(Wording)
    next_at: Mapped[datetime | None]  # of the next try, while it waits to be read
    lease_until: Mapped[datetime | None]  # by the database's clock
    identity: Mapped[str | None] = mapped_column(String(64))  # id and content; the first one's only
    sender_hash: Mapped[str | None] = mapped_column(String(64))
    number: Mapped[str | None] = mapped_column(String(20), index=True)  # of the case it belongs to
    intake_id: Mapped[int | None] = mapped_column()  # the receipt by which it is counted
    original_id: Mapped[int | None]  # of a duplicate
    marks: Mapped[list[Any]]  # what the screens said
    facts: Mapped[bytes | None]  # Message-ID, subject, sender as read; encrypted
    tray: Mapped[str | None] = mapped_column(String(12))  # why somebody must look at it
    tray_at: Mapped[datetime | None]
    alarmed_at: Mapped[datetime | None]
    judged_at: Mapped[datetime | None]
    judged_by: Mapped[str | None] = mapped_column(String(80))
    judgement: Mapped[str | None] = mapped_column(Wording)


class MailboxRow(Row):
    """How far a mailbox was looked into, and whether it can be."""

    __tablename__ = "mailbox"
    name: Mapped[str] = mapped_column(String(120), primary_key=True)
    uidvalidity: Mapped[int | None] = mapped_column(BigInteger)
    began: Mapped[int] = mapped_column(BigInteger)  # up to here only what nobody has read
    since: Mapped[datetime | None]  # but from this day on, read or not
    last_uid: Mapped[int] = mapped_column(BigInteger)  # up to here all is done
    looked_at: Mapped[datetime | None]
    broken_since: Mapped[datetime | None]
    problem: Mapped[str | None] = mapped_column(Wording)
    alarmed_at: Mapped[datetime | None]


class MarkedAddressRow(Row):
    """An address that letters came back from: never written to again until it is changed."""

    __tablename__ = "marked_address"
    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    number: Mapped[str | None] = mapped_column(String(20), index=True)
    reason: Mapped[str] = mapped_column(Wording)
    at: Mapped[datetime]


class PostedRow(Row):
    """A letter that was written to a citizen: what a reply or a bounce names."""

    __tablename__ = "posted_letter"
    __table_args__ = (Index("ix_posted_letter_address", "address_hash", "at"),)
    message_id: Mapped[str] = mapped_column(String(200), primary_key=True)
    number: Mapped[str] = mapped_column(String(20), index=True)
    address_hash: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime]
