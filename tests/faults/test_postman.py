"""Killed at six points of a letter's way: none lost, none a case twice, none answered twice."""

import asyncio
import contextlib
import json
import os
import select
import signal
import smtplib
import socket
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy

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
class Run:
    """One run of the post, forked off; it ends by itself or is killed."""

    nursery: "subprocess.Popen[str]"
    pid: int
    over: bool = False

    def wait(self, seconds: float = 30.0) -> bool:
        """True when it has ended."""
        assert self.nursery.stdout is not None
        if not self.over and select.select([self.nursery.stdout], [], [], seconds)[0]:
            assert self.nursery.stdout.readline() == "ended\n"
            self.over = True
        return self.over

    def kill(self) -> None:
        if not self.over:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
            assert self.wait()


@dataclass
class Postman:
    """`serve --only mail`, made to die."""

    nursery: "subprocess.Popen[str]"
    folder: Path
    server: Server
    user: str
    port: int = field(default_factory=free_port)

    def start(self, point: str = "", twin: str = "") -> Run:
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
            "HOTLINE_DATABASE_URL": f"sqlite:///{self.folder / 'hotline.db'}",
            "HOTLINE_DATA": str(self.folder),
            "HOTLINE_MAIL__LMTP": f"127.0.0.1:{self.port}",
            "HOTLINE_MAIL__BOXES": json.dumps([box]),
            "HOTLINE_MAIL__SMTP": "127.0.0.1:1",
            "HOTLINE_MAIL__FROM": "12345@city.example",
            "HOTLINE_MAIL__SECURITY": "none",
            "POSTMAN_POINT": point,
            "POSTMAN_TWIN": twin,
            "POSTMAN_LOG": str(self.folder / "postman.log"),
        }
        assert self.nursery.stdin is not None and self.nursery.stdout is not None
        self.nursery.stdin.write(json.dumps(environment) + "\n")
        self.nursery.stdin.flush()
        said = sorted(self.nursery.stdout.readline() for _ in range(2))
        assert said[0].startswith("pid ") and said[1].startswith("ready"), (said, self.log())
        return Run(self.nursery, int(said[0][4:]))

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


@pytest.fixture(scope="module")
def nursery() -> Iterator["subprocess.Popen[str]"]:
    command = [sys.executable, "-m", "tests.faults.postman"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    born = subprocess.Popen(
        command, env=environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert born.stdout is not None and born.stdout.readline() == "born\n"
    yield born
    born.communicate()


def letters_of(n: int) -> list[bytes]:
    return [a_letter(f"第{i}封", message_id=f"<{i}@example.com>") for i in range(n)]


def through_the_mailbox(postman: Postman, letters: list[bytes], point: str, twin: str) -> None:
    """A kill for each letter; then in peace until all is read."""
    for raw in letters:
        postman.server.deliver(raw, postman.user)
        run = postman.start(point, twin)
        ended = run.wait(20)
        run.kill()
        assert ended, f"never came to {point}: {postman.log()}"


def through_the_slot(postman: Postman, letters: list[bytes], point: str, twin: str) -> None:
    """As a relay does: what was not acknowledged is sent again until it is."""
    for raw in letters:
        run = postman.start(point, twin)
        acknowledged = postman.give(raw)
        run.kill()
        if not acknowledged:
            run = postman.start()
            assert postman.give(raw), postman.log()
            run.kill()


COUNT = "SELECT count(*) FILTER (WHERE outcome = 'pending'), count(*) FROM letter"


def in_peace(postman: Postman, wanted: int, seconds: float = 30.0) -> None:
    """What the dead had in hand is free again, and everything is read."""
    ends = time.monotonic() + seconds
    with contextlib.closing(sqlite3.connect(postman.folder / "hotline.db", timeout=20)) as look:
        look.execute("UPDATE letter SET lease_until = NULL")
        look.commit()
        run = postman.start()
        while time.monotonic() < ends:
            # Read to the end: a statement left open would hold on to what was there before.
            ((pending, total),) = look.execute(COUNT).fetchall()
            if not pending and total >= wanted:
                break
            time.sleep(0.1)
        run.kill()


@dataclass
class Found:
    lost: int
    doubled_cases: int
    doubled_receipts: int


async def check(centre: Centre, letters: list[bytes]) -> Found:
    await settled(centre)
    async with centre.look() as look:
        rows = (await look.connection.execute(sqlalchemy.select(*LetterRow.__table__.c))).all()
        receipts = await look.connection.execute(
            sqlalchemy.select(OutboxRow.about).where(OutboxRow.audience == "mail:citizen")
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
def postman(nursery: Any, sqlite_url: str, tmp_path: Path, post_office: Server) -> Postman:
    return Postman(nursery, tmp_path, post_office, f"kill{abs(hash(tmp_path)) % 10**9}")


@pytest.mark.parametrize("point", WAYS)
async def test_a_kill_on_its_way_loses_and_doubles_no_letter(
    point: str, postman: Postman, scale: Scale, sqlite_url: str, clock: MovingClock
) -> None:
    clock.move_to(datetime.now(UTC))  # as the clock of those that were killed
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
    clock.move_to(datetime.now(UTC))  # as the clock of those that were killed
    letters = letters_of(2)
    await asyncio.to_thread(WAYS[point], postman, letters, point, twin)
    await asyncio.to_thread(in_peace, postman, len(letters), 5.0)
    centre = await a_centre(sqlite_url, postman.folder, clock)
    try:
        assert (await check(centre, letters)).lost > 0
    finally:
        await centre.close()
