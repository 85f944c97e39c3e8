"""Complaints from a file, each row through the same intake as a live complaint.

A row's key is its id (else its line) and a hash of what it says, so a file that is read twice
adds nothing. Rows that cannot be taken are written to a file of rejects, each with its reason.
"""

import asyncio
import csv
import hashlib
import os
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from channels import web
from channels.forms import BadForm
from channels.message import Contact, Incoming
from hotline.commands import columns, sheets
from hotline.commands.failing import Failed
from hotline.commands.opening import centre_of, say
from hotline.commands.seed import sown
from hotline.config import Settings
from hotline.domain.errors import KeyMismatch
from hotline.domain.people import OPERATOR
from hotline.domain.words import Channel, Kind, Named, Party, Tongue
from hotline.flow.centre import Centre
from hotline.flow.intake import receive, triage_pending
from hotline.store import acts, catalogue, counters
from hotline.store.reserve import NoRoom

AT_ONCE = 64  # receipts that are on their way together: one commit gathers them
FUTURE = timedelta(days=1)  # a citizen's clock may be wrong, but not by more


def _codes(words: type[Named]) -> dict[str, str]:
    return {one.zh: one.value for one in words} | {one.value: one.value for one in words}


KINDS, PARTIES, TONGUES = _codes(Kind), _codes(Party), _codes(Tongue)


@dataclass(frozen=True)
class Reject:
    """A row that was not taken, with the reason."""

    row: sheets.SheetRow
    reason: str


@dataclass
class Tally:
    """What became of the rows."""

    rows: int = 0
    fresh: int = 0
    known: int = 0
    rejects: int = 0
    triaged: int = 0


async def run(settings: Settings, path: Path, channel: Channel, *, backdate: bool = False) -> int:
    with sheets.opened(path):
        pass  # a file that cannot be read is said before anything is begun
    async with centre_of(settings) as centre:
        await sown(centre)
        rejects = settings.folder / f"{path.name}.rejects.csv"
        with _progress() as progress:
            tally = await take_in(centre, path, channel, rejects, progress, backdate=backdate)
    say(
        f"读取 {tally.rows} 行：新增 {tally.fresh}，已有 {tally.known}，拒收 {tally.rejects}；"
        f"已分拣 {tally.triaged}"
    )
    say(
        f"{tally.rows} rows: {tally.fresh} new, {tally.known} already there,"
        f" {tally.rejects} rejected; {tally.triaged} triaged"
    )
    if tally.rejects:
        say(f"拒收的行和理由 / rejected rows with reasons: {rejects}")
    return 0


def _progress() -> Progress:
    shown = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    return Progress(*shown, console=Console(stderr=True))


async def take_in(
    centre: Centre,
    path: Path,
    channel: Channel,
    rejects: Path,
    progress: Progress | None = None,
    *,
    backdate: bool = False,
) -> Tally:
    """Receives every row, then triages all that waits; memory does not grow with the file."""
    tally, told = Tally(), progress or Progress(disable=True)
    bar = told.add_task("登记 / receiving", total=None)
    with _RejectFile(rejects) as refused:
        rows = sheets.rows(path, columns.TEXT)
        while chunk := list(islice(rows, AT_ONCE)):
            for reject in await _receive_all(centre, chunk, channel, tally, backdate=backdate):
                refused.add(reject)
                tally.rejects += 1
            tally.rows += len(chunk)
            told.update(bar, completed=tally.rows)
    told.update(bar, total=tally.rows)
    await _close_books(centre, path, channel, tally)
    bar = told.add_task("分拣 / triage", total=tally.fresh)
    while taken := await triage_pending(centre, AT_ONCE):
        tally.triaged += taken
        told.update(bar, completed=tally.triaged, total=max(tally.fresh, tally.triaged))
    return tally


async def _receive_all(
    centre: Centre, rows: list[sheets.SheetRow], channel: Channel, tally: Tally, *, backdate: bool
) -> list[Reject]:
    rejects, coming = [], {}
    for row in rows:
        try:
            incoming = incoming_of(row, channel, centre.now())
        except Unfit as unfit:
            rejects.append(Reject(row, str(unfit)))
            continue
        if incoming.key in coming:
            tally.known += 1
        coming[incoming.key] = incoming
    facts = {"backdate": True, "notice": "none"} if backdate else None
    for fresh in await asyncio.gather(*(_receive(centre, one, facts) for one in coming.values())):
        tally.fresh += fresh
        tally.known += not fresh
    return rejects


async def _receive(centre: Centre, incoming: Incoming, facts: dict[str, Any] | None) -> bool:
    try:
        return (await receive(centre, incoming, facts=facts)).fresh
    except NoRoom:
        raise Failed("磁盘已满，腾出空间后重新运行 / the disk is full: run it again") from None
    except KeyMismatch:  # the same row, read by an earlier version that understood it otherwise
        return False


class Unfit(Exception):
    """A row that is no complaint, and why."""


def incoming_of(row: sheets.SheetRow, channel: Channel, now: datetime) -> Incoming:
    """The row as it crosses the desk, checked like a citizen's form; raises Unfit."""
    if row.problem:
        raise Unfit(row.problem)
    cells = columns.understood(row.values)
    sent_at = _sent_at(cells.get("sent_at", ""), now)
    content = cells.get("content", "")
    try:
        form = web.read(
            {
                "title": cells.get("title") or content[:30],
                "content": content,
                "type": KINDS.get(cells.get("type", ""), cells.get("type")) or None,
                "place": {name: cells.get(name) for name in ("address", "district")},
                "contact": {name: cells.get(name) for name in ("name", "phone", "email")},
                "anonymous": True,  # a file may hold only a name: who is anonymous is said below
                "confidential": columns.yes(cells.get("confidential", "")),
                "party": PARTIES.get(cells.get("party", ""), cells.get("party")) or None,
                "language": TONGUES.get(cells.get("language", ""), cells.get("language")) or None,
            }
        )
    except BadForm as bad:
        raise Unfit("；".join(f"{one.zh}（{one.field}）" for one in bad.problems)) from None
    told = _contact(form, cells.get("sender", ""))
    nameless = columns.yes(cells.get("anonymous", "")) or told == Contact()
    made = web.incoming(form, channel=channel.value, key=columns.row_key(cells, row.line), at=now)
    return replace(made, sent_at=sent_at, anonymous=nameless, contact=None if nameless else told)


def _contact(form: web.ComplaintForm, sender: str) -> Contact:
    """How to reach who wrote; a sender's id is kept as the name."""
    told = form.contact or web.ContactForm()
    return Contact(told.name or sender[:60], told.phone or "", told.email or "")


def _sent_at(text: str, now: datetime) -> datetime | None:
    if not text:
        return None
    try:
        sent_at = columns.moment(text)
    except columns.BadMoment:
        raise Unfit("日期无法识别，应如 2026-11-24 09:30:00（sent_at）") from None
    if sent_at > now + FUTURE:
        raise Unfit("日期在将来（sent_at）")
    return sent_at


async def _close_books(centre: Centre, path: Path, channel: Channel, tally: Tally) -> None:
    """Counts what was refused, once a file however often it is read, and records the reading."""
    if not (tally.fresh or tally.rejects):
        return
    digest = _digest(path)
    key = f"refused {channel.value} {digest[:48]}"
    async with centre.work() as work:
        before = await catalogue.setting(work.connection, key) or {"n": 0}
        more = tally.rejects - int(before["n"])
        if more > 0:
            await counters.count(work.connection, work.at, channel.value, "refused", more)
            await catalogue.put_setting(work.connection, key, {"n": tally.rejects})
        if more > 0 or tally.fresh:
            about = {"file": path.name, "sha256": digest, "new": tally.fresh, "refused": more}
            await acts.record(work.connection, work.at, OPERATOR, "intake", about)


def _digest(path: Path) -> str:
    with path.open("rb") as body:
        return hashlib.file_digest(body, "sha256").hexdigest()


class _RejectFile:
    """The rejects with their reasons; made with the first of them, for the operator's eyes only."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._out: Any = None
        self._sheet: Any = None

    def __enter__(self) -> "_RejectFile":
        return self

    def __exit__(self, *_: object) -> None:
        if self._out is not None:
            self._out.close()

    def add(self, reject: Reject) -> None:
        if self._out is None:
            handle = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            self._out = os.fdopen(handle, "w", encoding="utf-8-sig", newline="")
            self._sheet = csv.writer(self._out)
            self._sheet.writerow(["line", "reason", *reject.row.values])
        self._sheet.writerow([reject.row.line, reject.reason, *reject.row.values.values()])
