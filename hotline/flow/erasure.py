"""Erasing by law: asked for, or because its time has come; and never coming back from a backup."""

import asyncio
from collections.abc import Iterable
from datetime import timedelta

import structlog

from hotline.config import Privacy
from hotline.domain.people import SYSTEM, Actor
from hotline.flow.centre import Centre
from hotline.store import acts, erasing, erasureledger, privacy
from hotline.store.erasing import Erased
from hotline.store.privacychecks import ACT
from hotline.store.work import Work

log = structlog.get_logger(__name__)
BATCH = 50  # cases a transaction; the next look takes the next ones


async def erase(work: Work, number: str, why: str, actor: Actor) -> Erased | None:
    """Inside an open unit of work; the act that says so is written with it."""
    done = await erasing.erase(work.connection, work.cipher, number, why, work.at)
    if done is not None:
        about = {"number": number, "why": why, "through": done.through}
        await acts.record(work.connection, work.at, actor, ACT, about)
    return done


async def finish(centre: Centre, erased: Iterable[Erased | None]) -> None:
    """After the commit: the bytes of files go, and the list outside learns of it."""
    digests = [digest for one in erased if one is not None for digest in one.digests]
    await asyncio.to_thread(erasing.unlink, centre.files, digests)
    await agree(centre)


async def agree(centre: Centre) -> int:
    """The list outside and the database say the same; how many cases had come back.

    A database that was put back from an older backup has cases again that were erased since.
    """
    listed = await asyncio.to_thread(
        erasureledger.read, erasureledger.path(centre.files), centre.cipher
    )
    async with centre.look() as look:
        done = await erasing.numbers(look.connection)
    missing = [(n, at, why) for n, (at, why, _) in done.items() if n not in listed]
    await asyncio.to_thread(erasureledger.add, centre.files, centre.cipher, missing)
    back = []
    for number in sorted(set(listed) - set(done)):
        async with centre.work() as work:
            back.append(await erase(work, number, "restored", SYSTEM))
    again = [one for one in back if one is not None]
    if again:
        log.warning("erasure.again", cases=len(again))
        digests = [digest for one in again for digest in one.digests]
        await asyncio.to_thread(erasing.unlink, centre.files, digests)
    return len(again)


async def keep_time(centre: Centre, policy: Privacy) -> int:
    """Erases what the policy keeps no longer; what is on hold stays."""
    now, total = centre.now(), 0
    before, long_before = (now - timedelta(days=n) for n in (policy.days, policy.supervised_days))
    while not centre.stopping.is_set():
        async with centre.work() as work:
            numbers = await privacy.expired(work.connection, before, long_before, BATCH)
            done = [await erase(work, number, "retention", SYSTEM) for number in numbers]
        if not numbers:
            break
        await finish(centre, done)
        total += len(numbers)
    return total
