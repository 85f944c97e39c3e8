"""The postroom: a letter's bytes are on disk before anybody is told that it was taken."""

import asyncio
import hashlib
from collections.abc import Collection
from contextlib import asynccontextmanager
from typing import Any

import structlog

from channels.desk import Away, Full
from channels.message import Delivery, Standing
from hotline.flow.centre import Centre
from hotline.store import counters, letters, mailboxes
from hotline.store.letters import CHANNEL

log = structlog.get_logger(__name__)


class Postroom:
    """channels.desk.Postroom over the store; whatever keeps the database from keeping is Away."""

    def __init__(self, centre: Centre, news: asyncio.Event | None = None) -> None:
        self._centre = centre
        self._news = news or asyncio.Event()

    async def take(self, delivery: Delivery) -> None:
        centre = self._centre
        department = centre.post.departments.get(delivery.mailbox)
        async with self._kept() as work:
            centre.reserve.check()
            if delivery.uid is not None:
                digest = hashlib.sha256(delivery.raw).hexdigest()
                if await letters.adopt(work.connection, delivery, digest):
                    return
            await letters.keep(work.connection, centre.cipher, delivery, department, work.at)
        self._news.set()

    async def refused(self, mailbox: str, why: str) -> None:
        log.warning("letter.refused", mailbox=mailbox, why=why)
        async with self._kept() as work:
            await counters.count(work.connection, work.at, CHANNEL, "refused")

    async def standing(self, mailbox: str) -> Standing | None:
        async with self._kept() as work:
            return await mailboxes.standing(work.connection, mailbox)

    async def stored(self, mailbox: str, uidvalidity: int, above: int) -> Collection[int]:
        async with self._kept() as work:
            return await letters.stored(work.connection, mailbox, uidvalidity, above)

    async def stand(self, mailbox: str, standing: Standing) -> None:
        async with self._kept() as work:
            await mailboxes.stand(work.connection, mailbox, standing, work.at)

    async def renewed(self, mailbox: str, uidvalidity: int, began: int) -> Standing:
        async with self._kept() as work:
            return await mailboxes.renew(work.connection, mailbox, uidvalidity, began)

    async def broken(self, mailbox: str, problem: str) -> None:
        async with self._kept() as work:
            await mailboxes.broken(work.connection, mailbox, problem, work.at)

    @asynccontextmanager
    async def _kept(self) -> Any:
        """A unit of work; every failure in it means that nothing was kept."""
        try:
            async with self._centre.work() as work:
                yield work
        except Exception as error:
            words = str(error).lower()
            full = "disk is full" in words or "no space left" in words or "disk full" in words
            log.error("letter.not_kept", error=type(error).__name__, full=full)
            raise (Full if full else Away)(type(error).__name__) from error
