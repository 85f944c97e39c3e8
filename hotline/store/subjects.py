"""Who an account's owner is in the city's own directory."""

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.store.accounts import Officer, of_row
from hotline.store.ledgers import OfficerRow


async def officer_of(connection: AsyncConnection, subject: str) -> Officer | None:
    found = await connection.execute(
        select(*OfficerRow.__table__.c).where(
            OfficerRow.subject == subject, OfficerRow.machine.is_(False)
        )
    )
    row = found.one_or_none()
    return of_row(row) if row is not None else None


async def link(connection: AsyncConnection, officer_id: int, subject: str) -> bool:
    """False: another account has it."""
    known = await officer_of(connection, subject)
    if known is not None and known.id != officer_id:
        return False
    mine = update(OfficerRow).where(OfficerRow.id == officer_id)
    await connection.execute(mine.values(subject=subject))
    return True


async def unlink(connection: AsyncConnection, officer_id: int) -> None:
    mine = update(OfficerRow).where(OfficerRow.id == officer_id)
    await connection.execute(mine.values(subject=None))


async def linked(connection: AsyncConnection, officer_id: int) -> bool:
    found = await connection.execute(select(OfficerRow.subject).where(OfficerRow.id == officer_id))
    return found.scalar_one_or_none() is not None
