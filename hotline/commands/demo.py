"""The demo city's accounts and complaints, each led through its story by the real flow."""

import heapq
from datetime import datetime, time, timedelta
from typing import Any

from channels.message import Contact, Incoming, Place
from escalation.calendar import ZONE
from escalation.ladder import marks
from escalation.promise import Promise
from hotline import seed
from hotline.commands import demoinspect, demopublic
from hotline.commands.clockwork import Clockwork, alone
from hotline.commands.endings import STORIES
from hotline.commands.failing import Failed
from hotline.commands.stage import Scene
from hotline.commands.tale import Tale
from hotline.domain.errors import Refused
from hotline.domain.people import OPERATOR
from hotline.domain.promises import Rules, levels
from hotline.domain.words import Role
from hotline.flow import citizen, intake, route, waiting, work
from hotline.flow.archiving import archive_closed
from hotline.flow.centre import Centre
from hotline.store import acts, catalogue, replayed
from hotline.wiring import MovingClock

SETTING = "demo"
LONG_AGO = timedelta(days=400)  # before the oldest story begins
KEYS = "demo:"
BY_STAFF = frozenset({"phone", "visit", "letter", "leader", "media"})  # filed by an agent
# How high the ladder of the reply has been climbed when the story is told.
CLIMBED = {"overdue_yellow": 1, "overdue_red": 2, "overdue_order": 3, "overdue_l4": 4}


async def play(centre: Centre, clock: MovingClock, now: datetime) -> int:
    """Leads every complaint to where its story ends, now; returns how many came in."""
    await centre.inbox.stop()
    centre.automatic = False
    async with centre.work() as unit:
        if await catalogue.setting(unit.connection, SETTING):
            return 0
        known = await replayed.known(unit.connection, KEYS)
    await alone(centre, SETTING, now)
    names = {f"{one['role']} {one['department']}": one["username"] for one in seed.accounts()}
    tales = [
        Tale(row, centre.rules, starts(row, centre.rules, now), now, names=names)
        for row in seed.complaints()
        if KEYS + row["id"] not in known
    ]
    await Stage(centre, clock).play(tales, now)
    await demopublic.release(centre, tales)
    await demoinspect.inspect(centre, tales)
    async with centre.work() as unit:
        await catalogue.put_setting(unit.connection, SETTING, {"at": now.isoformat()})
        await acts.record(unit.connection, now, OPERATOR, "seed", {"what": "demo", "n": len(tales)})
    return len(tales)


def starts(row: dict[str, Any], rules: Rules, now: datetime) -> datetime:
    """When it came in; an overdue one so long ago that its ladder stands where the story says."""
    wanted = CLIMBED.get(row["story"])
    age = int(row["age_days"])
    if wanted is not None:
        ages = sorted(range(1, 90), key=lambda days: abs(days - age))
        for days in ages:
            at = _on_day(row, now, days)
            if _climbed(row, rules, at, now) == wanted:
                return at
    return _on_day(row, now, age)


def _on_day(row: dict[str, Any], now: datetime, days: int) -> datetime:
    """Some time between half past eight and half past seven; today's came in just now."""
    number = int(row["id"])
    if days == 0:
        return now - timedelta(minutes=6 + number * 7 % 100)
    day = now.astimezone(ZONE).date() - timedelta(days=days)
    at = datetime.combine(day, time(8, 30), ZONE) + timedelta(minutes=number * 53 % 660)
    return at


def _climbed(row: dict[str, Any], rules: Rules, at: datetime, now: datetime) -> int:
    limit = rules.terms.limit(
        Promise.REPLY,
        type=row["type"],
        urgency=row["urgency"],
        topic=levels(row["topic"]),
        party=row["party"] or "citizen",
    )
    if limit is None:
        return 0
    due = rules.calendar.due(at, limit.span)
    found = marks(limit.ladder, at, due, limit.span, rules.calendar)
    return max((mark.level for mark in found if mark.at <= now), default=0)


class Stage:
    """Plays tales side by side, in the order of their moments."""

    def __init__(self, centre: Centre, clock: MovingClock) -> None:
        self._centre = centre
        self._clockwork = Clockwork(centre, clock)
        self._coming: list[tuple[datetime, int, Tale, Any, Scene | None]] = []
        self._begun: list[Tale] = []

    async def play(self, tales: list[Tale], now: datetime) -> None:
        for tale in tales:
            heapq.heappush(self._coming, (tale.starts, tale.seed, tale, None, None))
        while self._coming:
            at, _, tale, scenes, scene = heapq.heappop(self._coming)
            await self._clockwork.go_to(at)
            await waiting.release(self._centre)
            if scene is None:
                await self._receive(tale)
                scenes = STORIES[tale.row["story"]](tale)
            else:
                await self._perform(tale, scene)
            self._clockwork.note(tale.case)
            self._expect(tale, scenes)
        await self._clockwork.end_at(now)
        await waiting.release(self._centre)
        while await archive_closed(self._centre):
            pass

    def _expect(self, tale: Tale, scenes: Any) -> None:
        scene = next(scenes, None)
        if scene is not None:
            at = max(scene.at, self._clockwork.now)
            heapq.heappush(self._coming, (at, tale.seed, tale, scenes, scene))

    async def _receive(self, tale: Tale) -> None:
        incoming = incoming_of(tale.row, self._clockwork.now)
        if incoming.channel in BY_STAFF:
            receipt = await intake.file(self._centre, incoming, tale.by(Role.AGENT))
        else:
            receipt = await intake.receive(self._centre, incoming)
        await intake.triage_pending(self._centre)
        tale.code = receipt.query_code
        tale.case = await self._read(receipt.number)
        self._route(tale)
        self._begun.append(tale)

    def _route(self, tale: Tale) -> None:
        """Where the duty list sends it, and what open case it repeats."""
        row, tree = tale.row, self._centre.rules.tree
        text = f"{row['title']}\n{row['content']}"
        chosen = route.route(self._centre.city.book, tree, row["topic"], row["district"], text)
        able = chosen.department is not None and not chosen.inform
        tale.unit = chosen.department or "" if able else "zwj"
        tale.co_units = chosen.co_departments if tale.seed % 4 == 0 else ()
        if row["story"] == "merged":
            twin = (t for t in self._begun if t.row["id"] == row["turn_code"] and t.case.open)
            tale.parent = next((t.case.number for t in twin), None)

    async def _perform(self, tale: Tale, scene: Scene) -> None:
        number = tale.case.number
        try:
            if scene.by_citizen:
                for facts, _ in scene.acts:
                    await citizen.citizen_act(self._centre, number, tale.code, facts)
                tale.case = await self._read(number)
                return
            async with self._centre.work() as unit:
                tale.case = await unit.cases.change(number)
                await work.act_all(self._centre, unit, tale.case, scene.acts)
        except Refused as refused:
            raise Failed(f"演示诉求 {tale.seed}（{tale.row['story']}）：{refused.zh}") from refused

    async def _read(self, number: str) -> Any:
        async with self._centre.look() as look:
            return await look.cases.read(number)


def incoming_of(row: dict[str, Any], at: datetime) -> Incoming:
    contact = Contact(row["name"], row["phone"], row["email"])
    return Incoming(
        channel=row["channel"],
        key=KEYS + row["id"],
        title=row["title"],
        content=row["content"],
        received_at=at,
        contact=None if row["anonymous"] else contact,
        place=Place(address=row["address"], district=row["district"]),
        type=row["type"],
        anonymous=row["anonymous"],
        confidential=row["confidential"],
        party=row["party"] or None,
        language=row["language"] or None,
    )
