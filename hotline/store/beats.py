"""The nodes: each says every few seconds that it can write, and what its clock shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import String, delete, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import Mapped, mapped_column

from hotline.store.tables import Row

FORGOTTEN = timedelta(days=1)  # a node that never comes back


class BeatRow(Row):
    """A node that runs, or ran and did not say good-bye; times by the database's clock."""

    __tablename__ = "beat"
    node: Mapped[str] = mapped_column(String(120), primary_key=True)
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    skew: Mapped[float]  # seconds by which the node's clock is ahead of the database's


@dataclass(frozen=True)
class Beat:
    """How a node stands: seconds since it was heard of, seconds its clock is ahead."""

    node: str
    silent: float
    skew: float


async def database_time(connection: AsyncConnection) -> datetime:
    """The moment by the database's own clock."""
    if connection.dialect.name == "sqlite":
        found = await connection.execute(text("SELECT julianday('now') - 2440587.5"))
        return datetime.fromtimestamp(found.scalar_one() * 86400, UTC)
    found = await connection.execute(text("SELECT extract(epoch FROM clock_timestamp())"))
    return datetime.fromtimestamp(float(found.scalar_one()), UTC)


async def beat(connection: AsyncConnection, node: str, own: datetime) -> float:
    """Writes that the node is there; returns by how many seconds its clock is ahead."""
    now = await database_time(connection)
    skew = (own - now).total_seconds()
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    made = dialect.insert(BeatRow).values(node=node[:120], started_at=now, seen_at=now, skew=skew)
    again = made.on_conflict_do_update(
        index_elements=["node"], set_={"seen_at": made.excluded.seen_at, "skew": skew}
    )
    await connection.execute(again)
    await connection.execute(delete(BeatRow).where(BeatRow.seen_at < now - FORGOTTEN))
    return skew


async def leave(connection: AsyncConnection, node: str) -> None:
    """Stopped on purpose: nobody is to be alarmed."""
    await connection.execute(delete(BeatRow).where(BeatRow.node == node[:120]))


async def forget(connection: AsyncConnection) -> None:
    """Of a database that was put back: the nodes of that time are not those of now."""
    await connection.execute(delete(BeatRow))


async def standing(connection: AsyncConnection) -> Sequence[Beat]:
    now = await database_time(connection)
    found = await connection.execute(select(*BeatRow.__table__.c).order_by(BeatRow.node))
    return [Beat(r.node, (now - r.seen_at).total_seconds(), r.skew) for r in found]
