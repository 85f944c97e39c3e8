"""Full-text search over cases: SQLite FTS5 and PostgreSQL text search, one interface.

As with the knowledge base, the classifiers cut the terms, so that both databases know the same
ones. Cases enter the index a moment after they are made, off the way of intake; those that are
not in it yet are looked through word by word, so that nothing filed is ever not found.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    TextClause,
    and_,
    column,
    literal_column,
    select,
    text,
    union_all,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.store.ledgers import IdentityRow
from hotline.store.tables import CaseRow

TABLE = "case_words"
NEAR = 2000  # hits
LOW = 2**32 - 1  # of a row's number on SQLite: the case
SINCE = 1_577_836_800  # 2020 in UTC; what is older stands together at the beginning
_WAITING: ColumnElement[bool] = literal_column("NOT worded")  # as the index over them says it
SECRET_KINDS = ("report",)  # whose they are is not told by way of a telephone number


@dataclass(frozen=True)
class Near:
    """A page of a list by time of receipt: only NEAR hits from where it begins are read."""

    falling: bool
    beyond: tuple[datetime, int] | None = None  # where the page before it ended


def matching(dialect: str, terms: Sequence[str], typed: str) -> ColumnElement[bool]:
    """Cases that hold every term; not yet indexed ones that hold what was typed, as it stands."""
    waiting = select(CaseRow.id).where(*_waiting(typed))
    if not terms:
        return CaseRow.id.in_(waiting)
    rows = _held(dialect, terms).columns(column("case_id")).subquery("held")
    return CaseRow.id.in_(union_all(select(rows.c.case_id), waiting))


async def nearest(
    connection: AsyncConnection, terms: Sequence[str], typed: str, near: Near
) -> tuple[list[int], bool]:
    """The beginning of the list that `matching` makes, and whether that is the whole of it.

    So a frequent word costs no more than a rare one: the index stands in the order of receipt.
    """
    if not terms:
        return [], False
    dialect = connection.dialect.name
    found = await connection.execute(_held(dialect, terms, _bounds(dialect, near)))
    ids = [int(row.case_id) for row in found]
    # In no order: one would tempt a database to walk all cases by their receipt.
    waiting = select(CaseRow.id).where(*_waiting(typed)).limit(NEAR)
    late = list((await connection.execute(waiting)).scalars())
    if len(late) == NEAR:  # so much is not in the index yet that it says nothing of an order
        return [], False
    return ids + late, len(ids) < NEAR


def _waiting(typed: str) -> list[ColumnElement[bool]]:
    pieces = (
        CaseRow.title.contains(piece, autoescape=True)
        | CaseRow.content.contains(piece, autoescape=True)
        for piece in typed.split()
    )
    return [_WAITING, *pieces]


def _held(dialect: str, terms: Sequence[str], bounds: str = "") -> TextClause:
    if dialect == "sqlite":
        asked = " AND ".join(f'"{term}"' if len(term) > 1 else f'"{term}"*' for term in terms)
        rowids = f"SELECT rowid & {LOW} AS case_id FROM {TABLE} WHERE {TABLE} MATCH :asked"
    else:
        asked = " & ".join(f"'{term}'" if len(term) > 1 else f"'{term}':*" for term in terms)
        rowids = f"SELECT case_id FROM {TABLE} WHERE words @@ CAST(:asked AS tsquery)"
    return text(rowids + bounds).bindparams(asked=asked)


def _bounds(dialect: str, near: Near) -> str:
    """Of numbers only: nothing that was typed comes into the statement."""
    row = "rowid" if dialect == "sqlite" else "place"
    way, beyond = ("DESC", "<=") if near.falling else ("ASC", ">=")
    place = f" AND {row} {beyond} {_place(*near.beyond)}" if near.beyond else ""
    return f"{place} ORDER BY {row} {way} LIMIT {NEAR}"


def _place(received_at: datetime, case_id: int) -> int:
    """Seconds of receipt, then the case; alike in order to a list. A row's number on SQLite."""
    return max(int(received_at.timestamp()) - SINCE, 0) << 32 | case_id


def of_telephone(hashed: str) -> ColumnElement[bool]:
    """Cases left under a telephone number, told as its keyed hash; no secret one among them."""
    theirs = select(IdentityRow.case_id).where(IdentityRow.phone_hash == hashed)
    open_about_it = and_(~CaseRow.confidential, CaseRow.type.not_in(SECRET_KINDS))
    return and_(CaseRow.id.in_(theirs), open_about_it)


async def unworded(connection: AsyncConnection, most: int) -> list[Any]:
    """Cases that the index does not hold yet, with what they are found by."""
    wanted = select(
        CaseRow.id, CaseRow.received_at, CaseRow.title, CaseRow.content, CaseRow.district
    )
    return list(await connection.execute(wanted.where(_WAITING).order_by(CaseRow.id).limit(most)))


async def keep(connection: AsyncConnection, cases: Sequence[tuple[Any, Iterable[str]]]) -> None:
    """Once a case, whichever node comes first: rows of `unworded` with their terms."""
    if not cases:
        return
    # Claimed first: what another node took in, or what was erased since it was read, stays away.
    ids = sorted(row.id for row, _ in cases)
    claim = update(CaseRow).where(CaseRow.id.in_(ids), _WAITING).values(worded=True)
    mine = set((await connection.execute(claim.returning(CaseRow.id))).scalars())
    cases = [one for one in cases if one[0].id in mine]
    if not cases:
        return
    sqlite = connection.dialect.name == "sqlite"
    rows = [
        (row.id, _place(row.received_at, row.id), sorted(set(terms)))
        for row, terms in sorted(cases, key=lambda one: int(one[0].id))
    ]
    if sqlite:
        put = f"INSERT OR REPLACE INTO {TABLE} (rowid, terms) VALUES (:place, :terms)"
        told = [{"place": place, "terms": " ".join(terms)} for _, place, terms in rows]
    else:
        put = (
            f"INSERT INTO {TABLE} (case_id, place, words)"
            " VALUES (:id, :place, CAST(:terms AS tsvector)) ON CONFLICT (case_id)"
            " DO UPDATE SET place = excluded.place, words = excluded.words"
        )
        told = [
            {"id": one, "place": place, "terms": " ".join(f"'{t}'" for t in terms)}
            for one, place, terms in rows
        ]
    await connection.execute(text(put), told)


async def forget(connection: AsyncConnection, ids: Sequence[int]) -> None:
    """A case whose words are erased is found by them no longer, and the index holds none of them."""
    found = await connection.execute(
        select(CaseRow.id, CaseRow.received_at).where(CaseRow.id.in_(ids))
    )
    sqlite = connection.dialect.name == "sqlite"
    rows = [{"id": _place(row.received_at, row.id) if sqlite else row.id} for row in found]
    key = "rowid" if sqlite else "case_id"
    if rows:
        await connection.execute(text(f"DELETE FROM {TABLE} WHERE {key} = :id"), rows)
    if rows and sqlite:  # a deletion is only noted in FTS5 until its segments are written anew
        await connection.execute(text(f"INSERT INTO {TABLE} ({TABLE}) VALUES ('optimize')"))
