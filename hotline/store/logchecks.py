"""The logs beside the cases (reveals, acts, notices), and files on disk against their rows."""

import hashlib
import re
from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.domain import chaining
from hotline.domain.case import GENESIS
from hotline.store import files
from hotline.store.acts import act_body
from hotline.store.articletables import ArticleRow
from hotline.store.calltables import MissedRow
from hotline.store.decisiontables import AlarmRow
from hotline.store.facttables import ReportRow
from hotline.store.findings import Broken
from hotline.store.inspectiontables import SheetRow
from hotline.store.ledgers import ActRow, AttachmentRow, OutboxRow, RevealRow
from hotline.store.plans import DepartmentPlanRow
from hotline.store.repeattables import AlertRow
from hotline.store.tables import CaseRow, EntryRow, IntakeRow
from hotline.store.vault import reveal_body

PAGE = 1000
ORPHAN_AGE = timedelta(hours=24)  # a file younger than this may still get its row
CHUNK = 1 << 20
# Notices that are about no case, and what each of them stands beside.
BESIDE: Mapping[str, Any] = {
    "alarm": AlarmRow.id,
    "alert": AlertRow.id,
    "article": ArticleRow.id,
    "missed": MissedRow.id,
    "report": ReportRow.id,
    "sheet": SheetRow.id,
    "succession": DepartmentPlanRow.id,
}
OF = re.compile(rf"({'|'.join(BESIDE)})[.-]([0-9]{{1,9}})\.")


async def reveals(connection: AsyncConnection) -> AsyncIterator[Broken]:
    """I6 for who saw whose identity: one chain a case."""
    at: tuple[int, int] = (0, 0)
    previous = GENESIS
    columns = [column for column in RevealRow.__table__.c if column.name != "id"]
    while True:
        page = await connection.execute(
            select(*columns)
            .where((RevealRow.case_id > at[0]) | _after(at))
            .order_by(RevealRow.case_id, RevealRow.seq)
            .limit(PAGE)
        )
        found = page.all()
        for row in found:
            if row.case_id != at[0]:
                at, previous = (row.case_id, 0), GENESIS
            for what in _linked(row, at[1], previous, reveal_body, f"reveal {row.seq}"):
                yield Broken("I6", f"case id {row.case_id}", what)
            at, previous = (row.case_id, row.seq), row.hash
        if len(found) < PAGE:
            return


def _after(at: tuple[int, int]) -> Any:
    return (RevealRow.case_id == at[0]) & (RevealRow.seq > at[1])


async def acts(connection: AsyncConnection) -> AsyncIterator[Broken]:
    """I6 for what was done outside of cases: one chain."""
    seq, previous = 0, GENESIS
    while True:
        page = await connection.execute(
            select(*ActRow.__table__.c).where(ActRow.seq > seq).order_by(ActRow.seq).limit(PAGE)
        )
        found = page.all()
        for row in found:
            for what in _linked(row, seq, previous, act_body, f"act {row.seq}"):
                yield Broken("I6", "acts", what)
            seq, previous = row.seq, row.hash
        if len(found) < PAGE:
            return


def _linked(row: Any, before: int, previous: str, body: Any, name: str) -> Iterator[str]:
    told = {key: value for key, value in row._mapping.items() if key != "hash"}
    if row.seq != before + 1:
        yield f"{name} follows {before}: one is missing"
    if row.previous != previous:
        yield f"{name} is not chained to the one before it"
    if not chaining.holds(body(told), row.hash):
        yield f"{name} was changed after it was written"


POST = ("letter.", "mailbox.", "privacy.", "account.")


async def _received(connection: AsyncConnection, number: str) -> bool:
    found = await connection.execute(select(IntakeRow.id).where(IntakeRow.number == number))
    return found.scalar_one_or_none() is not None


async def notices(connection: AsyncConnection) -> AsyncIterator[Broken]:
    """I7: a notice stands beside the entry that caused it."""
    last = 0
    while True:
        page = await connection.execute(
            select(
                OutboxRow.id,
                OutboxRow.message_id,
                OutboxRow.about,
                OutboxRow.digest,
                CaseRow.last_seq,
            )
            .outerjoin(CaseRow, CaseRow.number == OutboxRow.about)
            .where(OutboxRow.id > last)
            .order_by(OutboxRow.id)
            .limit(PAGE)
        )
        found = page.all()
        for row in found:
            if row.digest is not None and not row.about:
                if not await _folded(connection, row.digest):
                    yield Broken("I7", row.message_id, "a digest of nothing")
                continue
            if row.message_id.startswith(POST):
                continue  # it stands beside a letter, a mailbox, a request or an account
            known = None if row.about else await _beside(connection, row.message_id)
            if known is not None:
                if not known:
                    yield Broken("I7", row.message_id, "a notice of something that never was")
                continue
            problem = await _of_case(connection, row)
            if problem:
                yield Broken("I7", row.about, problem)
        if len(found) < PAGE:
            return
        last = found[-1].id


async def _of_case(connection: AsyncConnection, row: Any) -> str:
    """What is wrong with a notice of a case; empty: it stands beside what caused it."""
    seq, _, rest = row.message_id.removeprefix(f"{row.about}.").partition(".")
    if seq == "receipt":
        known = await _received(connection, row.about)
        return "" if known else f"receipt {row.message_id} of nothing"
    if seq == "urge":
        known = await _urged(connection, row.about, rest)
        return "" if known else f"{row.message_id} gathers what nobody urged"
    if row.last_seq is None or not seq.isdigit() or int(seq) > row.last_seq:
        return f"notice {row.message_id} without its entry"
    return ""


async def _urged(connection: AsyncConnection, number: str, second: str) -> bool:
    """Whether the citizen urged then, so that later urgings were gathered."""
    urged = (
        select(EntryRow.at)
        .join(CaseRow, CaseRow.id == EntryRow.case_id)
        .where(CaseRow.number == number, EntryRow.action == "urge")
    )
    moments = (await connection.execute(urged)).scalars()
    return second in {str(int(at.timestamp())) for at in moments}


async def _beside(connection: AsyncConnection, message_id: str) -> bool | None:
    """Whether what it tells of is there (an alarm, a call-back task, …); None: it is of no such."""
    told = OF.match(message_id)
    if told is None:
        return None
    key = BESIDE[told[1]]
    return (await connection.execute(select(key).where(key == int(told[2])))).first() is not None


async def _folded(connection: AsyncConnection, digest: str) -> bool:
    item = select(OutboxRow.id).where(OutboxRow.digest == digest, OutboxRow.state == "folded")
    return (await connection.execute(item.limit(1))).first() is not None


async def files_agree(
    connection: AsyncConnection, folder: Path, now: datetime
) -> AsyncIterator[Broken]:
    """I9: no row without its file, unchanged; no file without a row that is older than a day."""
    token = ""
    while True:
        page = await connection.execute(
            select(AttachmentRow.token, AttachmentRow.sha256, AttachmentRow.size)
            .where(AttachmentRow.token > token)
            .order_by(AttachmentRow.token)
            .limit(PAGE)
        )
        found = page.all()
        for row in found:
            what = differs(files.path(folder, row.sha256), row)
            if what:
                yield Broken("I9", f"file {row.sha256[:12]}", what)
        if len(found) < PAGE:
            break
        token = found[-1].token
    async for problem in _orphans(connection, folder, now):
        yield problem


def differs(path: Path, row: Any) -> str:
    """How the file differs from its row's `sha256` and `size`; empty: it does not."""
    if not path.is_file():
        return "its row is there, the file is not"
    if path.stat().st_size != row.size:
        return f"{path.stat().st_size} bytes on disk, {row.size} in its row"
    digest = hashlib.sha256()
    with path.open("rb") as body:
        while chunk := body.read(CHUNK):
            digest.update(chunk)
    return "" if digest.hexdigest() == row.sha256 else "its content was changed"


async def _orphans(
    connection: AsyncConnection, folder: Path, now: datetime
) -> AsyncIterator[Broken]:
    for path in (folder / "files").glob("??/*"):
        age = now.timestamp() - path.stat().st_mtime
        if age <= ORPHAN_AGE.total_seconds():
            continue
        row = select(AttachmentRow.token).where(AttachmentRow.sha256 == path.name).limit(1)
        if (await connection.execute(row)).first() is None:
            yield Broken("I9", f"file {path.name[:12]}", "older than a day, and no row knows it")
