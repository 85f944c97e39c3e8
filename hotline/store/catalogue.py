"""Plain reads and writes of what has no behaviour: departments, topics, districts, settings."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, delete, insert, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.domain.people import Department
from hotline.store import interests
from hotline.store.ledgers import (
    DepartmentRow,
    DistrictRow,
    LabelRow,
    OutboxRow,
    SettingRow,
    TopicRow,
)


async def departments(connection: AsyncConnection) -> list[Department]:
    found = await connection.execute(
        select(*DepartmentRow.__table__.c).order_by(DepartmentRow.code)
    )
    return [Department(**{**row._mapping, "names": tuple(row.names)}) for row in found]


async def put_departments(connection: AsyncConnection, units: Sequence[Department]) -> None:
    for unit in units:
        await _put(
            connection, DepartmentRow, {**unit.__dict__, "names": list(unit.names)}, ["code"]
        )


async def topics(connection: AsyncConnection) -> list[dict[str, str]]:
    found = await connection.execute(
        select(
            TopicRow.level1, TopicRow.level2, TopicRow.level3, TopicRow.default_department
        ).order_by(TopicRow.id)
    )
    return [dict(row._mapping) for row in found]


async def put_topics(connection: AsyncConnection, rows: Sequence[Mapping[str, str]]) -> None:
    """Replaces the topics as a whole: they have no identity of their own but their names."""
    await connection.execute(delete(TopicRow))
    await connection.execute(insert(TopicRow), [dict(row) for row in rows])


async def districts(connection: AsyncConnection) -> list[dict[str, Any]]:
    found = await connection.execute(select(*DistrictRow.__table__.c).order_by(DistrictRow.name))
    return [dict(row._mapping) for row in found]


async def put_districts(connection: AsyncConnection, rows: Sequence[Mapping[str, Any]]) -> None:
    for row in rows:
        await _put(connection, DistrictRow, dict(row), ["name"])


async def setting(connection: AsyncConnection, key: str) -> dict[str, Any] | None:
    found = await connection.execute(select(SettingRow.value).where(SettingRow.key == key))
    return found.scalar_one_or_none()


async def setting_to_change(connection: AsyncConnection, key: str) -> dict[str, Any] | None:
    """The same, and until the end of the transaction nobody else changes it."""
    wanted = select(SettingRow.value).where(SettingRow.key == key).with_for_update()
    return (await connection.execute(wanted)).scalar_one_or_none()


async def put_setting(connection: AsyncConnection, key: str, value: Mapping[str, Any]) -> None:
    await _put(connection, SettingRow, {"key": key, "value": dict(value)}, ["key"])


async def add_label(connection: AsyncConnection, label: Mapping[str, Any]) -> None:
    """An operator's correction: the training set of tomorrow."""
    await connection.execute(insert(LabelRow).values(**label))


TOLD = ("waiting", "sent", "parked")  # what is held, folded or overtaken stands on no desk


def on_desk(audiences: Sequence[str]) -> list[ColumnElement[bool]]:
    """What stands on these desks: told, not held; a leader's reminders come in the digest
    alone. The first two say who reads (`officer:`, `of:`), and is kept out of some cases."""
    own = {one.partition(":")[0]: one.partition(":")[2] for one in audiences[:2]}
    kept_from = interests.numbers_of(own.get("officer", ""), own.get("of"))
    found: list[ColumnElement[bool]] = [
        OutboxRow.about.not_in(kept_from),
        OutboxRow.audience.in_(audiences),
        OutboxRow.state.in_(TOLD),
    ]
    if any(audience.startswith("leader:") for audience in audiences):
        units = OutboxRow.audience.startswith("unit:")
        found.append(or_(~units, OutboxRow.promise.is_(None)))
    return found


async def desk_messages(
    connection: AsyncConnection, audiences: Sequence[str], below: int | None, limit: int
) -> list[dict[str, Any]]:
    """Messages for a desk, newest first; `below` is the id the page before ended with.

    A leader reads of the unit's reminders in what is addressed to leaders, and nowhere else.
    """
    wanted = select(*OutboxRow.__table__.c).where(*on_desk(audiences))
    if below is not None:
        wanted = wanted.where(OutboxRow.id < below)
    found = await connection.execute(wanted.order_by(OutboxRow.id.desc()).limit(limit))
    return [dict(row._mapping) for row in found]


async def _put(
    connection: AsyncConnection, table: Any, values: dict[str, Any], key: list[str]
) -> None:
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    rest = {name: value for name, value in values.items() if name not in key}
    made = dialect.insert(table).values(**values)
    await connection.execute(made.on_conflict_do_update(index_elements=key, set_=rest))
