"""Which cases of a period were answered in nearly the words of others: a sign for inspectors."""

import asyncio

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.domain import wordprints
from hotline.reports.factqueries import Span
from hotline.store.facttables import FactCaseRow as F

MOST = 60_000  # the newest so many replies are compared: a busy city's month


async def left_out(connection: AsyncConnection, span: Span) -> int:
    """How many replies of the period are older than those that are compared."""
    condition = [*span.days(), F.reply_print.is_not(None), F.department.is_not(None)]
    n = (await connection.execute(select(func.count()).where(*condition))).scalar_one()
    return max(0, int(n) - MOST)


async def by_unit(connection: AsyncConnection, span: Span) -> dict[str, list[int]]:
    """Case ids by unit; compared off the loop, inside each unit, the newest first."""
    condition = [*span.days(), F.reply_print.is_not(None), F.department.is_not(None)]
    wanted = select(F.department, F.case_id, F.reply_print).where(*condition)
    if await left_out(connection, span):
        wanted = wanted.order_by(F.day.desc(), F.case_id.desc()).limit(MOST)
    found = (await connection.execute(wanted)).all()
    rows = [(str(unit), int(case_id), str(told)) for unit, case_id, told in found]
    return await asyncio.to_thread(wordprints.gathered, rows)
