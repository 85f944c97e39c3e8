"""A stop that comes at the very moment of an event: the loops beside the requests end all the same."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from hotline.web.keys import CENTRE
from hotline.web.pulse import PULSE, Pulse
from hotline.web.telephony import fold_for_ever
from tests.web.api_support import Client

Loop = Coroutine[Any, Any, None]


async def stopped(loop: Loop, ring: Callable[[], None], steps: int) -> bool:
    """Rings, lets the event loop go on by so many steps, then stops; whether it ended."""
    task = asyncio.create_task(loop)
    await asyncio.sleep(0.03)  # it waits for the ring now
    ring()
    for _ in range(steps):
        await asyncio.sleep(0)
    task.cancel()
    done, _ = await asyncio.wait({task}, timeout=1)
    return bool(done)


@pytest.mark.parametrize("steps", range(5))
async def test_the_pulse_of_the_desks_stops_whatever_rings_just_then(
    client: Client, steps: int
) -> None:
    pulse = Pulse()
    assert await stopped(pulse.run(client.app[CENTRE]), pulse.rung.set, steps)


@pytest.mark.parametrize("steps", range(5))
async def test_the_folding_of_calls_stops_whatever_arrives_just_then(
    client: Client, steps: int
) -> None:
    centre = client.app[CENTRE]
    loop = fold_for_ever(centre, client.app[PULSE])
    assert await stopped(loop, centre.callbox.kept.set, steps)
