"""Signatures of recent cases: kept, found by their keys, swept; and which case repeats which.

A look-up reads at most `SAME_KEY` rows for each of the keys of one text, the newest first, and
compares with at most `MOST` cases: it costs the same however many cases there are.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Integer, Table, bindparam, delete, func, or_, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from classifiers.similar import MOST_KEYS, Signature, unpack
from hotline.store.ledgers import IdentityRow
from hotline.store.repeattables import RepeatRow, SignatureKeyRow, SignatureRow
from hotline.store.tables import CaseRow

SAME_KEY, MOST = 64, 48
TABLES = {
    name: cast(Table, row.__table__)
    for name, row in (("one", SignatureRow), ("keys", SignatureKeyRow), ("repeat", RepeatRow))
}
PUT = {
    (dialect.dialect.name, name): dialect.insert(table).on_conflict_do_nothing()
    for dialect in (sqlite, postgresql)
    for name, table in TABLES.items()
}
HITS = " UNION ALL ".join(
    f"SELECT * FROM (SELECT key, case_id FROM signature_key WHERE key = :k{n}"
    f" ORDER BY case_id DESC LIMIT {SAME_KEY}) AS h{n}"
    for n in range(MOST_KEYS)
)
# What few texts share says more: a key counts as much less as more cases have it.
FIND = text(
    f"WITH hits AS ({HITS}), weighed AS"
    " (SELECT case_id, 1.0 / count(*) OVER (PARTITION BY key) AS weight FROM hits)"
    " SELECT case_id FROM weighed GROUP BY case_id"
    f" ORDER BY sum(weight) DESC, case_id DESC LIMIT {MOST}"
)
SHOWN = (
    CaseRow.id,
    CaseRow.number,
    CaseRow.title,
    CaseRow.state,
    CaseRow.type,
    CaseRow.topic,
    CaseRow.district,
    CaseRow.confidential,
    CaseRow.received_at,
    CaseRow.parent,
)
CALLER = (IdentityRow.phone_hash, IdentityRow.email_hash)
IDS: Any = bindparam("ids", expanding=True)
ASKED: Any = bindparam("wanted", type_=Integer)
READ = (
    select(*SHOWN, *CALLER, SignatureRow.packed)
    .join(SignatureRow, SignatureRow.case_id == CaseRow.id)
    .outerjoin(IdentityRow, IdentityRow.case_id == CaseRow.id)
    .where(CaseRow.id.in_(IDS))
)
# The other one of the two, for whichever of them asks.
PAIRED = (
    select(*SHOWN, RepeatRow.score, RepeatRow.why, RepeatRow.found_by)
    .join(RepeatRow, CaseRow.id == RepeatRow.case_id + RepeatRow.earlier - ASKED)
    .where(or_(RepeatRow.case_id == ASKED, RepeatRow.earlier == ASKED))
    .order_by(RepeatRow.score.desc(), CaseRow.id)
    .limit(bindparam("most"))
)


async def keep(
    connection: AsyncConnection, case_id: int, at: datetime, signature: Signature
) -> None:
    """Once a case: what is there already stays."""
    name = connection.dialect.name
    row = {"case_id": case_id, "at": at, "swept": False, "packed": signature.pack()}
    await connection.execute(PUT[name, "one"], row)
    keys = [{"key": key, "case_id": case_id} for key in signature.keys]
    if keys:
        await connection.execute(PUT[name, "keys"], keys)


async def near(connection: AsyncConnection, signature: Signature) -> list[int]:
    """Ids of the recent cases that share the most telling keys, the likeliest first."""
    keys = dict.fromkeys(signature.keys[:MOST_KEYS])
    asked = {f"k{n}": key for n, key in enumerate(keys)}
    rest = {f"k{n}": -1 for n in range(len(asked), MOST_KEYS)}  # no text has such a key
    return list((await connection.execute(FIND, asked | rest)).scalars())


async def read(connection: AsyncConnection, ids: Sequence[int]) -> list[tuple[Any, Signature]]:
    """Cases with what they are known by."""
    found = await connection.execute(READ, {"ids": list(ids)})
    signed = ((row, unpack(row.packed)) for row in found)
    return [(row, signature) for row, signature in signed if signature is not None]


async def note(connection: AsyncConnection, found: Sequence[Mapping[str, Any]]) -> None:
    """That one case repeats another, told once whoever finds it."""
    if found:
        await connection.execute(PUT[connection.dialect.name, "repeat"], list(found))


async def of_case(connection: AsyncConnection, case_id: int, most: int) -> list[Any]:
    """What a case repeats, and what repeats it: the surest first."""
    return list(await connection.execute(PAIRED, {"wanted": case_id, "most": most}))


async def unswept(connection: AsyncConnection, most: int) -> list[Any]:
    """Cases not yet looked at once more, with what a look needs of them."""
    wanted = (
        select(*SHOWN, CaseRow.content, *CALLER, SignatureRow.packed)
        .join(SignatureRow, SignatureRow.case_id == CaseRow.id)
        .outerjoin(IdentityRow, IdentityRow.case_id == CaseRow.id)
        .where(~SignatureRow.swept)
        .order_by(SignatureRow.case_id)
        .limit(most)
    )
    return list(await connection.execute(wanted))


async def sweep(connection: AsyncConnection, ids: Sequence[int]) -> None:
    await connection.execute(
        update(SignatureRow).where(SignatureRow.case_id.in_(ids)).values(swept=True)
    )


async def unsigned(
    connection: AsyncConnection, after: int, since: datetime, most: int
) -> list[Any]:
    """Recent cases above an id that nothing is known by: made before there were signatures,
    split off from another, or in a moment when signing failed."""
    wanted = (
        select(CaseRow.id, CaseRow.title, CaseRow.content, CaseRow.district, CaseRow.received_at)
        .outerjoin(SignatureRow, SignatureRow.case_id == CaseRow.id)
        .where(CaseRow.id > after, CaseRow.received_at >= since, SignatureRow.case_id.is_(None))
        .order_by(CaseRow.id)
        .limit(most)
    )
    return list(await connection.execute(wanted))


async def newest(connection: AsyncConnection) -> int:
    return (await connection.execute(select(func.coalesce(func.max(CaseRow.id), 0)))).scalar_one()


async def old(connection: AsyncConnection, before: datetime, most: int) -> list[Any]:
    """Cases that are recent no more, with what they are known by."""
    found = await connection.execute(
        select(SignatureRow.case_id, SignatureRow.packed)
        .where(SignatureRow.at < before)
        .order_by(SignatureRow.at)
        .limit(most)
    )
    return list(found)


async def forget(connection: AsyncConnection, rows: Sequence[Any]) -> None:
    for row in rows:
        signature = unpack(row.packed)
        keys = signature.keys if signature else ()
        await connection.execute(
            delete(SignatureKeyRow).where(
                SignatureKeyRow.case_id == row.case_id, SignatureKeyRow.key.in_(keys)
            )
        )
    ids = [row.case_id for row in rows]
    for table, column in ((SignatureRow, SignatureRow.case_id), (RepeatRow, RepeatRow.case_id)):
        await connection.execute(delete(table).where(column.in_(ids)))
