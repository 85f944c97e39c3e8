"""Typed tables of what guards the accounts: recovery codes, past passwords, invitations, rights."""

from datetime import datetime
from typing import Any

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from hotline.store.tables import Row, to_do


class RecoveryCodeRow(Row):
    """A way in for who lost the second factor: each works once; only its hash is kept."""

    __tablename__ = "recovery_code"
    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    officer_id: Mapped[int] = mapped_column(index=True)


class PastPasswordRow(Row):
    """A password that was used before, as argon2id; the last few are not taken again."""

    __tablename__ = "past_password"
    id: Mapped[int] = mapped_column(primary_key=True)
    officer_id: Mapped[int] = mapped_column(index=True)
    password: Mapped[str] = mapped_column(Text)
    until: Mapped[datetime]


class InvitationRow(Row):
    """A code by which an account's owner sets the password: once, within half an hour."""

    __tablename__ = "invitation"
    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    officer_id: Mapped[int] = mapped_column(index=True)
    expires_at: Mapped[datetime]


class RightRow(Row):
    """A change of rights that one security administrator asks for and another decides."""

    __tablename__ = "right_request"
    __table_args__ = (to_do("ix_right_request_waiting", "id", where="state = 'waiting'"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    asked_by: Mapped[str] = mapped_column(String(80))
    act: Mapped[str] = mapped_column(String(20))
    about: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(String(10))  # waiting, approved, refused
    decided_by: Mapped[str | None] = mapped_column(String(80))
    decided_at: Mapped[datetime | None]


class SpentRow(Row):
    """A challenge of the public forms that was solved and used."""

    __tablename__ = "spent_challenge"
    salt: Mapped[str] = mapped_column(String(40), primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
