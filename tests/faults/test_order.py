"""Answered only after the disk has it: system calls of a running hotline, read in their order.

Between the request and its acknowledgement a write to the database's log must have ended and a
sync of that log, begun after the write, must have ended too: for a complaint, a letter, a call's
event. The twin that answers first must be caught by the same look.
"""

import asyncio
import re
import shutil
import smtplib
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest

from channels.telephone.rehearsal import calls as rehearsed
from tests.channels.telephone.disorder import flat
from tests.faults.test_call_storms import SECRET
from tests.faults.test_call_storms import post as tell_calls
from tests.faults.test_kills import post as complain
from tests.faults.test_postman import free_port
from tests.makers import MONDAY
from tests.support.letters import a_letter
from tests.support.scale import Scale
from tests.support.served import Served

CALL = re.compile(r"(?P<pid>\d+) +(?P<call>\w+)\(\d+<(?P<path>[^>]*)>(?P<rest>.*)", re.DOTALL)
RESUMED = re.compile(r"(?P<pid>\d+) +<\.\.\. (?P<call>\w+) resumed>(?P<rest>.*)", re.DOTALL)
TWIN = "tests.faults.early_ack"
READS, SENDS = ("read", "recvfrom"), ("write", "writev", "sendto", "sendmsg")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(300),
    pytest.mark.skipif(not shutil.which("strace"), reason="no strace on this machine"),
]


class Traced(Served):
    """Writes down what it reads, writes and syncs."""

    def program(self) -> list[str]:
        calls = "trace=pwrite64,fdatasync,fsync,read,recvfrom,write,writev,sendto,sendmsg"
        told = [
            "strace",
            "--seccomp-bpf",
            "-f",
            "-y",
            "-qq",
            "-s",
            "64",
            "-o",
            str(self.folder / "trace"),
        ]
        return [*told, "-e", calls, "-e", "signal=none"]


@dataclass
class Way:
    """How one way in asks and is answered, as the system calls show it."""

    asked: str
    told: str
    asking: bool = False
    wrote: bool = False
    synced: bool = False
    good: int = 0
    bad: int = 0

    def see(self, call: str, path: str, rest: str, *, covers: bool) -> None:
        if call in READS and self.asked in rest.lower():
            self.asking, self.wrote, self.synced = True, False, False
        elif call == "pwrite64" and path.endswith("-wal"):
            self.wrote = self.asking
        elif call in ("fdatasync", "fsync") and path.endswith("-wal"):
            self.synced = self.synced or (self.wrote and covers)
        elif call in SENDS and self.told in rest and self.asking:
            self.good, self.bad = self.good + self.synced, self.bad + (not self.synced)
            self.asking = False


@dataclass
class Trace:
    """Calls in the order in which they ended; a sync covers the writes that ended before it began."""

    way: Way
    begun: dict[str, tuple[str, str, str, bool]] = field(default_factory=dict)

    def take(self, line: str) -> None:
        if ended := RESUMED.match(line):
            call, path, rest, covers = self.begun.pop(ended["pid"], ("", "", "", False))
            self.way.see(call, path, rest + ended["rest"], covers=covers)
        elif found := CALL.match(line):
            call, path, rest = found["call"], found["path"], found["rest"]
            if rest.endswith("<unfinished ...>"):
                self.begun[found["pid"]] = (call, path, rest, self.way.wrote)
            else:
                self.way.see(call, path, rest, covers=True)


def looked_at(folder: Path, way: Way) -> Way:
    trace = Trace(way)
    with (folder / "trace").open(encoding="latin-1") as lines:
        for line in lines:
            trace.take(line.rstrip("\n"))
    return way


async def complaints(address: str, many: int) -> None:
    async with aiohttp.ClientSession() as session:
        for n in range(many):
            assert await complain(session, address, f"k{n}", f"路灯不亮，第{n}次")


async def events(address: str, many: int) -> None:
    told = flat(rehearsed(1, many, MONDAY))[:many]
    async with aiohttp.ClientSession() as session:
        for one in told:
            assert await tell_calls(session, address, [one])


def letters(port: int, many: int) -> None:
    with smtplib.LMTP("127.0.0.1", port) as slot:
        for n in range(many):
            raw = a_letter(text=f"路灯不亮，第{n}次", message_id=f"<{n}@example.com>")
            assert slot.sendmail("wang@example.com", ["12345@city.example"], raw) == {}


WEB = ("post /api/v1/complaints", "HTTP/1.1 201")
CALLS = ("post /api/v1/calls/events", "HTTP/1.1 202")
SLOT = ("data\\r\\n", "250 ")


async def served(traced: Served, many: int) -> list[Way]:
    """So many acknowledgements by each way in, and what the trace says of them."""
    port = free_port()
    traced.settings |= {"HOTLINE_MAIL__LMTP": f"127.0.0.1:{port}", "HOTLINE_CALLS__SECRET": SECRET}
    address = await asyncio.to_thread(traced.start)
    await complaints(address, many)
    await events(address, many)
    await asyncio.to_thread(letters, port, many)
    await asyncio.to_thread(traced.stop)
    return [looked_at(traced.folder, Way(*one)) for one in (WEB, CALLS, SLOT)]


@pytest.mark.soak
async def test_every_acknowledgement_comes_after_a_sync_that_covers_it(
    sqlite_url: str, tmp_path: Path, scale: Scale
) -> None:
    found = await served(Traced(sqlite_url, tmp_path), scale.ordered)
    assert [(one.good, one.bad) for one in found] == [(scale.ordered, 0)] * 3


async def test_the_twin_that_answers_first_is_caught(sqlite_url: str, tmp_path: Path) -> None:
    web, calls, slot = await served(Traced(sqlite_url, tmp_path, module=TWIN), 20)
    assert web.bad > 0 and (calls.bad, slot.bad) == (0, 0)
