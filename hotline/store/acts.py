"""What was done outside of cases (accounts, settings, command line): one chained record each."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.domain import chaining
from hotline.domain.case import GENESIS
from hotline.domain.people import Actor
from hotline.store.ledgers import ActRow
from hotline.store.wording import masked

LOCK = 0x686F74_6C696E65  # one number for the advisory lock that puts acts in a row


async def record(
    connection: AsyncConnection, at: datetime, actor: Actor, act: str, about: Mapping[str, Any]
) -> None:
    """In the transaction of what it records: what cannot be recorded is not done."""
    if connection.dialect.name == "postgresql":
        # Two nodes that read the same last act would both chain to it; SQLite's writers queue.
        await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    last = await connection.execute(
        select(ActRow.seq, ActRow.hash).order_by(ActRow.seq.desc()).limit(1)
    )
    row = last.one_or_none()
    facts = {
        "seq": row.seq + 1 if row else 1,
        "at": at,
        "actor": f"{actor.role.value}:{actor.name}",
        "origin": actor.origin,
        "act": act,
        "about": masked(dict(about)),  # before it is hashed
        "previous": row.hash if row else GENESIS,
    }
    await connection.execute(insert(ActRow).values(**facts, hash=chaining.link(act_body(facts))))


def act_body(facts: Mapping[str, Any]) -> str:
    """The record as its hash is taken of it."""
    told = {**facts, "at": facts["at"].astimezone(UTC).isoformat()}
    return json.dumps(told, ensure_ascii=False, sort_keys=True)


async def listed(
    connection: AsyncConnection, below: int | None = None, limit: int = 50
) -> Sequence[dict[str, Any]]:
    """The acts, newest first; `below` is where the page before ended."""
    wanted = select(*ActRow.__table__.c).order_by(ActRow.seq.desc()).limit(limit)
    if below is not None:
        wanted = wanted.where(ActRow.seq < below)
    return [dict(row._mapping) for row in await connection.execute(wanted)]


async def newest(connection: AsyncConnection) -> int:
    """The number of the last act; 0: there is none."""
    found = await connection.execute(select(func.max(ActRow.seq)))
    return found.scalar_one() or 0


async def of_kind(
    connection: AsyncConnection, act: str, after: int, through: int
) -> list[tuple[datetime, dict[str, Any]]]:
    """Those of one kind between two numbers: when, and what about."""
    found = await connection.execute(
        select(ActRow.at, ActRow.about)
        .where(ActRow.act == act, ActRow.seq > after, ActRow.seq <= through)
        .order_by(ActRow.seq)
    )
    return [(row.at, row.about) for row in found]


async def last(connection: AsyncConnection, *kinds: str) -> tuple[datetime | None, datetime | None]:
    """When one of them was last done, and when the very first act of all was."""
    done = await connection.execute(
        select(ActRow.at).where(ActRow.act.in_(kinds)).order_by(ActRow.seq.desc()).limit(1)
    )
    first = await connection.execute(select(ActRow.at).order_by(ActRow.seq).limit(1))
    return done.scalar_one_or_none(), first.scalar_one_or_none()
