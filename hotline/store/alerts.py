"""Rising matters at rest: what each hour brought, and the alerts that were raised."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, literal, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.store.ledgers import IdentityRow
from hotline.store.repeattables import AlertRow, TopicHourRow
from hotline.store.tables import CaseRow

WHOLE = ""  # the place that is the whole city, and the topic that is any


async def brought(connection: AsyncConnection, since: datetime, until: datetime) -> list[Any]:
    """Who brought what in a span: number, topic, district, and the caller as far as one is known."""
    who = func.coalesce(IdentityRow.phone_hash, IdentityRow.email_hash, literal(""))
    found = await connection.execute(
        select(
            CaseRow.number,
            CaseRow.topic,
            CaseRow.district,
            CaseRow.received_at,
            who.label("caller"),
        )
        .outerjoin(IdentityRow, IdentityRow.case_id == CaseRow.id)
        .where(CaseRow.received_at >= since, CaseRow.received_at < until)
        .order_by(CaseRow.received_at, CaseRow.id)
    )
    return list(found)


async def first(connection: AsyncConnection) -> datetime | None:
    return (await connection.execute(select(func.min(CaseRow.received_at)))).scalar_one_or_none()


async def known(connection: AsyncConnection, since: datetime) -> set[datetime]:
    """The hours that are counted: each has a line for the whole, even where nobody called."""
    found = await connection.execute(
        select(TopicHourRow.hour).where(
            TopicHourRow.topic == WHOLE, TopicHourRow.place == WHOLE, TopicHourRow.hour >= since
        )
    )
    return set(found.scalars())


async def count(
    connection: AsyncConnection, hours: Collection[datetime], rows: Sequence[Mapping[str, Any]]
) -> None:
    """Puts the hours' lines in place of those that were there; two nodes may do so at once."""
    await connection.execute(delete(TopicHourRow).where(TopicHourRow.hour.in_(hours)))
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    made: Any = dialect.insert(TopicHourRow.__table__)
    put = made.on_conflict_do_update(
        index_elements=["hour", "topic", "place"], set_={"n": made.excluded.n}
    )
    if rows:
        await connection.execute(put, list(rows))


async def forget_hours(connection: AsyncConnection, before: datetime) -> None:
    await connection.execute(delete(TopicHourRow).where(TopicHourRow.hour < before))


async def history(
    connection: AsyncConnection, hours: Collection[datetime], topics: Collection[str]
) -> dict[tuple[datetime, str, str], int]:
    """What those hours brought of these matters, and by the empty topic which of them are known."""
    found = await connection.execute(
        select(TopicHourRow.hour, TopicHourRow.topic, TopicHourRow.place, TopicHourRow.n).where(
            TopicHourRow.hour.in_(hours), TopicHourRow.topic.in_([*topics, WHOLE])
        )
    )
    return {(row.hour, row.topic, row.place): row.n for row in found}


async def standing(connection: AsyncConnection) -> list[Any]:
    found = await connection.execute(
        select(*AlertRow.__table__.c).where(AlertRow.ended_at.is_(None)).order_by(AlertRow.id)
    )
    return list(found)


async def begin(connection: AsyncConnection, alert: Mapping[str, Any]) -> int | None:
    """The new alert's id; None while one of the same matter stands, whoever raised it."""
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    made: Any = dialect.insert(AlertRow).values(**alert).on_conflict_do_nothing()
    found = await connection.execute(made.returning(AlertRow.id))
    row_id: int | None = found.scalar_one_or_none()
    return row_id


async def go_on(connection: AsyncConnection, alert_id: int, **changes: Any) -> None:
    await connection.execute(update(AlertRow).where(AlertRow.id == alert_id).values(**changes))


async def acknowledge(connection: AsyncConnection, alert_id: int, **changes: Any) -> bool:
    """False when there is no such alert, or somebody has done it already."""
    changed = await connection.execute(
        update(AlertRow)
        .where(AlertRow.id == alert_id, AlertRow.acknowledged_at.is_(None))
        .values(**changes)
        .returning(AlertRow.id)
    )
    return changed.scalar_one_or_none() is not None


async def one(connection: AsyncConnection, alert_id: int) -> Any:
    found = await connection.execute(select(*AlertRow.__table__.c).where(AlertRow.id == alert_id))
    return found.one_or_none()


async def listed(
    connection: AsyncConnection, state: str, below: int | None, limit: int
) -> list[Any]:
    """Newest first; `state` is open (rising still), ended, waiting (nobody has it yet) or empty."""
    wanted = select(*AlertRow.__table__.c).order_by(AlertRow.id.desc()).limit(limit)
    if state == "open":
        wanted = wanted.where(AlertRow.ended_at.is_(None))
    if state == "ended":
        wanted = wanted.where(AlertRow.ended_at.is_not(None))
    if state == "waiting":
        wanted = wanted.where(AlertRow.ended_at.is_(None), AlertRow.acknowledged_at.is_(None))
    if below is not None:
        wanted = wanted.where(AlertRow.id < below)
    return list(await connection.execute(wanted))
