"""What an officer was told and has read: the mark, the number unread, the choice of a sound."""

from collections.abc import Sequence

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.domain.words import Role
from hotline.store import passwords
from hotline.store.catalogue import on_desk
from hotline.store.cipher import Cipher
from hotline.store.ledgers import OfficerRow, OutboxRow
from hotline.store.privacytables import InterestRow
from hotline.store.tables import CaseRow

MOST = 100  # counted no further: a badge says 99+


async def unread(connection: AsyncConnection, officer_id: int, audiences: Sequence[str]) -> int:
    """How many notices for these desks are newer than the officer's mark; at most MOST."""
    mark = select(OfficerRow.read_to).where(OfficerRow.id == officer_id).scalar_subquery()
    newer = select(OutboxRow.id).where(*on_desk(audiences), OutboxRow.id > mark).limit(MOST)
    found = await connection.execute(select(func.count()).select_from(newer.subquery()))
    return int(found.scalar_one())


async def mark(connection: AsyncConnection, officer_id: int) -> int:
    found = await connection.execute(select(OfficerRow.read_to).where(OfficerRow.id == officer_id))
    return int(found.scalar_one_or_none() or 0)


async def read_up_to(connection: AsyncConnection, officer_id: int, notice_id: int) -> None:
    """Only forward: an old page that is sent late makes nothing unread, and none is read ahead."""
    newest = select(func.coalesce(func.max(OutboxRow.id), 0)).scalar_subquery()
    await connection.execute(
        update(OfficerRow)
        .where(OfficerRow.id == officer_id, OfficerRow.read_to < notice_id, newest >= notice_id)
        .values(read_to=notice_id)
    )


async def sound(connection: AsyncConnection, officer_id: int) -> bool:
    found = await connection.execute(select(OfficerRow.sound).where(OfficerRow.id == officer_id))
    return bool(found.scalar_one_or_none())


async def choose_sound(connection: AsyncConnection, officer_id: int, *, on: bool) -> None:
    await connection.execute(update(OfficerRow).where(OfficerRow.id == officer_id).values(sound=on))


def _place(username: str) -> str:
    return f"officer.email.{username}"


async def email(connection: AsyncConnection, cipher: Cipher, officer_id: int) -> str:
    found = await connection.execute(
        select(OfficerRow.username, OfficerRow.email).where(OfficerRow.id == officer_id)
    )
    row = found.one_or_none()
    return cipher.unlock(row.email, _place(row.username)) if row and row.email else ""


async def set_email(
    connection: AsyncConnection, cipher: Cipher, username: str, address: str
) -> None:
    """Where the officer's notices go as well; empty: nowhere. An open invitation ends with it."""
    locked = cipher.lock(address, _place(username)) if address else None
    mine = update(OfficerRow).where(OfficerRow.username == username).values(email=locked)
    for officer_id in (await connection.execute(mine.returning(OfficerRow.id))).scalars():
        await passwords.withdraw_invitations(connection, officer_id)


async def emails(
    connection: AsyncConnection,
    cipher: Cipher,
    *,
    about: str = "",
    role: str = "",
    department: str = "",
) -> list[str]:
    """The addresses of a role's officers, of a department's, or of the role in the department; not
    of who is kept out of the case that it is about."""
    wanted = select(OfficerRow.username, OfficerRow.email).where(
        OfficerRow.email.is_not(None), OfficerRow.disabled.is_(False)
    )
    if role:
        wanted = wanted.where(OfficerRow.role == Role(role).value)
    if department:
        wanted = wanted.where(OfficerRow.department == department)
    if about:
        mine = select(InterestRow.of).join(CaseRow, CaseRow.id == InterestRow.case_id)
        mine = mine.where(CaseRow.number == about)
        officers = mine.where(InterestRow.kind == "officer")
        units = mine.where(InterestRow.kind == "unit")
        wanted = wanted.where(OfficerRow.username.not_in(officers))
        wanted = wanted.where(func.coalesce(OfficerRow.department, "").not_in(units))
    found = await connection.execute(wanted.order_by(OfficerRow.id))
    return [cipher.unlock(row.email, _place(row.username)) for row in found]
