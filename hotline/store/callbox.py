"""What a switch tells, on disk before it is acknowledged: many tellers, one gathered commit.

A known event id changes nothing, whoever repeats it and whenever.
"""

import asyncio
import json
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from channels.telephone.events import CallEvent, Kind
from hotline.store import counters
from hotline.store.callrows import event_to_json
from hotline.store.calltables import CallEventRow
from hotline.store.cipher import Cipher
from hotline.store.database import Store
from hotline.store.gathering import Gathering

GATHER_EVENTS = 500
COUNTED_AS = "call_events"  # the counters' channel: events are no receipts of the equation


INSERT = {
    dialect.dialect.name: dialect.insert(CallEventRow.__table__)
    .on_conflict_do_nothing(index_elements=["event_id"])
    .returning(CallEventRow.event_id)
    for dialect in (sqlite, postgresql)
}


@dataclass(frozen=True)
class Told:
    """An event with what was sent, and by which way it came."""

    event: CallEvent
    sent: Mapping[str, Any]
    source: str
    received_at: datetime


class CallBox:
    """The one writer of raw call events in this process."""

    def __init__(self, store: Store, cipher: Cipher) -> None:
        self._store, self._cipher = store, cipher
        self._gathering = Gathering("callbox", self._commit, GATHER_EVENTS, len)
        self._refused: Counter[str] = Counter()
        self.kept = asyncio.Event()  # something may wait to be folded
        self.changed: deque[Any] = deque(maxlen=2000)  # calls this node folded, for its own desks

    def start(self) -> None:
        self._gathering.start()

    async def stop(self) -> None:
        await self._gathering.stop()

    async def keep(self, told: Sequence[Told]) -> int:
        """How many were new; returns when all of them are on disk."""
        return await self._gathering.put(told)

    def refuse(self, reason: str) -> None:
        """Counted here, written down with the next events or the next fold: a flood costs nothing."""
        self._refused[reason] += 1

    async def write_refusals(self, connection: AsyncConnection, at: datetime) -> None:
        refused, self._refused = self._refused, Counter()
        for reason, n in refused.items():
            await counters.count(connection, at, COUNTED_AS, reason, n)

    @property
    def has_refusals(self) -> bool:
        return bool(self._refused)

    async def _commit(self, batches: Sequence[Sequence[Told]]) -> list[int]:
        """One statement for all of them; who told an event first is the one whose it counts as."""
        first: dict[str, int] = {}
        unique: dict[str, Told] = {}
        for n, told in enumerate(batches):
            for one in told:
                unique.setdefault(one.event.event_id, one)
                first.setdefault(one.event.event_id, n)
        found = [0] * len(batches)
        async with self._store.write(first=True) as connection:
            values = [self._values(unique[key]) for key in sorted(unique)]
            made = await connection.execute(INSERT[connection.dialect.name], values)
            for event_id in made.scalars():
                found[first[event_id]] += 1
            fresh, total = sum(found), sum(len(told) for told in batches)
            at = next(one.received_at for told in batches for one in told)
            for outcome, n in (("accepted", fresh), ("duplicate", total - fresh)):
                if n:
                    await counters.count(connection, at, COUNTED_AS, outcome, n)
        self.kept.set()
        return found

    def _values(self, told: Told) -> dict[str, Any]:
        event = told.event
        seat = event.kind is Kind.AGENT_STATE
        body = json.dumps({"event": event_to_json(event), "sent": told.sent}, ensure_ascii=False)
        return {
            "event_id": event.event_id,
            "call_id": event.call_id,
            "kind": event.kind.value,
            "at": event.at,
            "received_at": told.received_at,
            "source": told.source,
            "agent": event.agent if seat else None,
            "state": event.state.value if event.state else None,
            "folded": False,
            "raw": self._cipher.lock(body, place(event.event_id)),
        }


def place(event_id: str) -> str:
    return f"call_event.raw.{event_id}"
