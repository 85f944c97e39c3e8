"""How often the public may ask; a limit answers with when to come back, never with silence."""

import asyncio
import time

from aiohttp import web
from limits import RateLimitItem, parse
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter

from hotline.hosts import network
from hotline.web.keys import ORIGIN, SETTINGS
from hotline.web.problems import TooOften

# Reliability programme §3; per address (an IPv6 one by its /64), and per process: several nodes
# allow that many times more.
LIMITS: dict[str, RateLimitItem] = {
    "intake": parse("5/minute"),
    "upload": parse("20/minute"),
    "look_up": parse("30/minute"),
    "sign_in": parse("50/10 minutes"),
    "hints": parse("40/minute"),  # one pause in writing each
    "spoken": parse(
        "10/10 minutes"
    ),  # sounds of the challenge: a quarter of a second of computing each
    "read": parse("120/minute"),
}


# A refusal takes its time: whoever asks again at once, and again, would else keep this process busy
# with refusing while others wait. Only so many are kept waiting, the rest is refused at once.
PAUSE, MOST_PAUSED = 0.5, 200


class Limiter:
    """Counts per address and kind of request."""

    def __init__(self) -> None:
        self._window = MovingWindowRateLimiter(MemoryStorage())
        self._paused = 0

    async def check(self, request: web.Request, kind: str) -> None:
        """Raises TooOften, after a pause, with the seconds until the next one is let in."""
        if not kind or request.app[SETTINGS].limits.public == "off":
            return
        limit, who = LIMITS[kind], network(request[ORIGIN])
        if await self._window.hit(limit, kind, who):
            return
        await self._pause()
        reset, _ = await self._window.get_window_stats(limit, kind, who)
        raise TooOften(max(1, int(reset - time.time()) + 1))  # noqa: TID251

    async def _pause(self) -> None:
        if self._paused >= MOST_PAUSED:
            return
        self._paused += 1
        try:
            await asyncio.sleep(PAUSE)
        finally:
            self._paused -= 1


LIMITER = web.AppKey("limiter", Limiter)
