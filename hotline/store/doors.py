"""Wrong guesses at a door (a case number, an address, an account), and until when it is shut."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, case, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.hosts import network
from hotline.store.ledgers import DoorRow

WINDOW = timedelta(minutes=15)
SHUT = timedelta(minutes=15)
KEPT = timedelta(hours=1)  # longer than any window or lock: an older guess counts as none


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


def stale(now: datetime, limit: int) -> Select[Any]:
    """The oldest whose wrong guesses count no more; one that is shut counts from when it was."""
    wanted = select(DoorRow.key).where(DoorRow.since < now - KEPT)
    return wanted.order_by(DoorRow.since).limit(limit)


async def forget(connection: AsyncConnection, now: datetime, limit: int) -> int:
    """Each wrong guess leaves a row, also at numbers and names that nobody has; only a right one
    takes it away. At a door where somebody guesses again just now the row stays."""
    wanted = stale(now, limit)
    if connection.dialect.name != "sqlite":  # nobody who guesses or enters waits for this
        wanted = wanted.with_for_update(skip_locked=True)
    keys = list((await connection.execute(wanted)).scalars())
    mine = delete(DoorRow).where(DoorRow.key.in_(keys), DoorRow.since < now - KEPT)
    await connection.execute(mine)
    return len(keys)


async def opened(connection: AsyncConnection, key: str) -> None:
    """The right answer was given: earlier wrong ones are forgotten."""
    await connection.execute(delete(DoorRow).where(DoorRow.key == key))
