"""One sender in a process of its own, that stops itself past its lease; sabotaged on demand.

`python -m tests.faults.carrier URL FOLDER HOW NAME PAUSES AHEAD START`: HOW is honest, or what is
taken out: lease, check or clock; AHEAD are the seconds by which this node's clock is fast.
"""

import asyncio
import os
import signal
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import literal, select, update

from channels.message import Outgoing
from hotline.config import Settings
from hotline.flow import deliver
from hotline.flow.centre import Centre, City
from hotline.store import outbox
from hotline.store.database import AwareDateTime
from hotline.store.ledgers import OutboxRow
from hotline.wiring import Parts, build
from tests.makers import MONDAY

# Seconds; short, so that a pause past it is short, and long enough for a busy machine to mark in the
# third of it that is left after a hand-over: what is marked too late is handed over again.
LEASE = 2.0
FAST = 600  # city seconds that pass in one of ours: gaps between tries are minutes


def nobody_reads(city: City) -> Any:
    """Senders read no complaints, and the dictionaries take seconds to load."""


class Ledger:
    """The receiver: a line for each hand-over; and the places at which this sender falls asleep."""

    def __init__(self, folder: Path, name: str, pauses: int) -> None:
        self._path, self._name, self._pauses = folder / "received", name, pauses
        self._calls = 0

    def sleep(self) -> None:
        """Stopped as by SIGSTOP from outside; whoever watches us wakes us up again."""
        if self._pauses:
            self._pauses -= 1
            os.kill(os.getpid(), signal.SIGSTOP)

    async def send(self, message: Outgoing) -> None:
        await asyncio.sleep(0.03)
        self._calls += 1
        if self._calls % 2:
            self.sleep()
        await asyncio.sleep(0.001)  # as a receiver's answer is awaited before the letter goes
        line = f"{message.message_id} {self._name}\n".encode()
        handle = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.write(handle, line)
        os.close(handle)


def sabotage(how: str, ahead: float) -> None:
    if how == "clock":  # leases by each node's own clock

        def own(connection: Any, plus: timedelta = timedelta()) -> Any:
            now = datetime.now(UTC) + timedelta(seconds=ahead) + plus
            return literal(now, AwareDateTime())

        outbox.database_now = own
    if how in ("check", "lease"):  # nobody looks whether the lease still stands

        async def hold(connection: Any, lease: outbox.Leased) -> bool:
            return True

        outbox.hold = hold
    if how == "lease":

        async def take(connection: Any, owner: str, at: datetime, limit: int) -> Any:
            due = select(*OutboxRow.__table__.c).where(OutboxRow.next_at <= at).limit(limit)
            return [outbox._leased(row) for row in await connection.execute(due)]

        async def sent(connection: Any, lease: outbox.Leased) -> bool:
            done = update(OutboxRow).where(OutboxRow.id == lease.id)
            await connection.execute(done.values(state="sent", next_at=None))
            return True

        outbox.take, outbox.sent = take, sent


async def carry(url: str, folder: str, name: str, pauses: int, start: float) -> None:
    outbox.LEASE = timedelta(seconds=LEASE)
    receiver = Ledger(Path(folder), name, pauses)
    send = deliver._send

    async def drowsy(centre: Centre, lease: outbox.Leased) -> None:
        if lease.id % 2:
            receiver.sleep()  # it holds a lease and has not looked at it again
        await send(centre, lease)

    deliver._send = drowsy

    def clock() -> datetime:
        return MONDAY + timedelta(seconds=(time.monotonic() - start) * FAST)

    settings = Settings(database_url=url, data=Path(folder))
    parts = Parts(clock=clock, senders={"memory": receiver}, make_reader=nobody_reads)
    centre = await build(settings, parts)
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)  # all start at the same moment
    while True:
        await deliver.deliver(centre, 1)
        async with centre.look() as look:
            waiting, _ = await outbox.length(look.connection)
        if not waiting:
            break
        await asyncio.sleep(0.05)
    await centre.close()


if __name__ == "__main__":
    _, url, folder, how, name, pauses, ahead, start = sys.argv
    sabotage(how, float(ahead))
    asyncio.run(carry(url, folder, name, int(pauses), float(start)))
