"""Full-text search over cases: SQLite FTS5 and PostgreSQL text search, one interface.

As with the knowledge base, the classifiers cut the terms, so that both databases know the same
ones. Cases enter the index a moment after they are made, off the way of intake; those that are
not in it yet are looked through word by word, so that nothing filed is ever not found.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, column, literal_column, select, text, union_all, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.store.ledgers import IdentityRow
from hotline.store.tables import CaseRow

TABLE = "case_words"
SECRET_KINDS = ("report",)  # whose they are is not told by way of a telephone number


def matching(dialect: str, terms: Sequence[str], typed: str) -> ColumnElement[bool]:
    """Cases that hold every term; not yet indexed ones that hold what was typed, as it stands."""
    unworded = and_(
        ~CaseRow.worded,
        CaseRow.title.contains(typed, autoescape=True)
        | CaseRow.content.contains(typed, autoescape=True),
    )
    waiting = select(CaseRow.id).where(unworded)
    if not terms:
        return CaseRow.id.in_(waiting)
    if dialect == "sqlite":
        asked = " AND ".join(f'"{term}"' if len(term) > 1 else f'"{term}"*' for term in terms)
        found = text(f"SELECT rowid FROM {TABLE} WHERE {TABLE} MATCH :asked")
        held = found.bindparams(asked=asked).columns(column("rowid"))
    else:
        asked = " & ".join(f"'{term}'" if len(term) > 1 else f"'{term}':*" for term in terms)
        found = text(f"SELECT case_id FROM {TABLE} WHERE words @@ CAST(:asked AS tsquery)")
        held = found.bindparams(asked=asked).columns(column("case_id"))
    rows = held.subquery("held")
    return CaseRow.id.in_(union_all(select(next(iter(rows.c))), waiting))


def of_telephone(hashed: str) -> ColumnElement[bool]:
    """Cases left under a telephone number, told as its keyed hash; no secret one among them."""
    theirs = select(IdentityRow.case_id).where(IdentityRow.phone_hash == hashed)
    open_about_it = and_(~CaseRow.confidential, CaseRow.type.not_in(SECRET_KINDS))
    return and_(CaseRow.id.in_(theirs), open_about_it)


async def unworded(connection: AsyncConnection, most: int) -> list[Any]:
    """Cases that the index does not hold yet, with what they are found by."""
    wanted = select(CaseRow.id, CaseRow.title, CaseRow.content, CaseRow.district)
    return list(await connection.execute(wanted.where(_WAITING).order_by(CaseRow.id).limit(most)))


_WAITING: ColumnElement[bool] = literal_column("NOT worded")  # as the index over them says it


async def keep(connection: AsyncConnection, cases: Mapping[int, Iterable[str]]) -> None:
    """Once a case, whichever node comes first; what stood there before is gone."""
    if not cases:
        return
    ids = sorted(cases)
    await forget(connection, ids)
    rows = [(one, sorted(set(cases[one]))) for one in ids]
    if connection.dialect.name == "sqlite":
        put = f"INSERT INTO {TABLE} (rowid, terms) VALUES (:id, :terms)"
        told = [{"id": one, "terms": " ".join(terms)} for one, terms in rows]
    else:
        put = (
            f"INSERT INTO {TABLE} (case_id, words) VALUES (:id, CAST(:terms AS tsvector))"
            " ON CONFLICT (case_id) DO UPDATE SET words = excluded.words"
        )
        told = [{"id": one, "terms": " ".join(f"'{t}'" for t in terms)} for one, terms in rows]
    await connection.execute(text(put), told)
    await connection.execute(update(CaseRow).where(CaseRow.id.in_(ids)).values(worded=True))


async def forget(connection: AsyncConnection, ids: Sequence[int]) -> None:
    """A case whose words are erased is found by them no longer."""
    key = "rowid" if connection.dialect.name == "sqlite" else "case_id"
    gone = text(f"DELETE FROM {TABLE} WHERE {key} = :id")
    if ids:
        await connection.execute(gone, [{"id": one} for one in ids])
