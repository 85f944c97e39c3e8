"""Requests about one's own data, legal holds, and cases whose time has come."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, exists, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.domain.people import Actor
from hotline.domain.state import ENDED
from hotline.store.cipher import Cipher
from hotline.store.cursors import Paged, Place, behind
from hotline.store.interests import tells
from hotline.store.ordertables import OrderRow
from hotline.store.privacytables import ErasureRow, HoldRow, PrivacyRequestRow
from hotline.store.tables import CaseRow

REQUESTS = PrivacyRequestRow.__table__
LIVE = HoldRow.ended_at.is_(None)


@dataclass(frozen=True)
class Asked:
    """A request as it stands; `words` only where it was asked for."""

    id: int
    at: datetime
    case_id: int
    number: str
    kind: str
    due_at: datetime
    climbed: int
    state: str
    answer: str | None
    decided_at: datetime | None
    decided_by: str | None
    words: Mapping[str, str]


def _asked(row: Any, cipher: Cipher) -> Asked:
    words = json.loads(cipher.unlock(row.words, f"privacy_request.words.{row.id}"))
    names = [name for name in Asked.__dataclass_fields__ if name != "words"]
    return Asked(**{name: getattr(row, name) for name in names}, words=words)


async def add(
    connection: AsyncConnection, cipher: Cipher, told: Mapping[str, Any], words: Mapping[str, str]
) -> int:
    """The words are bound to the row: they are locked when it has its number."""
    made = insert(PrivacyRequestRow).values(**told, words=b"", climbed=0, state="waiting")
    row_id = int((await connection.execute(made.returning(PrivacyRequestRow.id))).scalar_one())
    locked = cipher.lock(json.dumps(dict(words), ensure_ascii=False), _place(row_id))
    mine = update(PrivacyRequestRow).where(PrivacyRequestRow.id == row_id)
    await connection.execute(mine.values(words=locked))
    return row_id


def _place(row_id: int) -> str:
    return f"privacy_request.words.{row_id}"


async def one(connection: AsyncConnection, cipher: Cipher, row_id: int) -> Asked | None:
    found = await connection.execute(select(*REQUESTS.c).where(PrivacyRequestRow.id == row_id))
    row = found.one_or_none()
    return _asked(row, cipher) if row is not None else None


async def of_case(connection: AsyncConnection, cipher: Cipher, case_id: int) -> Sequence[Asked]:
    found = await connection.execute(
        select(*REQUESTS.c)
        .where(PrivacyRequestRow.case_id == case_id)
        .order_by(PrivacyRequestRow.id.desc())
        .limit(50)
    )
    return [_asked(row, cipher) for row in found]


@dataclass(frozen=True)
class Page:
    """Which of the requests, for whom."""

    actor: Actor
    state: str = ""
    below: int | None = None
    limit: int = 50


async def listed(connection: AsyncConnection, cipher: Cipher, page: Page) -> Sequence[Asked]:
    """Newest first, without those of a case that the actor is kept out of."""
    wanted = select(*REQUESTS.c).order_by(PrivacyRequestRow.id.desc()).limit(page.limit)
    wanted = wanted.where(tells(page.actor, PrivacyRequestRow.number))
    if page.state:
        wanted = wanted.where(PrivacyRequestRow.state == page.state)
    if page.below is not None:
        wanted = wanted.where(PrivacyRequestRow.id < page.below)
    return [_asked(row, cipher) for row in await connection.execute(wanted)]


async def decide(connection: AsyncConnection, row_id: int, told: Mapping[str, Any]) -> bool:
    """False: somebody decided it already."""
    mine = (PrivacyRequestRow.id == row_id) & (PrivacyRequestRow.state == "waiting")
    done = await connection.execute(
        update(PrivacyRequestRow).where(mine).values(**told, next_at=None)
    )
    return bool(done.rowcount == 1)


async def due(connection: AsyncConnection, cipher: Cipher, now: datetime) -> Sequence[Asked]:
    found = await connection.execute(
        select(*REQUESTS.c)
        .where(PrivacyRequestRow.state == "waiting", PrivacyRequestRow.next_at <= now)
        .order_by(PrivacyRequestRow.next_at)
        .limit(100)
    )
    return [_asked(row, cipher) for row in found]


async def climb(
    connection: AsyncConnection, asked: Asked, climbed: int, next_at: datetime | None
) -> bool:
    """A rung is taken once, whoever sees it due."""
    seen = (PrivacyRequestRow.id == asked.id) & (PrivacyRequestRow.climbed == asked.climbed)
    done = await connection.execute(
        update(PrivacyRequestRow).where(seen).values(climbed=climbed, next_at=next_at)
    )
    return bool(done.rowcount == 1)


async def held(connection: AsyncConnection, case_id: int) -> Any:
    """The hold in force on a case, if there is one."""
    found = await connection.execute(
        select(*HoldRow.__table__.c).where(HoldRow.case_id == case_id, LIVE).limit(1)
    )
    return found.one_or_none()


async def held_numbers(connection: AsyncConnection) -> list[str]:
    """The cases on hold now."""
    on_hold = exists().where(HoldRow.case_id == CaseRow.id, LIVE)
    return list((await connection.execute(select(CaseRow.number).where(on_hold))).scalars())


async def hold(
    connection: AsyncConnection, case_id: int, reason: str, actor: Actor, at: datetime
) -> None:
    """From `at` on, or a moment after one that began and ended at the very same time."""
    last = select(func.max(HoldRow.since)).where(HoldRow.case_id == case_id)
    before = (await connection.execute(last)).scalar_one()
    since = max(at, before + timedelta(microseconds=1)) if before else at
    told = {"case_id": case_id, "since": since, "reason": reason, "by": actor.name}
    await connection.execute(insert(HoldRow).values(**told))


async def release(connection: AsyncConnection, case_id: int, actor: Actor, at: datetime) -> bool:
    done = await connection.execute(
        update(HoldRow)
        .where(HoldRow.case_id == case_id, LIVE)
        .values(ended_at=at, ended_by=actor.name)
    )
    return bool(done.rowcount)


@dataclass(frozen=True)
class Kept:
    """Until when a case must have been closed to be kept no longer; supervised ones until when."""

    before: datetime
    long_before: datetime


async def expired(connection: AsyncConnection, kept: Kept, after: Place, span: int) -> Paged[str]:
    """Cases whose time has come, of the next so many that ended, oldest first; none on hold.

    Most of them were erased long ago: no look reads more of them than a database answers in time.
    """
    row = CaseRow
    ended = row.closed_at < max(kept.before, kept.long_before)
    some = (
        select(row.id, row.number, row.closed_at, row.state, row.type)
        .where(ended, behind(row.closed_at, row.id, after))
        .order_by(row.closed_at, row.id)
        .limit(span)
        .subquery()
    ).c
    at, row_id = some.closed_at, some.id
    last = select(at, row_id).order_by(at, row_id).offset(span - 1).limit(1)
    wanted = select(some.number).where(*_over(kept, some)).order_by(at, row_id)
    place = (await connection.execute(last)).one_or_none()
    numbers = list((await connection.execute(wanted)).scalars())
    return numbers, (place.closed_at, place.id) if place else None


async def is_over(connection: AsyncConnection, kept: Kept, number: str) -> bool:
    """Whether the time of this one has come, still: it may have been put on hold meanwhile."""
    mine = select(CaseRow.id).where(CaseRow.number == number, *_over(kept, CaseRow))
    return (await connection.execute(mine)).first() is not None


def _over(kept: Kept, case: Any) -> Sequence[ColumnElement[bool]]:
    """Closed so long ago, longer where one was supervised; not on hold, and not erased."""
    on_hold = exists().where(HoldRow.case_id == case.id, LIVE)
    gone = exists().where(ErasureRow.case_id == case.id)
    supervised = or_(exists().where(OrderRow.case_id == case.id), case.type == "report")
    closed = case.closed_at
    old = or_(closed < kept.long_before, (closed < kept.before) & ~supervised)
    return case.state.in_([s.value for s in ENDED]), old, ~on_hold, ~gone
