"""Killed at any of its system calls, an upgrade is undone or done; started again it goes through.

Reliability row 47. Cases that were filed before it are whole after it.
"""

import asyncio
import json
import shutil
from pathlib import Path

import pytest
from sqlalchemy import text

from hotline.flow import intake
from hotline.store import migrations
from hotline.store.database import Store
from hotline.wiring import MovingClock
from tests.conftest import a_centre
from tests.makers import MONDAY, a_complaint
from tests.support.scale import Scale
from tests.support.served import Served, hotline

pytestmark = [
    pytest.mark.slow,
    pytest.mark.soak,
    pytest.mark.timeout(300),
    pytest.mark.skipif(shutil.which("strace") is None, reason="no strace on this machine"),
]
BEFORE = "0016"  # the schema that is upgraded


def killed_at(write: int) -> list[str]:
    """What the command is run under to die at its n-th write, be it to a file or to the database."""
    calls = "pwrite64,write,writev,sendto,sendmsg"
    traced = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={calls}"]
    return [*traced, "-e", f"inject={calls}:signal=KILL:when={write}"]


async def state(url: str) -> tuple[str | None, int, int]:
    """Revision, cases, entries."""
    store = Store(url)
    async with store.read() as connection:
        counted = [
            (await connection.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one()
            for table in ("cases", "entry")
        ]
    revision = await migrations.current(store)
    await store.close()
    return revision, counted[0], counted[1]


async def filed_before(url: str, folder: Path, count: int) -> None:
    """Cases of the newest schema, taken back to an older one."""
    centre = await a_centre(url, folder, MovingClock(MONDAY))
    for n in range(count):
        await intake.receive(centre, a_complaint(f"k{n}", received_at=centre.now()))
    while await intake.triage_pending(centre):
        pass
    await migrations.downgrade(centre.store, BEFORE)
    await centre.close()


async def test_an_upgrade_killed_at_any_write_is_undone_or_done_and_goes_through_afterwards(
    url: str, tmp_path: Path, scale: Scale, capsys: pytest.CaptureFixture[str]
) -> None:
    await filed_before(url, tmp_path, scale.filed_before)
    before, served, write, kills = await state(url), Served(url, tmp_path), 1, 0
    assert before[:2] == (BEFORE, scale.filed_before)
    while True:
        done = await asyncio.to_thread(hotline, served, "migrate", under=killed_at(write))
        revision, *counted = await state(url)
        assert (revision in (BEFORE, migrations.newest())) and tuple(counted) == before[1:]
        if revision != BEFORE:
            break
        assert done.returncode, "it said that it was done"
        write, kills = max(write + 1, int(write * scale.stride)), kills + 1
    with capsys.disabled():
        print(f"\n{url.split(':')[0]}: killed {kills} times, at last at write {write}")
    assert kills > 3
    assert (await asyncio.to_thread(hotline, served, "migrate")).returncode == 0
    verified = await asyncio.to_thread(hotline, served, "verify", "--json")
    assert json.loads(verified.stdout)["ok"] is True, verified.stdout[-2000:]
