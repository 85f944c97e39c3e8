"""Articles and their versions: plain reads and writes; what they mean is flow/knowledge.py's."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.domain.article import NAMED, Draft, Stage
from hotline.store.articletables import ArticleRow, ArticleVersionRow

ARTICLE = ArticleRow.__table__.c
VERSION = ArticleVersionRow.__table__.c
WRITTEN = "title body topic department place basis public effective_on expires_on origin".split()


def columns(draft: Draft, files: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    told = {name: getattr(draft, name) for name in WRITTEN}
    return told | {
        "keywords": list(draft.keywords),
        "questions": list(draft.questions),
        "files": [dict(one) for one in files],
    }


async def begin(connection: AsyncConnection, values: Mapping[str, Any], at: datetime) -> int:
    """A new article without a version in force; the draft's facts stand until there is one."""
    told = {name: values[name] for name in NAMED}
    found = await connection.execute(
        insert(ArticleRow)
        .values(
            **told,
            stage=Stage.DRAFT.value,
            latest=1,
            created_at=at,
            used=0,
            helpful=0,
            unhelpful=0,
        )
        .returning(ARTICLE.id)
    )
    return int(found.scalar_one())


async def add_version(
    connection: AsyncConnection, article_id: int, n: int, values: Mapping[str, Any]
) -> None:
    await connection.execute(
        insert(ArticleVersionRow).values(article_id=article_id, n=n, revision=1, **values)
    )


async def change_version(
    connection: AsyncConnection, article_id: int, n: int, seen: int | None, **values: Any
) -> bool:
    """False: somebody changed it after it was seen."""
    wanted = update(ArticleVersionRow).where(VERSION.article_id == article_id, VERSION.n == n)
    if seen is not None:
        wanted = wanted.where(VERSION.revision == seen)
    done = await connection.execute(wanted.values(revision=VERSION.revision + 1, **values))
    return done.rowcount == 1


async def change(connection: AsyncConnection, article_id: int, **values: Any) -> None:
    await connection.execute(update(ArticleRow).where(ARTICLE.id == article_id).values(**values))


async def locked(connection: AsyncConnection, article_id: int) -> Any | None:
    """The article for a change: written first, so that a second one waits on both databases."""
    same = update(ArticleRow).where(ARTICLE.id == article_id).values(latest=ARTICLE.latest)
    await connection.execute(same)
    return await one(connection, article_id)


async def one(connection: AsyncConnection, article_id: int) -> Any | None:
    found = await connection.execute(select(*ARTICLE).where(ARTICLE.id == article_id))
    return found.one_or_none()


async def version(connection: AsyncConnection, article_id: int, n: int) -> Any | None:
    found = await connection.execute(
        select(*VERSION).where(VERSION.article_id == article_id, VERSION.n == n)
    )
    return found.one_or_none()


async def versions(connection: AsyncConnection, article_id: int) -> list[Any]:
    """Newest first."""
    found = await connection.execute(
        select(*VERSION).where(VERSION.article_id == article_id).order_by(VERSION.n.desc())
    )
    return list(found)


async def in_force(connection: AsyncConnection, ids: Sequence[int]) -> dict[int, Any]:
    """The released versions of articles, with how they are used."""
    both = and_(VERSION.article_id == ARTICLE.id, VERSION.n == ARTICLE.released)
    used = (ARTICLE.used, ARTICLE.helpful, ARTICLE.unhelpful, ARTICLE.released_at)
    found = await connection.execute(
        select(*VERSION, *used).join(ArticleRow, both).where(ARTICLE.id.in_(list(ids)))
    )
    return {row.article_id: row for row in found}


async def readable(
    connection: AsyncConnection, today: date, below: int | None, limit: int
) -> list[Any]:
    """The released versions that citizens may read on a day, newest article first."""
    both = and_(VERSION.article_id == ARTICLE.id, VERSION.n == ARTICLE.released)
    wanted = (
        select(*VERSION, ARTICLE.released_at)
        .join(ArticleRow, both)
        .where(
            ARTICLE.public,
            or_(ARTICLE.effective_on.is_(None), ARTICLE.effective_on <= today),
            or_(ARTICLE.expires_on.is_(None), ARTICLE.expires_on >= today),
        )
        .order_by(ARTICLE.id.desc())
        .limit(limit)
    )
    if below is not None:
        wanted = wanted.where(ARTICLE.id < below)
    return list(await connection.execute(wanted))


async def titled(connection: AsyncConnection, title: str, but: int = 0) -> int | None:
    """Another article in force under the title."""
    found = await connection.execute(
        select(ARTICLE.id).where(
            ARTICLE.title == title, ARTICLE.id != but, ARTICLE.stage != Stage.WITHDRAWN.value
        )
    )
    return found.scalars().first()


async def titles(connection: AsyncConnection) -> set[str]:
    live = select(ARTICLE.title).where(ARTICLE.stage != Stage.WITHDRAWN.value)
    return set((await connection.execute(live)).scalars())


async def listed(
    connection: AsyncConnection, asked: Mapping[str, Any], below: int | None, limit: int
) -> list[Any]:
    """Newest first: by stage of the newest version, by owner, by topic, by word of the title."""
    wanted = select(*ARTICLE).order_by(ARTICLE.id.desc()).limit(limit)
    if below is not None:
        wanted = wanted.where(ARTICLE.id < below)
    if asked.get("stage"):
        wanted = wanted.where(ARTICLE.stage == asked["stage"])
    if asked.get("units"):
        wanted = wanted.where(ARTICLE.department.in_(list(asked["units"])))
    if asked.get("topic"):
        wanted = wanted.where(
            or_(
                ARTICLE.topic == asked["topic"],
                ARTICLE.topic.startswith(asked["topic"] + "/", autoescape=True),
            )
        )
    if asked.get("q"):
        wanted = wanted.where(ARTICLE.title.contains(asked["q"], autoescape=True))
    if asked.get("due"):
        wanted = wanted.where(ARTICLE.review_on <= asked["due"])
    return list(await connection.execute(wanted))


async def counts(connection: AsyncConnection) -> dict[str, int]:
    found = await connection.execute(select(ARTICLE.stage, func.count()).group_by(ARTICLE.stage))
    return {row[0]: row[1] for row in found}


async def due(connection: AsyncConnection, today: date) -> list[Any]:
    """Articles in force whose review is due."""
    wanted = select(*ARTICLE).where(ARTICLE.review_on <= today, ARTICLE.released.is_not(None))
    return list(await connection.execute(wanted.order_by(ARTICLE.review_on, ARTICLE.id)))


async def exported(connection: AsyncConnection) -> list[Any]:
    """Every version in force, by article."""
    both = and_(VERSION.article_id == ARTICLE.id, VERSION.n == ARTICLE.released)
    found = await connection.execute(
        select(*VERSION).join(ArticleRow, both).order_by(VERSION.article_id)
    )
    return list(found)
