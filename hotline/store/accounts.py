"""Officers, sessions and machine tokens; of every secret only a hash is kept."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.domain.words import Role
from hotline.store import passwords
from hotline.store.cipher import Cipher, secret_hash
from hotline.store.ledgers import OfficerRow, OutboxRow, SessionRow

ABSOLUTE = timedelta(hours=12)
ADMINISTRATORS = frozenset({Role.SYSADMIN, Role.SECADMIN, Role.AUDITOR})


def idle(role: Role) -> timedelta:
    """After how long without a request a session ends."""
    return timedelta(minutes=15 if role in ADMINISTRATORS else 30)


@dataclass(frozen=True)
class Officer:
    """An account as it is: a person's, or a machine's."""

    id: int
    username: str
    name: str
    role: Role
    department: str | None
    machine: bool
    disabled: bool
    password: str | None
    locked_until: datetime | None
    first: bool  # still has the password it was made with
    factor: bool = False  # a second factor is asked for
    password_at: datetime | None = None
    demo: bool = False  # seeded for trying things out; no real person's


def of_row(row: Any) -> Officer:
    return Officer(
        row.id,
        row.username,
        row.name,
        Role(row.role),
        row.department,
        row.machine,
        row.disabled,
        row.password,
        row.locked_until,
        row.first_password is not None,
        row.factor_since is not None,
        row.password_at,
        row.demo,
    )


async def by_name(connection: AsyncConnection, username: str) -> Officer | None:
    found = await connection.execute(
        select(*OfficerRow.__table__.c).where(OfficerRow.username == username)
    )
    row = found.one_or_none()
    return of_row(row) if row is not None else None


async def by_id(connection: AsyncConnection, officer_id: int) -> Officer | None:
    found = await connection.execute(
        select(*OfficerRow.__table__.c).where(OfficerRow.id == officer_id)
    )
    row = found.one_or_none()
    return of_row(row) if row is not None else None


async def listed(connection: AsyncConnection, after: str = "", limit: int = 100) -> list[Officer]:
    found = await connection.execute(
        select(*OfficerRow.__table__.c)
        .where(OfficerRow.username > after)
        .order_by(OfficerRow.username)
        .limit(limit)
    )
    return [of_row(row) for row in found]


@dataclass(frozen=True)
class NewOfficer:
    """What an account is made of."""

    username: str
    name: str
    role: Role
    department: str | None = None
    password: str | None = None  # argon2id; none for a machine
    first_password: str | None = None  # in clear, kept encrypted until it is changed
    demo: bool = False


async def add(connection: AsyncConnection, cipher: Cipher, new: NewOfficer, at: datetime) -> int:
    made = await connection.execute(
        insert(OfficerRow)
        .values(
            username=new.username,
            name=new.name,
            role=new.role.value,
            department=new.department,
            machine=new.password is None,
            password=new.password,
            first_password=_locked(cipher, new.username, new.first_password),
            failures=0,
            factor_step=0,
            password_at=at,
            disabled=False,
            demo=new.demo,
            created_at=at,
            # What was told before there was an account was told to others.
            read_to=select(func.coalesce(func.max(OutboxRow.id), 0)).scalar_subquery(),
            sound=False,
        )
        .returning(OfficerRow.id)
    )
    return made.scalar_one()


async def mark_demo(connection: AsyncConnection, usernames: Sequence[str]) -> None:
    """Accounts that an earlier release seeded: as long as they have the password it gave them."""
    theirs = update(OfficerRow).where(
        OfficerRow.username.in_(usernames), OfficerRow.first_password.is_not(None)
    )
    await connection.execute(theirs.values(demo=True))


def _locked(cipher: Cipher, username: str, password: str | None) -> bytes | None:
    return cipher.lock(password, f"officer.first_password.{username}") if password else None


async def first_passwords(connection: AsyncConnection, cipher: Cipher) -> dict[str, str]:
    """Accounts that still have the password they were made with, and what it is."""
    found = await connection.execute(
        select(OfficerRow.username, OfficerRow.first_password).where(
            OfficerRow.first_password.is_not(None), OfficerRow.disabled.is_(False)
        )
    )
    return {
        row.username: cipher.unlock(row.first_password, f"officer.first_password.{row.username}")
        for row in found
    }


async def set_password(
    connection: AsyncConnection,
    cipher: Cipher,
    officer: Officer,
    hashed: str,
    first: str | None = None,
    *,
    at: datetime | None = None,
) -> None:
    """A new password ends every session and every invitation; the old one is remembered."""
    if at is not None:
        await passwords.remember(connection, officer.id, officer.password, at)
    await connection.execute(
        update(OfficerRow)
        .where(OfficerRow.id == officer.id)
        .values(
            password=hashed,
            first_password=_locked(cipher, officer.username, first),
            password_at=at,
            failures=0,
            locked_until=None,
        )
    )
    await passwords.withdraw_invitations(connection, officer.id)
    await end_sessions(connection, officer.id)


async def disable(connection: AsyncConnection, officer_id: int) -> None:
    await connection.execute(
        update(OfficerRow).where(OfficerRow.id == officer_id).values(disabled=True)
    )
    await passwords.withdraw_invitations(connection, officer_id)
    await end_sessions(connection, officer_id)


async def enable(connection: AsyncConnection, officer_id: int, at: datetime) -> None:
    """Counts as a use: the ninety days begin anew."""
    told = {"disabled": False, "used_at": at}
    await connection.execute(update(OfficerRow).where(OfficerRow.id == officer_id).values(told))


async def end_sessions(connection: AsyncConnection, officer_id: int) -> None:
    await connection.execute(delete(SessionRow).where(SessionRow.officer_id == officer_id))


async def open_session(
    connection: AsyncConnection, officer_id: int, at: datetime, *, lasting: bool = False
) -> tuple[str, datetime | None]:
    """A new secret and when it ends; `lasting` is a machine's token without end."""
    secret = secrets.token_urlsafe(32)
    ends = None if lasting else at + ABSOLUTE
    await connection.execute(
        insert(SessionRow).values(
            hash=secret_hash(secret),
            officer_id=officer_id,
            created_at=at,
            seen_at=at,
            expires_at=ends,
        )
    )
    return secret, ends


async def close_session(connection: AsyncConnection, secret: str) -> None:
    await connection.execute(delete(SessionRow).where(SessionRow.hash == secret_hash(secret)))


@dataclass(frozen=True)
class Session:
    """Who a secret stands for, and when it was last used."""

    officer: Officer
    seen_at: datetime


SESSION = (  # asked at every request of staff: built once
    select(SessionRow.seen_at, SessionRow.expires_at, *OfficerRow.__table__.c)
    .join(OfficerRow, OfficerRow.id == SessionRow.officer_id)
    .where(SessionRow.hash == bindparam("wanted"))
)


async def session(connection: AsyncConnection, secret: str, now: datetime) -> Session | None:
    """Nobody when the secret is unknown, too old, idle too long, or its account disabled."""
    row = (await connection.execute(SESSION, {"wanted": secret_hash(secret)})).one_or_none()
    if row is None or row.disabled:
        return None
    if row.expires_at is not None:
        if now >= row.expires_at or now - row.seen_at >= idle(Role(row.role)):
            return None
    return Session(of_row(row), row.seen_at)


async def seen(connection: AsyncConnection, secret: str, now: datetime) -> None:
    await connection.execute(
        update(SessionRow).where(SessionRow.hash == secret_hash(secret)).values(seen_at=now)
    )
