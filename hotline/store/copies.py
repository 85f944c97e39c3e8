"""What a merged caller adds, copied into the case that is worked on; erased with the caller's own.

An erased copy keeps the hash of its entry, as the entries of an erased case do, so that the chain
still holds: `verify` takes an empty copy of an erased case only.
"""

import re
from collections.abc import Iterable

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.domain.case import Entry
from hotline.domain.privacy import GONE
from hotline.store.privacytables import ErasureRow
from hotline.store.tables import CaseRow, EntryRow

ORIGIN = "merged case"  # where the copy comes from; nobody signs in from there
EMPTY = re.compile(f"（并单 ([0-9-]+)）{GONE}")


def words(number: str, content: str) -> str:
    """The copy, which says whose it is."""
    return f"（并单 {number}）{content}"


def emptied(entry: Entry) -> str:
    """The number of the erased case whose copy the entry was; empty: it is none."""
    found = EMPTY.fullmatch(entry.text) if entry.origin == ORIGIN else None
    return found[1] if found else ""


async def erase(connection: AsyncConnection, case_id: int, number: str) -> None:
    """In every case that this one was ever merged into; before its own entries are emptied."""
    lines = await connection.execute(select(EntryRow.after).where(EntryRow.case_id == case_id))
    now = await connection.execute(select(CaseRow.parent).where(CaseRow.id == case_id))
    parents = {now.scalar_one(), *(after.get("parent") for after in lines.scalars())} - {None}
    theirs = select(CaseRow.id).where(CaseRow.number.in_(parents))
    copied = (
        EntryRow.case_id.in_(theirs)
        & (EntryRow.origin == ORIGIN)
        & EntryRow.text.startswith(words(number, ""), autoescape=True)
    )
    await connection.execute(update(EntryRow).where(copied).values(text=words(number, GONE)))


async def erased(connection: AsyncConnection, entries: Iterable[Entry]) -> frozenset[str]:
    """Which of those whose empty copies are among the entries were erased by right."""
    numbers = {number for one in entries if (number := emptied(one))}
    if not numbers:
        return frozenset()
    found = select(ErasureRow.number).where(ErasureRow.number.in_(numbers))
    return frozenset((await connection.execute(found)).scalars())
