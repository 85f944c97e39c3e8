"""Score sheets (质检单) as they are kept: handed out one by one, written under their version, listed."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, bindparam, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.domain.inspection import Appeal, SheetState, Subject
from hotline.domain.people import Actor
from hotline.store.inspections import SHEETS, I, S, known_to
from hotline.store.inspectiontables import SheetVersionRow

VERSIONS = cast(Table, SheetVersionRow.__table__)
V = VERSIONS.c
OFFERED = 200  # of the waiting ones so many are looked through for one that was not put back
WAITING, TAKEN, SUBMITTED = (one.value for one in SheetState)
# Written out in the statement: an index over what is still to do is used only where its condition is read.
OPEN = S.state != bindparam("over", SUBMITTED, literal_execute=True)
APPEALED = S.appeal == bindparam("asked", Appeal.ASKED.value, literal_execute=True)


@dataclass(frozen=True)
class Wanted:
    """Which sheets are asked for; empty: all that the actor may know of."""

    inspection: int | None = None
    state: str = ""
    inspector: str = ""
    appeal: str = ""
    subject: str = ""
    number: str = ""  # of the case
    whose: Collection[str] | None = None  # only the handed-in ones of these
    below: int | None = None
    limit: int = 30


async def one(connection: AsyncConnection, actor: Actor, sheet_id: int) -> Any | None:
    wanted = select(*S, I.rubric).join(I_TABLE, I.id == S.inspection_id)
    found = wanted.where(S.id == sheet_id, known_to(actor))
    return (await connection.execute(found)).one_or_none()


I_TABLE = I.id.table


async def locked(connection: AsyncConnection, actor: Actor, sheet_id: int) -> Any | None:
    """For a change: written first, so that a second one waits on both databases."""
    await connection.execute(update(SHEETS).where(S.id == sheet_id).values(version=S.version))
    return await one(connection, actor, sheet_id)


async def change(connection: AsyncConnection, sheet_id: int, **values: Any) -> None:
    """Under the next version."""
    told = {**values, "version": S.version + 1}
    await connection.execute(update(SHEETS).where(S.id == sheet_id).values(**told))


async def held(connection: AsyncConnection, inspector: str) -> int:
    mine = select(func.count()).where(OPEN, S.inspector == inspector, S.state == TAKEN)
    return int((await connection.execute(mine)).scalar_one())


async def take(
    connection: AsyncConnection, actor: Actor, inspection: int | None, at: datetime
) -> int | None:
    """The next one that waits, in the order of the lot; None: none is left for this inspector.

    Two who ask at once write the same row one after the other, and the second finds it taken.
    """
    waiting = select(S.id, S.passed).where(OPEN, S.state == WAITING, known_to(actor))
    if inspection is not None:
        waiting = waiting.where(S.inspection_id == inspection)
    found = await connection.execute(waiting.order_by(S.id).limit(OFFERED))
    for row in found.all():
        if actor.name in row.passed:
            continue
        mine: dict[str, Any] = {"state": TAKEN, "inspector": actor.name, "taken_at": at}
        taken = await connection.execute(
            update(SHEETS)
            .where(S.id == row.id, S.state == WAITING)
            .values(**mine, version=S.version + 1)
        )
        if taken.rowcount == 1:
            return int(row.id)
    return None


async def listed(connection: AsyncConnection, actor: Actor, wanted: Wanted) -> list[Any]:
    """Newest first."""
    asked = select(*(column for column in S if column.name not in ("said", "passed")))
    asked = asked.where(known_to(actor))
    plain = {"inspection_id": wanted.inspection, "state": wanted.state, "appeal": wanted.appeal}
    plain |= {"inspector": wanted.inspector, "subject": wanted.subject, "number": wanted.number}
    for name, value in plain.items():
        if value:
            asked = asked.where(S[name] == value)
    if wanted.whose is not None:
        asked = asked.where(S.whose.in_(sorted(wanted.whose)), S.state == SUBMITTED)
    if wanted.below is not None:
        asked = asked.where(S.id < wanted.below)
    return list(await connection.execute(asked.order_by(S.id.desc()).limit(wanted.limit)))


async def counts(connection: AsyncConnection, actor: Actor, since: datetime) -> dict[str, int]:
    """For the work list: how many wait, are in the actor's hands, wait for a ruling, and how many the
    actor handed in `since` then; what was done earlier is not walked through."""
    known = known_to(actor)
    asked = {
        "waiting": OPEN & (S.state == WAITING),
        "mine": OPEN & (S.state == TAKEN) & (S.inspector == actor.name),
        "done": (S.submitted_at >= since) & (S.inspector == actor.name),
        "appeals": APPEALED,
    }
    told = {}
    for name, condition in asked.items():
        found = await connection.execute(select(func.count()).where(known, condition))
        told[name] = int(found.scalar_one())
    return told


async def keep_version(connection: AsyncConnection, told: Mapping[str, Any]) -> None:
    await connection.execute(insert(VERSIONS).values(**told))


async def versions(connection: AsyncConnection, sheet_id: int) -> list[Any]:
    """Oldest first."""
    return list(await connection.execute(select(*V).where(V.sheet_id == sheet_id).order_by(V.n)))


async def scored(
    connection: AsyncConnection,
    actor: Actor,
    subject: Subject,
    moments: tuple[datetime, datetime],
    whose: Collection[str] | None,
) -> list[Any]:
    """Handed in within the moments, with what they said and by which criteria."""
    columns = (S.id, S.inspection_id, S.whose, S.stratum, S.said, S.total, S.failed, S.exposed)
    asked = select(*columns).where(
        known_to(actor),
        S.subject == subject.value,
        S.submitted_at >= moments[0],
        S.submitted_at < moments[1],
    )
    if whose is not None:
        asked = asked.where(S.whose.in_(sorted(whose)))
    return list(await connection.execute(asked.order_by(S.id)))


async def forget(connection: AsyncConnection, column: str, key: str) -> None:
    """Takes the words out of the sheets of a case (`number`) or a call (`call_id`); the points stay."""
    found = await connection.execute(select(S.id, S.said).where(S[column] == key))
    for row in found.all():
        bare = {"said": _bare(row.said), "grounds": "", "ruling": ""}
        await change(connection, row.id, **bare)
        for one in await versions(connection, row.id):
            mine = (V.sheet_id == row.id) & (V.n == one.n)
            await connection.execute(update(VERSIONS).where(mine).values(said=_bare(one.said)))


def _bare(said: Mapping[str, Any]) -> dict[str, Any]:
    if not said:
        return {}
    marks = {code: {**mark, "note": ""} for code, mark in said["marks"].items()}
    return {"marks": marks, "faults": dict.fromkeys(said["faults"], ""), "evidence": "", "note": ""}
