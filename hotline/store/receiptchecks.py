"""The conservation equation, and whether every receipt had its one effect and is still readable."""

import hashlib
import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from channels.message import LATER
from hotline.domain.words import Channel
from hotline.store import letterchecks, letters
from hotline.store.cipher import Cipher, Unreadable
from hotline.store.counters import OUTCOMES
from hotline.store.erasing import NOTHING
from hotline.store.findings import Broken
from hotline.store.privacytables import ErasureRow
from hotline.store.tables import CaseRow, CounterRow, IntakeRow

PAGE = 500
NAMES = {
    "case": "cases",
    "followup": "followups",
    "duplicate": "duplicates",
    "bounce": "bounces",
}  # outcomes as the contract's equation names them; the others have the same name

Counts = dict[str, dict[str, int]]


async def conservation(connection: AsyncConnection) -> tuple[Counts, list[Broken]]:
    """I3: received = the sum of the outcomes, per channel; and the counters say the same."""
    receipts = await _counted(
        connection,
        select(IntakeRow.channel, IntakeRow.outcome, func.count()).group_by(
            IntakeRow.channel, IntakeRow.outcome
        ),
    )
    for outcome, n in await letterchecks.without_receipt(connection):
        place = (letters.CHANNEL, outcome)
        receipts[place] = receipts.get(place, 0) + n
    counters = await _counted(
        connection,
        select(CounterRow.channel, CounterRow.outcome, func.sum(CounterRow.n)).group_by(
            CounterRow.channel, CounterRow.outcome
        ),
    )
    known = {channel.value for channel in Channel}
    channels, broken = {}, []
    for channel in sorted(known | {name for name, _ in receipts}):
        mine = {outcome: n for (name, outcome), n in receipts.items() if name == channel}
        counted = {outcome: n for (name, outcome), n in counters.items() if name == channel}
        channels[channel], wrong = _balance(mine, counted)
        broken += [Broken("I3", f"channel {channel}", what) for what in wrong]
    return channels, broken


def _balance(receipts: dict[str, int], counted: dict[str, int]) -> tuple[dict[str, int], list[str]]:
    """One channel's equation; what was refused was counted and not kept."""
    refused = counted.get("refused", 0)
    outcomes = {name: receipts.get(name, 0) for name in OUTCOMES}
    outcomes["refused"] += refused
    received = sum(receipts.values()) + refused
    wrong = [
        f"{outcomes[name]} receipts are {name}, the counter says {counted.get(name, 0)}"
        for name in OUTCOMES
        if name not in ("pending", "refused") and counted.get(name, 0) != outcomes[name]
    ]
    if received != sum(outcomes.values()):
        wrong.append(f"{received} received, {sum(outcomes.values())} accounted for")
    named = {NAMES.get(name, name): n for name, n in outcomes.items()}
    return {"received": received, **named}, wrong


async def _counted(connection: AsyncConnection, query: Any) -> dict[tuple[str, str], int]:
    found = await connection.execute(query)
    return {(row[0], row[1]): int(row[2]) for row in found}


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
