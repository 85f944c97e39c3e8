"""What the day's call-backs (回访) are read from: cases that wait, what was heard, who has which in hand."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import BindParameter, ColumnElement, Table, and_, bindparam, delete, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.domain.people import Actor
from hotline.domain.shanghai import city_day
from hotline.domain.state import State
from hotline.store.callbacktables import CallbackDrawnRow, CallbackTakenRow
from hotline.store.find import visible
from hotline.store.ledgers import IdentityRow
from hotline.store.tables import CaseRow, DeadlineRow, EntryRow

TAKEN, DRAWN = (cast(Table, row.__table__) for row in (CallbackTakenRow, CallbackDrawnRow))
# Written out in the statement: the index over calls is used only where its condition is read.
CALLED: BindParameter[str] = bindparam("called", "follow_up", literal_execute=True)
PLAIN = "id number version state type urgency title party language lead confidential round".split()


@dataclass(frozen=True)
class InHand:
    """Who has a case in hand until when, and when the number was asked for."""

    holder: str
    until: datetime
    called_at: datetime | None


@dataclass(frozen=True)
class Waiting:
    """A case that waits for a call, or for its end after one."""

    id: int
    number: str
    version: int
    state: str
    type: str
    urgency: str
    title: str
    party: str
    language: str
    lead: str | None
    confidential: bool
    round: int
    due_at: datetime | None  # by when it was promised to be called first
    reachable: bool  # there is a telephone number
    tries: int
    outcome: str  # of the latest try; empty: none yet
    tried_at: datetime | None
    again_at: datetime | None
    taken: InHand | None

    @property
    def drawn(self) -> bool:
        """By lot: whatever must be called is not closed yet."""
        return self.state == State.CLOSED.value


@dataclass(frozen=True)
class Heard:
    """What came of the latest try of a case on a day."""

    id: int
    number: str
    title: str
    state: str
    lead: str | None
    outcome: str
    at: datetime
    by: str


async def waiting(
    connection: AsyncConnection, actor: Actor, day: date, case_id: int | None = None
) -> list[Waiting]:
    """All that the actor may know of: cases at follow_up, and closed ones drawn for the day."""
    outcome = CaseRow.details
    running = and_(
        DeadlineRow.case_id == CaseRow.id,
        DeadlineRow.promise == "follow_up",
        DeadlineRow.state == "running",
    )
    query = (
        select(
            *(getattr(CaseRow, name) for name in PLAIN),
            outcome["attempts"].as_integer().label("tries"),
            outcome[("outcome", "outcome")].as_string().label("outcome"),
            outcome[("outcome", "at")].as_string().label("tried_at"),
            outcome[("outcome", "again_at")].as_string().label("again_at"),
            DeadlineRow.due_at.label("due"),
            IdentityRow.phone_hash.is_not(None).label("reachable"),
            *(CallbackTakenRow.holder, CallbackTakenRow.until, CallbackTakenRow.called_at),
        )
        .outerjoin(DeadlineRow, running)
        .outerjoin(IdentityRow, IdentityRow.case_id == CaseRow.id)
        .outerjoin(CallbackTakenRow, CallbackTakenRow.case_id == CaseRow.id)
        .where(_planned(day), *_of(actor, case_id))
    )
    return [_waiting(row) for row in await connection.execute(query)]


def _planned(day: date) -> ColumnElement[bool]:
    drawn = select(CallbackDrawnRow.case_id).where(CallbackDrawnRow.day == day)
    return or_(
        CaseRow.state == State.FOLLOW_UP.value,
        and_(CaseRow.state == State.CLOSED.value, CaseRow.id.in_(drawn)),
    )


def _of(actor: Actor, case_id: int | None) -> list[ColumnElement[bool]]:
    seen = visible(actor)
    found = [] if seen is None else [seen]
    return found if case_id is None else [*found, CaseRow.id == case_id]


def _waiting(row: Any) -> Waiting:
    taken = InHand(row.holder, row.until, row.called_at) if row.holder is not None else None
    return Waiting(
        **{name: getattr(row, name) for name in PLAIN},
        due_at=row.due,
        reachable=bool(row.reachable),
        tries=row.tries or 0,
        outcome=row.outcome or "",
        tried_at=_moment(row.tried_at),
        again_at=_moment(row.again_at),
        taken=taken,
    )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


async def heard(connection: AsyncConnection, actor: Actor, since: datetime) -> list[Heard]:
    """The latest try of each case that was called since then, newest first."""
    outcome = EntryRow.after["outcome"].as_string().label("outcome")
    query = (
        select(
            *(CaseRow.id, CaseRow.number, CaseRow.title, CaseRow.state, CaseRow.lead),
            *(EntryRow.at, EntryRow.actor, outcome),
        )
        .join(CaseRow, CaseRow.id == EntryRow.case_id)
        .where(EntryRow.action == CALLED, EntryRow.at >= since, *_of(actor, None))
        .order_by(EntryRow.at.desc(), EntryRow.case_id.desc(), EntryRow.seq.desc())
    )
    latest: dict[str, Heard] = {}
    for row in await connection.execute(query):
        told = {name: getattr(row, name) for name in ("id", "number", "title", "state", "lead")}
        latest.setdefault(row.number, Heard(**told, outcome=row.outcome, at=row.at, by=row.actor))
    return list(latest.values())


async def take(
    connection: AsyncConnection, case_id: int, mine: InHand, at: datetime
) -> InHand | None:
    """None: now in the own hand. Of two who reach for it at once the second is told of the first."""
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    values = {"holder": mine.holder, "until": mine.until, "called_at": mine.called_at}
    put = dialect.insert(TAKEN).values(case_id=case_id, **values)
    free = (TAKEN.c.until <= at) | (TAKEN.c.holder == mine.holder)
    again = put.on_conflict_do_update(index_elements=["case_id"], set_=values, where=free)
    if (await connection.execute(again.returning(TAKEN.c.case_id))).first() is not None:
        return None
    return await in_hand(connection, case_id)


async def in_hand(connection: AsyncConnection, case_id: int) -> InHand | None:
    columns = (TAKEN.c.holder, TAKEN.c.until, TAKEN.c.called_at)
    found = (await connection.execute(select(*columns).where(TAKEN.c.case_id == case_id))).first()
    return InHand(*found) if found else None


async def lay_back(connection: AsyncConnection, case_id: int, holder: str | None = None) -> None:
    """Out of the hand of `holder`, or of whoever has it."""
    mine = TAKEN.c.case_id == case_id
    if holder is not None:
        mine &= TAKEN.c.holder == holder
    await connection.execute(delete(TAKEN).where(mine))


async def drawn(connection: AsyncConnection, day: date) -> set[int]:
    """The closed cases that are called on the day, by lot or because it was agreed."""
    query = select(DRAWN.c.case_id).where(DRAWN.c.day == day)
    return set((await connection.execute(query)).scalars())


async def forget(connection: AsyncConnection, begun: datetime) -> None:
    """What was drawn for the days before the one that began then, and what was in hand before it."""
    await connection.execute(delete(DRAWN).where(DRAWN.c.day < city_day(begun)))
    await connection.execute(delete(TAKEN).where(TAKEN.c.until < begun))


async def draw(connection: AsyncConnection, day: date, case_ids: Iterable[int]) -> None:
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    rows = [{"day": day, "case_id": one} for one in case_ids]
    if rows:
        await connection.execute(dialect.insert(DRAWN).on_conflict_do_nothing(), rows)


async def signature(connection: AsyncConnection) -> tuple[Any, ...]:
    """Differs once somebody has taken, called or laid back a case."""
    found = await connection.execute(
        select(TAKEN.c.case_id, TAKEN.c.holder, TAKEN.c.called_at).order_by(TAKEN.c.case_id)
    )
    return tuple(tuple(row) for row in found)
