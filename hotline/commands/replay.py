"""Recorded complaints and replies through the real engine, on a clock that jumps ahead."""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from hotline.commands import columns, report, sheets
from hotline.commands.clockwork import alone
from hotline.commands.failing import Failed
from hotline.commands.opening import centre_of, say
from hotline.commands.seed import sown
from hotline.commands.stage import Record, last_moment
from hotline.commands.theatre import Theatre
from hotline.config import Settings
from hotline.domain.people import OPERATOR
from hotline.domain.words import Kind
from hotline.flow.centre import Centre
from hotline.store import acts, catalogue, replayed
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
    can_be_written(asked.report)
    made = await played(settings, asked)
    if asked.report:
        write(asked.report, json.dumps(made, ensure_ascii=False, indent=1) + "\n")
    _tell(made["totals"])
    return 0


def can_be_written(path: Path | None) -> None:
    """Said before the work begins, not after it."""
    if path and not path.parent.is_dir():
        raise Failed(f"没有这个目录 / no such folder: {path.parent}")


async def played(settings: Settings, asked: Asked) -> dict[str, Any]:
    """Plays the record on the configured database; the report: `rows` and `totals`."""
    if asked.profile:
        settings = under(settings, asked.profile)
    recording = read(asked.path)
    if not recording.records:
        raise Failed(f"文件中没有可回放的记录 / nothing to replay in {asked.path}")
    until = asked.until or last_moment(recording.records)
    clock = MovingClock(min(record.sent_at for record in recording.records))
    async with centre_of(settings, Parts(clock=clock, senders={})) as centre:
        await sown(centre)
        await alone(centre, SETTING, system_clock())
        await _claim(centre, asked, until)
        await Theatre(centre, clock, until, asked.type).play(recording.records)
        return await _report(centre, recording, asked, until)


def under(settings: Settings, profile: str) -> Settings:
    """The same settings with another profile of limits."""
    chosen = settings.dispatch.model_copy(update={"profile": profile})
    return settings.model_copy(update={"dispatch": chosen})


def write(path: Path, text: str) -> None:
    try:
        path.write_text(text, "utf-8")
    except OSError as error:
        raise Failed(f"无法写入报告 / cannot write {path}: {error.strerror}") from None


def read(path: Path) -> Recording:
    recording = Recording()
    for row in sheets.rows(path, columns.TEXT):
        try:
            recording.records.append(record_of(row))
        except ValueError as error:
            recording.unfit.append({"line": row.line, "reason": str(error)})
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


async def _report(
    centre: Centre, recording: Recording, asked: Asked, until: datetime
) -> dict[str, Any]:
    async with centre.look() as look:
        numbers = await replayed.known(look.connection)
        outcomes = {one.number: one async for one in replayed.outcomes(look.connection)}
    came = [record for record in recording.records if record.sent_at <= until]
    rows = [report.row(one, outcomes[numbers[one.key]], centre.rules, until) for one in came]
    later = [record for record in recording.records if record.sent_at > until]
    facts = {
        "profile": centre.terms.version,
        "type_given": asked.type.value if asked.type else None,
        "until": report.moment(until),
        "unfit": recording.unfit,
        "units": {code: unit.name for code, unit in centre.rules.tree.departments.items()},
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
