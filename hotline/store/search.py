"""Full-text search over the knowledge base: SQLite FTS5 and PostgreSQL text search, one interface.

Terms are cut by the classifiers' own tokenizer, so that both databases know the same words. Each
database finds the likeliest by its own index and ranking (bm25, ts_rank); the few that it names
are ranked once more in one way, so that both answer alike. Only rare words choose: a word that
most articles share would make both read nearly everything to say nothing.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from sqlalchemy import BindParameter, Boolean, Date, String, Table, bindparam, func, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from classifiers import ranking
from classifiers.terms import SYNONYM
from hotline.store.articletables import ArticleRow, ArticleTermRow

TABLE = "knowledge_words"
NEAR = 40  # candidates that are ranked
FEW = 1000  # articles: of fewer, what is rare is counted as if there were so many
# Articles that the index may name for a question; ranking one costs PostgreSQL more.
READ = {"sqlite": 4000, "postgresql": 2000}
LABELS = {"title": "A", "keys": "B", "sounds": "B", "body": "D"}
FIELDS = ("title", "keys", "sounds", "body")
TERMS = cast(Table, ArticleTermRow.__table__)
VISIBLE = (
    "a.released IS NOT NULL AND (a.effective_on IS NULL OR a.effective_on <= :today)"
    " AND (a.expires_on IS NULL OR a.expires_on >= :today)"
    " AND (a.public OR :internal)"
    " AND (:place = '' OR a.place = '' OR a.place = :place)"
    " AND (:topic = '' OR a.topic = :topic OR a.topic LIKE :below ESCAPE '!')"
)
TOLD: list[BindParameter[Any]] = [
    bindparam("today", type_=Date()),
    bindparam("internal", type_=Boolean()),
    *(bindparam(name, type_=String()) for name in ("query", "place", "topic", "below")),
]
SQLITE = text(
    f"SELECT a.id, w.title, w.keys, w.sounds, w.body FROM {TABLE} AS w"
    f" JOIN article AS a ON a.id = w.rowid WHERE {TABLE} MATCH :query AND {VISIBLE}"
    f" ORDER BY bm25({TABLE}, 6.0, 3.0, 3.0, 1.0), a.id LIMIT {NEAR}"
).bindparams(*TOLD)
POSTGRES = text(
    f"SELECT a.id, w.title, w.keys, w.sounds, w.body FROM {TABLE} AS w"
    f" JOIN article AS a ON a.id = w.article_id"
    f" WHERE w.words @@ CAST(:query AS tsquery) AND {VISIBLE}"
    f" ORDER BY ts_rank(w.words, CAST(:query AS tsquery), 1) DESC, a.id LIMIT {NEAR}"
).bindparams(*TOLD)


@dataclass(frozen=True)
class Wanted:
    """What is asked, in terms, and of which articles."""

    terms: Mapping[str, float]
    today: date
    internal: bool = False  # those for staff only as well
    place: str = ""
    topic: str = ""


@dataclass(frozen=True)
class Hit:
    """An article found; `cover` is how much of what was asked stands in it, 0 to 1."""

    article_id: int
    score: float
    cover: float


async def keep(connection: AsyncConnection, article_id: int, fields: Mapping[str, str]) -> None:
    """In the transaction that releases it; what stood there before is gone."""
    await keep_all(connection, {article_id: fields})


async def keep_all(connection: AsyncConnection, articles: Mapping[int, Mapping[str, str]]) -> None:
    await forget(connection, articles)
    rows = [{"id": number, **fields} for number, fields in articles.items()]
    if connection.dialect.name == "sqlite":
        columns = "rowid, title, keys, sounds, body"
        put = f"INSERT INTO {TABLE} ({columns}) VALUES (:id, :title, :keys, :sounds, :body)"
    else:
        columns = "article_id, title, keys, sounds, body, words"
        values = ":id, :title, :keys, :sounds, :body, CAST(:words AS tsvector)"
        put = f"INSERT INTO {TABLE} ({columns}) VALUES ({values})"
        rows = [{**row, "words": _vector(row)} for row in rows]
    if rows:
        await connection.execute(text(put), rows)
        await _count(connection, articles.values(), 1)


async def forget(connection: AsyncConnection, articles: Iterable[int]) -> None:
    key = "rowid" if connection.dialect.name == "sqlite" else "article_id"
    for number in articles:
        found = await connection.execute(
            text(f"SELECT title, keys, sounds, body FROM {TABLE} WHERE {key} = :id"),
            {"id": number},
        )
        row = found.one_or_none()
        if row is not None:
            await _count(connection, [dict(row._mapping)], -1)
            gone = text(f"DELETE FROM {TABLE} WHERE {key} = :id")
            await connection.execute(gone, {"id": number})


async def _count(
    connection: AsyncConnection, articles: Iterable[Mapping[str, str]], by: int
) -> None:
    seen: Counter[str] = Counter()
    for fields in articles:
        seen.update({term for name in FIELDS for term in fields[name].split()})
    dialect: Any = sqlite if connection.dialect.name == "sqlite" else postgresql
    made = dialect.insert(TERMS)
    put = made.on_conflict_do_update(
        index_elements=["term"], set_={"n": TERMS.c.n + made.excluded.n}
    )
    # In one order, whoever writes: two releases at once must not wait for each other.
    rows = [{"term": term[:64], "n": by * n} for term, n in sorted(seen.items())]
    if rows:
        await connection.execute(put, rows)


def _vector(row: Mapping[str, Any]) -> str:
    """The lexemes as PostgreSQL reads them, with places and weights; four of a word say enough."""
    places: dict[str, list[str]] = {}
    at = 0
    for name in FIELDS:
        for term in str(row[name]).split():
            at += 1
            held = places.setdefault(term, [])
            if len(held) < 4 and at < 16_000:
                held.append(f"{at}{LABELS[name]}")
    return " ".join(f"'{term}':{','.join(held)}" for term, held in places.items() if held)


async def rarity(connection: AsyncConnection, terms: Iterable[str]) -> dict[str, tuple[int, float]]:
    """In how many articles each term stands that stands in any, and how much it says."""
    whole = select(func.count()).select_from(ArticleRow).where(ArticleRow.released.is_not(None))
    texts = (await connection.execute(whole)).scalar_one()
    found = await connection.execute(
        select(TERMS.c.term, TERMS.c.n).where(TERMS.c.term.in_(list(terms)), TERMS.c.n > 0)
    )
    texts = max(texts, FEW)
    return {row.term: (row.n, ranking.rarity(max(texts, row.n), row.n)) for row in found}


async def find(connection: AsyncConnection, wanted: Wanted, most: int = 3) -> list[Hit]:
    """The articles that answer best, the best first."""
    known = await rarity(connection, wanted.terms)
    if not known:
        return []
    rare = {term: told for term, (_, told) in known.items()}
    asked = {
        "query": _query(connection, _choosing(known, READ[connection.dialect.name])),
        "today": wanted.today,
        "internal": wanted.internal,
        "place": wanted.place,
        "topic": wanted.topic,
        "below": wanted.topic.replace("!", "!!").replace("%", "!%").replace("_", "!_") + "/%",
    }
    query = SQLITE if connection.dialect.name == "sqlite" else POSTGRES
    whole = _mass(wanted.terms, rare, wanted.terms, ranking.rarity(FEW, 1))
    hits = []
    for row in await connection.execute(query, asked):
        fields = {name: getattr(row, name) for name in FIELDS}
        held = {term for name in FIELDS for term in fields[name].split()}
        cover = _mass(wanted.terms, rare, held & rare.keys(), 0.0) / whole if whole else 0.0
        hits.append(Hit(row.id, ranking.score(wanted.terms, rare, fields), round(cover, 3)))
    return sorted(hits, key=lambda hit: (-hit.score, hit.article_id))[:most]


def _mass(
    asked: Mapping[str, float], rare: Mapping[str, float], held: Iterable[str], otherwise: float
) -> float:
    """How much the terms say together; a word of the question that nothing has says a lot."""
    return sum(asked[t] * rare.get(t, otherwise) for t in held if asked[t] > SYNONYM)


def _choosing(known: Mapping[str, tuple[int, float]], most: int) -> list[str]:
    """The rarest terms, as many as name few enough articles together."""
    found: list[str] = []
    read = 0
    for term, (n, _) in sorted(known.items(), key=lambda item: (item[1][0], item[0])):
        if found and read + n > most:
            break
        found.append(term)
        read += n
    return found


def _query(connection: AsyncConnection, terms: Sequence[str]) -> str:
    if connection.dialect.name == "sqlite":
        return " OR ".join(f'"{term}"' for term in terms)
    return " | ".join(f"'{term}'" for term in terms)
