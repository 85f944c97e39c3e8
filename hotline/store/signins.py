"""Who signs in, looked up so that a name nobody has costs what one costs that is there."""

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.store.accounts import Officer, of_row
from hotline.store.ledgers import OfficerRow


async def named(connection: AsyncConnection, username: str) -> Officer | None:
    """One row is read and made into an account either way: the one asked for, else the first."""
    mine = OfficerRow.username == username
    anybody = OfficerRow.id == select(func.min(OfficerRow.id)).scalar_subquery()
    asked = select(*OfficerRow.__table__.c).where(or_(mine, anybody)).order_by(mine.desc()).limit(1)
    row = (await connection.execute(asked)).one_or_none()
    if row is None:
        return None
    found = of_row(row)
    return found if found.username == username else None
