"""What switches were asked to do: each wish, and whether it was taken."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.store.calltables import SwitchCommandRow


async def add(connection: AsyncConnection, told: Mapping[str, Any]) -> None:
    await connection.execute(insert(SwitchCommandRow).values(**told, state="asked"))


async def answered(
    connection: AsyncConnection, command_id: str, problem: str, at: datetime
) -> None:
    state = "refused" if problem else "taken"
    await connection.execute(
        update(SwitchCommandRow)
        .where(SwitchCommandRow.id == command_id)
        .values(state=state, problem=problem or None, answered_at=at)
    )


async def of_call(connection: AsyncConnection, call_id: str) -> list[dict[str, Any]]:
    found = await connection.execute(
        select(*SwitchCommandRow.__table__.c)
        .where(SwitchCommandRow.call_id == call_id)
        .order_by(SwitchCommandRow.at)
    )
    return [dict(row._mapping) for row in found]
