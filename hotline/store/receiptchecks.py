"""Whether every receipt had its one effect and is still readable."""

import hashlib
import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from channels.message import LATER
from hotline.store.cipher import Cipher, Unreadable
from hotline.store.counters import OUTCOMES
from hotline.store.erasing import NOTHING
from hotline.store.findings import Broken
from hotline.store.privacytables import ErasureRow
from hotline.store.tables import CaseRow, IntakeRow

PAGE = 500


async def effects(connection: AsyncConnection, cipher: Cipher) -> AsyncIterator[Broken]:
    """I2 and I3: one receipt one effect; every raw one opens and is what was hashed."""
    last = 0
    while True:
        page = await connection.execute(
            select(
                *IntakeRow.__table__.c,
                CaseRow.number.label("made"),
                ErasureRow.case_id.label("erased"),
            )
            .outerjoin(CaseRow, CaseRow.id == IntakeRow.case_id)
            .outerjoin(ErasureRow, ErasureRow.case_id == IntakeRow.case_id)
            .where(IntakeRow.id > last)
            .order_by(IntakeRow.id)
            .limit(PAGE)
        )
        found = page.all()
        for row in found:
            for invariant, what in _receipt(row, cipher):
                yield Broken(invariant, f"receipt {row.id}", what)
        if not found:
            break
        last = found[-1].id
    async for problem in _twice(connection):
        yield problem


async def _twice(connection: AsyncConnection) -> AsyncIterator[Broken]:
    twice = await connection.execute(
        select(IntakeRow.case_id, func.count())
        .where(IntakeRow.outcome == "case")
        .group_by(IntakeRow.case_id)
        .having(func.count() > 1)
    )
    for case_id, n in twice:
        yield Broken("I2", f"case id {case_id}", f"{n} receipts say they made it")
    orphans = await connection.execute(
        select(CaseRow.number)
        .outerjoin(IntakeRow, IntakeRow.number == CaseRow.number)
        .where(IntakeRow.id.is_(None), CaseRow.previous.is_(None))
    )
    for number in orphans.scalars():
        yield Broken("I2", number, "no receipt made this case")


def _receipt(row: Any, cipher: Cipher) -> list[tuple[str, str]]:
    problems = []
    if row.outcome not in OUTCOMES:
        problems.append(("I3", f"{row.outcome!r} is no outcome"))
    if row.outcome == "case" and row.made != row.number:
        problems.append(("I2", f"its case {row.number} is not there"))
    if row.outcome == "followup" and row.made is None:
        problems.append(("I2", "the case it follows up is not there"))
    if row.outcome == "pending" and row.case_id is not None:
        problems.append(("I3", "pending, and yet with a case"))
    try:
        raw = json.loads(cipher.unlock(row.raw, f"intake.raw.{row.channel}.{row.key}"))
    except (Unreadable, ValueError):
        return [*problems, ("I3", "what came in cannot be read")]
    if row.erased is not None and raw == NOTHING:
        return problems
    if _content_hash(raw) != row.content_hash:
        problems.append(("I3", "what came in is not what was hashed"))
    return problems


def _content_hash(raw: Mapping[str, Any]) -> str:
    """The hash that was made of the same facts before they were locked away."""
    sent = raw.get("told")
    if sent is None:
        own = {name: value for name, value in raw.items() if name != "facts"}
        files = [[one["name"], one["size"], one["type"]] for one in own.get("attachments") or ()]
        own = {name: value for name, value in own.items() if name not in LATER or value is not None}
        sent = {**own, "received_at": None, "raw": None, "attachments": files}
    body = json.dumps(sent, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(body.encode("utf-8", "surrogatepass")).hexdigest()
