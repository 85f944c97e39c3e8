"""Alive, able to serve, and the figures that tell how it goes."""

from datetime import datetime
from math import nan
from typing import Any

from aiohttp import web
from prometheus_client import CollectorRegistry, Gauge, generate_latest

from escalation import audit
from hotline.domain.people import SYSTEM
from hotline.domain.state import OPEN
from hotline.flow import checking, mailhealth, selfcheck
from hotline.flow.centre import Centre
from hotline.flow.pulse import Pulse
from hotline.flow.storm import storm
from hotline.store import (
    agenda,
    alarms,
    beats,
    counters,
    decisions,
    find,
    outbox,
    queues,
    receipts,
    stale,
    stumbles,
)
from hotline.store.callbox import COUNTED_AS
from hotline.web import callgauges
from hotline.web.keys import CENTRE
from hotline.web.pulses import PULSE
from hotline.web.shown import answer
from hotline.web.traffic import TRAFFIC

MAIL = (
    "waiting",
    "oldest_seconds",
    "tray",
    "tray_oldest_seconds",
    "mailboxes",
    "mailboxes_broken",
)


async def healthz(request: web.Request) -> web.Response:
    return answer({"status": "alive"})


async def readyz(request: web.Request) -> web.Response:
    """503 where this node must not be asked: the database cannot be read or written, its clock
    cannot be believed, or it is stopping. The watch's state is told, and that a full disk lets nothing
    be taken in (`taking_in`), and do not close it."""
    centre, trouble = request.app[CENTRE], request.app[PULSE].trouble()
    own = _own(centre, request.app[PULSE])
    try:
        told = {**await standing(centre), **own}
    except Exception as error:  # whatever it is, this node cannot serve now
        told = {"ready": False, "why": "database", "database": type(error).__name__, **own}
        return answer(told, status=503)
    if trouble:
        return answer({"ready": False, "why": trouble, **told}, status=503)
    return answer({"ready": True, **told})


def _own(centre: Centre, pulse: Pulse) -> dict[str, Any]:
    """What this node knows of itself: whether it looks after what is promised, whether it reads.
    Neither closes it: complaints are taken in all the same."""
    age, unread = int(pulse.since_check()), centre.readings.unread
    return {
        "self_check": {
            "age_seconds": age,
            "well": age <= selfcheck.OVERDUE,
            "unmade": list(centre.unmade),
        },
        "classifier": {"unread_in_a_row": unread, "well": unread < selfcheck.UNREAD},
    }


async def standing(centre: Centre) -> dict[str, Any]:
    """How every queue stands: length, age of the oldest, the watch's last look."""
    now = centre.now()
    async with centre.look() as look:
        late, oldest = await agenda.late(look.connection, audit.latest_on_time(now))
        ticked = await agenda.last_tick(look.connection)
        health = audit.Health(ticked, late, oldest, *await stumbles.standing(look.connection))
        waiting, since = await receipts.backlog(look.connection)
        posting, posted = await outbox.length(look.connection)
        provisional = await stale.how_many_provisional(look.connection)
        parked = await outbox.parked(look.connection)
        switch = await decisions.switch(look.connection)
        sounding = await alarms.standing(look.connection)
        post = await mailhealth.standing(look)
    return {
        "database": "ok",
        "taking_in": not centre.reserve.full,
        "watch": _watch(health, now),
        "triage": _triage(centre, waiting, since),
        "outbox": {"waiting": posting, "oldest_seconds": _age(posted, now), "parked": parked},
        "mail": _mail(post, now),
        "calendar": {
            "version": centre.calendar.version,
            "last_year": centre.calendar.last_year,
            "ends_soon": audit.list_ends(centre.calendar, now),
            "provisional_deadlines": provisional,
        },
        "dispatch": {
            "automatic": centre.automatic and switch.running,
            "stopped_because": "" if switch.running else switch.reason,
        },
        "alarms": {kind: sounding.get(kind, 0) for kind in alarms.KINDS},
        "rules": centre.city.book.version,
        "terms": centre.terms.version,
    }


def _triage(centre: Centre, waiting: int, since: datetime | None) -> dict[str, Any]:
    now = centre.now()
    storms = storm(waiting, since, now) or centre.storm.raging
    return {"waiting": waiting, "oldest_seconds": _age(since, now), "storm": storms}


def _watch(health: audit.Health, now: datetime) -> dict[str, Any]:
    return {
        "well": health.well(now),
        "last_tick_seconds": _age(health.last_tick, now),
        "late_rungs": health.late,
        "stumbling_rungs": health.stumbling,
        "most_attempts": health.attempts,
        "first_failure_seconds": _age(health.first_failure, now),
    }


def _mail(post: mailhealth.Standing, now: datetime) -> dict[str, Any]:
    return {
        "waiting": post.waiting,
        "oldest_seconds": _age(post.oldest, now),
        "tray": post.tray,
        "tray_oldest_seconds": _age(post.tray_oldest, now),
        "tray_late": post.tray_late(now),
        "mailboxes": len(post.mailboxes),
        "mailboxes_broken": len(post.broken),
    }


def _age(since: datetime | None, now: datetime) -> int | None:
    return None if since is None else max(0, int((now - since).total_seconds()))


async def metrics(request: web.Request) -> web.Response:
    """Prometheus text: the hotline's figures from the database, then this node's own traffic."""
    centre, registry = request.app[CENTRE], CollectorRegistry()
    async with centre.look() as look:
        today = await counters.today(look.connection, look.at)
        waiting = await find.counts(look.connection, SYSTEM)
    told = "Receipts of the day by channel and outcome"
    names = ["channel", "outcome"]
    receipts_today = Gauge("hotline_receipts_today", told, names, registry=registry)
    for channel, outcome, n in today:
        if channel == COUNTED_AS:
            continue  # events are no receipts
        receipts_today.labels(channel, outcome).inc(n)
    cases = Gauge("hotline_cases_open", "Open cases by state", ["state"], registry=registry)
    for state in sorted(OPEN):
        cases.labels(state.value).set(waiting.get(state.value, 0))
    _queues(registry, await standing(centre))
    _node(registry, _own(centre, request.app[PULSE]))
    await _waiting(registry, centre)
    await callgauges.gauges(registry, centre)
    return web.Response(
        body=generate_latest(registry) + generate_latest(request.app[TRAFFIC].registry),
        headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"},
    )


def _queues(registry: CollectorRegistry, found: dict[str, Any]) -> None:
    """A queue without an oldest has age 0; a watch that never looked has no age at all."""
    for name in MAIL:
        gauge = Gauge(f"hotline_mail_{name}", f"letters: {name}", registry=registry)
        gauge.set(found["mail"][name] or 0)
    for queue in ("triage", "outbox"):
        for name in ("waiting", "oldest_seconds"):
            gauge = Gauge(f"hotline_{queue}_{name}", f"{queue}: {name}", registry=registry)
            gauge.set(found[queue][name] or 0)
    told = "Whether more comes in than can be thought about"
    Gauge("hotline_storm", told, registry=registry).set(found["triage"]["storm"])
    told = "Letters nobody could be given"
    Gauge("hotline_outbox_parked", told, registry=registry).set(found["outbox"]["parked"])
    for name in ("last_tick_seconds", "late_rungs", "stumbling_rungs", "most_attempts"):
        gauge = Gauge(f"hotline_watch_{name}", f"watch: {name}", registry=registry)
        gauge.set(nan if found["watch"][name] is None else found["watch"][name])
    for name in ("last_year", "ends_soon", "provisional_deadlines"):
        gauge = Gauge(f"hotline_calendar_{name}", f"holiday list: {name}", registry=registry)
        gauge.set(found["calendar"][name])
    told = "Whether cases may be dispatched by themselves"
    Gauge("hotline_dispatch_automatic", told, registry=registry).set(found["dispatch"]["automatic"])
    gauge = Gauge("hotline_alarms_open", "Alarms nobody has mended", ["kind"], registry=registry)
    for kind, n in found["alarms"].items():
        gauge.labels(kind).set(n)
    told = "The version of the duty list in force"
    Gauge("hotline_rules_version", told, registry=registry).set(found["rules"])


def _node(registry: CollectorRegistry, found: dict[str, Any]) -> None:
    told = "Since this node last looked at all that the hotline promises"
    gauge = Gauge("hotline_self_check_age_seconds", told, registry=registry)
    gauge.set(found["self_check"]["age_seconds"])
    told = "Texts in a row that this node's classifier did not read"
    gauge = Gauge("hotline_classifier_unread_in_a_row", told, registry=registry)
    gauge.set(found["classifier"]["unread_in_a_row"])


async def _waiting(registry: CollectorRegistry, centre: Centre) -> None:
    """Length and age of every queue, the nodes, what the self-check found broken, the disk."""
    now = centre.now()
    async with centre.look() as look:
        waiting = await queues.lengths(look.connection)
        nodes = await beats.standing(look.connection)
        broken = await alarms.listed(look.connection, 1000)
    length = Gauge("hotline_queue_length", "What waits, by queue", ["queue"], registry=registry)
    told = "How long the oldest of a queue has waited"
    oldest = Gauge("hotline_queue_oldest_seconds", told, ["queue"], registry=registry)
    for name, (n, since) in waiting.items():
        length.labels(name).set(n)
        oldest.labels(name).set(_age(since, now) or 0)
    silent = Gauge("hotline_node_silent_seconds", "Since a beat", ["node"], registry=registry)
    told = "How far a node's clock is ahead of the database's"
    skew = Gauge("hotline_node_clock_skew_seconds", told, ["node"], registry=registry)
    for node in nodes:
        silent.labels(node.node).set(node.silent)
        skew.labels(node.node).set(node.skew)
    told = "Promises of the hotline itself that are broken now"
    gauge = Gauge("hotline_promise_broken", told, ["what"], registry=registry)
    for one in broken:
        if one["kind"] == selfcheck.SERVICE:
            gauge.labels(checking.kind(one["key"])).inc()
    free = Gauge(
        "hotline_disk_free_bytes", "Where least is, of the places where data lie", registry=registry
    )
    free.set(selfcheck.free(centre))
