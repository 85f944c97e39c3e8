"""Killed at six points of a letter's way: none lost, none a case twice, none answered twice."""

import asyncio
import json
import os
import smtplib
import socket
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import select

from hotline.flow.centre import Centre
from hotline.store.mailtables import LetterRow
from hotline.store.outbox import OutboxRow
from hotline.wiring import MovingClock
from tests.conftest import a_centre
from tests.flow.letters_support import accounted
from tests.support.dovecot import PASSWORD, Server
from tests.support.letters import a_letter, settled
from tests.support.scale import Scale

ROOT = Path(__file__).parent.parent.parent
pytestmark = [
    pytest.mark.mailserver,
    pytest.mark.slow,
    pytest.mark.soak,
    pytest.mark.timeout(300),
]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Postman:
    """`serve --only mail` in a process of its own, made to die."""

    folder: Path
    server: Server
    user: str
    port: int = field(default_factory=free_port)

    def start(self, point: str = "", after: int = 0, twin: str = "") -> "subprocess.Popen[str]":
        box = {
            "name": self.user,
            "host": "127.0.0.1",
            "port": self.server.imap,
            "security": "none",
            "user": self.user,
            "password": PASSWORD,
            "address": f"{self.user}@city.example",
            "seconds": 1,
        }
        environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "HOTLINE_DATABASE_URL": f"sqlite:///{self.folder / 'hotline.db'}",
            "HOTLINE_DATA": str(self.folder),
            "HOTLINE_MAIL__LMTP": f"127.0.0.1:{self.port}",
            "HOTLINE_MAIL__BOXES": json.dumps([box]),
            "HOTLINE_MAIL__SMTP": "127.0.0.1:1",
            "HOTLINE_MAIL__FROM": "12345@city.example",
            "HOTLINE_MAIL__SECURITY": "none",
            "POSTMAN_POINT": point,
            "POSTMAN_AFTER": str(after),
            "POSTMAN_TWIN": twin,
        }
        command = [sys.executable, "-m", "tests.faults.postman", "serve", "--only", "mail"]
        with (self.folder / "postman.log").open("a") as log:
            started = subprocess.Popen(
                command, env=environment, stdout=subprocess.PIPE, stderr=log, text=True
            )
        assert started.stdout is not None
        assert started.stdout.readline().startswith("ready"), self.log()
        return started

    def log(self) -> str:
        return (self.folder / "postman.log").read_text()[-3000:]

    def give(self, raw: bytes) -> bool:
        """True: the letter was acknowledged."""
        try:
            with smtplib.LMTP("127.0.0.1", self.port, timeout=10) as client:
                client.sendmail("wang@example.com", [f"{self.user}@city.example"], raw)
        except (OSError, smtplib.SMTPException):
            return False
        return True


def end(process: "subprocess.Popen[str]") -> None:
    process.kill()
    process.wait(10)
    assert process.stdout is not None
    process.stdout.close()


def letters_of(n: int) -> list[bytes]:
    return [a_letter(f"第{i}封", message_id=f"<{i}@example.com>") for i in range(n)]


def through_the_mailbox(postman: Postman, letters: list[bytes], point: str, twin: str) -> None:
    """A kill for each letter; then in peace until all is read."""
    for raw in letters:
        postman.server.deliver(raw, postman.user)
        process = postman.start(point, twin=twin)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"never came to {point}: {postman.log()}") from None
        finally:
            end(process)


def through_the_slot(postman: Postman, letters: list[bytes], point: str, twin: str) -> None:
    """As a relay does: what was not acknowledged is sent again until it is."""
    for raw in letters:
        process = postman.start(point, twin=twin)
        acknowledged = postman.give(raw)
        if not acknowledged or twin:
            process.kill()
        process.wait(10)
        end(process)
        if not acknowledged:
            process = postman.start()
            assert postman.give(raw), postman.log()
            end(process)


def in_peace(postman: Postman, wanted: int) -> None:
    import sqlite3
    import time

    process = postman.start()
    for _ in range(100):
        with sqlite3.connect(postman.folder / "hotline.db") as look:
            done = look.execute("SELECT count(*) FROM letter WHERE outcome != 'pending'")
            left = look.execute("SELECT count(*) FROM letter WHERE outcome = 'pending'")
            if done.fetchone()[0] >= wanted and not left.fetchone()[0]:
                break
        look.close()
        time.sleep(0.1)
    look.close()
    end(process)


@dataclass
class Found:
    lost: int
    doubled_cases: int
    doubled_receipts: int


async def check(centre: Centre, letters: list[bytes]) -> Found:
    await settled(centre)
    async with centre.look() as look:
        rows = (await look.connection.execute(select(*LetterRow.__table__.c))).all()
        receipts = await look.connection.execute(
            select(OutboxRow.about).where(OutboxRow.audience == "mail:citizen")
        )
        answered = Counter(receipts.scalars())
    made = Counter(
        raw.partition(b"Message-ID: ")[2].partition(b"\r\n")[0]
        for raw in (
            centre.cipher.unseal(row.raw, f"letter.raw.{row.sha256}")
            for row in rows
            if row.outcome == "case"
        )
    )
    wanted = {raw.partition(b"Message-ID: ")[2].partition(b"\r\n")[0] for raw in letters}
    return Found(
        len(wanted - set(made)),
        sum(n - 1 for n in made.values()),
        sum(n - 1 for n in answered.values()),
    )


WAYS = {
    "fetched": through_the_mailbox,
    "committed": through_the_mailbox,
    "flagged": through_the_mailbox,
    "data": through_the_slot,
    "kept": through_the_slot,
    "answered": through_the_slot,
}


@pytest.fixture
def postman(sqlite_url: str, tmp_path: Path, post_office: Server) -> Postman:
    return Postman(tmp_path, post_office, f"kill{abs(hash(tmp_path)) % 10**9}")


@pytest.mark.parametrize("point", WAYS)
async def test_a_kill_on_its_way_loses_and_doubles_no_letter(
    point: str, postman: Postman, scale: Scale, sqlite_url: str, clock: MovingClock
) -> None:
    letters = letters_of(scale.letter_kills)
    await asyncio.to_thread(WAYS[point], postman, letters, point, "")
    await asyncio.to_thread(in_peace, postman, len(letters))
    centre = await a_centre(sqlite_url, postman.folder, clock)
    try:
        assert await check(centre, letters) == Found(0, 0, 0), postman.log()
        counts = await accounted(centre)
        assert counts["cases"] == len(letters) and counts["pending"] == 0
    finally:
        await centre.close()


@pytest.mark.parametrize(
    ("twin", "point"), [("flag_first", "fetched"), ("answer_first", "answered")]
)
async def test_a_twin_in_the_wrong_order_is_caught(
    twin: str, point: str, postman: Postman, sqlite_url: str, clock: MovingClock
) -> None:
    letters = letters_of(2)
    # Somebody looks at the mailbox before: what it marks is then really thought to be done.
    await asyncio.to_thread(in_peace, postman, 0)
    await asyncio.to_thread(WAYS[point], postman, letters, point, twin)
    await asyncio.to_thread(in_peace, postman, len(letters))
    centre = await a_centre(sqlite_url, postman.folder, clock)
    try:
        assert (await check(centre, letters)).lost > 0
    finally:
        await centre.close()
