"""Accounts of people by their last use."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.domain.words import Role
from hotline.store.accounts import Officer, of_row
from hotline.store.ledgers import OfficerRow

USABLE = OfficerRow.disabled.is_(False) & OfficerRow.machine.is_(False)


async def since(connection: AsyncConnection, before: datetime) -> list[Officer]:
    """Those that nobody signed in to since then, however old they are; machines have tokens."""
    last = func.coalesce(OfficerRow.used_at, OfficerRow.created_at)
    found = await connection.execute(
        select(*OfficerRow.__table__.c).where(USABLE, last < before).order_by(OfficerRow.id)
    )
    return [of_row(row) for row in found]


async def usable(connection: AsyncConnection, role: Role) -> int:
    found = await connection.execute(
        select(func.count()).where(USABLE, OfficerRow.role == role.value)
    )
    return int(found.scalar_one())
