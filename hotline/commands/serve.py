"""Runs the hotline: the web, the watch and what else goes on for ever, until it is told to stop."""

import asyncio
import logging
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from escalation.schedule import Schedule
from hotline.commands import journal
from hotline.commands.failing import Failed
from hotline.commands.opening import centre_of, say
from hotline.config import LOOPBACK, Settings, WrongSetting
from hotline.flow.centre import Centre
from hotline.web.app import add_watch, make_app

LAST_REQUESTS = 10.0  # seconds that requests under way get to finish when the hotline stops
PARTS = ("web", "watch", "mail")


async def run(
    settings: Settings,
    *,
    host: str | None = None,
    port: int | None = None,
    only: str | None = None,
) -> int:
    if only == "mail":
        raise WrongSetting(
            "本版本还没有邮箱部分，请不要使用 --only mail / the mailbox is not part of this version"
        )
    settings = bound(settings, host, port)
    journal.to_stderr(logging.INFO)
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    async with centre_of(settings, make=False) as centre:
        running = (
            _watching(centre, settings)
            if only == "watch"
            else _serving(centre, settings, watch=only is None)
        )
        async with running as ready:
            say(ready)
            await stop.wait()
    return 0


def bound(settings: Settings, host: str | None, port: int | None) -> Settings:
    """The settings with the command line's address; what is for loopback only is checked again."""
    told = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    serve = settings.serve.model_copy(update=told)
    if settings.limits.public == "off" and serve.host not in LOOPBACK:
        raise WrongSetting(
            "HOTLINE_LIMITS__PUBLIC=off 只允许绑定本机地址 / is allowed on loopback only"
        )
    return settings.model_copy(update={"serve": serve})


@asynccontextmanager
async def _serving(centre: Centre, settings: Settings, *, watch: bool) -> AsyncIterator[str]:
    app = make_app(centre, settings, watch=watch)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=LAST_REQUESTS)
    await runner.setup()
    try:
        host = settings.serve.host
        site = web.TCPSite(runner, host, settings.serve.port)
        try:
            await site.start()
        except OSError as error:
            raise Failed(
                f"无法监听 {host}:{settings.serve.port} / cannot listen: {error.strerror}"
            ) from None
        yield f"ready http://{_shown(host)}:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host


@asynccontextmanager
async def _watching(centre: Centre, settings: Settings) -> AsyncIterator[str]:
    """The watch without a door: promises, messages, archive."""
    schedule = Schedule()
    add_watch(schedule, centre, settings)
    schedule.start()
    try:
        yield "ready watch"
    finally:
        schedule.stop()
