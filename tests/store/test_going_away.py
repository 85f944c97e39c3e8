"""Whoever goes away, at whatever moment: no connection stays open behind the end of the hotline."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from hotline.store import onehop
from hotline.store.database import Store

MOMENTS = 60  # turns of the loop: more than a first connection and two statements take
ASK = text("SELECT 1")


async def writing(store: Store) -> None:
    async with store.write() as connection:
        await connection.execute(ASK)
        await connection.execute(ASK)


async def reading(store: Store) -> None:
    async with store.read() as connection:
        await connection.execute(ASK)
        await connection.execute(ASK)


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The driver's connections, as they were made."""
    kept, original = list[Any](), onehop.Connection.__init__

    def noted(self: onehop.Connection, dbapi: Any, connection: Any) -> None:
        original(self, dbapi, connection)
        kept.append(connection)

    monkeypatch.setattr(onehop.Connection, "__init__", noted)
    return kept


@pytest.mark.parametrize("warm", [True, False], ids=["connected", "connecting"])
@pytest.mark.parametrize("doing", [reading, writing])
async def test_whoever_goes_away_as_the_hotline_ends_leaves_no_connection_open(
    tmp_path: Path, made: list[Any], doing: Callable[[Store], Awaitable[None]], warm: bool
) -> None:
    for moment in range(MOMENTS):
        store = Store(f"sqlite:///{tmp_path}/one.db")
        if warm:
            await doing(store)
        going = asyncio.ensure_future(doing(store))
        for _ in range(moment):
            await asyncio.sleep(0)
        going.cancel()
        await store.close()
        await asyncio.wait([going])
        opened = [one for one in made if one._connection is not None]
        assert opened == [], f"cut short after {moment} turns of the loop"
    assert made, "a hotline that never connected shows nothing"


async def test_who_holds_a_connection_for_long_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hotline.store.database.GIVES_BACK", 0.02)
    store = Store(f"sqlite:///{tmp_path}/one.db")
    async with store.read() as connection:
        await connection.execute(ASK)
        async with asyncio.timeout(5):
            await store.close()
        assert (await connection.execute(ASK)).scalar_one() == 1
        await connection.invalidate()
