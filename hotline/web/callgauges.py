"""The telephone's figures for the monitor: events by outcome, what waits to be folded, calls to return."""

from prometheus_client import CollectorRegistry, Gauge

from hotline.flow.centre import Centre
from hotline.store import calls, counters, missed
from hotline.store.callbox import COUNTED_AS


async def gauges(registry: CollectorRegistry, centre: Centre) -> None:
    async with centre.look() as look:
        today = await counters.today(look.connection, look.at)
        waiting = await calls.count_unfolded(look.connection)
        open_, late = await missed.count_open(look.connection, look.at)
    told = "Call events of the day by what became of them"
    events = Gauge("hotline_call_events_today", told, ["outcome"], registry=registry)
    for channel, outcome, n in today:
        if channel == COUNTED_AS:
            events.labels(outcome).inc(n)
    for name, told, n in (
        ("hotline_call_events_waiting", "Raw call events not folded yet", waiting),
        ("hotline_missed_calls_open", "Calls to return", open_),
        ("hotline_missed_calls_late", "Calls to return past their deadline", late),
    ):
        Gauge(name, told, registry=registry).set(n)
    if centre.lines:
        up = sum(line.connected_at is not None for line in centre.lines)
        Gauge("hotline_switch_lines_up", "Live lines to switches", registry=registry).set(up)
