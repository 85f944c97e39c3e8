"""The telephone's report: its counts and rates together, and by hour, queue or agent."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.reports import callmeasures, callqueries
from hotline.reports.queries import Period


async def told(
    connection: AsyncConnection, within: Period, by: str | None
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """After-call work is an agent's, not a call's: it is told of all together, and by agent."""
    spells = [] if within.units is not None else await callqueries.after_call(connection, within)
    (counts,) = await callqueries.calls(connection, within, None)
    totals = callmeasures.of_calls(counts, [seconds for _, seconds in spells])
    grouped = await callqueries.calls(connection, within, by) if by else []
    own = callmeasures.by_agent(spells)
    rows = [
        callmeasures.of_calls(one, own.get(one["key"], []) if by == "agent" else None)
        for one in grouped
    ]
    return totals, rows
