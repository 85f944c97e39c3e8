"""The log of requests: people's a line each, the many that say nothing summed up, a line a minute.

A balancer and a monitor look every few seconds, and a flood is refused thousands of times a minute:
a line each would fill the disk with what one line says as well.
"""

import time
from collections import Counter
from collections.abc import Callable

import structlog
from aiohttp import web

log = structlog.get_logger(__name__)
LOOKS = ("/healthz", "/readyz", "/metrics")
REFUSED = 429
MINUTE = 60.0  # seconds between two sums


class RequestLog:
    """One for an application; an even clock, in seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._many = clock, Counter[str]()
        self._since = self._told = clock() - MINUTE

    def saw(self, *, method: str, route: str, status: int, seconds: float) -> None:
        """`route` is the pattern, never the path: neither lines nor sums hold numbers and tokens."""
        if status != REFUSED and route not in LOOKS:
            ms = round(seconds * 1000, 1)
            log.info("request", method=method, route=route, status=status, ms=ms)
            return
        if not self._many:
            self._since = self._clock()
        self._many[f"{status} {route}"] += 1

    def sum_up(self, *, at_once: bool = False) -> None:
        """After each request, outside of it; `at_once`: no other will come."""
        now = self._clock()
        if self._many and (at_once or now - self._told >= MINUTE):
            seconds = round(now - self._since, 1)
            log.info("requests", many=dict(self._many), seconds=seconds)
            self._many, self._told = Counter(), now


REQUEST_LOG = web.AppKey("request_log", RequestLog)


def install(app: web.Application) -> None:
    app[REQUEST_LOG] = RequestLog()

    async def end(_: web.Application) -> None:
        app[REQUEST_LOG].sum_up(at_once=True)

    app.on_cleanup.append(end)
