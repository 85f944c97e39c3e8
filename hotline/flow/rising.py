"""Rising matters (热点预警): one topic in one place above what the hour usually brings raises an alert."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from hotline.domain.errors import NotPossible, Refused
from hotline.domain.people import Actor, mask_text
from hotline.domain.rising import Bound, Hour, bound, matter
from hotline.domain.words import Role
from hotline.flow import mailing
from hotline.flow.centre import Centre
from hotline.store import acts, alerts
from hotline.store.alerts import WHOLE
from hotline.store.outbox import Message
from hotline.store.work import Work

HOUR = timedelta(hours=1)
QUIET = timedelta(hours=2)  # below the bound for so long: the matter rises no more
LATE = 3  # hours that are counted again: a receipt may wait for its case
CATCH_UP = 24 * 14  # hours that are counted in one go where none were
MOST = 200  # numbers that an alert holds
READERS = frozenset({Role.DISPATCHER, Role.SHIFT_LEAD, Role.SUPERVISOR, Role.DIRECTOR})
TOLD = (Role.DISPATCHER, Role.SHIFT_LEAD)
Cell = tuple[str, str]  # a matter (topic to level 2) and its place


class NoSuchAlert(Refused):
    code = "no_such_alert"

    def __init__(self) -> None:
        super().__init__("没有这条预警。", "There is no such alert.")


@dataclass
class Crowd:
    """Who brought a matter in a span: each caller once, every case."""

    callers: set[str]
    cases: list[str]


def crowds(rows: Iterable[Any]) -> dict[Cell, Crowd]:
    """By matter and place, and by matter in the whole city; one caller many times is one."""
    found: dict[Cell, Crowd] = defaultdict(lambda: Crowd(set(), []))
    for row in rows:
        topic = matter(row.topic)
        cells = {(topic, row.district), (topic, WHOLE)} if topic else set()
        for cell in cells | {(WHOLE, WHOLE)}:
            found[cell].callers.add(row.caller or row.number)
            found[cell].cases.append(row.number)
    return found


async def watch(centre: Centre) -> list[int]:
    """Looks at the last sixty minutes; ids of the alerts that were raised."""
    async with centre.look() as view:
        at = view.at
        # Up to and with this moment: a receipt may bear it.
        until = at + timedelta(microseconds=1)
        now = crowds(await alerts.brought(view.connection, at - HOUR, until))
        above = await _above(centre, view, now)
        standing = {(row.topic, row.place): row for row in await alerts.standing(view.connection)}
    ending = [
        one for cell, one in standing.items() if cell not in above and at - one.seen_at > QUIET
    ]
    if not above and not ending:
        return []
    async with centre.work() as work:
        raised = [await _raised(work, cell, *above[cell], standing.get(cell)) for cell in above]
        for row in ending:
            await alerts.go_on(work.connection, row.id, ended_at=at)
    return [alert_id for alert_id in raised if alert_id is not None]


async def _above(
    centre: Centre, view: Work, now: Mapping[Cell, Crowd]
) -> dict[Cell, tuple[Crowd, Bound]]:
    """The cells above their bound; the whole city only for what no place of it explains."""
    rule = centre.rising
    crowded = {
        cell: crowd
        for cell, crowd in now.items()
        if cell[0] != WHOLE and len(crowd.callers) >= rule.least
    }
    if not crowded:
        return {}
    told = await _usual(centre, view, crowded)
    found: dict[Cell, tuple[Crowd, Bound]] = {}
    for cell in sorted(crowded, key=lambda one: one[1] == WHOLE):
        crowd = crowded[cell]
        if cell[1] == WHOLE:
            explained = {
                n for (topic, _), (c, _) in found.items() if topic == cell[0] for n in c.callers
            }
            crowd = Crowd(crowd.callers - explained, crowd.cases)
        if len(crowd.callers) >= told[cell].callers:
            found[cell] = (crowd, told[cell])
    return found


async def _usual(centre: Centre, view: Work, cells: Iterable[Cell]) -> dict[Cell, Bound]:
    """The bound of each: the same hour of past weeks, and with less weight of other days."""
    rule, hour = centre.rising, view.at.replace(minute=0, second=0, microsecond=0)
    back = {timedelta(weeks=n): 1.0 for n in range(1, rule.weeks + 1)}
    back |= {timedelta(days=n): 0.25 for n in range(1, rule.days + 1) if n % 7}
    hours = {hour - far - lag for far in back for lag in (timedelta(), HOUR)}
    cells = list(cells)
    seen = await alerts.history(view.connection, hours, {topic for topic, _ in cells})

    def like(cell: Cell) -> Iterable[Hour]:
        for far, weight in back.items():
            this, last = hour - far, hour - far - HOUR
            if (this, WHOLE, WHOLE) in seen and (last, WHOLE, WHOLE) in seen:
                # The sixty minutes lie in both: the busier one is what they may usually bring.
                yield Hour(max(seen.get((at, *cell), 0) for at in (this, last)), weight)

    return {cell: bound(list(like(cell)), rule) for cell in cells}


async def _raised(work: Work, cell: Cell, crowd: Crowd, above: Bound, standing: Any) -> int | None:
    """A new alert, told once; one that stands grows, and is told no second time."""
    if standing is not None:
        cases = list(dict.fromkeys([*standing.cases, *crowd.cases]))[:MOST]
        most = max(standing.callers, len(crowd.callers))
        await alerts.go_on(work.connection, standing.id, seen_at=work.at, callers=most, cases=cases)
        return None
    alert = {
        "topic": cell[0],
        "place": cell[1],
        "raised_at": work.at,
        "seen_at": work.at,
        "callers": len(crowd.callers),
        "usual": round(above.usual, 2),
        "bound": above.callers,
        "cases": crowd.cases[:MOST],
        "note": "",
    }
    alert_id = await alerts.begin(work.connection, alert)
    if alert_id is not None:
        await _tell(work, alert_id, alert)
    return alert_id


async def _tell(work: Work, alert_id: int, alert: Mapping[str, Any]) -> None:
    where = alert["place"] or "全市"
    topic = str(alert["topic"]).rpartition("/")[2]
    text = (
        f"过去一小时有 {alert['callers']} 人反映，平时约 {alert['usual']} 人。"
        f"涉及诉求：{'、'.join(alert['cases'][:5])}"
        f"{' 等' if len(alert['cases']) > 5 else ''}。请在“热点预警”页认领处置。"
    )
    messages = [
        Message(
            message_id=f"alert-{alert_id}.{role.value}",
            audience=f"role:{role.value}",
            about="",
            subject=f"热点预警：{where} {topic}",
            text=text,
        )
        for role in TOLD
    ]
    await mailing.post(work, messages, letters=True)


async def count_hours(centre: Centre) -> int:
    """Counts past hours that are not counted yet, and the last few once more."""
    async with centre.look() as view:
        this = view.at.replace(minute=0, second=0, microsecond=0)
        earliest = await alerts.first(view.connection)
        since = this - timedelta(weeks=centre.rising.weeks)
        if earliest is None:
            return 0
        since = max(since, earliest.replace(minute=0, second=0, microsecond=0))
        done = await alerts.known(view.connection, since)
        hours = [since + n * HOUR for n in range(int((this - since) / HOUR))]
        wanted = [one for one in hours if one not in done or this - one <= LATE * HOUR][-CATCH_UP:]
        if not wanted:
            return 0
        rows = await alerts.brought(view.connection, wanted[0], this)
    await _count(centre, wanted, rows)
    return len(wanted)


async def _count(centre: Centre, wanted: Sequence[datetime], rows: Sequence[Any]) -> None:
    by_hour: dict[datetime, list[Any]] = {hour: [] for hour in wanted}
    for row in rows:
        hour = row.received_at.replace(minute=0, second=0, microsecond=0)
        if hour in by_hour:
            by_hour[hour].append(row)
    lines = []
    for hour, brought in by_hour.items():
        found: dict[Cell, Crowd] = {(WHOLE, WHOLE): Crowd(set(), [])} | crowds(brought)
        for (topic, place), crowd in found.items():
            lines.append({"hour": hour, "topic": topic, "place": place, "n": len(crowd.callers)})
    async with centre.work() as work:
        await alerts.count(work.connection, wanted, lines)
        oldest = work.at - timedelta(weeks=centre.rising.weeks + 1)
        await alerts.forget_hours(work.connection, oldest)


async def listed(
    centre: Centre, state: str = "", below: int | None = None, limit: int = 50
) -> list[Any]:
    async with centre.look() as view:
        return await alerts.listed(view.connection, state, below, limit)


async def acknowledge(centre: Centre, actor: Actor, alert_id: int, note: str) -> Any:
    """Somebody takes the matter in hand: who, when, and what is done stands in the record."""
    async with centre.work() as work:
        found = await alerts.one(work.connection, alert_id)
        if found is None:
            raise NoSuchAlert
        told = mask_text(note)
        taken = {"acknowledged_by": actor.name, "acknowledged_at": work.at, "note": told}
        if not await alerts.acknowledge(work.connection, alert_id, **taken):
            raise NotPossible(
                f"这条预警已由{found.acknowledged_by}认领。",
                "Somebody has taken this alert already.",
            )
        about = {"alert": alert_id, "topic": found.topic, "place": found.place, "note": told}
        await acts.record(work.connection, work.at, actor, "alert.acknowledged", about)
        return await alerts.one(work.connection, alert_id)
