"""Whether every letter is accounted for, once, and is still what came in."""

import hashlib
from collections.abc import AsyncIterator
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from hotline.store.cipher import Cipher, Unreadable
from hotline.store.counters import OUTCOMES
from hotline.store.findings import Broken
from hotline.store.mailtables import LetterRow
from hotline.store.privacytables import ErasureRow
from hotline.store.tables import IntakeRow

PAGE = 50  # letters are large
FIRST = aliased(LetterRow)


async def letters_agree(connection: AsyncConnection, cipher: Cipher) -> AsyncIterator[Broken]:
    """I2 and I3: the bytes open and are what was hashed; what a letter says it led to is there."""
    last = 0
    while True:
        page = await connection.execute(
            select(
                *(getattr(LetterRow, name) for name in COLUMNS),
                IntakeRow.outcome.label("receipt"),
                FIRST.id.label("first"),
                ErasureRow.case_id.label("erased"),
            )
            .outerjoin(IntakeRow, IntakeRow.id == LetterRow.intake_id)
            .outerjoin(FIRST, FIRST.id == LetterRow.original_id)
            .outerjoin(ErasureRow, ErasureRow.case_id == IntakeRow.case_id)
            .where(LetterRow.id > last)
            .order_by(LetterRow.id)
            .limit(PAGE)
        )
        found = page.all()
        for row in found:
            for invariant, what in _letter(row, cipher):
                yield Broken(invariant, f"letter {row.id}", what)
        if not found:
            break
        last = found[-1].id
    twice = await connection.execute(
        select(LetterRow.intake_id, func.count())
        .where(LetterRow.intake_id.is_not(None))
        .group_by(LetterRow.intake_id)
        .having(func.count() > 1)
    )
    for intake_id, n in twice:
        yield Broken("I2", f"receipt {intake_id}", f"{n} letters say they made it")


COLUMNS = "id sha256 raw outcome intake_id original_id".split()


def _letter(row: Any, cipher: Cipher) -> list[tuple[str, str]]:
    problems = []
    if row.outcome not in OUTCOMES:
        problems.append(("I3", f"{row.outcome!r} is no outcome"))
    if row.intake_id is not None and row.receipt is None:
        problems.append(("I2", "its receipt is not there"))
    if row.outcome == "case" and row.intake_id is None:
        problems.append(("I2", "it made a case, and has no receipt"))
    if row.outcome == "duplicate" and row.first is None:
        problems.append(("I3", "the letter it repeats is not there"))
    try:
        raw = cipher.unseal(row.raw, f"letter.raw.{row.sha256}")
    except (Unreadable, ValueError):
        return [*problems, ("I3", "its bytes cannot be read")]
    if row.erased is not None and raw == b"":
        return problems
    if hashlib.sha256(raw).hexdigest() != row.sha256:
        problems.append(("I3", "its bytes are not what was hashed"))
    return problems
