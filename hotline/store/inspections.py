"""Drawings (抽检批次) as they are kept, and what there is to draw from: closed cases, recorded calls."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, cast

from sqlalchemy import Table, and_, case, exists, func, insert, or_, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.domain.inspection import Candidate, SheetState, Stratum, Subject
from hotline.domain.people import Actor
from hotline.store import signs
from hotline.store.calltables import CallEventRow, CallRow, StationRow
from hotline.store.facttables import FactCaseRow as F
from hotline.store.inspectiontables import InspectionRow, SheetRow
from hotline.store.interests import calls_kept_from, tells
from hotline.store.tables import CaseRow

TABLE, SHEETS = (cast(Table, row.__table__) for row in (InspectionRow, SheetRow))
I, S = TABLE.c, SHEETS.c  # noqa: E741
# Of `signs`: an extension was asked for and granted, it hides nothing.
POINTING = ("rushed", "retyped", "identical", "pressed")
BACK = timedelta(days=60)  # replies so far before the days are compared with
LOCK = 0x696E_7370_6563_74  # one number for the advisory lock that puts drawings in a row
POOR = 2  # a caller's key, or a citizen's word, of this or less


def drawn_since(column: Any, key: Any, at: Any) -> Any:
    """It was drawn after a moment; what was closed anew since may be drawn once more."""
    later = (SHEETS.c.inspection_id == I.id) & (I.at >= at)
    return exists().where(column == key, later)


async def cases(
    connection: AsyncConnection, days: tuple[date, date], moments: tuple[datetime, datetime]
) -> list[Candidate]:
    """Closed within the moments (the last excluded) by a department, and not drawn since."""
    found = signs.conditions(days[0] - BACK, days[1])
    named = [case((found[name], name), else_="").label(name) for name in POINTING]
    again = case((F.reopened > 0, "reopened"), else_="").label("reopened")
    rows = await connection.execute(
        select(F.number, F.department, F.solved, F.satisfaction, again, *named)
        .join(CaseRow, CaseRow.id == F.case_id)
        .where(
            F.closed_at >= moments[0],
            F.closed_at < moments[1],
            F.state.in_(("closed", "archived")),
            F.department.is_not(None),
            ~drawn_since(S.number, F.number, F.closed_at),
        )
        .order_by(F.number)
    )
    return [_case(row) for row in rows]


def _case(row: Any) -> Candidate:
    why = tuple(told for name in (*POINTING, "reopened") if (told := getattr(row, name)))
    poor = row.satisfaction is not None and row.satisfaction <= POOR
    unhappy = ("unsolved",) if row.solved is False else ("poor",) if poor else ()
    kind = Stratum.SIGN if why else Stratum.DISCONTENT if unhappy else Stratum.ROUTINE
    return Candidate(row.number, row.department, kind, why + unhappy)


async def calls(connection: AsyncConnection, moments: tuple[datetime, datetime]) -> list[Candidate]:
    """Answered and recorded within the moments, and not drawn before.

    A telephone's calls are its agent's from when that one sat down at it; before, they are told by
    the telephone alone: no sheet is laid to who did not speak.
    """
    recorded = exists().where(
        CallEventRow.call_id == CallRow.call_id, CallEventRow.kind == "recorded"
    )
    whose = case((StationRow.at <= CallRow.answered_at, StationRow.username), else_=CallRow.agent)
    rows = await connection.execute(
        select(CallRow.call_id, CallRow.digit, whose.label("whose"))
        .outerjoin(StationRow, StationRow.extension == CallRow.agent)
        .where(
            CallRow.offered_at >= moments[0],
            CallRow.offered_at < moments[1],
            CallRow.outcome == "answered",
            CallRow.ended_at.is_not(None),
            CallRow.agent != "",
            recorded,
            ~drawn_since(S.call_id, CallRow.call_id, CallRow.offered_at),
        )
        .order_by(CallRow.call_id)
    )
    return [_call(row) for row in rows]


def _call(row: Any) -> Candidate:
    poor = row.digit is not None and row.digit <= POOR
    kind = Stratum.DISCONTENT if poor else Stratum.ROUTINE
    return Candidate(row.call_id, row.whose, kind, ("poor",) if poor else ())


async def alone(connection: AsyncConnection) -> None:
    """Until the transaction ends nobody else draws; SQLite's writers queue anyway."""
    if connection.dialect.name == "postgresql":
        await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})


async def add(
    connection: AsyncConnection, values: dict[str, Any], chosen: Sequence[Candidate]
) -> int:
    """The drawing and a sheet for each, in their order."""
    made = await connection.execute(insert(TABLE).values(**values).returning(I.id))
    inspection_id = int(made.scalar_one())
    of_case = values["subject"] == Subject.CASE.value
    blank: dict[str, Any] = {"inspection_id": inspection_id, "subject": values["subject"]}
    blank |= {"state": SheetState.WAITING.value, "version": 1, "passed": [], "failed": False}
    blank |= {"said": {}, "exposed": False, "grounds": "", "ruling": ""}
    rows = [
        {
            **blank,
            "number": one.key if of_case else None,
            "call_id": None if of_case else one.key,
            "whose": one.whose,
            "stratum": one.stratum.value,
            "why": list(one.why),
        }
        for one in chosen
    ]
    await connection.execute(insert(SHEETS), rows)
    return inspection_id


async def touching(connection: AsyncConnection, subject: str, first: date, last: date) -> list[Any]:
    """The drawings of a subject whose days these would touch, newest first."""
    found = select(I.id, I.first, I.last).where(
        I.subject == subject, I.first <= last, I.last >= first
    )
    return list(await connection.execute(found.order_by(I.id.desc())))


def known_to(actor: Actor) -> Any:
    """Of sheets: not those of a case or a call that the actor is kept out of."""
    heard = or_(S.call_id.is_(None), S.call_id.not_in(calls_kept_from(actor)))
    return and_(tells(actor, S.number), heard)


async def one(connection: AsyncConnection, inspection_id: int) -> Any | None:
    return (await connection.execute(select(*I).where(I.id == inspection_id))).one_or_none()


async def listed(
    connection: AsyncConnection, actor: Actor, below: int | None = None, limit: int = 30
) -> list[Any]:
    """Newest first, each with how many sheets the actor may know of, and how many are scored."""
    page = select(I.id).order_by(I.id.desc()).limit(limit)
    if below is not None:
        page = page.where(I.id < below)
    shown = (await connection.execute(page)).scalars().all()
    done = func.count(case((S.state == SheetState.SUBMITTED.value, 1)))
    counts = (
        select(S.inspection_id, func.count().label("sheets"), done.label("scored"))
        .where(known_to(actor), S.inspection_id.in_(shown))
        .group_by(S.inspection_id)
        .subquery()
    )
    columns = (I.id, I.subject, I.first, I.last, I.found, I.drawn, I.by, I.at, I.reason)
    wanted = select(*columns, counts.c.sheets, counts.c.scored).outerjoin(
        counts, counts.c.inspection_id == I.id
    )
    return list(await connection.execute(wanted.where(I.id.in_(shown)).order_by(I.id.desc())))
