"""Passwords that were used before, invitations and sessions that end with one; sessions at once."""

from datetime import datetime

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.store.cipher import secret_hash
from hotline.store.guardtables import InvitationRow, PastPasswordRow
from hotline.store.ledgers import OfficerRow, SessionRow

REMEMBERED = 5  # so many are not taken again; older ones are forgotten


async def remember(
    connection: AsyncConnection, officer_id: int, password: str | None, at: datetime
) -> None:
    """A password that is being replaced; what was never one (no hash) is not kept."""
    if password is None or not password.startswith("$"):
        return
    told = {"officer_id": officer_id, "password": password, "until": at}
    await connection.execute(insert(PastPasswordRow).values(**told))
    mine = select(PastPasswordRow.id).where(PastPasswordRow.officer_id == officer_id)
    newest = mine.order_by(PastPasswordRow.id.desc()).offset(REMEMBERED)
    old = list((await connection.execute(newest)).scalars())
    await connection.execute(delete(PastPasswordRow).where(PastPasswordRow.id.in_(old)))


async def past(connection: AsyncConnection, officer_id: int) -> list[str]:
    """The hashes of the last few, newest first."""
    found = await connection.execute(
        select(PastPasswordRow.password)
        .where(PastPasswordRow.officer_id == officer_id)
        .order_by(PastPasswordRow.id.desc())
    )
    return list(found.scalars())


async def withdraw_invitations(connection: AsyncConnection, officer_id: int) -> None:
    """No code that was given out before lets anybody set the account's password."""
    await connection.execute(delete(InvitationRow).where(InvitationRow.officer_id == officer_id))


async def used(connection: AsyncConnection, officer_id: int, at: datetime) -> None:
    """Somebody signed in: the account is not one that nobody uses."""
    mine = update(OfficerRow).where(OfficerRow.id == officer_id)
    await connection.execute(mine.values(used_at=at))


async def end_oldest(connection: AsyncConnection, officer_id: int, most: int) -> None:
    """Of more sessions than `most` the longest unused end; a machine's token is none of them."""
    mine = select(SessionRow.hash).where(
        SessionRow.officer_id == officer_id, SessionRow.expires_at.is_not(None)
    )
    newest = mine.order_by(SessionRow.seen_at.desc(), SessionRow.created_at.desc())
    beyond = list((await connection.execute(newest.offset(most))).scalars())
    if beyond:
        await connection.execute(delete(SessionRow).where(SessionRow.hash.in_(beyond)))


async def end_others(connection: AsyncConnection, officer_id: int, secret: str) -> None:
    """Every session of an account but the one that asks."""
    others = SessionRow.hash != secret_hash(secret)
    await connection.execute(delete(SessionRow).where(SessionRow.officer_id == officer_id, others))
