"""How a database would find what is asked for: what it reads must not grow with history."""

from typing import Any

from sqlalchemy import Select, text
from sqlalchemy.ext.asyncio import AsyncConnection


async def plan_of(connection: AsyncConnection, wanted: Select[Any]) -> str:
    """The plan in the words of the database, in one line."""
    asked = wanted.compile(connection, compile_kwargs={"literal_binds": True})
    how = "EXPLAIN" if connection.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN"
    return " ".join(str(row) for row in await connection.execute(text(f"{how} {asked}")))
