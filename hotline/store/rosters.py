"""Duty rosters at rest: encrypted as a whole, replaced as a whole, by version."""

import json
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.domain.roster import Absence, Duty, Person, Roster
from hotline.store.cipher import Cipher
from hotline.store.standby import RosterRow


async def read(connection: AsyncConnection, cipher: Cipher, department: str) -> Roster:
    found = await connection.execute(
        select(RosterRow.version, RosterRow.people).where(RosterRow.department == department)
    )
    row = found.one_or_none()
    if row is None:
        return Roster(department)
    people = json.loads(cipher.unlock(row.people, _place(department)))
    return Roster(department, tuple(_person(one) for one in people), row.version)


async def put(
    connection: AsyncConnection, cipher: Cipher, roster: Roster, at: datetime, by: str
) -> bool:
    """Replaces the version that `roster` was made from; false: somebody else did so before."""
    people = json.dumps([_plain(person) for person in roster.people], ensure_ascii=False)
    values: dict[str, Any] = {
        "version": roster.version + 1,
        "people": cipher.lock(people, _place(roster.department)),
        "changed_at": at,
        "changed_by": by,
    }
    if roster.version:
        same = (RosterRow.department == roster.department) & (RosterRow.version == roster.version)
        done = await connection.execute(update(RosterRow).where(same).values(**values))
        return done.rowcount == 1
    try:
        async with connection.begin_nested():
            await connection.execute(
                insert(RosterRow).values(department=roster.department, **values)
            )
    except IntegrityError:
        return False
    return True


async def written(connection: AsyncConnection) -> frozenset[str]:
    """The departments that have a roster."""
    return frozenset((await connection.execute(select(RosterRow.department))).scalars())


def _place(department: str) -> str:
    return f"roster.people.{department}"


def _plain(person: Person) -> dict[str, Any]:
    away = [[one.first.isoformat(), one.last.isoformat()] for one in person.absences]
    return {**person.__dict__, "duty": person.duty.value, "absences": away}


def _person(told: dict[str, Any]) -> Person:
    away = (Absence(date.fromisoformat(a), date.fromisoformat(b)) for a, b in told["absences"])
    return Person(
        told["name"],
        Duty(told["duty"]),
        told["phone"],
        told["email"],
        tuple(told["deputies"]),
        tuple(away),
    )
