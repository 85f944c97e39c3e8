"""The aiohttp application: keys, middlewares, routes, background tasks."""

import asyncio
import contextlib
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import cache
from importlib import metadata
from typing import Any

import structlog
from aiohttp import web

from escalation.schedule import Schedule
from escalation.setback import Setbacks
from hotline import hosts
from hotline.config import Settings
from hotline.flow import (
    borders,
    intake,
    rulewatch,
)
from hotline.flow.centre import Centre
from hotline.web import (
    assets,
    auth,
    challenge,
    citizen,
    citizen_form,
    districtmap,
    every_page,
    live,
    office_letters,
    openapi,
    pages,
    papers,
    patience,
    posting,
    problems,
    pulses,
    requestlog,
    scanning,
    spoken,
    telephony,
)
from hotline.web.admission import guarded
from hotline.web.directory import DIRECTORY, Directory
from hotline.web.keys import CENTRE, LANGUAGE, ORIGIN, SETTINGS
from hotline.web.limits import LIMITER, Limiter
from hotline.web.requestlog import LOOKS, REQUEST_LOG
from hotline.web.routes import routes
from hotline.web.routing import Route
from hotline.web.ticks import add_watch
from hotline.web.traffic import TRAFFIC, Traffic

log = structlog.get_logger(__name__)
IDLE, AWAY = 0.2, 1.0  # seconds until triage looks again: nothing waited, it could not look
MACHINES = ("/api/", *LOOKS)  # who asks there reads problems, not pages
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self';"
        " frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(self)",
}
Next = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def answering(request: web.Request, handler: Next) -> web.StreamResponse:
    """Outermost: who asks from where in which language; every failure becomes an answer."""
    request[ORIGIN] = _origin(request)
    request[LANGUAGE] = pages.language(request)
    started, told = time.perf_counter(), secrets.token_hex(8)
    with structlog.contextvars.bound_contextvars(request=told):
        response = await _answered(request, handler)
        spent = time.perf_counter() - started
        method, route, status = request.method, _route_name(request), response.status
        request.app[TRAFFIC].saw(method=method, route=route, status=status, seconds=spent)
        request.app[REQUEST_LOG].saw(method=method, route=route, status=status, seconds=spent)
    request.app[REQUEST_LOG].sum_up()
    if not response.prepared:
        _harden(request, response, told)
        assets.squeeze(request, response, _known)
    return response


async def _answered(request: web.Request, handler: Next) -> web.StreamResponse:
    try:
        async with patience.patient(request):
            return await handler(request)
    except web.HTTPMove as found:
        return pages.see_other(str(found.location))
    except Exception as error:
        problem = problems.of_error(error, request)
        machine = request.path.startswith(MACHINES)
        response = problem.response() if machine else pages.failed(request, problem)
        if problem.status in (408, 413):
            response.force_close()  # the rest of the body is not wanted
        return response
    finally:
        posting.close(request)


def _known(request: web.Request) -> bool:
    """Somebody's page may hold a token or a query code, the same for as long as a cookie lasts."""
    return auth.COOKIE in request.cookies or citizen.MINE in request.cookies


def _harden(request: web.Request, response: web.StreamResponse, told: str) -> None:
    """What every answer says about how it may be used; a handler's own word stands."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers["X-Request-Id"] = told
    if request.path.startswith("/api/"):
        response.headers.setdefault("Cache-Control", "no-store")
    if request.app[SETTINGS].base_url.startswith("https:"):
        response.headers["Strict-Transport-Security"] = "max-age=31536000"


def _route_name(request: web.Request) -> str:
    """The route's pattern, never the path: numbers and tokens stay out of the log."""
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else "-"


def _origin(request: web.Request) -> str:
    """The true peer; a forwarded address is believed from configured proxies only."""
    peer, proxies = request.remote or "", request.app[SETTINGS].serve.proxies
    with contextlib.suppress(ValueError):  # a local socket has no address
        peer = hosts.plain(peer)
    if peer in proxies or request.remote in proxies:
        forwarded = request.headers.get("X-Forwarded-For", "").split(",")[-1].strip()
        try:
            return hosts.plain(forwarded)
        except ValueError:  # it goes into records and alarms: nothing but an address
            return peer
    return peer


@cache
def _every_route() -> tuple[Route, ...]:
    return (*routes(), *every_page.routes())


@cache
def _document() -> dict[str, Any]:
    """The same for every application of a process, and not quickly made."""
    return openapi.document(_every_route(), metadata.version("hotline"))


def make_app(centre: Centre, settings: Settings, *, watch: bool = True) -> web.Application:
    """The web side of a hotline; with `watch` it also keeps the promises' clock."""
    most = settings.limits.attachment_mb * 2**20 + 2**16
    app = web.Application(middlewares=[answering], client_max_size=most)
    app[CENTRE], app[SETTINGS] = centre, settings
    app[LIMITER], app[live.OPEN], app[TRAFFIC] = Limiter(), live.Streams(), Traffic()
    app[challenge.GATE], app[citizen_form.HELPING] = challenge.Gate(), citizen_form.Helping()
    app[spoken.SOUNDS] = spoken.Sounds()
    app[districtmap.MAP] = districtmap.Map(borders.load(settings))
    if lost := app[districtmap.MAP].strangers(centre.city.districts):
        log.warning("borders.no_such_district", file=str(borders.place(settings)), names=lost)
    if settings.oidc.issuer:
        back = settings.base_url.rstrip("/") + "/office/directory/back"
        app[DIRECTORY] = Directory(settings.oidc, back)
    app[openapi.DOCUMENT] = _document()
    papers.install(app)
    requestlog.install(app)
    for route in _every_route():
        app.router.add_route(route.method, route.path, guarded(route), name=None)
    app.router.register_resource(assets.Assets("/static", assets.FOLDER))
    app.on_shutdown.append(live.end_streams)
    office_letters.lend_readers(app)
    app.cleanup_ctx.append(background(watch=watch))
    pulses.install(app)
    telephony.mount(app)
    return app


def background(*, watch: bool) -> Callable[[web.Application], AsyncIterator[None]]:
    """Triage, and with `watch` the sweeps: each a tick that finds its work in the rows."""

    async def run(app: web.Application) -> AsyncIterator[None]:
        centre, settings = app[CENTRE], app[SETTINGS]
        schedule = Schedule()
        centre.schedules.append(schedule)
        schedule.every(15.0, "rules", lambda: rulewatch.follow(centre))
        if settings.limits.clamd:  # files are refused while it does not answer: somebody must know
            schedule.every(60.0, "clamd", lambda: scanning.scan(settings.limits.clamd, b""))
        if watch:
            add_watch(schedule, centre, settings)
        schedule.start()
        triage = asyncio.create_task(triage_for_ever(centre), name="triage")
        yield
        await schedule.stop()
        triage.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await triage

    return run


async def triage_for_ever(centre: Centre) -> None:
    setbacks = Setbacks("triage.stopped", "triage.goes_on")
    while True:
        try:
            found = await intake.triage_pending(centre, gives_way=True)
        except Exception as error:  # the database may be away; the receipts wait in it
            setbacks.failed(error)
            await asyncio.sleep(AWAY)
            continue
        setbacks.worked()
        await asyncio.sleep(0 if found else IDLE)
