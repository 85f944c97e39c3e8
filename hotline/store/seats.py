"""Agents' seats (坐席): how each stands, the newest word counting; and whose telephone is whose."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, delete, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.store.calltables import SeatRow, StationRow


@dataclass(frozen=True)
class Seat:
    """A seat as the board shows it; `agent` is an extension or an account, as it was told."""

    agent: str
    state: str
    since: datetime
    username: str = ""
    extension: str = ""


async def stand(connection: AsyncConnection, told: Sequence[Any]) -> None:
    """The newest word of each seat stands; an older one that comes late changes nothing.

    `told` are events of agents' states, or the rows they are kept in.
    """
    newest: dict[str, Any] = {}
    for one in sorted(told, key=lambda one: (one.at, one.event_id)):
        newest[one.agent] = one
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    for agent in sorted(newest):
        one = newest[agent]
        made = dialect.insert(SeatRow).values(
            agent=agent, state=one.state, since=one.at, event_id=one.event_id
        )
        later = or_(
            SeatRow.since < made.excluded.since,
            and_(SeatRow.since == made.excluded.since, SeatRow.event_id < made.excluded.event_id),
        )
        names = ("state", "since", "event_id")
        put = {name: getattr(made.excluded, name) for name in names}
        await connection.execute(
            made.on_conflict_do_update(index_elements=["agent"], set_=put, where=later)
        )


async def sit(connection: AsyncConnection, username: str, extension: str, at: datetime) -> None:
    """Whoever sat at the telephone before does not any more; who sits there already, since then."""
    if await station(connection, username) == extension:
        return
    await connection.execute(
        delete(StationRow).where(
            or_(StationRow.extension == extension, StationRow.username == username)
        )
    )
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    await connection.execute(
        dialect.insert(StationRow).values(username=username, extension=extension, at=at)
    )


async def station(connection: AsyncConnection, username: str) -> str:
    """The agent's extension; empty when none was told."""
    found = select(StationRow.extension).where(StationRow.username == username)
    return (await connection.execute(found)).scalar_one_or_none() or ""


async def keys(connection: AsyncConnection, username: str) -> tuple[str, ...]:
    """What a switch may call this agent: by account, or by telephone."""
    extension = await station(connection, username)
    return (username, extension) if extension and extension != username else (username,)


async def one(connection: AsyncConnection, names: Sequence[str]) -> Seat | None:
    """The newest of what is told under any of an agent's names."""
    found = await connection.execute(
        select(*SeatRow.__table__.c)
        .where(SeatRow.agent.in_(names))
        .order_by(SeatRow.since.desc(), SeatRow.event_id.desc())
        .limit(1)
    )
    row = found.one_or_none()
    return Seat(row.agent, row.state, row.since) if row else None


async def extensions(connection: AsyncConnection) -> dict[str, str]:
    """Everybody's telephone, by account."""
    found = await connection.execute(select(StationRow.username, StationRow.extension))
    return {row.username: row.extension for row in found}


async def known(connection: AsyncConnection) -> frozenset[str]:
    """Every name under which a switch may speak of somebody who sits at a desk of ours."""
    found = await connection.execute(select(StationRow.extension, StationRow.username))
    return frozenset(name for row in found for name in (row.extension, row.username))


async def since(connection: AsyncConnection, state: str, before: datetime) -> list[Seat]:
    """Seats that have stood so since a moment or longer."""
    found = await connection.execute(
        select(*SeatRow.__table__.c).where(SeatRow.state == state, SeatRow.since <= before)
    )
    return [Seat(row.agent, row.state, row.since) for row in found]


async def listed(connection: AsyncConnection) -> list[Seat]:
    """Every seat once: what is told of a telephone belongs to whoever sits at it."""
    stations = {
        row.extension: row.username
        for row in await connection.execute(select(StationRow.extension, StationRow.username))
    }
    extensions = {username: extension for extension, username in stations.items()}
    found: dict[str, Seat] = {}
    rows: Sequence[Any] = (
        await connection.execute(
            select(*SeatRow.__table__.c).order_by(SeatRow.since, SeatRow.event_id)
        )
    ).all()
    for row in rows:
        username = stations.get(row.agent, row.agent if row.agent in extensions else "")
        extension = extensions.get(username, row.agent)
        found[username or row.agent] = Seat(row.agent, row.state, row.since, username, extension)
    return sorted(found.values(), key=lambda seat: (seat.extension, seat.username))
