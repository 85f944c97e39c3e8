"""Senders over one outbox that stop themselves past their leases; sabotaged on demand.

`python -m tests.faults.carrier URL FOLDER HOW SENDERS PAUSES`: HOW is honest, or what is taken out:
lease, check or clock. The last sender's clock is two hours fast, and it stays awake: somebody must
be there to take over. Prints how many pauses there were.
"""

import asyncio
import os
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import literal, select, update

from channels.message import Outgoing
from hotline.config import Settings
from hotline.flow import deliver
from hotline.flow.centre import Centre
from hotline.store import outbox
from hotline.store.database import AwareDateTime
from hotline.store.ledgers import OutboxRow
from hotline.wiring import Parts, build
from tests.faults.sleepers import Sleep, Start, nobody_reads, together
from tests.makers import MONDAY

# Seconds; short, so that a pause past it is short, and long enough for a busy machine to mark in the
# third of it that is left after a hand-over: what is marked too late is handed over again.
LEASE = 2.0
ASLEEP = LEASE * 1.2
AHEAD = 7200.0  # seconds by which the last sender's clock is fast
FAST = 600  # city seconds that pass in one of ours: gaps between tries are minutes


class Ledger:
    """The receiver: a line for each hand-over; every second sender that comes falls asleep there."""

    def __init__(self, folder: Path, name: str, sleep: Sleep) -> None:
        self._path, self._name, self._sleep = folder / "received", name, sleep
        self._calls = 0

    async def send(self, message: Outgoing) -> None:
        await asyncio.sleep(0.03)
        self._calls += 1
        if self._calls % 2:
            self._sleep.fall()
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


@dataclass(frozen=True)
class Sender:
    """One of them: what it works on, and how it differs from the others."""

    url: str
    folder: Path
    how: str
    start: Start
    began: float

    async def carry(self, name: str, pauses: int, ahead: float) -> None:
        sabotage(self.how, ahead)
        outbox.LEASE = timedelta(seconds=LEASE)
        sleep = Sleep(pauses)
        send = deliver._send

        async def drowsy(centre: Centre, lease: outbox.Leased) -> None:
            if lease.id % 2:
                sleep.fall()  # it holds a lease and has not looked at it again
            await send(centre, lease)

        deliver._send = drowsy
        senders = {"memory": Ledger(self.folder, name, sleep)}
        settings = Settings(database_url=self.url, data=self.folder)
        parts = Parts(clock=self.clock, senders=senders, make_reader=nobody_reads)
        centre = await build(settings, parts)
        await self.start.ready()
        while await _waiting(centre):
            await deliver.deliver(centre, 1)
            await asyncio.sleep(0.05)
        await centre.close()

    def clock(self) -> datetime:
        return MONDAY + timedelta(seconds=(time.monotonic() - self.began) * FAST)


async def _waiting(centre: Centre) -> int:
    async with centre.look() as look:
        return (await outbox.length(look.connection))[0]


def main(url: str, folder: str, how: str, senders: int, pauses: int) -> int:
    """Returns how many pauses there were."""
    one = Sender(url, Path(folder), how, Start(senders), time.monotonic())
    each = -(-pauses // (senders - 1))
    drowsy = [partial(one.carry, f"n{n}", each, 0.0) for n in range(senders - 1)]
    return together([*drowsy, partial(one.carry, "awake", 0, AHEAD)], ASLEEP)


if __name__ == "__main__":
    print(main(*sys.argv[1:4], *map(int, sys.argv[4:])))
