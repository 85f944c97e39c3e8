"""Ticks by name: once at the start, then again and again; a bad one is not the last."""

import asyncio

from escalation.schedule import Schedule


async def test_what_is_done_once_is_done_at_the_start_and_a_failing_tick_goes_on() -> None:
    seen: list[str] = []

    async def once() -> None:
        seen.append("once")

    async def failing() -> None:
        seen.append("tick")
        raise ValueError

    schedule = Schedule()
    schedule.once("first", once)
    schedule.every(0.02, "bad", failing)
    schedule.start()
    await asyncio.sleep(0.2)
    schedule.stop()
    assert seen.count("once") == 1 and seen.count("tick") >= 2
