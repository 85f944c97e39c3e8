"""How many different people brought one matter: a case and those merged into it, by contact."""

from datetime import datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.store.ledgers import IdentityRow
from hotline.store.tables import CaseRow


async def of_matter(connection: AsyncConnection, number: str, since: datetime) -> tuple[int, int]:
    """(in all, received since): who left no contact counts as somebody of their own."""
    merged = and_(CaseRow.parent == number, CaseRow.state == "merged")
    found = await connection.execute(
        select(CaseRow.id, CaseRow.received_at, IdentityRow.phone_hash, IdentityRow.email_hash)
        .outerjoin(IdentityRow, IdentityRow.case_id == CaseRow.id)
        .where(or_(CaseRow.number == number, merged))
    )
    everyone: dict[str, datetime] = {}
    for row in found:
        who = row.phone_hash or row.email_hash or f"case {row.id}"
        everyone[who] = max(row.received_at, everyone.get(who, row.received_at))
    return len(everyone), sum(at >= since for at in everyone.values())
