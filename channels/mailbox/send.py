"""SMTP sender: one letter to one recipient, through the city's relay."""

import hashlib
import re
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP
from typing import Literal

import aiosmtplib
from aiosmtplib import errors

from channels.desk import SendFailed
from channels.mailbox.marks import LOOP, loop_mark, sign_message_id
from channels.message import Outgoing

# What may stand in the envelope: no spaces, brackets or line ends, with which commands are forged.
ADDRESS = re.compile(r"[^@\s<>\"(),;:\\\x00-\x1f\x7f]{1,64}@[A-Za-z0-9.-]{1,190}")

# An id longer than a line of 78 signs would else be encoded, and no program would know it again.
WIRE = SMTP.clone(max_line_length=990)
ID = re.compile(r"<[!-;=?-~]{1,250}>")
CASE = re.compile(r"\d{8}-\d{6}")
URL = re.compile(r"(?:https?://|mailto:)[!-;=?-~]{1,500}")


@dataclass(frozen=True)
class Relay:
    """The mail server that carries letters out, and who we are there."""

    host: str
    port: int
    sender: str
    security: Literal["tls", "starttls", "none"] = "starttls"
    user: str = ""
    password: str = field(default="", repr=False)
    key: bytes = field(default=b"", repr=False)  # signs our Message-IDs; without it they are plain
    timeout: float = 15.0  # seconds for each step; a hand-over must end inside its lease


class SmtpSender:
    """channels.desk.Sender by SMTP."""

    def __init__(self, relay: Relay) -> None:
        self._relay = relay

    async def send(self, message: Outgoing) -> None:
        relay = self._relay
        if not ADDRESS.fullmatch(message.to) or not message.to.isascii():
            raise SendFailed("the address is not one that can be written to", permanent=True)
        mail = letter(message, relay.sender, relay.key)
        async with self._connected() as client:
            await client.sendmail(relay.sender, [message.to], mail.as_bytes(policy=WIRE))

    async def check(self) -> None:
        """Connects and signs in, sends nothing; raises SendFailed."""
        async with self._connected() as client:
            await client.noop()

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[aiosmtplib.SMTP]:
        relay = self._relay
        client = aiosmtplib.SMTP(
            hostname=relay.host,
            port=relay.port,
            timeout=relay.timeout,
            use_tls=relay.security == "tls",
            start_tls=False,  # by hand, below: a relay without it is told from other failures
            local_hostname=_domain(relay.sender),
        )
        try:
            await client.connect()
            if relay.security == "starttls":
                await _offered(client, "STARTTLS", lambda: client.supports_extension("starttls"))
                await client.starttls()
            if relay.user:
                await _offered(client, "AUTH", lambda: bool(client.supported_auth_methods))
                await client.login(relay.user, relay.password)
            yield client
            # What was sent is accepted: how the good-bye goes changes nothing.
            with suppress(errors.SMTPException, OSError):
                await client.quit()
        except (errors.SMTPException, OSError) as error:
            raise _failed(error) from error
        finally:
            client.close()


async def _offered(client: aiosmtplib.SMTP, extension: str, offers: Callable[[], bool]) -> None:
    """A relay that does not offer it is told nothing that needs it: no letter and no password."""
    await client.ehlo()
    if not offers():
        raise SendFailed(f"邮件服务器不提供 / the relay does not offer: {extension}")


def letter(message: Outgoing, sender: str, key: bytes = b"") -> EmailMessage:
    """The message as it goes over the wire; the same one has the same Message-ID every time."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = sender
    mail["To"] = message.to
    mail["Subject"] = " ".join(message.subject.split())
    mail["Message-ID"] = _own_id(message, sender, key)
    if message.automatic:
        mail["Auto-Submitted"] = "auto-replied" if message.in_reply_to else "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    if key:
        mail[LOOP] = loop_mark(key, _domain(sender))
    _thread(mail, message)
    if URL.fullmatch(message.unsubscribe):
        mail["List-Id"] = f"<notices.{_domain(sender)}>"
        mail["List-Unsubscribe"] = f"<{message.unsubscribe}>"
    mail.set_content(message.text, charset="utf-8", cte="base64")
    if message.html:
        mail.add_alternative(message.html, subtype="html", charset="utf-8", cte="base64")
    return mail


def _own_id(message: Outgoing, sender: str, key: bytes) -> str:
    """Signed where it is about a case, so that an answer is known by it."""
    if key and CASE.fullmatch(message.about):
        return sign_message_id(message.about, message.message_id, key, _domain(sender))
    return message_id(message.message_id, sender)


def _thread(mail: EmailMessage, message: Outgoing) -> None:
    """Only ids that are ids: what came with a letter must not become a header of its own."""
    if ID.fullmatch(message.in_reply_to):
        mail["In-Reply-To"] = message.in_reply_to
    told = [*message.references, message.in_reply_to]
    kept = list(dict.fromkeys(one for one in told if ID.fullmatch(one)))
    if kept:
        mail["References"] = " ".join([*kept[:1], *kept[1:][-19:]])


def message_id(ours: str, sender: str) -> str:
    """Readable where it may be, told apart by a hash where signs had to go."""
    told = re.sub(r"[^A-Za-z0-9.-]+", "-", ours).strip(".-")[:80]
    digest = hashlib.sha256(ours.encode()).hexdigest()[:12]
    return f"<{told}.{digest}@{_domain(sender)}>"


def _domain(sender: str) -> str:
    return sender.rpartition("@")[2]


def _failed(error: Exception) -> SendFailed:
    """What the relay said, without its words: they may name people.

    Trying again is in vain only where the recipient or the letter itself is refused for good; a
    wrong password or a refused sender is put right by whoever runs the hotline.
    """
    refused = getattr(error, "recipients", None)
    one = refused[0] if refused else error
    code = getattr(one, "code", None)
    about_it = isinstance(one, errors.SMTPRecipientRefused | errors.SMTPDataError)
    return SendFailed(_told(one, code), permanent=about_it and code is not None and code >= 500)


def _told(error: Exception, code: int | None) -> str:
    """In words where whoever runs the hotline can put it right, else the failure's kind and code."""
    cause = error.__cause__ or error
    if isinstance(cause, ssl.SSLCertVerificationError):
        return f"证书不可信 / the certificate is not trusted: {cause.verify_message}"
    if isinstance(cause, ssl.SSLError):
        return f"加密连接未能建立 / no encrypted connection: {cause.reason or 'closed'}"
    name = type(error).__name__.removeprefix("SMTP")
    return name if code is None else f"{name} {code}"
