"""Challenges that were used: none counts twice, on whichever node."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.store.guardtables import SpentRow

KEPT = timedelta(hours=2)  # longer than any challenge is good for


async def spend(connection: AsyncConnection, salt: str, at: datetime) -> bool:
    """False: it was used before."""
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    made: Any = dialect.insert(SpentRow).values(salt=salt, at=at).on_conflict_do_nothing()
    done = await connection.execute(made.returning(SpentRow.salt))
    return done.scalar_one_or_none() is not None


async def forget(connection: AsyncConnection, now: datetime) -> None:
    await connection.execute(delete(SpentRow).where(SpentRow.at < now - KEPT))
