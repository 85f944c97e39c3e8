"""What articles were good for: uses a day, questions without an answer, consultations offered."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any, cast

from sqlalchemy import Table, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.domain.people import Actor
from hotline.store.articletables import (
    ArticleGapRow,
    ArticleOfferRow,
    ArticleRow,
    ArticleUseRow,
)
from hotline.store.interests import not_kept_out
from hotline.store.tables import CaseRow, EntryRow

USES = cast(Table, ArticleUseRow.__table__)
GAPS = cast(Table, ArticleGapRow.__table__)
KINDS = ("opened", "used", "helpful", "unhelpful", "asked", "found")
KEPT = ("used", "helpful", "unhelpful")  # of these an article keeps its sum
ALL = 0  # what is counted of no article of its own
SINCE = timedelta(days=365)


def _dialect(connection: AsyncConnection) -> Any:
    return sqlite if connection.dialect.name == "sqlite" else postgresql


async def count(connection: AsyncConnection, day: date, article_id: int, kind: str) -> None:
    made = _dialect(connection).insert(USES)
    put = made.on_conflict_do_update(
        index_elements=["day", "article_id", "kind"], set_={"n": USES.c.n + 1}
    )
    told = {"day": day, "article_id": article_id, "kind": kind, "n": 1}
    await connection.execute(put, told)
    if kind in KEPT and article_id != ALL:
        column = ArticleRow.__table__.c[kind]
        more = update(ArticleRow).where(ArticleRow.id == article_id).values({kind: column + 1})
        await connection.execute(more)


async def uses(connection: AsyncConnection, first: date, last: date) -> dict[str, int]:
    """How often of each kind, from one day to another, both included."""
    found = await connection.execute(
        select(USES.c.kind, func.sum(USES.c.n))
        .where(USES.c.day.between(first, last))
        .group_by(USES.c.kind)
    )
    return {row[0]: int(row[1]) for row in found}


async def gap(connection: AsyncConnection, key: str, question: str, at: datetime) -> None:
    """A question nobody could answer: the same words again raise its count, and open it anew."""
    made = _dialect(connection).insert(GAPS)
    again = {"times": GAPS.c.times + 1, "last_at": at, "ended_at": None, "ended_by": None}
    put = made.on_conflict_do_update(index_elements=["key"], set_=again)
    digest = sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
    told = {"key": digest, "question": question[:200], "times": 1, "first_at": at, "last_at": at}
    await connection.execute(put, told)


async def gaps(connection: AsyncConnection, limit: int = 100) -> list[Any]:
    """The open ones, the most asked first."""
    wanted = select(*GAPS.c).where(GAPS.c.ended_at.is_(None))
    ordered = wanted.order_by(GAPS.c.times.desc(), GAPS.c.last_at.desc(), GAPS.c.key)
    return list(await connection.execute(ordered.limit(limit)))


async def gaps_open(connection: AsyncConnection) -> int:
    wanted = select(func.count()).select_from(GAPS).where(GAPS.c.ended_at.is_(None))
    return int((await connection.execute(wanted)).scalar_one())


async def end_gap(
    connection: AsyncConnection, key: str, by: str, at: datetime, article_id: int | None
) -> bool:
    done = await connection.execute(
        update(ArticleGapRow)
        .where(GAPS.c.key == key, GAPS.c.ended_at.is_(None))
        .values(ended_at=at, ended_by=by, article_id=article_id)
    )
    return done.rowcount == 1


async def offers(
    connection: AsyncConnection, actor: Actor, since: datetime, limit: int, number: str = ""
) -> list[Any]:
    """Closed consultations with an answer that nobody has made an article of, newest first; to a
    department its own, to nobody one that they are kept out of."""
    wanted = (
        select(
            CaseRow.id,
            CaseRow.number,
            CaseRow.title,
            CaseRow.topic,
            CaseRow.lead,
            CaseRow.received_at,
            CaseRow.details,
        )
        .outerjoin(ArticleOfferRow, ArticleOfferRow.case_id == CaseRow.id)
        .where(
            CaseRow.type == "consult",
            CaseRow.state.in_(["closed", "archived", "answered"]),
            CaseRow.confidential.is_(False),
            CaseRow.received_at >= since,
            ArticleOfferRow.case_id.is_(None),
            not_kept_out(actor),
        )
        .order_by(CaseRow.id.desc())
        .limit(limit)
    )
    if actor.of_department:
        wanted = wanted.where(CaseRow.lead.in_(sorted(actor.units)))
    if number:
        wanted = wanted.where(CaseRow.number == number)
    return list(await connection.execute(wanted))


async def said(connection: AsyncConnection, case_ids: Sequence[int]) -> dict[int, str]:
    """What was answered at once, by case."""
    found = await connection.execute(
        select(EntryRow.case_id, EntryRow.public).where(
            EntryRow.case_id.in_(list(case_ids)), EntryRow.action == "answer"
        )
    )
    return {row.case_id: row.public or "" for row in found}


async def see_to(
    connection: AsyncConnection, case_id: int, article_id: int | None, by: str, at: datetime
) -> bool:
    """Once a case; False: somebody was quicker."""
    known = select(ArticleOfferRow.case_id).where(ArticleOfferRow.case_id == case_id)
    if (await connection.execute(known)).first() is not None:
        return False
    told = {"case_id": case_id, "article_id": article_id, "at": at, "by": by}
    await connection.execute(insert(ArticleOfferRow).values(**told))
    return True
