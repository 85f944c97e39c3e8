"""A live connection to a switch: reconnect with growing gaps, heartbeat, nothing dropped.

Whatever breaks it, it is made again: a line that died unnoticed is one that no call comes by. One
that a switch takes and drops again and again counts as lost each time, until one has stood a while.

Both Asterisk's and FreeSWITCH's wires are blocks of `Key: Value` lines, so the reading is one.
An event is handed over before the next block is read: what takes events sets the pace, and the
switch queues meanwhile.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

import structlog

from channels.telephone.events import CallEvent, Kind

log = structlog.get_logger(__name__)
GAPS = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0)  # seconds before the next try; the last one goes on
SILENCE = 20.0  # after which we ask whether the switch is there
STEADY = 60.0  # seconds that a connection must stand before earlier losses are forgotten
CLOSING = 5.0  # given to a connection's last bytes; the next one is not kept waiting for them
MOST_BLOCK = 2**20
Block = Mapping[str, str]
Deliver = Callable[[Sequence[CallEvent]], Awaitable[None]]


class Lost(Exception):
    """The connection is gone, or says what it should not."""


class Refused(Lost):
    """The switch does not know us; tried again, with the longest gap."""


@dataclass
class Wire:
    """One connection, block by block; `body` blocks carry their length."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def block(self) -> dict[str, str]:
        """The next block's fields; the first of two with one name stays, as with headers."""
        found: dict[str, str] = {}
        size = 0
        while True:
            raw = await self.reader.readline()
            if not raw.endswith(b"\n"):
                raise Lost("closed")
            size += len(raw)
            if size > MOST_BLOCK:
                raise Lost("a block without end")
            line = raw.decode("utf-8", "replace").strip("\r\n")
            if not line:
                if found:
                    return found
                continue
            name, colon, value = line.partition(":")
            if colon:
                found.setdefault(name.strip(), value.strip())

    async def bytes(self, count: int) -> bytes:
        if not 0 <= count <= MOST_BLOCK:
            raise Lost("a body too long")
        try:
            return await self.reader.readexactly(count)
        except asyncio.IncompleteReadError:
            raise Lost("closed") from None

    async def send(self, text: str) -> None:
        self.writer.write(text.encode())
        await self.writer.drain()

    async def close(self) -> None:
        self.writer.close()
        with contextlib.suppress(OSError):
            async with asyncio.timeout(CLOSING):
                await self.writer.wait_closed()


class Dialect(Protocol):
    """How one make of switch is spoken to."""

    name: str

    async def open(self, wire: Wire) -> None:
        """Signs in and asks for events; raises Refused."""

    async def next(self, wire: Wire) -> Block:
        """The next thing the switch says."""

    async def ping(self, wire: Wire) -> None:
        """Asks for a sign of life."""

    def events(self, block: Block, at: datetime) -> list[CallEvent]:
        """What a block tells of calls; `at` is its arrival, where it names no time of its own."""


def sane(told: Sequence[CallEvent]) -> list[CallEvent]:
    """What a switch says is cut to what is kept; an event of no call and no agent tells nothing."""
    lengths = {"from_": 64, "to": 64, "queue": 80, "agent": 80, "cause": 40}
    lengths |= {"event_id": 120, "call_id": 120, "leg_id": 120}
    return [
        replace(one, **{name: getattr(one, name)[:most] for name, most in lengths.items()})
        for one in told
        if one.call_id or one.kind is Kind.AGENT_STATE
    ]


def _told(error: Exception) -> str:
    """For the log: our own words and the system's; others may repeat what a caller's call says."""
    said = str(error) if isinstance(error, Lost | OSError) else ""
    return said or type(error).__name__


class SwitchLine:
    """Keeps a connection to a switch until it is cancelled."""

    def __init__(
        self,
        place: tuple[str, int],
        dialect: Dialect,
        deliver: Deliver,
        clock: Callable[[], datetime],
        *,
        gaps: Sequence[float] = GAPS,
        silence: float = SILENCE,
        steady: float = STEADY,
    ) -> None:
        self._place, self._dialect = place, dialect
        self._deliver, self._clock = deliver, clock
        self._gaps, self._silence, self._steady = gaps, silence, steady
        self.connected_at: datetime | None = None
        self.failures = 0  # times in a row that it was not had or not kept
        self.wire: Wire | None = None

    async def run(self) -> None:
        """Two lines of log a try: the last gap bounds what a switch that comes and goes can write."""
        while True:
            try:
                await self._connected()
            except Exception as error:  # whatever it was, no call comes in without the line
                gap = self._gaps[min(self.failures, len(self._gaps) - 1)]
                gap = self._gaps[-1] if isinstance(error, Refused) else gap
                self.failures += 1
                kind, why = self._dialect.name, _told(error)
                log.warning("switch.lost", kind=kind, error=why, times=self.failures, retry=gap)
                await asyncio.sleep(gap)

    async def _connected(self) -> None:
        async with asyncio.timeout(self._silence):
            reader, writer = await asyncio.open_connection(*self._place, limit=MOST_BLOCK)
        self.wire = wire = Wire(reader, writer)
        stands: asyncio.TimerHandle | None = None
        try:
            async with asyncio.timeout(self._silence):
                await self._dialect.open(wire)
            self.connected_at = self._clock()
            stands = asyncio.get_running_loop().call_later(self._steady, self._stands)
            log.info("switch.connected", kind=self._dialect.name)
            while True:
                block = await self._heard(wire)
                told = sane(self._dialect.events(block, self._clock()))
                if told:
                    await self._handed(told)
        finally:
            self.wire = self.connected_at = None
            if stands is not None:
                stands.cancel()
            await wire.close()

    def _stands(self) -> None:
        self.failures = 0

    async def _heard(self, wire: Wire) -> Block:
        """The next block; a switch that stays silent even when asked is gone."""
        reading = asyncio.ensure_future(self._dialect.next(wire))
        try:
            done, _ = await asyncio.wait({reading}, timeout=self._silence)
            if not done:
                await self._dialect.ping(wire)
                done, _ = await asyncio.wait({reading}, timeout=self._silence)
            if not done:
                raise Lost("silent")
            return reading.result()
        finally:
            if not reading.done():
                reading.cancel()
                with contextlib.suppress(asyncio.CancelledError, Lost):
                    await reading

    async def _handed(self, told: Sequence[CallEvent]) -> None:
        """Until they are on disk: the database may be away, the events may not be lost for it."""
        tries = 0
        while True:
            try:
                await self._deliver(told)
                return
            except Exception as error:
                gap = self._gaps[min(tries, len(self._gaps) - 1)]
                tries += 1
                log.error("switch.undelivered", error=type(error).__name__, retry=gap)
                await asyncio.sleep(gap)
