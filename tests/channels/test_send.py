"""Letters out, to a real SMTP server on a free port: accepted, refused, later, silent, gone."""

import asyncio
import email
import email.policy
from collections.abc import AsyncIterator
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from channels.desk import SendFailed
from channels.mailbox.send import Relay, SmtpSender, message_id
from channels.message import Outgoing

LETTER = Outgoing(
    to="zhao@example.org",
    subject="红灯催办：20261123-000001\n第二行",
    text="望江大道路灯不亮\n.\n请尽快办理",
    about="20261123-000001",
    message_id="20261123-000001.3.unit:zjj.mail.1",
)


class Post:
    """A relay that does as it is told."""

    def __init__(self) -> None:
        self.got: list[EmailMessage] = []
        self.rcpt, self.data, self.wait = "250 OK", "250 OK", 0.0

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any
    ) -> str:
        await asyncio.sleep(self.wait)
        if self.rcpt.startswith("250"):
            envelope.rcpt_tos.append(address)
        if self.rcpt == "gone":
            server.transport.abort()
        return self.rcpt

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.data.startswith("250"):
            body = envelope.content
            assert isinstance(body, bytes)
            made = email.message_from_bytes(body, policy=email.policy.SMTP)
            assert isinstance(made, EmailMessage)
            self.got.append(made)
        return self.data


@pytest.fixture
async def post() -> AsyncIterator[tuple[Post, int]]:
    made = Post()

    def known(server: Any, session: Any, envelope: Any, mechanism: str, told: Any) -> AuthResult:
        return AuthResult(success=told.password == b"right")

    def session() -> SMTP:
        return SMTP(made, authenticator=known, auth_require_tls=False, loop=loop)

    loop = asyncio.get_running_loop()
    server = await loop.create_server(session, "127.0.0.1", 0)
    yield made, server.sockets[0].getsockname()[1]
    server.close()


def sender(port: int, **changes: Any) -> SmtpSender:
    told = {"security": "none", "timeout": 1.0, **changes}
    return SmtpSender(Relay("127.0.0.1", port, "hotline@12345.example", **told))


async def failure(port: int, letter: Outgoing = LETTER, **changes: Any) -> SendFailed:
    with pytest.raises(SendFailed) as failed:
        await sender(port, **changes).send(letter)
    assert "zhao" not in str(failed.value)
    return failed.value


async def test_a_letter_arrives_whole_and_says_who_wrote_it(post: tuple[Post, int]) -> None:
    box, port = post
    await sender(port).send(LETTER)
    (got,) = box.got
    assert got["Subject"] == "红灯催办：20261123-000001 第二行"
    assert got.get_content().replace("\r\n", "\n").strip() == LETTER.text
    assert (got["From"], got["To"]) == ("hotline@12345.example", "zhao@example.org")
    assert got["Auto-Submitted"] == "auto-generated"


async def test_the_same_message_has_the_same_id_every_time(post: tuple[Post, int]) -> None:
    box, port = post
    await sender(port).send(LETTER)
    await sender(port).send(LETTER)
    first, second = (letter["Message-ID"] for letter in box.got)
    assert first == second == message_id(LETTER.message_id, "hotline@12345.example")
    assert message_id("a.role:b", "x@y.example") != message_id("a.role-b", "x@y.example")


@pytest.mark.parametrize(
    ("rcpt", "data", "permanent"),
    [
        ("550 no such user zhao@example.org", "250 OK", True),
        ("451 greylisted", "250 OK", False),
        ("250 OK", "554 refused", True),
        ("250 OK", "452 full", False),
        ("gone", "250 OK", False),
    ],
)
async def test_what_is_refused_for_good_is_told_from_what_may_go_later(
    post: tuple[Post, int], rcpt: str, data: str, permanent: bool
) -> None:
    box, port = post
    box.rcpt, box.data = rcpt, data
    assert (await failure(port)).permanent is permanent
    assert not box.got


async def test_a_silent_relay_a_shut_port_and_a_wrong_password_are_tried_again(
    post: tuple[Post, int],
) -> None:
    box, port = post
    box.wait = 0.6
    assert not (await failure(port, timeout=0.2)).permanent
    assert not (await failure(1)).permanent
    assert not (await failure(port, user="hotline", password="wrong")).permanent
    assert not (await failure(port, security="starttls")).permanent  # the relay offers none


async def test_a_relay_can_be_tried_without_a_letter(post: tuple[Post, int]) -> None:
    box, port = post
    await sender(port).check()
    with pytest.raises(SendFailed):
        await sender(port, user="hotline", password="wrong").check()
    assert not box.got


async def test_with_the_right_password_it_goes(post: tuple[Post, int]) -> None:
    box, port = post
    await sender(port, user="hotline", password="right").send(LETTER)
    assert len(box.got) == 1


@pytest.mark.parametrize("to", ["", "a@b.example\r\nRCPT TO:<c@d.example>", "a b@c.example", "@"])
async def test_an_address_that_would_forge_a_command_is_never_sent(
    post: tuple[Post, int], to: str
) -> None:
    box, port = post
    letter = Outgoing(to, "s", "t", "20261123-000001", "m")
    assert (await failure(port, letter)).permanent
    assert not box.got
