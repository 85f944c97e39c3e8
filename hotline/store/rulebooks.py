"""The duty list by version: what is in force, what was, and putting a new one in force."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.domain.errors import NotPossible
from hotline.store.decisiontables import RuleVersionRow


@dataclass(frozen=True)
class Edition:
    """The duty list with its tests as it was, or is to be, put in force."""

    version: int = 0
    rules: Sequence[Mapping[str, Any]] = field(default=(), repr=False)
    examples: Sequence[Mapping[str, Any]] = field(default=(), repr=False)
    note: str = ""
    by: str = ""
    at: datetime | None = None


async def newest(connection: AsyncConnection) -> int:
    """The version in force; 0: there is none yet."""
    found = await connection.execute(select(func.max(RuleVersionRow.version)))
    return found.scalar_one() or 0


async def read(connection: AsyncConnection, version: int | None = None) -> Edition | None:
    """A version as it was put in force; the newest when none is named."""
    wanted = select(*RuleVersionRow.__table__.c)
    if version is None:
        wanted = wanted.order_by(RuleVersionRow.version.desc()).limit(1)
    else:
        wanted = wanted.where(RuleVersionRow.version == version)
    row = (await connection.execute(wanted)).one_or_none()
    return None if row is None else Edition(**row._mapping)


async def rules(connection: AsyncConnection) -> list[dict[str, Any]]:
    """The duty list in force, in its order."""
    found = await read(connection)
    return [dict(one) for one in found.rules] if found else []


async def listed(
    connection: AsyncConnection, below: int | None = None, limit: int = 50
) -> list[dict[str, Any]]:
    """Who put which version in force when, newest first."""
    row = RuleVersionRow
    wanted = select(row.version, row.at, row.by, row.note).order_by(row.version.desc())
    if below is not None:
        wanted = wanted.where(row.version < below)
    return [dict(found._mapping) for found in await connection.execute(wanted.limit(limit))]


async def publish(connection: AsyncConnection, edition: Edition, at: datetime, by: str) -> int:
    """Puts a list in force that was made from `edition.version`; returns its own version."""
    version = edition.version + 1
    row = {
        "version": version,
        "at": at,
        "by": by,
        "note": edition.note,
        "rules": [dict(one) for one in edition.rules],
        "examples": [dict(one) for one in edition.examples],
    }
    if await newest(connection) != edition.version:
        raise overtaken()
    try:
        async with connection.begin_nested():
            await connection.execute(insert(RuleVersionRow).values(**row))
    except IntegrityError:  # another node was a moment earlier
        raise overtaken() from None
    return version


def overtaken() -> NotPossible:
    return NotPossible(
        "职责清单刚被他人修改，请刷新后在新版本上重做。",
        "The rules were changed meanwhile; reload and start from the new version.",
        field="version",
    )
