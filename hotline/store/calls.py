"""Call records, folded from raw events; calllist reads them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, bindparam, func, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from channels.telephone.events import CallEvent, Kind
from channels.telephone.fold import CallRecord, fold
from hotline.store.callbox import place
from hotline.store.callrows import (
    call_values,
    citizens_number,
    event_from_json,
    number_to_hash,
    secrets_of,
)
from hotline.store.calltables import CallEventRow, CallRow
from hotline.store.cipher import Cipher


@dataclass(frozen=True)
class Call:
    """A call as it is kept: what may be shown, and what is locked."""

    call_id: str
    version: int
    direction: str
    queue: str
    agent: str
    agents: list[str]
    phase: str
    outcome: str
    offered_at: datetime
    queued_at: datetime | None
    answered_at: datetime | None
    ended_at: datetime | None
    last_at: datetime
    changed_at: datetime
    wait_s: float | None
    talk_s: float | None
    hold_s: float
    legs: int
    transfers: int
    conferenced: bool
    cause: str
    digit: int | None
    flags: list[str]
    masked: str
    number_hash: str | None
    locked: bytes


NAMES = [one.name for one in fields(Call)]
# In the very words of the index over it: SQLite would not see that `folded = 0` means the same.
UNFOLDED = text("NOT folded")
CALLS, EVENTS = cast(Table, CallRow.__table__), cast(Table, CallEventRow.__table__)
# Built once: at hundreds of events a second, building a statement costs as much as running it.
IDS: Any = bindparam("ids", expanding=True)
WAITING = ("id", "call_id", "kind", "agent", "state", "at", "event_id")
OLDEST = select(*(EVENTS.c[name] for name in WAITING)).where(UNFOLDED).order_by(EVENTS.c.id)
ANY = select(EVENTS.c.id).where(UNFOLDED).limit(1)
TOLD = select(EVENTS.c.call_id, EVENTS.c.event_id, EVENTS.c.raw).where(
    EVENTS.c.call_id.in_(IDS), EVENTS.c.kind != Kind.AGENT_STATE.value
)
CHANGE = update(CALLS).where(CALLS.c.call_id == bindparam("of"))
MARK = update(EVENTS).where(EVENTS.c.id.in_(IDS)).values(folded=True)


def call_from(row: Any) -> Call:
    return Call(**{name: getattr(row, name) for name in NAMES})


def opened(cipher: Cipher, call: Call) -> dict[str, Any]:
    """The numbers, the menu path and the recordings, in clear."""
    found: dict[str, Any] = json.loads(cipher.unlock(call.locked, _place(call.call_id)))
    return found


def _place(call_id: str) -> str:
    return f"calls.locked.{call_id}"


async def unfolded(connection: AsyncConnection, limit: int) -> list[Any]:
    """The oldest raw events that no record has yet: id, call, kind, agent, state, at, event id."""
    wanted = OLDEST.limit(limit)
    if connection.dialect.name != "sqlite":
        wanted = wanted.with_for_update(skip_locked=True)
    return list(await connection.execute(wanted))


async def any_unfolded(connection: AsyncConnection) -> bool:
    return (await connection.execute(ANY)).first() is not None


async def count_unfolded(connection: AsyncConnection) -> int:
    waiting = select(func.count()).select_from(CallEventRow).where(UNFOLDED)
    return int((await connection.execute(waiting)).scalar_one())


async def lock(
    connection: AsyncConnection, call_ids: Sequence[str], at: datetime, past: datetime
) -> dict[str, int]:
    """Writes before anything is read: two nodes that fold one call do it one after the other.

    Returns the version that each call has from now on; without those that ended before `past`: their
    earlier events are gone, and the one that is told again would be taken for the whole call.
    """
    blank = [{**BLANK, "call_id": one, **dict.fromkeys(MOMENTS, at)} for one in sorted(call_ids)]
    made = await connection.execute(LOCK[connection.dialect.name], blank)
    live = [row for row in made if row.ended_at is None or row.ended_at >= past]
    return {row.call_id: row.version for row in live}


def _lock(made: Any) -> Any:
    put = {"version": CALLS.c.version + 1, "changed_at": made.excluded.changed_at}
    locked = made.on_conflict_do_update(index_elements=["call_id"], set_=put)
    return locked.returning(CALLS.c.call_id, CALLS.c.version, CALLS.c.ended_at)


LOCK = {one.dialect.name: _lock(one.insert(CALLS)) for one in (sqlite, postgresql)}
MOMENTS = ("offered_at", "last_at", "changed_at")
BLANK: Mapping[str, Any] = {
    **dict.fromkeys(("direction", "queue", "agent", "cause", "masked"), ""),
    **{"phase": "offered", "outcome": "open", "agents": [], "flags": [], "locked": b""},
    **{"version": 1, "hold_s": 0.0, "legs": 0, "transfers": 0, "conferenced": False},
}


async def refold(
    connection: AsyncConnection, cipher: Cipher, versions: Mapping[str, int], at: datetime
) -> list[tuple[CallRecord, Call]]:
    """The records of locked calls, from all of their events; written, and as they stand now."""
    told: dict[str, list[CallEvent]] = {one: [] for one in versions}
    found = await connection.execute(TOLD, {"ids": list(versions)})
    for row in found:
        told[row.call_id].append(_opened(cipher, row))
    records = [fold(events) for events in told.values() if events]
    changes = [call_values(one) | _secrets(cipher, one) for one in records]
    if changes:
        await connection.execute(CHANGE, [one | {"of": one["call_id"]} for one in changes])
    calls = [Call(version=versions[one["call_id"]], changed_at=at, **one) for one in changes]
    return list(zip(records, calls, strict=True))


def _opened(cipher: Cipher, row: Any) -> CallEvent:
    return event_from_json(json.loads(cipher.unlock(row.raw, place(row.event_id)))["event"])


def _secrets(cipher: Cipher, record: CallRecord) -> dict[str, Any]:
    number = number_to_hash(citizens_number(record))
    body = json.dumps(secrets_of(record), ensure_ascii=False)
    return {
        "number_hash": cipher.blind("phone", number) if number else None,
        "locked": cipher.lock(body, _place(record.call_id)),
    }


async def mark_folded(connection: AsyncConnection, ids: Sequence[int]) -> None:
    await connection.execute(MARK, {"ids": list(ids)})


async def silent(connection: AsyncConnection, before: datetime, limit: int = 200) -> list[str]:
    """Open calls that nobody has told anything of since a moment."""
    found = await connection.execute(
        select(CallRow.call_id)
        .where(CallRow.ended_at.is_(None), CallRow.last_at < before)
        .order_by(CallRow.last_at)
        .limit(limit)
    )
    return list(found.scalars())
