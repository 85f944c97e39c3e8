"""Rulings on returns (退单裁定) of other cases: each with the return that it decided."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BindParameter, bindparam, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from hotline.domain.people import Actor
from hotline.domain.people import mask_text as masked
from hotline.store.interests import not_kept_out
from hotline.store.tables import CaseRow, EntryRow

# Written into the statement: only so is the index over rulings alone seen to fit.
RULED: BindParameter[str] = bindparam("ruled", "rule", literal_execute=True)
LOOKED_AT = 300  # of the newest that are of the same matter or unit


@dataclass(frozen=True)
class Ruling:
    """One dispute that was ruled on."""

    number: str
    title: str
    topic: str
    district: str
    at: datetime
    verdict: str
    reason: str
    unit: str  # that sent the case back
    grounds: str
    legal_basis: str
    lead: str  # who has the case now


async def alike(
    connection: AsyncConnection, actor: Actor, case_id: int, matter: str, unit: str
) -> list[Ruling]:
    """Newest first: those of topics below `matter`, or of returns by `unit`; not of the case itself."""
    ruled, sent, before = aliased(EntryRow), aliased(EntryRow), aliased(EntryRow)
    last = (
        select(func.max(before.seq))
        .where(
            before.case_id == ruled.case_id, before.action == "send_back", before.seq < ruled.seq
        )
        .scalar_subquery()
    )
    same = [sent.department == unit]
    if matter:
        same += [CaseRow.topic == matter, CaseRow.topic.startswith(matter + "/", autoescape=True)]
    found = await connection.execute(
        select(
            CaseRow.number,
            CaseRow.title,
            CaseRow.topic,
            CaseRow.district,
            CaseRow.lead,
            ruled.at,
            ruled.after,
            ruled.text.label("reason"),
            sent.department,
            sent.text.label("grounds"),
            sent.after.label("sent_after"),
        )
        .join(CaseRow, CaseRow.id == ruled.case_id)
        .join(sent, (sent.case_id == ruled.case_id) & (sent.seq == last))
        .where(ruled.action == RULED, ruled.case_id != case_id, or_(*same), not_kept_out(actor))
        .order_by(ruled.at.desc())
        .limit(LOOKED_AT)
    )
    return [_of(row) for row in found]


def _of(row: object) -> Ruling:
    told = row._mapping  # type: ignore[attr-defined]
    return Ruling(
        number=told["number"],
        title=masked(told["title"]),
        topic=told["topic"],
        district=told["district"],
        at=told["at"],
        verdict=str(told["after"].get("verdict") or ""),
        reason=masked(told["reason"]),
        unit=told["department"] or "",
        grounds=masked(told["grounds"]),
        legal_basis=masked(str(told["sent_after"].get("legal_basis") or "")),
        lead=told["lead"] or "",
    )
