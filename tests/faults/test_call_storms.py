"""The telephone under faults: killed, deaf for ten minutes, folded by two nodes, flooded by one caller."""

import asyncio
import json
import random
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from sqlalchemy import text

from channels.telephone.events import CallEvent
from channels.telephone.rehearsal import calls as rehearsed
from channels.telephone.rehearsal import posted
from channels.telephone.signing import sign
from hotline.config import Settings
from hotline.flow import calls, missed
from hotline.flow.centre import Centre
from hotline.store.callbox import CallBox
from hotline.store.database import Store
from hotline.wiring import MovingClock, Parts, build, system_clock
from tests.channels.telephone.disorder import arriving, flat, hang_ups_lost, table
from tests.conftest import a_centre, one_reader
from tests.faults.early_events import ForgetfulBox
from tests.faults.test_burst import citizens
from tests.flow.test_calls import abandoned, kept, told
from tests.makers import MONDAY
from tests.support.scale import Scale
from tests.support.served import Served, hotline

SECRET = "the switch's secret"
SETTINGS = {"HOTLINE_CALLS__SECRET": SECRET}
ENOUGH = 100  # events, for a loss to be seen among them
pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


async def post(session: aiohttp.ClientSession, address: str, events: Sequence[CallEvent]) -> bool:
    """True: acknowledged."""
    body = json.dumps([posted(one) for one in events]).encode()
    now = str(int(time.time()))
    headers = {
        "Content-Type": "application/json",
        "X-Hotline-Time": now,
        "X-Hotline-Signature": sign(SECRET, now, body),
    }
    url = f"{address}/api/v1/calls/events"
    try:
        async with session.post(url, data=body, headers=headers) as answer:
            return answer.status == 202
    except (aiohttp.ClientError, OSError):
        return False


async def killed_again_and_again(served: Served, kills: int, seed: int) -> set[str]:
    """Ids of the events that were acknowledged while the hotline was killed at any moment."""
    dice, stop, acknowledged = random.Random(seed), asyncio.Event(), set[str]()
    address = await asyncio.to_thread(served.start)
    port = served.port

    async def bridge(n: int) -> None:
        events = flat(rehearsed(seed * 100 + n, 2000, MONDAY))
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as session:
            for place in range(0, len(events), 5):
                batch = events[place : place + 5]
                while not stop.is_set() and not await post(session, address, batch):
                    await asyncio.sleep(0.05)
                if stop.is_set():
                    return
                acknowledged.update(one.event_id for one in batch)

    bridges = [asyncio.create_task(bridge(n)) for n in range(4)]
    for _ in range(kills):
        await asyncio.sleep(dice.uniform(0.3, 1.0))
        served.kill()
        await asyncio.to_thread(served.start, port)
    async with asyncio.timeout(60):
        while len(acknowledged) <= ENOUGH:
            await asyncio.sleep(0.1)
    stop.set()
    await asyncio.gather(*bridges)
    served.kill()
    return acknowledged


async def lost(url: str, acknowledged: set[str]) -> int:
    store = Store(url)
    async with store.read() as connection:
        found = await connection.execute(text("SELECT event_id FROM call_event"))
        known = set(found.scalars())
    await store.close()
    return len(acknowledged - known)


@pytest.mark.soak
async def test_no_acknowledged_event_is_lost_over_kills_and_all_are_folded_after_them(
    sqlite_url: str, tmp_path: Path, clock: MovingClock, scale: Scale
) -> None:
    served = Served(sqlite_url, tmp_path, settings=SETTINGS)
    acknowledged = await killed_again_and_again(served, scale.kills // 4, seed=1)
    assert await lost(sqlite_url, acknowledged) == 0
    centre = await a_centre(sqlite_url, tmp_path, clock)
    await told(centre, [])
    async with centre.look() as look:
        rows = await look.connection.execute(text("SELECT DISTINCT call_id FROM call_event"))
        assert set(rows.scalars()) == set(await kept(centre))
    await centre.close()


async def test_a_twin_that_acknowledges_before_it_commits_is_caught(
    sqlite_url: str, tmp_path: Path
) -> None:
    twin = Served(sqlite_url, tmp_path, "tests.faults.early_events", SETTINGS)
    acknowledged = await killed_again_and_again(twin, 2, seed=2)
    assert await lost(sqlite_url, acknowledged) > 0


def same(found: dict[str, Any], events: Sequence[CallEvent]) -> bool:
    """The kept table is the ordered run's: every measure of every call."""
    wanted = table(events)
    names = ("direction", "queue", "agent", "offered_at", "queued_at", "answered_at", "ended_at")
    names += ("wait_s", "talk_s", "hold_s", "legs", "transfers", "cause", "digit", "last_at")
    return set(found) == set(wanted) and all(
        {name: found[call][name] for name in names} == {n: getattr(record, n) for n in names}
        for call, record in wanted.items()
    )


async def test_after_ten_deaf_minutes_and_a_replay_the_table_is_the_same(
    any_centre: Centre,
) -> None:
    events = hang_ups_lost(flat(rehearsed(3, 150, MONDAY, every=8.0)), 3)
    deaf = MONDAY + timedelta(minutes=5), MONDAY + timedelta(minutes=15)
    heard = [one for one in events if not deaf[0] <= one.at < deaf[1]]
    assert len(heard) < len(events) * 0.7
    await told(any_centre, arriving(heard, 3))
    assert not same(await kept(any_centre), events)
    await told(any_centre, arriving(events, 4))  # the bridge sends it all again
    assert same(await kept(any_centre), events)


async def test_the_storm_catches_a_box_that_knows_no_event_again(
    sqlite_url: str, tmp_path: Path, clock: MovingClock
) -> None:
    parts = Parts(clock=clock, make_reader=one_reader, make_callbox=ForgetfulBox)
    centre = await build(Settings(database_url=sqlite_url, data=tmp_path), parts)
    events = flat(rehearsed(5, 60, MONDAY))
    await told(centre, arriving(events, 5))
    assert not same(await kept(centre), events)
    await centre.close()


async def test_two_nodes_that_fold_one_stream_end_in_the_ordered_table(
    url: str, tmp_path: Path, clock: MovingClock
) -> None:
    nodes = [await a_centre(url, tmp_path, clock) for _ in range(2)]
    events = flat(rehearsed(9, 80, MONDAY, every=1.0))
    stream = arriving(events, 9)

    async def node(n: int) -> None:
        for place in range(n * 10, len(stream), 20):
            await calls.heard(nodes[n], stream[place : place + 10], "webhook")
            await calls.fold_pending(nodes[n])

    await asyncio.gather(node(0), node(1))
    await told(nodes[0], [])
    assert same(await kept(nodes[0]), events)
    for one in nodes:
        await one.close()


async def test_one_telephone_that_rings_five_hundred_times_is_one_promise(centre: Centre) -> None:
    events = [one for n in range(500) for one in abandoned(f"c{n}", n)]
    await told(centre, events)
    (task,) = await missed.waiting(centre)
    assert task.calls == 500 and len(await kept(centre)) == 500


def sized(scale: Scale) -> int:
    return 180 if scale.posts >= 50 else 8


@pytest.mark.soak
@pytest.mark.timeout(900)
async def test_300_events_a_second_beside_citizens_ring_on_the_desk_within_a_second(
    sqlite_url: str, tmp_path: Path, scale: Scale, capsys: pytest.CaptureFixture[str]
) -> None:
    """The full size is 300/s for three minutes beside 50 intakes/s; every run asks for 8 seconds of it."""
    seconds = sized(scale)
    served = Served(sqlite_url, tmp_path, settings=SETTINGS)
    address = await asyncio.to_thread(served.start)
    try:
        pops, sent = await beside_each_other(served, address, seconds, scale.posts)
    finally:
        served.stop()
    store = Store(sqlite_url)
    async with store.read() as connection:
        found = await connection.execute(text("SELECT count(*) FROM call_event"))
        held = int(found.scalar_one())
    await store.close()
    pops.sort()
    p95 = pops[int(len(pops) * 0.95)]
    with capsys.disabled():
        print(f"\n{sent} events in {seconds} s, {len(pops)} pops, p95 {p95:.3f} s")
    assert held >= sent and len(pops) > seconds
    if scale.posts >= 50:
        assert p95 < 1.0


async def beside_each_other(
    served: Served, address: str, seconds: int, posts: int
) -> tuple[list[float], int]:
    """Screen pops of an agent's stream while events pour in and citizens write."""
    made = await asyncio.to_thread(hotline, served, "token", "add", "desk", "--role", "agent")
    headers = {"Authorization": f"Bearer {made.stdout.split()[-1]}"}
    over, rang, pops = asyncio.Event(), dict[str, float](), list[float]()
    async with aiohttp.ClientSession(headers=headers) as session:
        seat = {"state": "ready", "extension": "9001"}
        async with session.put(f"{address}/api/v1/seat", json=seat) as answer:
            assert answer.status == 200, await answer.text()
        watching = asyncio.create_task(watch(session, address, rang, pops))
        writing = asyncio.create_task(citizens(address, posts, over))
        sent = await pour(session, address, seconds, rang)
        await asyncio.sleep(2.0)
        over.set()
        await writing
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
    return pops, sent


async def watch(
    session: aiohttp.ClientSession, address: str, rang: dict[str, float], pops: list[float]
) -> None:
    timeout = aiohttp.ClientTimeout(total=None)
    async with session.get(f"{address}/api/v1/events", timeout=timeout) as stream:
        async for line in stream.content:
            if line.startswith(b"data: ") and b'"call_id"' in line:
                call = json.loads(line[6:])
                if call["phase"] == "ringing" and call["call_id"] in rang:
                    pops.append(time.perf_counter() - rang.pop(call["call_id"]))


async def pour(
    session: aiohttp.ClientSession,
    address: str,
    seconds: int,
    rang: dict[str, float],
    posts: int = 30,
) -> int:
    """`posts` a second of ten events each; about twice a second a call rings at the watched desk."""
    stream = iter(flat(rehearsed(1, seconds * 80, system_clock(), every=0.02)))
    began, sent, tasks = time.perf_counter(), 0, set[asyncio.Task[bool]]()
    for tick in range(seconds * posts):
        batch = [one for _ in range(10) if (one := next(stream, None))]
        if tick % max(posts // 2, 1) == 0:
            call = f"pop{tick}"
            at = system_clock()
            kinds = ("offered", "ringing")
            pair = [
                replace(batch[0], event_id=f"{call}-{k}", call_id=call, kind=type(batch[0].kind)(k))
                for k in kinds
            ]
            pair = [replace(one, at=at, agent="9001", direction="in", cause="") for one in pair]
            batch = [*batch[:8], *pair]
            rang[call] = time.perf_counter()
        sent += len(batch)
        tasks.add(asyncio.create_task(post(session, address, batch)))
        await asyncio.sleep(max(0.0, began + (tick + 1) / posts - time.perf_counter()))
    assert all(await asyncio.gather(*tasks))
    return sent


def test_the_box_under_test_is_the_products_own() -> None:
    assert Parts().make_callbox is CallBox
