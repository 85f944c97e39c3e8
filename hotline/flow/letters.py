"""Reads the letters that wait: each ends as exactly one of case, follow-up, bounce, automatic,
duplicate or quarantine; the outcome and all that follows from it are one unit of work.

What cannot be read three times goes to the tray, and the queue behind it moves on.
"""

import asyncio
import hashlib
import traceback
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import structlog

from channels.mailbox import screens
from channels.mailbox.facts import Reading, Unreadable
from channels.mailbox.screens import Verdict
from channels.mailbox.worker import Readers
from hotline.domain.errors import Refused
from hotline.flow import bounces, correspondence, lettercases, tray
from hotline.flow.centre import Centre
from hotline.flow.threads import Thread, TooSoon, thread_of
from hotline.store import letters, lettersread
from hotline.store.letters import TRIES, Clash, Taken
from hotline.store.vault import email_hash
from hotline.store.work import Work

log = structlog.get_logger(__name__)
SECONDS = 3.0  # one letter may take so long in the reader: three tries, and the queue moves in 10 s
AGAIN = timedelta(seconds=0.5)
CONTENT = (b"message-id", b"from", b"to", b"subject", b"date")


@dataclass(frozen=True)
class Read:
    """A letter with all that was found out about it before anything is written."""

    taken: Taken
    reading: Reading
    verdicts: tuple[Verdict, ...]
    thread: Thread | None
    identity: str | None

    @property
    def decided(self) -> Verdict | None:
        """The first verdict that is more than a mark."""
        return screens.decided(self.verdicts)


async def read_pending(centre: Centre, readers: Readers, limit: int = 4) -> int:
    """Takes up the oldest letters that wait; returns how many it took up."""
    async with centre.look() as look:  # an empty tray does not hold up who writes
        if not await letters.any_due(look.connection, look.at):
            return 0
    async with centre.work() as work:
        batch = await letters.take(work.connection, centre.cipher, work.at, limit)
    await asyncio.gather(*(_guarded(centre, readers, one) for one in batch))
    return len(batch)


async def _guarded(centre: Centre, readers: Readers, taken: Taken) -> None:
    try:
        await read_one(centre, readers, taken)
    except TooSoon:
        async with centre.work() as work:
            await letters.put_off(work.connection, taken, work.at + AGAIN)
    except Unreadable as error:
        await _failed(centre, taken, error.reason)
    except Refused as error:
        await _held(centre, taken, error.zh)
    except Clash:  # its twin was settled at the same moment: now it is known as one
        async with centre.work() as work:
            await letters.put_off(work.connection, taken, work.at)
    except Exception as error:  # whatever it is, the letters behind it are read
        # Without the traceback's values: they are somebody's letter.
        log.error("letter.failed", letter=taken.id, error=type(error).__name__, at=_where(error))
        await _failed(centre, taken, f"处理失败（{type(error).__name__}）")


def _where(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""


async def _held(centre: Centre, taken: Taken, problem: str) -> None:
    """The case does not take it, for a reason that trying again does not change."""
    async with centre.work() as work:
        if await letters.claim(work.connection, taken.id):
            await tray.put(work, taken, tray.Why.HELD, "quarantined", problem=problem)


async def _failed(centre: Centre, taken: Taken, problem: str) -> None:
    async with centre.work() as work:
        if taken.attempts + 1 < TRIES:
            await letters.put_off(work.connection, taken, work.at, problem)
        elif await letters.claim(work.connection, taken.id):
            if await _duplicate(work, taken, None):
                return
            await tray.put(work, taken, tray.Why.UNREADABLE, "quarantined", problem=problem)


async def read_one(centre: Centre, readers: Readers, taken: Taken) -> str:
    """Reads and settles one letter; returns its outcome. Raises Unreadable, TooSoon."""
    read = await look_into(centre, readers, taken)
    async with centre.work() as work:
        if not await letters.claim(work.connection, taken.id):
            return "gone"
        return await settle(centre, work, read)


async def look_into(
    centre: Centre, readers: Readers, taken: Taken, charset: str | None = None
) -> Read:
    """Everything there is to find out about a letter; nothing is written."""
    if taken.locked:
        raise Unreadable("现有的密钥打不开这封信，请检查密钥文件")
    reading = await readers.read(taken.raw, charset, SECONDS)
    async with centre.look() as look:
        sender = email_hash(centre.cipher, reading.sender.address)
        since = look.at - timedelta(hours=1)
        recent = await letters.recent(look.connection, sender, since)
        verdicts = screens.screen(reading, _settings(centre, taken, reading, recent))
        thread = await thread_of(look, reading)
    return Read(taken, reading, verdicts, thread, identity(centre, taken, reading))


def _settings(centre: Centre, taken: Taken, reading: Reading, recent: int) -> screens.Settings:
    # Whatever address it came to is one of ours: only so is it here.
    came_to = [*taken.envelope["recipients"], *(one.address for one in reading.to)]
    return screens.Settings(
        domain=centre.post.domain,
        key=centre.cipher.signing_key("mail"),
        addresses=(*centre.post.addresses, *came_to),
        size=centre.post.most,
        recent=recent,
        envelope=taken.envelope["sender"],
    )


def identity(centre: Centre, taken: Taken, reading: Reading) -> str | None:
    """Message-ID and content together; without an id the writer's own date stands for it, and with
    neither only the same bytes are the same letter.

    What relays add on the way is left out: From, To, Subject, Date and the body are the content.
    """
    if not reading.message_id and reading.date is None:
        return None
    plain = taken.raw.replace(b"\r\n", b"\n")
    head, _, body = plain.partition(b"\n\n")
    digest = hashlib.sha256(body.rstrip())
    for line in head.replace(b"\n ", b" ").replace(b"\n\t", b" ").split(b"\n"):
        if line.partition(b":")[0].strip().lower() in CONTENT:
            digest.update(b"\n" + line)
    return centre.cipher.blind("letter", f"{reading.message_id}\n{digest.hexdigest()}")


def facts_of(work: Work, read: Read) -> dict[str, Any]:
    """What is kept of it beside its outcome."""
    thread, told = read.thread, correspondence.facts_of(read.reading)
    return {
        "identity": read.identity,
        "sender_hash": email_hash(work.cipher, read.reading.sender.address),
        "marks": [[one.screen, one.reason] for one in read.verdicts],
        "facts": lettersread.lock_facts(work.cipher, read.taken.id, told),
        "number": thread.number if thread and thread.sure else None,
        "problem": None,
        "tray": None,
    }


async def settle(centre: Centre, work: Work, read: Read) -> str:
    """Gives the letter its outcome; the caller has claimed it."""
    taken, reading, thread = read.taken, read.reading, read.thread
    if await _duplicate(work, taken, read.identity):
        return "duplicate"
    facts, decided = facts_of(work, read), read.decided
    # What a check held back, and an officer wants read again, is not held back a second time.
    if decided is not None and not (taken.tray and decided.kind == "quarantine"):
        return await _screened(work, read, decided, facts)
    if thread is None:
        await lettercases.open_case(centre, work, taken, reading, facts)
        return "case"
    if not thread.sure or thread.ended:
        why = tray.Why.CLOSED if thread.sure else tray.Why.STRANGER
        # Somebody must say what it is; it is counted as a follow-up, its case is not touched yet.
        await tray.put(work, taken, why, "followup", **{**facts, "number": thread.number})
        return "followup"
    await lettercases.follow(centre, work, lettercases.Joining(taken, reading, thread, facts))
    return "followup"


async def _screened(work: Work, read: Read, decided: Verdict, facts: dict[str, Any]) -> str:
    taken = read.taken
    if decided.kind == "quarantine":
        why = tray.Why.HELD
        await tray.put(work, taken, why, "quarantined", **{**facts, "problem": decided.reason})
        return "quarantined"
    if decided.kind == "bounce":
        number = await bounces.mark(work, read.reading)
        known = {**facts, "number": number or facts["number"]}
        await letters.settle(work.connection, taken, "bounce", **known)
        return "bounce"
    await letters.settle(work.connection, taken, "automatic", **facts)
    return "automatic"


async def _duplicate(work: Work, taken: Taken, told: str | None) -> bool:
    original = await letters.earlier(work.connection, taken, told)
    if original is None:
        return False
    facts = {"original_id": original, "problem": None, "tray": None}
    await letters.settle(work.connection, taken, "duplicate", **facts)
    return True
