"""Looks after one mailbox for ever: fetch, hand in, then mark as read; in that order, and no other.

What is not on disk is never marked; while nothing can be kept, nothing is fetched. A mailbox that
cannot be used is told of, and tried again after a growing gap.
"""

import asyncio
import contextlib
import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any

import structlog

from channels.desk import Away, Postroom
from channels.mailbox.imapbox import Box, Broken, Connection, Fetched
from channels.message import Delivery, Standing

log = structlog.get_logger(__name__)
FIRST_GAP, LONGEST_GAP = 1.0, 60.0
LISTEN = 10.0  # seconds of one IDLE; a stop waits no longer
PATIENCE = 20.0  # how long a letter that is not whole yet is waited for
BATCH = 200


@dataclass
class Half:
    """A letter whose body the server has announced and not shown."""

    digest: str
    since: float


@dataclass
class Keeper:
    """One mailbox, its connection in a thread of its own."""

    box: Box
    postroom: Postroom
    connect: Callable[[Box], Connection] = Connection
    gap: float = FIRST_GAP
    patience: float = PATIENCE
    _halves: dict[int, Half] = field(default_factory=dict)
    _looked: bool = False  # in this session at least once

    async def run(self) -> None:
        gap = self.gap
        while True:
            try:
                with _thread(self.box.name) as thread:
                    await self._session(thread)
            except Away as error:
                log.warning("mailbox.nothing_kept", mailbox=self.box.name, error=str(error))
            except Broken as error:
                log.warning("mailbox.broken", mailbox=self.box.name, problem=error.words)
                with contextlib.suppress(Away):
                    await self.postroom.broken(self.box.name, error.words)
                gap = LONGEST_GAP if error.lasting and self.gap == FIRST_GAP else gap
            except Exception as error:  # our own fault must not be the end of the mailbox either
                log.error("mailbox.failed", mailbox=self.box.name, exc_info=error)
                with contextlib.suppress(Away):
                    await self.postroom.broken(self.box.name, f"内部错误 {type(error).__name__}")
            # What worked until now is tried again soon; the gap grows only while nothing does.
            gap, self._looked = (self.gap if self._looked else gap), False
            await asyncio.sleep(gap)
            gap = min(gap * 2, LONGEST_GAP)

    async def _session(self, thread: ThreadPoolExecutor) -> None:
        """From sign-in to the first thing that goes wrong."""
        box, connection = self.box, self.connect(self.box)
        call = _caller(thread)
        try:
            known = await self.postroom.standing(box.name)
            validity, highest = await call(connection.open)
            if known is None or known.uidvalidity != validity:
                self._halves.clear()
                known = await self.postroom.renewed(box.name, validity, highest)
            while True:
                known = await self.look(connection, call, known)
                self._looked = True
                await self._listen(connection, call)
        finally:
            connection.close()

    async def look(self, connection: Connection, call: Any, standing: Standing) -> Standing:
        """Takes what is new; returns how far all is done."""
        last, validity = standing.last_uid, standing.uidvalidity
        wanted = await call(connection.above, max(last, standing.began))
        if last < standing.began:
            old = await call(connection.unread, standing.began, standing.since)
            wanted |= {uid for uid in old if uid > last}
        stored = set(await self.postroom.stored(self.box.name, validity, last))
        unfinished: list[int] = []
        for uid in sorted(wanted):
            if not await self._one(connection, call, (validity, uid), uid in stored):
                unfinished.append(uid)
        done = min(unfinished) - 1 if unfinished else max([last, standing.began, *wanted])
        standing = replace(standing, last_uid=max(last, done))
        await self.postroom.stand(self.box.name, standing)
        return standing

    async def _one(
        self, connection: Connection, call: Any, place: tuple[int, int], stored: bool
    ) -> bool:
        """True when nothing is left to do for this letter."""
        validity, uid = place
        if not stored:
            fetched = await call(connection.fetch, uid)
            if fetched is None:  # somebody has deleted it
                return True
            if not self._whole(uid, fetched):
                return False
            await self.postroom.take(
                Delivery(
                    mailbox=self.box.name,
                    raw=fetched.raw,
                    uidvalidity=validity,
                    uid=uid,
                    cut=fetched.size if fetched.cut else None,
                )
            )
        await call(connection.flag, uid)
        self._halves.pop(uid, None)
        return True

    def _whole(self, uid: int, fetched: Fetched) -> bool:
        """A letter announced before its body can be read is asked for again, and taken as it is
        when it stays so: some servers count wrongly, some letters have no body."""
        _, mark, body = fetched.raw.partition(b"\r\n\r\n")
        if fetched.cut or (len(fetched.raw) >= fetched.size and mark and body.strip()):
            return True
        now = asyncio.get_running_loop().time()
        digest = hashlib.sha256(fetched.raw).hexdigest()
        half = self._halves.get(uid)
        if half is None or half.digest != digest:
            self._halves[uid] = Half(digest, now)
            return False
        return now - half.since >= self.patience

    async def _listen(self, connection: Connection, call: Any) -> None:
        """Until there is news, or it is time to look in any case."""
        ends = asyncio.get_running_loop().time() + self.box.seconds
        seconds = min(LISTEN, self.box.seconds, self.patience / 4 if self._halves else LISTEN)
        if await call(connection.wait, seconds):
            return
        left = ends - asyncio.get_running_loop().time()
        await asyncio.sleep(seconds if self._halves else max(left, 0))
        await call(connection.noop)


@contextlib.contextmanager
def _thread(name: str) -> Any:
    thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=f"imap-{name}")
    try:
        yield thread
    finally:
        thread.shutdown(wait=False, cancel_futures=True)


def _caller(thread: ThreadPoolExecutor) -> Any:
    async def call(method: Callable[..., Any], *told: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(thread, method, *told)

    return call
