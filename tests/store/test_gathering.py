"""Gathered commits: how long a crowd waits is known while it does, and for a second afterwards."""

import asyncio
from collections.abc import Sequence

import pytest

from hotline.store import gathering
from hotline.store.gathering import Gathering


async def test_what_keeps_callers_waiting_is_known_and_soon_forgotten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(gathering, "KNOWN", 0.2)
    disk = asyncio.Event()

    async def commit(items: Sequence[int]) -> Sequence[int]:
        await disk.wait()
        return items

    async def crowd(n: int) -> None:
        await asyncio.gather(*(box.put(one) for one in range(n)))

    box = Gathering("box", commit, 10)
    box.start()
    assert box.delay() == 0, "nobody has come yet"
    alone = asyncio.create_task(crowd(1))
    await asyncio.sleep(0.05)
    assert box.delay() == 0, "one waits for the disk, which is as slow as it is"
    waiting = asyncio.create_task(crowd(5))
    await asyncio.sleep(0.05)
    assert 0.05 < box.delay() < 1, "more and more wait"
    disk.set()
    await asyncio.gather(alone, waiting)
    await crowd(5)
    assert box.delay() >= 0.04, "a crowd waited so long, though the next did not"
    await asyncio.sleep(0.21)
    assert box.delay() == 0, "and none lately"
    await box.stop()
