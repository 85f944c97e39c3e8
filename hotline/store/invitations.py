"""Invitations: a code of 130 bits by which an account's owner sets the password, once, soon."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.store import accounts, factors, passwords
from hotline.store.cipher import CROCKFORD, MISREAD, secret_hash
from hotline.store.guardtables import InvitationRow
from hotline.store.ledgers import OfficerRow

VALID = timedelta(minutes=30)
LETTERS = 26
UNSET = "!"  # in place of a password that nobody has set yet; no hash begins so


async def invite(connection: AsyncConnection, officer_id: int, at: datetime) -> str:
    """A code for the account; what let anybody in before ends, second factor included."""
    await connection.execute(
        update(OfficerRow)
        .where(OfficerRow.id == officer_id)
        .values(password=UNSET, first_password=None, failures=0, locked_until=None)
    )
    await factors.forget(connection, [officer_id])
    await accounts.end_sessions(connection, officer_id)
    await passwords.withdraw_invitations(connection, officer_id)
    letters = "".join(secrets.choice(CROCKFORD) for _ in range(LETTERS))
    code = "-".join(letters[start : start + 5] for start in range(0, LETTERS, 5))
    told = {"hash": _hash(code), "officer_id": officer_id, "expires_at": at + VALID}
    await connection.execute(insert(InvitationRow).values(**told))
    return code


def _hash(code: str) -> str:
    return secret_hash(code.strip().upper().translate(MISREAD))


async def redeem(connection: AsyncConnection, code: str, at: datetime) -> int | None:
    """Whose the code is, and gone with it; None for one that is unknown, used or too old."""
    gone = delete(InvitationRow).where(InvitationRow.hash == _hash(code))
    found = await connection.execute(
        gone.returning(InvitationRow.officer_id, InvitationRow.expires_at)
    )
    row = found.one_or_none()
    return row.officer_id if row is not None and at < row.expires_at else None
