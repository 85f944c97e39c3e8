"""Cases merged into one another: in which order they are locked, and what must hold of them.

A case that others are merged into is locked before them; two of which neither is merged, by number.
What is merged into a case stays so while the case is locked, so whoever holds it may wait for them,
and nobody who holds one of them waits for it: nobody waits in a circle. SQLite has one writer.
"""

from collections.abc import AsyncIterator
from typing import cast

from sqlalchemy import Table, bindparam, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.store.findings import Broken
from hotline.store.tables import CaseRow

CASES = cast(Table, CaseRow.__table__)
MERGED = CASES.c.state == "merged"
STANDS = select(CASES.c.state).where(CASES.c.number == bindparam("wanted"))
# As strong as the lock of a change, and no stronger: who adds a row beside the case is not held up.
HOLD = STANDS.with_for_update(key_share=True)
PARENT = select(CASES.c.parent).where(CASES.c.number == bindparam("wanted"), MERGED)


async def hold(connection: AsyncConnection, number: str) -> bool:
    """Locks the case, its version as it was; False where it is merged itself, or there is none."""
    found = await connection.execute(HOLD, {"wanted": number})
    return found.scalar_one_or_none() not in (None, "merged")


async def hold_pair(connection: AsyncConnection, child: str, parent: str) -> None:
    """Both ends of a merge that is to be; what stands in its way is looked at afterwards."""
    for number in sorted({child, parent}):
        if not await hold(connection, number):
            return


async def hold_parent(connection: AsyncConnection, number: str) -> None:
    """What the case is merged into. Where it went elsewhere while that was waited for, the lock is
    given back and the other is taken."""
    while (parent := await _parent(connection, number)) is not None:
        savepoint = await connection.begin_nested()
        await hold(connection, parent)
        if await _parent(connection, number) == parent:
            await savepoint.commit()
            return
        await savepoint.rollback()


async def _parent(connection: AsyncConnection, number: str) -> str | None:
    found = await connection.execute(PARENT, {"wanted": number})
    return found.scalar_one_or_none()


async def check(
    connection: AsyncConnection, span: tuple[int, int] | None = None
) -> AsyncIterator[Broken]:
    """I7: what is merged has a parent, what is not has none, and none is merged into a merged one:
    it would hear of no answer. Whether the parent is open says nothing: it ends before they do."""
    parent = CASES.alias("parent")
    wanted = (
        select(CASES.c.number, CASES.c.state, CASES.c.parent, parent.c.state.label("stands"))
        .outerjoin(parent, parent.c.number == CASES.c.parent)
        .where(or_(MERGED, CASES.c.parent.is_not(None)))
        .where(
            or_(
                ~MERGED,
                parent.c.state.is_(None),
                parent.c.state == "merged",
            )
        )
        .order_by(CASES.c.id)
    )
    if span is not None:
        wanted = wanted.where(CASES.c.id.between(*span))
    for row in await connection.execute(wanted):
        if row.state != "merged":
            what = f"is {row.state}, and still merged into {row.parent}"
        elif row.stands is None:
            what = f"is merged, its parent {row.parent or 'not told'} is not there"
        else:
            what = f"is merged into {row.parent}, which is merged itself"
        yield Broken("I7", row.number, what)
