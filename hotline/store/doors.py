"""Wrong guesses at a door (a case number, an address, an account), and until when it is shut."""

from datetime import datetime, timedelta

from sqlalchemy import case, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.hosts import network
from hotline.store.ledgers import DoorRow

WINDOW = timedelta(minutes=15)
SHUT = timedelta(minutes=15)


def by_address(kind: str, origin: str) -> str:
    """The key of a door that shuts for who guesses from there, whatever it is that is guessed."""
    return f"{kind}:{network(origin)}"


async def shut_for(connection: AsyncConnection, key: str, now: datetime) -> int:
    """Whole seconds until the door opens again; 0: it is open."""
    found = await connection.execute(select(DoorRow.shut_until).where(DoorRow.key == key))
    until = found.scalar_one_or_none()
    if until is None or until <= now:
        return 0
    return int((until - now).total_seconds()) + 1


async def wrong_guess(
    connection: AsyncConnection, key: str, now: datetime, most: int, window: timedelta = WINDOW
) -> bool:
    """Counts a wrong guess; True when it was the one that shuts the door.

    One statement counts, so that guesses made at once on several nodes are all seen.
    """
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    stale = DoorRow.since < now - window
    counted = (
        dialect.insert(DoorRow)
        .values(key=key, wrong=1, since=now)
        .on_conflict_do_update(
            index_elements=["key"],
            set_={
                "wrong": case((stale, 1), else_=DoorRow.wrong + 1),
                "since": case((stale, now), else_=DoorRow.since),
            },
        )
        .returning(DoorRow.wrong)
    )
    if (await connection.execute(counted)).scalar_one() < most:
        return False
    shut = update(DoorRow).where(DoorRow.key == key)
    await connection.execute(shut.values(shut_until=now + SHUT, wrong=0, since=now))
    return True


async def opened(connection: AsyncConnection, key: str) -> None:
    """The right answer was given: earlier wrong ones are forgotten."""
    await connection.execute(delete(DoorRow).where(DoorRow.key == key))
