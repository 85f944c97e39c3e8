"""A full disk and a disk that fails at its sync: what was acknowledged stays, the rest is refused."""

import asyncio
import contextlib
import json
import os
import shutil
import smtplib
import sqlite3
import subprocess
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import aiohttp
import pytest

from hotline.domain.words import Role
from hotline.store import accounts
from hotline.store.cipher import Cipher, Keys
from hotline.store.database import Store
from hotline.store.reserve import BITS, NAME
from hotline.wiring import system_clock
from tests.faults.test_kills import Ledger, check, post
from tests.faults.test_postman import free_port
from tests.support.letters import a_letter
from tests.support.served import Served, hotline
from tests.web.api_support import HASHED, PASSWORD

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]
HEALED = 30.0  # seconds after there is room again
RESERVE = 16 << 20


@pytest.fixture
def small_disk(tmp_path: Path, empty_sqlite: Path) -> Iterator[Path]:
    """A file system of its own, of 48 MB, with a seeded database on it."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = ["mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", str(place)]
    if os.getuid() or subprocess.run(mounted, capture_output=True).returncode:
        pytest.skip("no file system of one's own can be mounted here")
    shutil.copy(empty_sqlite, place / "hotline.db")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


async def posted(session: aiohttp.ClientSession, address: str, ledger: Ledger, n: int) -> bool:
    """Whether it was acknowledged; refused it may only be with 503."""
    key, content = f"k{n}", f"第{n}件" + "路灯不亮。" * 200
    try:
        number = await post(session, address, key, content)
    except aiohttp.ClientError:
        return False
    if number:
        ledger.tell(key, content, number)
    return bool(number)


def fill(disk: Path, left: int) -> None:
    """Somebody else takes what is free, but for so many bytes."""
    # What was posted is still read, and written about: a moment later there is less.
    with contextlib.suppress(OSError), (disk / "filler").open("ab") as filler:
        filler.write(b"\0" * max(0, shutil.disk_usage(disk).free - left))


async def staffed(served: Served) -> None:
    """An account that may sign in."""
    store = Store(served.url)
    async with store.write() as connection:
        new = accounts.NewOfficer("li", "李", Role.DISPATCHER, None, HASHED, demo=True)
        cipher = Cipher(Keys.load_or_make(served.folder), served.folder)
        await accounts.add(connection, cipher, new, system_clock())
    await store.close()


async def given(session: aiohttp.ClientSession, address: str, disk: Path) -> None:
    """Until there is a bit for the staff, and what was taken in before does not use it any more."""
    async with asyncio.timeout(HEALED):
        while True:
            async with session.get(f"{address}/readyz") as answer:
                told = await answer.json()
            waits = told.get("triage", {}).get("waiting", 1)
            if not waits and shutil.disk_usage(disk).free >= RESERVE // BITS // 2:
                return
            await asyncio.sleep(0.2)


async def works_on(session: aiohttp.ClientSession, address: str, number: str) -> None:
    """Signs in, notes something about a case, and signs out: three acts on record."""
    asked = f"{address}/api/v1/sessions"
    told = {"username": "li", "password": PASSWORD}
    async with session.post(asked, json=told) as answer:
        assert answer.status == 201, await answer.text()
        own = {"Authorization": f"Bearer {(await answer.json())['token']}"}
    path = f"{address}/api/v1/cases/{number}"
    async with session.get(path, headers=own) as answer:
        assert answer.status == 200, await answer.text()
        version = (await answer.json())["version"]
    note = {"action": "note", "text": "磁盘已满，正在清理", "version": version}
    async with session.post(f"{path}/actions", json=note, headers=own) as answer:
        assert answer.status == 200, await answer.text()
    async with session.delete(asked, headers=own) as answer:
        assert answer.status == 204, await answer.text()


def handed_in(port: int, n: int) -> int:
    """What the letter slot answers to a letter."""
    with smtplib.LMTP("127.0.0.1", port, timeout=20) as slot:
        try:
            slot.sendmail("wang@example.com", ["1@c.cn"], a_letter(message_id=f"<{n}@e.cn>"))
        except smtplib.SMTPDataError as error:
            return error.smtp_code
    return 250


async def nothing_is_taken(session: aiohttp.ClientSession, address: str, slot: int) -> None:
    """Neither complaint nor file nor letter; who reads goes on."""
    assert not await posted(session, address, Ledger(), 999)
    form = aiohttp.FormData()
    form.add_field("file", BytesIO(b"\x89PNG\r\n\x1a\n" + b"\0" * 2_000_000), filename="a.png")
    async with session.post(f"{address}/api/v1/attachments", data=form) as answer:
        assert answer.status == 503, await answer.text()
    assert await asyncio.to_thread(handed_in, slot, 2) == 452
    for path in ("/", "/healthz", "/api/v1/topics", "/office/login"):
        async with session.get(f"{address}{path}") as answer:
            assert answer.status == 200, path


async def test_a_full_disk_takes_nothing_in_lets_staff_sign_in_and_work_and_room_alone_heals_it(
    small_disk: Path,
) -> None:
    served, ledger, slot = (
        Served(f"sqlite:///{small_disk / 'hotline.db'}", small_disk),
        Ledger(),
        free_port(),
    )
    served.settings = {
        "HOTLINE_LIMITS__RESERVE_MB": "16",
        "HOTLINE_MAIL__LMTP": f"127.0.0.1:{slot}",
    }
    await staffed(served)
    address, held = await asyncio.to_thread(served.start), small_disk / NAME
    async with aiohttp.ClientSession() as session:
        for n in range(20):
            assert await posted(session, address, ledger, n)
        assert await asyncio.to_thread(handed_in, slot, 1) == 250
        assert held.stat().st_size == RESERVE
        fill(small_disk, left=100_000)
        refused = [n for n in range(20, 220) if not await posted(session, address, ledger, n)]
        assert refused, "the disk never was full"
        for _ in range(2):  # whoever filled it takes what is given, too
            fill(small_disk, left=0)
            await given(session, address, small_disk)
            await nothing_is_taken(session, address, slot)
            await works_on(session, address, ledger.numbers["k0"])
        await asyncio.to_thread(served.stop)
        fill(small_disk, left=0)
        address = await asyncio.to_thread(served.start)  # who cleans up starts it again, too
        await given(session, address, small_disk)
        await nothing_is_taken(session, address, slot)
        await works_on(session, address, ledger.numbers["k0"])
        assert 0 < held.stat().st_size < RESERVE
        (small_disk / "filler").unlink()
        async with asyncio.timeout(HEALED):
            while not await posted(session, address, ledger, refused[0]):
                await asyncio.sleep(0.5)
        assert await asyncio.to_thread(handed_in, slot, 2) == 250
        assert held.stat().st_size == RESERVE
    await asyncio.to_thread(served.stop)
    assert check(small_disk / "hotline.db", ledger).lost == 0
    with contextlib.closing(sqlite3.connect(small_disk / "hotline.db")) as database:
        acts = database.execute("SELECT act FROM act WHERE actor LIKE '%:li' ORDER BY seq")
        assert [act for (act,) in acts] == ["sign_in", "sign_out"] * 3, "all of it is on record"
    verified = await asyncio.to_thread(hotline, served, "verify", "--json")
    assert json.loads(verified.stdout)["ok"] is True, verified.stdout


class Traced(Served):
    """Its system calls pass through strace, which can make one of them fail."""

    inject = ""

    def program(self) -> list[str]:
        calls = "trace=fdatasync,fsync"
        return ["strace", "-f", "-qq", "-o", "/dev/null", "-e", calls, "-e", self.inject]


@pytest.mark.skipif(not shutil.which("strace"), reason="no strace on this machine")
@pytest.mark.parametrize("first", [3, 8, 15])
async def test_after_a_sync_that_failed_nothing_is_acknowledged_that_is_not_on_disk(
    sqlite_url: str, tmp_path: Path, first: int
) -> None:
    """From one sync on all fail: nobody is told 201, and what was told before is there."""
    served, ledger = Traced(sqlite_url, tmp_path), Ledger()
    served.inject = f"inject=fdatasync,fsync:error=EIO:when={first}+"
    address = await asyncio.to_thread(served.start)
    async with aiohttp.ClientSession() as session:
        answers = [await posted(session, address, ledger, n) for n in range(first + 10)]
    served.kill()
    assert not any(answers[first:]), "acknowledged after its sync had failed"
    found = check(tmp_path / "hotline.db", ledger)
    assert (found.lost, found.doubled) == (0, 0)
    honest = Served(sqlite_url, tmp_path)
    address = await asyncio.to_thread(honest.start)
    async with aiohttp.ClientSession() as session:
        for n in range(first + 10):
            assert await posted(session, address, ledger, n), "the same key goes through later"
    await asyncio.to_thread(honest.stop)
    found = check(tmp_path / "hotline.db", ledger)
    assert (found.lost, found.doubled) == (0, 0)
