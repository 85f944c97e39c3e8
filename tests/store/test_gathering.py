"""Gathered commits: how long callers wait is known while they do, and for a second afterwards."""

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

    box = Gathering("box", commit, 10)
    box.start()
    assert box.delay() == 0, "nobody has come yet"
    waiting = asyncio.create_task(box.put(1))
    await asyncio.sleep(0.1)
    assert 0.05 < box.delay() < 1, "somebody waits"
    disk.set()
    await waiting
    await box.put(2)
    assert box.delay() >= 0.1, "somebody waited so long, though the next did not"
    await asyncio.sleep(0.21)
    assert box.delay() == 0, "and nobody lately"
    await box.stop()
