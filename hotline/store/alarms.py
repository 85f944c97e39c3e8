"""Alarms: raised once a cause, kept open until it is mended, counted meanwhile."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.store.decisiontables import AlarmRow

ALARMS = cast(Table, AlarmRow.__table__)
KINDS = (
    *("rule", "drift", "shadow", "knowledge", "service", "reveal", "figures", "files"),
    "record",
)
LIVE = ALARMS.c.ended_at.is_(None)


@dataclass(frozen=True)
class Alarm:
    """What went wrong, by kind and key; `text` says it to people."""

    kind: str
    key: str
    text: str


def _raise(dialect: Any) -> Any:
    made = dialect.insert(ALARMS)
    again = {"times": ALARMS.c.times + 1, "last_at": made.excluded.last_at}
    upsert = made.on_conflict_do_update(
        index_elements=["kind", "key"], index_where=AlarmRow.ended_at.is_(None), set_=again
    )
    return upsert.returning(ALARMS.c.id, ALARMS.c.times)


RAISE = {dialect.dialect.name: _raise(dialect) for dialect in (sqlite, postgresql)}


async def sound(connection: AsyncConnection, alarm: Alarm, at: datetime) -> tuple[int, bool]:
    """The alarm's id, and whether it is a new one that somebody must be told of."""
    told = {"kind": alarm.kind, "key": alarm.key[:120], "text": alarm.text, "times": 1}
    told |= {"first_at": at, "last_at": at}
    row = (await connection.execute(RAISE[connection.dialect.name], told)).one()
    return row.id, row.times == 1


async def end(
    connection: AsyncConnection, kind: str, at: datetime, *, but: Collection[str] = ()
) -> None:
    """Those of a kind are over, except the ones that still hold."""
    over = update(ALARMS).where(LIVE, ALARMS.c.kind == kind, ALARMS.c.key.not_in(list(but)))
    await connection.execute(over.values(ended_at=at))


async def standing(connection: AsyncConnection) -> dict[str, int]:
    """How many are open, by kind."""
    found = await connection.execute(
        select(ALARMS.c.kind, func.count()).where(LIVE).group_by(ALARMS.c.kind)
    )
    return {row[0]: row[1] for row in found}


async def listed(
    connection: AsyncConnection, limit: int = 50, *, but: Collection[str] = ()
) -> list[dict[str, Any]]:
    """The open ones, newest first; without the kinds that are not for the asker."""
    wanted = select(*ALARMS.c).where(LIVE, ALARMS.c.kind.not_in(list(but)))
    found = await connection.execute(wanted.order_by(ALARMS.c.id.desc()).limit(limit))
    return [dict(row._mapping) for row in found]
