"""What was done outside of cases (accounts, settings, command line), chained by hash."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.domain.case import GENESIS
from hotline.domain.people import Actor
from hotline.store.ledgers import ActRow

LOCK = 0x686F74_6C696E65  # one number for the advisory lock that puts acts in a row


async def record(
    connection: AsyncConnection, at: datetime, actor: Actor, act: str, about: Mapping[str, Any]
) -> None:
    """Adds one act to the chain, in the unit of work that does what it tells of."""
    if connection.dialect.name == "postgresql":
        # Two nodes that read the same last act would both chain to it; SQLite's writers queue.
        await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    last = (
        await connection.execute(
            select(ActRow.seq, ActRow.hash).order_by(ActRow.seq.desc()).limit(1)
        )
    ).one_or_none()
    told = {
        "seq": last.seq + 1 if last else 1,
        "at": at,
        "actor": actor.name,
        "origin": actor.origin,
        "act": act,
        "about": dict(about),
        "previous": last.hash if last else GENESIS,
    }
    await connection.execute(insert(ActRow).values(**told, hash=act_hash(told)))


def act_hash(told: Mapping[str, Any]) -> str:
    facts = {**told, "at": told["at"].astimezone(UTC).isoformat()}
    body = json.dumps(facts, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(body.encode("utf-8", "surrogatepass")).hexdigest()
