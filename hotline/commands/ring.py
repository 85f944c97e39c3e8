"""Plays believable calls to the running desk, through the same signed door as a real switch."""

import argparse
import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import aiohttp

from channels.telephone.events import CallEvent
from channels.telephone.rehearsal import House, calls, posted
from channels.telephone.signing import sign
from hotline.commands.failing import Failed
from hotline.commands.opening import say
from hotline.config import Settings, WrongSetting
from hotline.wiring import system_clock

WORDS = {
    "offered": "来电",
    "queued": "排队",
    "ringing": "振铃",
    "answered": "接听",
    "held": "保持",
    "resumed": "恢复",
    "transferred": "转接",
    "ended": "挂断",
    "recorded": "录音",
    "rated": "评价",
}


@dataclass(frozen=True)
class Asked:
    """How many calls, to which telephones, how fast; `speed` 10 plays ten minutes in one."""

    calls: int
    agents: tuple[str, ...]
    seed: int
    speed: float
    url: str | None


def asked(told: argparse.Namespace) -> Asked:
    """What the command line says."""
    return Asked(told.calls, tuple(told.agent or ("8001",)), told.seed, told.speed, told.url)


async def run(settings: Settings, wanted: Asked) -> int:
    secret = settings.calls.secret.get_secret_value()
    if not secret:
        raise WrongSetting(
            "请先设置 HOTLINE_CALLS__SECRET，并用同一设置运行 hotline serve"
            " / set HOTLINE_CALLS__SECRET first, for `hotline serve` as well"
        )
    url = (wanted.url or settings.base_url).rstrip("/") + "/api/v1/calls/events"
    start = system_clock()
    # Each play has calls of its own: what is played again rings again.
    house = House(agents=wanted.agents, prefix=f"ring-{start:%m%d%H%M%S}-")
    told = sorted(
        (one for call in calls(wanted.seed, wanted.calls, start, house) for one in call),
        key=lambda one: one.at,
    )
    async with aiohttp.ClientSession() as session:
        await _play(session, (url, secret), told, wanted.speed)
    say(f"已播放 {wanted.calls} 个通话 / {wanted.calls} calls played")
    return 0


async def _play(
    session: aiohttp.ClientSession,
    door: tuple[str, str],
    told: Sequence[CallEvent],
    speed: float,
) -> None:
    loop = asyncio.get_running_loop()
    begun, first = loop.time(), told[0].at
    for one in told:
        due = begun + (one.at - first).total_seconds() / speed
        await asyncio.sleep(max(0.0, due - loop.time()))
        now = first + timedelta(seconds=loop.time() - begun)
        await _post(session, door, replace(one, at=now))
        number = f"{one.from_[:3]}****{one.from_[-4:]}" if one.direction == "in" else one.to[:3]
        say(f"{one.call_id} {WORDS.get(one.kind.value, one.kind.value)} {number} {one.agent}")


async def _post(session: aiohttp.ClientSession, door: tuple[str, str], one: CallEvent) -> None:
    url, secret = door
    body = json.dumps(posted(one), ensure_ascii=False).encode()
    time = str(int(_seconds(system_clock())))
    headers = {
        "Content-Type": "application/json",
        "X-Hotline-Time": time,
        "X-Hotline-Signature": sign(secret, time, body),
    }
    try:
        async with session.post(url, data=body, headers=headers) as answer:
            if answer.status != 202:
                found = (await answer.json()).get("detail", "")
                raise Failed(f"热线没有接受事件：{answer.status} {found} / refused")
    except aiohttp.ClientError as error:
        raise Failed(
            f"无法连接正在运行的热线 {url}：请先运行 hotline serve / cannot reach it: {error}"
        ) from None


def _seconds(at: datetime) -> float:
    return at.timestamp()
