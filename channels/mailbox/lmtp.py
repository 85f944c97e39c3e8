"""The letter slot: LMTP and SMTP on one port; "250" is said when the letter is on disk, never before.

Lines of any length are taken, and a bare line feed is part of a letter; only CRLF "." CRLF ends it.
"""

import asyncio
import logging
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import structlog
from aiosmtpd.smtp import SMTP, Envelope, Session, syntax

from channels.desk import Away, Full, Postroom
from channels.message import Delivery

log = structlog.get_logger(__name__)
CHUNK = 2**16
END = b"\r\n.\r\n"
WAIT = 600.0  # seconds that a silent peer is waited for
LATER = "451 4.3.0 cannot be kept now, try again later"
MOST_RECIPIENTS = 1000


@dataclass(frozen=True)
class Slot:
    """What the slot takes: `mailboxes` by address; none configured: any recipient."""

    mailboxes: tuple[tuple[str, str], ...] = ()  # (address in lower case, mailbox)
    most: int = 50 * 2**20
    hostname: str = "hotline"
    anybody: bool = True

    def mailbox(self, recipients: Collection[str]) -> str:
        known = dict(self.mailboxes)
        named = (known.get(one.lower()) for one in recipients)
        return next((name for name in named if name), "lmtp")


class Peer(SMTP):
    """One connection."""

    line_length_limit = 2 * CHUNK
    lmtp = False

    @syntax("LHLO hostname")
    async def smtp_LHLO(self, arg: str) -> None:
        await super().smtp_EHLO(arg)
        self.lmtp = True

    @syntax("EHLO hostname")
    async def smtp_EHLO(self, arg: str) -> None:
        self.lmtp = False
        await super().smtp_EHLO(arg)

    async def smtp_DATA(self, arg: str) -> None:
        if await self.check_helo_needed():
            return
        if self.envelope is None or not self.envelope.rcpt_tos:
            await self.push("503 5.5.1 Error: need RCPT command")
            return
        if arg:
            await self.push("501 5.5.4 Syntax: DATA")
            return
        await self.push("354 End data with <CR><LF>.<CR><LF>")
        body = await _letter(self._reader, self.data_size_limit or 0)
        said = await self.event_handler.taken(self.session, self.envelope, body)
        # RFC 2033: one reply for each recipient that was accepted.
        for _ in self.envelope.rcpt_tos if self.lmtp else (None,):
            await self.push(said)
        self.envelope = self._create_envelope()


async def _letter(reader: asyncio.StreamReader, most: int) -> bytes | None:
    """Everything up to the end mark, dots taken off; None: it was longer than may be."""
    held, tail, size = bytearray(b"\r\n"), b"", 0
    while not tail.endswith(END):
        try:
            piece = await reader.readuntil(b"\r\n")
        except asyncio.LimitOverrunError as error:
            piece = await reader.readexactly(error.consumed)
        size += len(piece)
        tail = ((tail or b"\r\n") + piece)[-len(END) :]
        if size <= most + len(END):
            held += piece
        else:
            held.clear()
    if size - len(END) + 2 > most:
        return None
    return bytes(held[: -len(b".\r\n")]).replace(b"\r\n.", b"\r\n")[2:]


class Handler:
    """aiosmtpd's hooks over the postroom."""

    def __init__(self, slot: Slot, postroom: Postroom) -> None:
        self._slot, self._postroom = slot, postroom

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if not self._slot.anybody and address.lower() not in dict(self._slot.mailboxes):
            return "550 5.1.1 no such mailbox"
        if len(envelope.rcpt_tos) >= MOST_RECIPIENTS:
            return "452 4.5.3 too many recipients"
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 OK"

    async def taken(self, session: Session, envelope: Envelope, body: bytes | None) -> str:
        """What the peer is told of its letter, once that is true."""
        mailbox = self._slot.mailbox(envelope.rcpt_tos)
        try:
            if body is None:
                await self._postroom.refused(mailbox, "size")
                return f"552 5.3.4 larger than {self._slot.most} bytes"
            sender = envelope.mail_from or ""
            delivery = Delivery(
                mailbox=mailbox,
                raw=body,
                sender="" if sender == "<>" else sender,
                recipients=tuple(envelope.rcpt_tos),
                peer=str((session.peer or ("",))[0]),
            )
            # A peer that hangs up now does not break the commit off half-way.
            await asyncio.shield(asyncio.ensure_future(self._postroom.take(delivery)))
        except Full:
            return "452 4.3.1 no room, try again later"
        except Away:
            return LATER
        except Exception as error:
            log.error("slot.failed", error=type(error).__name__)
            return LATER
        return "250 2.0.0 OK, it is kept"

    async def handle_exception(self, error: Exception) -> str:
        log.error("slot.failed", error=type(error).__name__)
        return LATER


async def open_slot(place: tuple[str, int], slot: Slot, postroom: Postroom) -> asyncio.Server:
    """Listens on host and port; the caller closes it."""
    # It would tell every command, and with it who writes to whom.
    logging.getLogger("mail.log").setLevel(logging.ERROR)
    loop = asyncio.get_running_loop()
    handler = Handler(slot, postroom)

    def peer() -> Any:
        return Peer(
            handler,
            data_size_limit=slot.most,
            enable_SMTPUTF8=True,
            hostname=slot.hostname,
            ident="12345 hotline",
            timeout=WAIT,
            loop=loop,
        )

    host, port = place
    return await loop.create_server(peer, host, port)
