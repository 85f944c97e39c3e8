"""What a switch told, past its time: the raw events go, and with them who called, where no case has it.

The record of a call stays without its number: figures of any period are counted from it, and what was
told of last year must not change. The raw events are the list of what is still to do: they go oldest
first, in the order in which they came, and a call whose events are gone is looked at no more.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.store.calltables import CallCaseRow, CallEventRow, CallRow
from hotline.store.cipher import Cipher
from hotline.store.erasing import forget_caller
from hotline.store.privacy import held_numbers

E, C = CallEventRow, CallRow
LEAST = 184  # days: the law wants logs of half a year, however short recordings are kept


def past(now: datetime, recordings_days: int) -> datetime:
    """What ended before is kept no longer than the recording of it."""
    return now - timedelta(days=max(recordings_days, LEAST))


async def on_hold(connection: AsyncConnection) -> frozenset[str]:
    """The calls of cases under a legal hold: of them everything stays."""
    numbers = await held_numbers(connection)
    held = select(CallCaseRow.call_id).where(CallCaseRow.number.in_(numbers))
    return frozenset((await connection.execute(held)).scalars())


def oldest(above: int, limit: int) -> Any:
    """Events in the order in which they came, each with when its call ended."""
    return (
        select(E.id, E.call_id, E.received_at, E.folded, C.call_id.label("known"), C.ended_at)
        .select_from(E)
        .outerjoin(C, C.call_id == E.call_id)
        .where(E.id > above)
        .order_by(E.id)
        .limit(limit)
    )


async def page(connection: AsyncConnection, above: int, limit: int) -> list[Any]:
    return list(await connection.execute(oldest(above, limit)))


def over(row: Any, before: datetime, held: frozenset[str]) -> bool:
    """An event that was folded into a call that ended long ago; or that is of no call at all."""
    if row.received_at >= before or not row.folded or row.call_id in held:
        return False
    return row.known is None or (row.ended_at is not None and row.ended_at < before)


async def forget(connection: AsyncConnection, cipher: Cipher, rows: Sequence[Any]) -> int:
    """Returns how many callers were forgotten with their calls' events."""
    ids = [row.id for row in rows]
    await connection.execute(delete(E).where(E.id.in_(ids)))
    calls = sorted({row.call_id for row in rows if row.known is not None})
    with_case = select(CallCaseRow.call_id).where(CallCaseRow.call_id.in_(calls))
    tied = set((await connection.execute(with_case)).scalars())
    for call_id in calls:
        if call_id not in tied:
            await forget_caller(connection, cipher, call_id)
    return len(set(calls) - tied)
