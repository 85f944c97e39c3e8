"""Erasing by law: asked for, or because its time has come; and never coming back from a backup."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

import structlog

from hotline.config import Privacy
from hotline.domain.people import SYSTEM, Actor
from hotline.flow.centre import Centre
from hotline.flow.onebyone import each, paged
from hotline.store import acts, erasing, erasureledger, privacy
from hotline.store.cursors import Paged, Place
from hotline.store.erasing import Erased
from hotline.store.erasureledger import Listed
from hotline.store.privacy import Kept
from hotline.store.privacychecks import ACT
from hotline.store.work import Work

log = structlog.get_logger(__name__)
BATCH = 200  # numbers that are looked up in one read
ENDED = 5000  # cases that ended and are looked through in one read
YOUNG = timedelta(hours=1)
SPAN = 20_000  # acts that are looked through in one read


async def erase(work: Work, number: str, why: str, actor: Actor) -> Erased | None:
    """Inside an open unit of work; the act that says so is written with it."""
    done = await erasing.erase(work.connection, work.cipher, number, why, work.at)
    if done is not None:
        about = {"number": number, "why": why, "through": done.through}
        await acts.record(work.connection, work.at, actor, ACT, about)
    return done


async def finish(centre: Centre, erased: Iterable[Erased | None]) -> None:
    """After the commit: the bytes of files go, and the list outside learns of it."""
    done = [one for one in erased if one is not None]
    digests = [digest for one in done for digest in one.digests]
    await asyncio.to_thread(erasing.unlink, centre.files, digests)
    told = [(one.number, one.at, one.why) for one in done]
    await asyncio.to_thread(erasureledger.add, centre.files, centre.cipher, told)


class Agreement:
    """That the list outside and the database say the same: what was erased and is not listed, after
    a full disk or a kill, is listed; what is listed and is here again is erased again, as after a
    database was put back from an older backup.

    At first everything is looked at, then what was added since: an hour costs its own work, and
    not that of all years before it.
    """

    def __init__(self, centre: Centre) -> None:
        self._centre = centre
        self._start()

    def _start(self) -> None:
        self._seq, self._end = 0, 0  # how far the acts and the list were held against each other
        self._late: Listed = {}  # lines so young that their acts may not have been looked at

    async def look(self) -> int:
        """How many cases had come back."""
        centre, file = self._centre, erasureledger.path(self._centre.files)
        async with centre.look() as look:  # an act comes before its line, and is looked for first
            newest = await acts.newest(look.connection)
        if newest < self._seq or await asyncio.to_thread(erasureledger.length, file) < self._end:
            self._start()  # one of the two was put back from a copy
        listed, end = await asyncio.to_thread(erasureledger.read_on, file, centre.cipher, self._end)
        await self._list(newest, self._late | listed)
        back = await each(
            centre, "erasures", self._here_again(sorted(listed)), partial(_again, centre)
        )
        if back:
            log.warning("erasure.again", cases=back)
        self._seq, self._end = newest, end
        young = centre.now() - YOUNG
        self._late = {number: told for number, told in listed.items() if told[0] > young}
        return back

    async def _list(self, newest: int, known: Listed) -> None:
        """What was erased up to the newest act and is not known to the list."""
        centre = self._centre
        for after in range(self._seq, newest, SPAN):
            async with centre.look() as look:
                through = min(after + SPAN, newest)
                erased = await acts.of_kind(look.connection, ACT, after, through)
            told = [(about["number"], at, about["why"]) for at, about in erased]
            missing = [one for one in told if one[0] not in known]
            await asyncio.to_thread(erasureledger.add, centre.files, centre.cipher, missing)

    async def _here_again(self, numbers: Sequence[str]) -> AsyncIterator[str]:
        for place in range(0, len(numbers), BATCH):
            if self._centre.stopping.is_set():
                return
            async with self._centre.look() as look:
                some = numbers[place : place + BATCH]
                found = await erasing.here_again(look.connection, some)
            for number in found:
                yield number


async def _again(centre: Centre, number: str) -> int:
    async with centre.work() as work:
        done = await erase(work, number, "restored", SYSTEM)
    await finish(centre, [done])
    return done is not None


async def keep_time(centre: Centre, policy: Privacy) -> int:
    """Erases what the policy keeps no longer; what is on hold stays."""
    now = centre.now()
    kept = Kept(*(now - timedelta(days=n) for n in (policy.days, policy.supervised_days)))

    async def over(connection: Any, after: Place) -> Paged[str]:
        return await privacy.expired(connection, kept, after, ENDED)

    async def one(number: str) -> int:
        async with centre.work() as work:
            if not await privacy.is_over(work.connection, kept, number):
                return 0
            done = await erase(work, number, "retention", SYSTEM)
        await finish(centre, [done])
        return done is not None

    return await each(centre, "retention", paged(centre, over), one)
