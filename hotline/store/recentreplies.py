"""What a unit answered others lately, to find words that are sent to everybody."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.domain.shanghai import city_day
from hotline.store.facttables import FactCaseRow as F
from hotline.store.tables import CaseRow

MONTH = timedelta(days=30)
BEFORE = timedelta(days=90)  # a case answered within the month came in not longer before
MOST = 100


async def of_unit(
    connection: AsyncConnection, unit: str, number: str, at: datetime
) -> Sequence[str]:
    """The newest public replies of a unit in the 30 days before `at`, that of `number` left out."""
    found = await connection.execute(
        select(CaseRow.details)
        .join(F, F.case_id == CaseRow.id)
        .where(
            *(F.department == unit, F.day >= city_day(at - BEFORE), F.number != number),
            *(F.finished_at >= at - MONTH, F.finished_at <= at),
        )
        .order_by(F.finished_at.desc())
        .limit(MOST)
    )
    replies = ((row.details.get("reply") or {}).get("public_reply") for row in found)
    return [one for one in replies if one]
