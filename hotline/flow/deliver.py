"""The outbox -> channel senders: leased, handed over within the lease, marked by its fence."""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import structlog

from channels.desk import Sender, SendFailed
from channels.message import Outgoing
from hotline.flow.centre import Centre
from hotline.store import outbox
from hotline.store.outbox import Leased, Message

log = structlog.get_logger(__name__)

# A hand-over ends well inside its lease, or is broken off. It is timed by the process's monotonic
# clock, which runs on while the process is stopped: who wakes up too late is stopped at the next
# word to the receiver.
SHARE = 2 / 3

# Seconds that a hand-over under way gets when the hotline stops; what it does not end in is broken
# off and its lease given back: the next sender need not wait for the lease to lapse.
LAST = 8.0
STOPPED = "stopped"


async def deliver(centre: Centre, limit: int = 10) -> int:
    """Carries waiting messages out of the database until none is due; returns how many it took."""
    owner, tried = f"{centre.node[:100]}:{os.getpid()}", 0
    while not centre.stopping.is_set():
        async with centre.work() as work:
            batch = await outbox.take(work.connection, owner, work.at, limit)
        await asyncio.gather(*(_send(centre, one) for one in batch))
        tried += len(batch)
        if len(batch) < limit:
            break
    return tried


async def _send(centre: Centre, lease: Leased) -> None:
    started = asyncio.get_running_loop().time()
    async with centre.work() as work:
        if centre.stopping.is_set():
            await outbox.give_back(work.connection, lease)
            return
        if not await outbox.hold(work.connection, lease):
            log.info("outbox.lease_lost", message=lease.id)
            return
    kind = lease.message.audience.partition(":")[0]
    sender = centre.senders.get(kind)
    problem, final = f"no sender for {kind}", True
    if sender is not None:
        ends = started + outbox.LEASE.total_seconds() * SHARE
        problem, final = await _hand_over(centre, sender, lease, ends)
    async with centre.work() as work:
        if problem == STOPPED:
            kept = await outbox.give_back(work.connection, lease)
        elif problem:
            log.warning("outbox.not_sent", message=lease.id, problem=problem, final=final)
            kept = await outbox.failed(work.connection, lease, problem, work.at, final=final)
        else:
            kept = await outbox.sent(work.connection, lease)
    if not kept:
        log.warning("outbox.lease_lost", message=lease.id)


async def _hand_over(
    centre: Centre, sender: Sender, lease: Leased, ends: float
) -> tuple[str, bool]:
    """What went wrong, if anything, and whether trying again is in vain."""
    try:
        message = _outgoing(centre, lease)
        async with asyncio.timeout_at(ends) as limit, _until_stopped(centre, limit):
            await sender.send(message)
    except SendFailed as error:
        return str(error) or "not sent", error.permanent
    except TimeoutError:
        late = asyncio.get_running_loop().time() >= ends
        return ("not handed over in time" if late else STOPPED), False
    except Exception as error:  # a sender's bug must not stop the messages behind it
        log.error("outbox.sender_failed", error=type(error).__name__, exc_info=error)
        return type(error).__name__, False
    return "", False


@asynccontextmanager
async def _until_stopped(centre: Centre, limit: asyncio.Timeout) -> AsyncIterator[None]:
    """From a stop on there are only the last seconds, or what was left."""

    async def shorten() -> None:
        await centre.stopping.wait()
        last = asyncio.get_running_loop().time() + LAST
        if not limit.expired():
            limit.reschedule(min(limit.when() or last, last))

    shortening = asyncio.create_task(shorten())
    try:
        yield
    finally:
        shortening.cancel()


def _outgoing(centre: Centre, lease: Leased) -> Outgoing:
    told, address = lease.message, lease.address(centre.cipher)
    if sealed := lease.letter(centre.cipher):
        return _to_citizen(told, address, json.loads(sealed))
    return Outgoing(
        to=address or told.audience.partition(":")[2],
        subject=told.subject,
        text=_letter(centre, told) if address else told.text,
        about=told.about,
        message_id=told.message_id,
    )


def _to_citizen(told: Message, address: str, letter: dict[str, Any]) -> Outgoing:
    return Outgoing(
        to=address,
        subject=letter["subject"],
        text=letter["text"],
        about=told.about,
        message_id=told.message_id,
        html=letter.get("html"),
        in_reply_to=letter["in_reply_to"],
        references=tuple(letter["references"]),
    )


def _letter(centre: Centre, told: Message) -> str:
    """What stands in a letter: the notice, and where to look; nothing of who the citizen is."""
    lines = [told.subject, told.text]
    if centre.address:
        page = f"cases/{told.about}" if told.about else "messages"  # a digest, a rising matter
        lines.append(f"请登录热线系统办理：{centre.address}/office/{page}")
    lines.append("本邮件由系统自动发出，请勿回复。")
    return "\n\n".join(line for line in lines if line) + "\n"
