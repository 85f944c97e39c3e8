"""Recorded complaints and replies through the real engine, on a clock that jumps from event to event."""

import hashlib
import heapq
import json
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress

from escalation.watch import Watch
from hotline.commands import columns, report, sheets
from hotline.commands.failing import Failed
from hotline.commands.opening import centre_of, say
from hotline.commands.seed import sown
from hotline.commands.stage import Record, last_moment, next_scene
from hotline.config import Settings
from hotline.domain.people import OPERATOR
from hotline.domain.words import Kind
from hotline.flow import intake, work
from hotline.flow.centre import Centre
from hotline.flow.supervise import CaseAgenda
from hotline.store import acts, agenda, catalogue, receipts, replayed
from hotline.wiring import MovingClock, Parts, system_clock

SETTING = "replay"


@dataclass(frozen=True)
class Asked:
    """What the command line asks for."""

    path: Path
    profile: str | None = None
    type: Kind | None = None
    until: datetime | None = None
    report: Path | None = None


@dataclass
class Recording:
    """The records of a file that can be replayed, and those that cannot, with the reason."""

    records: list[Record] = field(default_factory=list)
    unfit: list[dict[str, Any]] = field(default_factory=list)


async def run(settings: Settings, asked: Asked) -> int:
    if asked.profile:
        chosen = settings.dispatch.model_copy(update={"profile": asked.profile})
        settings = settings.model_copy(update={"dispatch": chosen})
    recording = read(asked.path)
    if not recording.records:
        raise Failed(f"文件中没有可回放的记录 / nothing to replay in {asked.path}")
    until = asked.until or last_moment(recording.records)
    clock = MovingClock(min(record.sent_at for record in recording.records))
    async with centre_of(settings, Parts(clock=clock)) as centre:
        await sown(centre)
        await _claim(centre, asked, until)
        theatre = Theatre(centre, clock, until, asked.type)
        await theatre.play(recording.records)
        made = await _report(centre, recording, asked, until)
    if asked.report:
        asked.report.write_text(json.dumps(made, ensure_ascii=False, indent=1) + "\n", "utf-8")
    _tell(made["totals"])
    return 0


def read(path: Path) -> Recording:
    recording, seen = Recording(), set()
    for row in sheets.rows(path):
        try:
            record = record_of(row)
        except ValueError as error:
            recording.unfit.append({"line": row.line, "reason": str(error)})
            continue
        if record.key not in seen:
            seen.add(record.key)
        recording.records.append(record)
    return recording


def record_of(row: sheets.SheetRow) -> Record:
    """A row as a record; ValueError with the reason when it cannot be one."""
    if row.problem:
        raise ValueError(row.problem)
    cells = columns.understood(row.values)
    content = cells.get("content") or cells.get("title", "")
    if not content:
        raise ValueError("没有内容 / no body")
    sent_at = _moment(cells, "sent_at")
    if sent_at is None:
        raise ValueError("没有 sent_at / no sent_at")
    replied_at = _moment(cells, "replied_at")
    if replied_at and replied_at < sent_at:
        raise ValueError("答复早于来信 / replied_at is before sent_at")
    return Record(
        id=cells.get("id") or str(row.line),
        line=row.line,
        key=replayed.KEYS + columns.row_key(cells, row.line),
        title=cells.get("title") or content[:30],
        content=content,
        sender=cells.get("sender") or cells.get("name", ""),
        sent_at=sent_at,
        reply=cells.get("reply") or "（记录中没有答复原文）",
        replied_at=replied_at,
    )


def _moment(cells: dict[str, str], name: str) -> datetime | None:
    if not cells.get(name):
        return None
    try:
        return columns.moment(cells[name])
    except columns.BadMoment:
        raise ValueError(f"{name} 日期无法识别 / not a date") from None


async def _claim(centre: Centre, asked: Asked, until: datetime) -> None:
    """The database is this replay's alone, or the replay is refused."""
    wanted = {
        "profile": centre.terms.version,
        "type": asked.type.value if asked.type else None,
        "file": _digest(asked.path),
    }
    async with centre.work() as unit:
        before = await catalogue.setting(unit.connection, SETTING)
        if await replayed.others(unit.connection):
            raise Failed(
                "数据库中已有其他诉求，回放需要没有其他诉求的数据库"
                " / the database holds other cases; a replay needs one without"
            )
        if before is None:
            await acts.record(unit.connection, system_clock(), OPERATOR, "replay", wanted)
        elif {name: before.get(name) for name in wanted} != wanted:
            raise Failed(
                f"数据库中已是另一次回放（方案 {before.get('profile')}）"
                " / another profile, type or file was replayed here"
            )
        elif datetime.fromisoformat(before["until"]) > until:
            raise Failed(f"已回放到 {before['until']} / was replayed beyond --until already")
        await catalogue.put_setting(
            unit.connection, SETTING, {**wanted, "until": until.isoformat()}
        )


def _digest(path: Path) -> str:
    with path.open("rb") as body:
        return hashlib.file_digest(body, "sha256").hexdigest()


class Theatre:
    """Plays records on the centre's own stage: its flow, its watch, its database."""

    def __init__(
        self, centre: Centre, clock: MovingClock, until: datetime, type_: Kind | None
    ) -> None:
        self._centre = centre
        self._clock = clock
        self._until = until
        self._type = type_.value if type_ else None
        self._watch = Watch(CaseAgenda(centre))
        self._events: list[tuple[datetime, int, Record, str]] = []

    async def play(self, records: list[Record]) -> None:
        # One writer: there is nothing to gather with, and waiting for more would only cost time.
        await self._centre.inbox.stop()
        self._centre.automatic = False
        await self._set_the_stage(records)
        with Progress(console=Console(stderr=True)) as shown:
            bar = shown.add_task("回放 / replay", total=len(self._events))
            while self._events and self._events[0][0] <= self._until:
                at, _, record, number = heapq.heappop(self._events)
                await self._watch_until(at, inclusive=False)
                self._clock.move_to(at)
                if not await self._go_on(record, number):
                    shown.advance(bar)
            await self._watch_until(self._until, inclusive=True)

    async def _set_the_stage(self, records: list[Record]) -> None:
        """What is still to come: records not received yet, and received ones that are open."""
        async with self._centre.look() as look:
            known = await replayed.known(look.connection)
            still_open = await replayed.open_cases(look.connection)
        seen: set[str] = set()
        for record in records:
            number = known.get(record.key)
            if record.key in seen:
                continue
            seen.add(record.key)
            if number is None:
                self._expect(record.sent_at, record, "")
            elif number in still_open:
                await self._expect_next(record, number)
        async with self._centre.look() as look:
            pending = await receipts.pending(look.connection, len(records))
        for intake_id in pending:
            await intake.triage(self._centre, intake_id)

    def _expect(self, at: datetime, record: Record, number: str) -> None:
        heapq.heappush(self._events, (at, record.line, record, number))

    async def _watch_until(self, moment: datetime, *, inclusive: bool) -> None:
        """Visits every moment at which a rung falls due; what is done exactly then is in time."""
        while True:
            async with self._centre.look() as look:
                due = await agenda.next_moment(look.connection)
            if due is None or due > moment or (due == moment and not inclusive):
                return
            self._clock.move_to(due)
            outcome = await self._watch.tick(self._clock())
            if outcome.failed:
                raise Failed(f"督办阶梯未能执行 / rungs failed: {outcome.failed}")

    async def _go_on(self, record: Record, number: str) -> bool:
        """One scene; True when more is to come."""
        if not number:
            receipt = await intake.receive(self._centre, record.incoming(self._type))
            await intake.triage_pending(self._centre, 1)
            return await self._expect_next(record, receipt.number)
        async with self._centre.work() as unit:
            case = await unit.cases.change(number)
            scene = next_scene(record, case, self._centre.rules)
            if scene is None:
                return False
            for facts, actor in scene.acts:
                await work.act_in(self._centre, unit, case, facts, actor)
            following = next_scene(record, case, self._centre.rules)
        if following is None:
            return False
        self._expect(max(following.at, self._clock()), record, number)
        return True

    async def _expect_next(self, record: Record, number: str) -> bool:
        async with self._centre.look() as look:
            case = await look.cases.read(number)
        scene = next_scene(record, case, self._centre.rules)
        if scene is not None:
            self._expect(max(scene.at, self._clock()), record, number)
        return scene is not None


async def _report(
    centre: Centre, recording: Recording, asked: Asked, until: datetime
) -> dict[str, Any]:
    async with centre.look() as look:
        numbers = await replayed.known(look.connection)
        outcomes = {one.number: one async for one in replayed.outcomes(look.connection)}
    tree = centre.rules.tree
    came = [record for record in recording.records if record.sent_at <= until]
    rows = [report.row(one, outcomes[numbers[one.key]], tree, until) for one in came]
    later = [record for record in recording.records if record.sent_at > until]
    facts = {
        "profile": centre.terms.version,
        "type_given": asked.type.value if asked.type else None,
        "until": report.moment(until),
        "unfit": recording.unfit,
    }
    return {"rows": rows, "totals": report.totals(rows, facts, later)}


def _tell(totals: dict[str, Any]) -> None:
    say(
        f"{totals['rows']} 件：已答复 {totals['answered']}，未答复 {totals['open']}，"
        f"超期 {totals['overdue']}，督办 {totals['supervised']}"
    )
    say(
        f"{totals['rows']} rows: {totals['answered']} answered, {totals['open']} open,"
        f" {totals['overdue']} overdue, {totals['supervised']} supervised"
    )
    if totals["unfit"]:
        say(f"{len(totals['unfit'])} 行不能回放 / rows that cannot be replayed (see the report)")
