"""A full disk and a disk that fails at its sync: what was acknowledged stays, the rest is refused."""

import asyncio
import contextlib
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import aiohttp
import pytest

from tests.faults.test_kills import Ledger, check, post
from tests.support.served import Served, hotline

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]
HEALED = 30.0  # seconds after there is room again


@pytest.fixture
def small_disk(tmp_path: Path, empty_sqlite: Path) -> Iterator[Path]:
    """A file system of its own, of 12 MB, with a seeded database on it."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = ["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", str(place)]
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


async def test_a_full_disk_refuses_reads_go_on_and_room_alone_heals_it(small_disk: Path) -> None:
    served, ledger = Served(f"sqlite:///{small_disk / 'hotline.db'}", small_disk), Ledger()
    address = await asyncio.to_thread(served.start)
    async with aiohttp.ClientSession() as session:
        for n in range(20):
            assert await posted(session, address, ledger, n)
        free = shutil.disk_usage(small_disk).free
        with contextlib.suppress(OSError):  # what was posted is still read, and written about
            (small_disk / "ballast").write_bytes(b"\0" * (free - 100_000))
        refused = [n for n in range(20, 220) if not await posted(session, address, ledger, n)]
        assert refused, "the disk never was full"
        form = aiohttp.FormData()
        form.add_field("file", BytesIO(b"\x89PNG\r\n\x1a\n" + b"\0" * 2_000_000), filename="a.png")
        async with session.post(f"{address}/api/v1/attachments", data=form) as answer:
            assert answer.status == 503, await answer.text()
        for path in ("/", "/healthz", "/api/v1/topics", "/office/login"):
            async with session.get(f"{address}{path}") as answer:
                assert answer.status == 200, path
        (small_disk / "ballast").unlink()
        async with asyncio.timeout(HEALED):
            while not await posted(session, address, ledger, refused[0]):
                await asyncio.sleep(0.5)
    await asyncio.to_thread(served.stop)
    assert check(small_disk / "hotline.db", ledger).lost == 0
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
