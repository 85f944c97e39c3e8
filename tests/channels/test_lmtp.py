"""The letter slot: said only what is true, one word a recipient, every byte of every letter."""

import asyncio
import smtplib
import socket
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from channels.desk import Away, Full
from channels.mailbox.lmtp import Slot, open_slot
from channels.message import Delivery

LIMIT = 200_000


@dataclass
class Room:
    """A postroom that keeps letters in a list, or cannot."""

    taken: list[Delivery] = field(default_factory=list)
    turned_away: int = 0
    trouble: Exception | None = None

    async def take(self, delivery: Delivery) -> None:
        if self.trouble is not None:
            raise self.trouble
        self.taken.append(delivery)

    async def refused(self, mailbox: str, why: str) -> None:
        self.turned_away += 1


@pytest.fixture
async def slot() -> AsyncIterator[tuple[Room, int]]:
    room: Any = Room()
    server = await open_slot(("127.0.0.1", 0), Slot(most=LIMIT), room)
    yield room, server.sockets[0].getsockname()[1]
    server.close()


async def talk(work: Callable[[], Any]) -> Any:
    return await asyncio.to_thread(work)


def lines(port: int, said: bytes) -> list[bytes]:
    """Everything said at once, as a pipelining client does; the answers until it closes."""
    with socket.create_connection(("127.0.0.1", port), 5) as link:
        link.sendall(said)
        got = b""
        while piece := link.recv(65536):
            got += piece
    return got.split(b"\r\n")[:-1]


START = b"LHLO x\r\nMAIL FROM:<a@example.com> BODY=8BITMIME\r\nRCPT TO:<b@city.example>\r\n"


@pytest.mark.parametrize(
    "body",
    [
        b"Subject: one\r\n\r\nhello\r\n",
        b"Subject: long\r\n\r\n" + b"x" * 150_000 + b"\r\n",
        b"Subject: bare\n\nline\nline\r\n.\nstill here\n.\r\nhere too\n.\nend\r\n",
        "Subject: 8 bit\r\n\r\n路灯\r\n".encode("gb18030"),
        b"Subject: dots\r\n\r\n.one\r\n..two\r\n...\r\n",
        b"\r\n",
        b"\x00\xff\r\r\n\r\r\n",
    ],
)
async def test_every_byte_of_a_letter_is_kept(slot: tuple[Room, int], body: bytes) -> None:
    room, port = slot
    stuffed = body.replace(b"\r\n.", b"\r\n..")
    stuffed = b"." + stuffed if body.startswith(b".") else stuffed
    said = START + b"DATA\r\n" + stuffed + b".\r\nQUIT\r\n"
    answers = await talk(lambda: lines(port, said))
    assert [one.raw for one in room.taken] == [body], answers
    assert answers[-2].startswith(b"250")


@pytest.mark.parametrize("end", [b"\n.\n", b"\n.\r\n", b"\r\n.\n", b"\r.\r", b"\r\n.\r"])
async def test_a_letter_cannot_smuggle_in_another(slot: tuple[Room, int], end: bytes) -> None:
    room, port = slot
    inner = b"MAIL FROM:<boss@x>\r\nRCPT TO:<c@x>\r\nDATA\r\nforged\r\n"
    said = START + b"DATA\r\nSubject: one\r\n\r\nhello" + end + inner + b"\r\n.\r\nQUIT\r\n"
    await talk(lambda: lines(port, said))
    assert len(room.taken) == 1 and b"forged" in room.taken[0].raw


ENDS = ("\n", "\r", "\r\n", "\n\r", "\r\r\n", "\0\r\n", "\r\0\n", "\x0b", "\u2028", "\x85")


async def test_two_hundred_sequences_smuggle_in_no_letter(slot: tuple[Room, int]) -> None:
    """Row 63: every pair of line ends around a lone dot, before commands and before a second start."""
    room, port = slot
    inner = b"MAIL FROM:<boss@x>\r\nRCPT TO:<b@city.example>\r\nDATA\r\nforged\r\n"
    pairs = [(a, b) for a in ENDS for b in ENDS if not (a.endswith("\r\n") and b == "\r\n")]
    tried = [f"{a}.{b}".encode() + more for a, b in pairs for more in (b"", b"RSET\r\n")]
    tried += [b"\r\n..\r\n", b"\r\n. \r\n", b"\n..\n", b"\r\n.x\r\n", b"\r.\r\n\r", b"\n.\r\n\n"]
    assert len(tried) == 200

    def sent_all() -> None:
        for sequence in tried:
            said = START + b"DATA\r\nSubject: one\r\n\r\nhello" + sequence + inner
            lines(port, said + b"\r\n.\r\nQUIT\r\n")

    await talk(sent_all)
    assert len(room.taken) == len(tried)
    assert all(b"forged" in one.raw and one.sender == "a@example.com" for one in room.taken)


async def test_over_lmtp_each_recipient_gets_its_own_word_and_over_smtp_the_letter_does(
    slot: tuple[Room, int],
) -> None:
    room, port = slot
    for hello, wanted in ((b"LHLO x", 3), (b"EHLO x", 1), (b"HELO x", 1)):
        said = hello + b"\r\nMAIL FROM:<>\r\n"
        said += b"".join(b"RCPT TO:<%d@city.example>\r\n" % n for n in range(3))
        said += b"DATA\r\nhi\r\n.\r\nQUIT\r\n"
        answers = await talk(lambda said=said: lines(port, said))
        after = answers[next(n for n, a in enumerate(answers) if a.startswith(b"354")) + 1 : -1]
        assert len(after) == wanted and all(a.startswith(b"250") for a in after)
    assert room.taken[0].sender == "" and len(room.taken[0].recipients) == 3


async def test_what_cannot_be_kept_is_not_said_to_be(slot: tuple[Room, int]) -> None:
    room, port = slot
    for trouble, code in ((Away("gone"), 451), (Full("disk"), 452), (RuntimeError(), 451)):
        room.trouble = trouble

        def send() -> Any:
            with smtplib.LMTP("127.0.0.1", port) as client:
                return client.sendmail("a@example.com", ["b@city.example"], b"hi\r\n")

        with pytest.raises((smtplib.SMTPDataError, smtplib.SMTPRecipientsRefused)) as caught:
            await talk(send)
        assert str(code) in str(caught.value)
    assert room.taken == []


async def test_a_letter_above_the_limit_is_refused_and_the_line_stays_usable(
    slot: tuple[Room, int],
) -> None:
    room, port = slot
    large = b"x" * (LIMIT + 10) + b"\r\n"
    said = START + b"DATA\r\n" + large + b".\r\n"
    said += START[8:] + b"DATA\r\nsmall\r\n.\r\nQUIT\r\n"
    answers = await talk(lambda: lines(port, said))
    assert any(one.startswith(b"552") for one in answers)
    assert [one.raw for one in room.taken] == [b"small\r\n"] and room.turned_away == 1


async def test_with_mailboxes_configured_only_theirs_are_taken() -> None:
    room: Any = Room()
    told = Slot(mailboxes=(("zjj@city.example", "zjj"),), anybody=False)
    server = await open_slot(("127.0.0.1", 0), told, room)
    port = server.sockets[0].getsockname()[1]
    said = b"LHLO x\r\nMAIL FROM:<a@x.y>\r\nRCPT TO:<no@city.example>\r\n"
    said += b"RCPT TO:<ZJJ@city.example>\r\nDATA\r\nhi\r\n.\r\nQUIT\r\n"
    answers = await talk(lambda: lines(port, said))
    assert sum(one.startswith(b"550") for one in answers) == 1
    assert [one.mailbox for one in room.taken] == ["zjj"]
    server.close()
