"""Runs the hotline: the web, the watch and what else goes on for ever, until it is told to stop."""

import asyncio
import gc
import logging
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext

from aiohttp import web

from escalation.schedule import Schedule
from hotline.commands import floors, journal
from hotline.commands.failing import Failed
from hotline.commands.mailroom import mailroom
from hotline.commands.opening import centre_of, say
from hotline.config import LOOPBACK, Settings, WrongSetting
from hotline.config_safe import check_door, check_secrets, reached
from hotline.flow.centre import Centre
from hotline.flow.pulse import Pulse
from hotline.web.app import make_app
from hotline.web.pulses import beating
from hotline.web.ticks import add_watch
from hotline.wiring import add_mail, reserve, system_clock

LAST_REQUESTS = 10.0  # seconds that requests under way get to finish when the hotline stops
COLLECTS = (20_000, 20, 50)  # objects made, and rounds of the younger, before a collection
PARTS = ("web", "watch", "mail")


async def run(
    settings: Settings,
    *,
    host: str | None = None,
    port: int | None = None,
    only: str | None = None,
) -> int:
    settings = bound(settings, host, port)
    if only == "mail":
        check_post(settings)
    check_safe(settings, web=only in (None, "web"))
    journal.to_stderr(logging.INFO)
    floors.check_door()
    reserve(settings).keep()  # on a full disk not even a start would find room
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    async with centre_of(settings, make=False) as centre:
        async with _post(only, centre, settings), _part(only, centre, settings) as ready:
            settle()
            if centre.reading is not None:  # it is loaded beside the start, and is the most of it
                centre.reading.add_done_callback(lambda read: settle())
            say(ready)
            await stop.wait()
            # At once: what is in hand ends while the last requests do.
            centre.stopping.set()
    return 0


def settle() -> None:
    """What was loaded to serve (dictionary, model, statements) lives as long as the process: the
    collector leaves it alone, and looks for rings of what requests leave behind less often. With it
    scanned again and again, a loaded hotline answered up to ten times later."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECTS)


def _part(only: str | None, centre: Centre, settings: Settings) -> AbstractAsyncContextManager[str]:
    if only == "watch":
        return _ticking(only, centre, lambda ticks: add_watch(ticks, centre, settings))
    if only == "mail":
        return _ticking(only, centre, lambda ticks: add_mail(ticks, centre))
    return _serving(centre, settings, watch=only is None)


def _post(
    only: str | None, centre: Centre, settings: Settings
) -> AbstractAsyncContextManager[None]:
    """Letters come in where all parts run, or the post alone."""
    return mailroom(centre, settings) if only in (None, "mail") else nullcontext()


def check_post(settings: Settings) -> None:
    """Without relay, slot or mailbox there is no post, and nobody would notice that none is."""
    mail = settings.mail
    if not (mail.smtp or mail.lmtp or mail.boxes):
        raise WrongSetting(
            "没有可运行的邮件部分，请先设置 HOTLINE_MAIL__SMTP、HOTLINE_MAIL__LMTP 或邮箱"
            " / there is no mail to run: set HOTLINE_MAIL__SMTP, HOTLINE_MAIL__LMTP or a mailbox"
        )


def check_safe(settings: Settings, *, web: bool) -> None:
    """Nothing starts with a secret that anyone can read, or with a door without TLS before it."""
    serve = settings.serve
    others = reached(serve.host, serve.base_url, serve.proxies)
    check_secrets(settings, open_to_others=others)
    if web:
        check_door(serve.host, serve.base_url, serve.proxies)


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
async def _ticking(
    part: str, centre: Centre, add: Callable[[Schedule], None]
) -> AsyncIterator[str]:
    """A part without a door: the watch (promises, messages, archive), or the post alone."""
    schedule = Schedule()
    centre.schedules.append(schedule)
    add(schedule)
    schedule.start()
    try:
        async with beating(Pulse(centre, f"{centre.node}/{part}", system_clock)):
            yield f"ready {part}"
    finally:
        await schedule.stop()
