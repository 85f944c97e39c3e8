"""Reading in a process of its own: bounded, killed, replaced; what would stall ends in time."""

import asyncio
import os
import random
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from channels.mailbox.facts import Unreadable
from channels.mailbox.reading import read
from channels.mailbox.worker import Readers
from tests.channels.letters import WORDS, a_letter, a_parcel, variants, words
from tests.conftest import SHARED
from tests.support.scale import Scale

LOST = ("timeout", "memory", "crash")
HEAD = b"From: a@example.org\r\nSubject: x\r\n"
MIXED = HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
PAGE = HEAD + b"Content-Type: text/html; charset=utf-8\r\n\r\n"
# Rendered only when its turn comes: they are large.
PATHOLOGICAL: dict[str, Callable[[], bytes]] = {
    "1,000 opening brackets in From": lambda: b"From: " + b"(" * 1000 + b"\r\n\r\nx",
    "64 kB of brackets": lambda: b"From: " + b"(<" * 32_000 + b"\r\n\r\nx",
    "64 kB of escaped quotes": lambda: b"From: " + b'"\\' * 32_000 + b"\r\n\r\nx",
    "64 kB of words in To": lambda: b"To: " + b"word " * 13_000 + b"\r\n\r\nx",
    "64 kB of encoded words": lambda: b"Subject: " + b"=?utf-8?B?5L2g?= " * 4000 + b"\r\n\r\nx",
    "64 kB of half encoded words": lambda: b"Subject: " + b"=?utf-8?B?" * 6500 + b"\r\n\r\nx",
    "64 kB of parameters": lambda: b"Content-Type: text/plain" + b"; a=b" * 13_000 + b"\r\n\r\nx",
    "64 kB of open quotes": lambda: b'Content-Type: text/plain; x="' + b";" * 64_000 + b"\r\n\r\nx",
    "a name in 4,000 pieces": lambda: (
        b"Content-Disposition: attachment"
        + b"".join(b"; filename*%d*=a" % n for n in range(4000))
        + b"\r\n\r\nx"
    ),
    "10,000 parts": lambda: MIXED + b"--b\r\n\r\nx\r\n" * 10_000 + b"--b--\r\n",
    "depth 1,000": lambda: (
        HEAD
        + b"".join(
            b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (n, n)
            for n in range(1000)
        )
    ),
    "letters inside letters, 1,000 deep": lambda: (
        b"Content-Type: message/rfc822\r\n\r\n" * 1000 + b"Subject: x\r\n\r\nx"
    ),
    "a line of 50 MB": lambda: HEAD + b"\r\n" + b"a" * 50_000_000,
    "a line of 50 MB in Chinese": lambda: HEAD + b"\r\n" + "路灯".encode("gbk") * 12_500_000,
    "a header of 50 MB": lambda: b"Subject: " + b"a" * 50_000_000 + b"\r\n\r\nx",
    "half a million headers": lambda: b"X: y\r\n" * 500_000 + b"\r\nx",
    "200,000 open tags": lambda: PAGE + b"<div>" * 200_000 + "路灯".encode(),
    "240,000 open formats": lambda: PAGE + b"<b><i><font>" * 80_000,
    "60,000 tables in each other": lambda: PAGE + b"<table><tr><td>" * 60_000,
    "120,000 open scripts": lambda: PAGE + b"<script>" * 120_000,
    "50 MB of half tags": lambda: PAGE + b"<" * 50_000_000,
    "2.5 million quote marks": lambda: HEAD + b"\r\n" + b">\n" * 2_500_000,
    "heads of letters without end": lambda: HEAD + b"\r\n" + "发件人: a\n".encode() * 60_000,
    "streets without end": lambda: HEAD + b"\r\n" + "市区路".encode() * 300_000,
    "nothing but zeros": lambda: bytes(1_000_000),
}


@pytest.fixture
async def readers() -> AsyncIterator[Readers]:
    async with Readers() as made:
        yield made


@pytest.mark.slow
async def test_what_would_stall_a_parser_ends_within_five_seconds(readers: Readers) -> None:
    await readers.read(a_letter())
    late, lost = dict[str, float](), dict[str, int]()
    for name, made in PATHOLOGICAL.items():
        raw, began = made(), time.perf_counter()
        try:
            await readers.read(raw, seconds=5)
        except Unreadable as error:
            if error.kind in LOST:
                lost[name] = len(raw)
        taken = time.perf_counter() - began
        if taken > 8:  # killed after five; the rest is what a busy machine takes to say so
            late[name] = taken
        assert (await readers.read(a_letter())).text == WORDS
    assert not late
    # Only what is very large may be given up: the rest is read, or said to be broken.
    assert not [name for name, size in lost.items() if size < 2_000_000]


@pytest.mark.slow
@pytest.mark.soak
async def test_letters_with_changed_bytes_never_stop_the_reading(
    readers: Readers, scale: Scale
) -> None:
    chance = random.Random(5)
    folder = SHARED / "corpora/cn-mime-synth/eml"
    letters = [*variants().values(), *(path.read_bytes() for path in sorted(folder.glob("*.eml")))]
    lost, slow = list[str](), list[float]()
    for _ in range(scale.letters):
        raw = changed(chance.choice(letters), chance)
        began = time.perf_counter()
        try:
            await readers.read(raw, seconds=10)
        except Unreadable as error:
            if error.kind in LOST:
                lost.append(f"{error.kind} {raw[:200]!r}")
        slow.append(time.perf_counter() - began)
    assert not lost and max(slow) < 10


def changed(raw: bytes, chance: random.Random) -> bytes:
    """A few bytes other, gone, doubled, or cut off."""
    made = bytearray(raw)
    for _ in range(chance.randint(1, 30)):
        at = chance.randrange(len(made))
        match chance.randrange(5):
            case 0 | 1:
                made[at] = chance.randrange(256)
            case 2:
                del made[at : at + chance.randint(1, 20)]
            case 3:
                made[at:at] = made[at : at + chance.randint(1, 200)]
            case _:
                made[at:at] = chance.choice((b"\r\n", b"=?", b"\x00", b'"', b"--", b"<", b"\xff"))
        if not made:
            return b"\r\n"
    return bytes(made)


@pytest.mark.slow
async def test_a_reader_gives_what_reading_gives(readers: Readers) -> None:
    for raw in variants().values():
        assert await readers.read(raw) == read(raw)
    big5 = a_letter("電梯".encode("big5"))
    assert (await readers.read(big5, "big5")).text == "電梯"


@pytest.mark.slow
async def test_a_letter_that_takes_too_long_is_given_up_and_the_next_one_read(
    readers: Readers,
) -> None:
    large = HEAD + b"\r\n" + b"a" * 30_000_000
    with pytest.raises(Unreadable, match="超时") as caught:
        await readers.read(large, seconds=0.2)
    assert caught.value.kind == "timeout"
    assert (await readers.read(a_letter())).text == WORDS


@pytest.mark.slow
async def test_a_letter_that_takes_too_much_memory_is_given_up_and_the_next_one_read() -> None:
    async with Readers(memory=200 * 1024 * 1024) as small:
        with pytest.raises(Unreadable) as caught:
            await small.read(HEAD + b"\r\n" + b"a" * 60_000_000, seconds=60)
        assert caught.value.kind in ("memory", "crash")
        assert (await small.read(a_letter())).text == WORDS


@pytest.mark.slow
@pytest.mark.parametrize("broken", ["/nowhere/python", "/bin/false"])
async def test_a_process_that_cannot_start_is_not_the_letters_fault(
    broken: str, readers: Readers, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr("channels.mailbox.worker.sys.executable", broken)
        with pytest.raises(Unreadable, match="保留待读") as caught:
            await readers.read(a_letter())
    assert caught.value.kind == "start"
    assert (await readers.read(a_letter())).text == WORDS


@pytest.mark.slow
async def test_a_reader_that_is_killed_is_replaced_and_leaves_no_process(readers: Readers) -> None:
    await readers.read(a_letter())
    before = children()
    reading = asyncio.create_task(readers.read(HEAD + b"\r\n" + b"a" * 30_000_000, seconds=60))
    await asyncio.sleep(0.1)
    for process in before:
        os.kill(process, 9)
    with pytest.raises(Unreadable) as caught:
        await reading
    assert caught.value.kind == "crash"
    assert (await readers.read(a_letter())).text == WORDS
    await readers.close()
    assert not children() & before


@pytest.mark.slow
async def test_who_stops_waiting_leaves_no_answer_to_the_next(readers: Readers) -> None:
    other = asyncio.create_task(readers.read(a_parcel(words("别的信" * 200_000))))
    await asyncio.sleep(0.5)
    other.cancel()
    await asyncio.gather(other, return_exceptions=True)
    assert (await readers.read(a_letter())).text == WORDS


@pytest.mark.slow
async def test_the_reading_process_does_not_know_the_hotlines_environment(
    readers: Readers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOTLINE_SECRET_OF_THE_TEST", "1")
    await readers.read(a_letter())
    for process in children():
        assert b"HOTLINE" not in Path(f"/proc/{process}/environ").read_bytes()


def children() -> set[int]:
    """Reading processes of this one."""
    told = Path(f"/proc/self/task/{os.getpid()}/children").read_text()
    return {
        int(one)
        for one in told.split()
        if b"channels.mailbox.reader" in Path(f"/proc/{one}/cmdline").read_bytes()
    }
