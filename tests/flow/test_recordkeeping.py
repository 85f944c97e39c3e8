"""A record that was changed past the hotline is told to people within a week, and until it is mended."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from hotline.flow import recordkeeping
from hotline.flow.centre import Centre
from hotline.store import ledger
from hotline.wiring import MovingClock
from tests.flow.orders_support import ask, in_hand

OPEN = "SELECT key FROM alarm WHERE kind = 'record' AND ended_at IS NULL"


def test_in_a_week_every_block_has_its_turn_and_none_twice() -> None:
    from tests.makers import MONDAY

    turns = [recordkeeping.turn(list(range(1000)), MONDAY + timedelta(hours=n)) for n in range(168)]
    assert sorted(n for one in turns for n in one) == list(range(1000))
    assert max(map(len, turns)) <= 6


async def test_a_changed_entry_is_an_alarm_in_its_hour_of_the_week_and_until_it_is_mended(
    any_centre: Centre, clock: MovingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recordkeeping, "PAUSE", 0.0)
    case = await in_hand(any_centre, signed=False)
    clock.move_to(clock.at + timedelta(hours=168 - int(clock.at.timestamp() // 3600) % 168))
    assert await recordkeeping.keep(any_centre) == 1 and await ask(any_centre, OPEN) == []
    change = "UPDATE entry SET text = :text WHERE case_id = 1 AND seq = 2"
    async with any_centre.store.write() as connection:
        before = await connection.execute(
            text("SELECT text FROM entry WHERE case_id = 1 AND seq = 2")
        )
        kept = before.scalar_one()
        await connection.execute(text(change), {"text": "什么也没有发生"})
    clock.move_to(clock.at + timedelta(hours=1))
    assert await recordkeeping.keep(any_centre) == 0, "it is another block's turn"
    clock.move_to(clock.at + timedelta(hours=167))
    await recordkeeping.keep(any_centre)
    assert [row[0] for row in await ask(any_centre, OPEN)] == [case]
    async with any_centre.store.write() as connection:
        await connection.execute(text(change), {"text": kept})
    clock.move_to(clock.at + timedelta(hours=1))
    await recordkeeping.keep(any_centre)
    assert await ask(any_centre, OPEN) == []


async def test_a_block_holds_the_cases_of_its_ids_and_no_others(centre: Centre) -> None:
    await in_hand(centre, signed=False)
    assert (await ledger.block(centre.store, 0)).cases == 1
    assert (await ledger.block(centre.store, 1)).cases == 0
