"""Changes of rights: one security administrator asks, another decides; each once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.domain.errors import NotPossible
from hotline.domain.words import Role
from hotline.store import accounts
from hotline.store.guardtables import RightRow
from hotline.store.ledgers import OfficerRow

MOST_WAITING = 200


@dataclass(frozen=True)
class Right:
    """What is asked: add, role, enable or reset, of which account."""

    id: int
    at: datetime
    asked_by: str
    act: str
    about: Mapping[str, Any]


async def ask(
    connection: AsyncConnection, at: datetime, by: str, act: str, about: Mapping[str, Any]
) -> int:
    """One question about an account at a time: of two, nobody could say which was answered."""
    for one in await waiting(connection):
        if one.about["username"] == about["username"]:
            raise NotPossible(
                "这个账号已有待复核的申请，请先由另一名安全管理员处理。",
                "A request about this account is waiting already.",
            )
    made = await connection.execute(
        insert(RightRow)
        .values(at=at, asked_by=by, act=act, about=dict(about), state="waiting")
        .returning(RightRow.id)
    )
    return int(made.scalar_one())


async def waiting(connection: AsyncConnection) -> list[Right]:
    found = await connection.execute(
        select(RightRow.id, RightRow.at, RightRow.asked_by, RightRow.act, RightRow.about)
        .where(RightRow.state == "waiting")
        .order_by(RightRow.id)
        .limit(MOST_WAITING)
    )
    return [Right(*row) for row in found]


async def decide(
    connection: AsyncConnection, right_id: int, at: datetime, by: str, *, granted: bool
) -> Right:
    """Takes the request; NotPossible when it is decided already, or is the decider's own."""
    state = "approved" if granted else "refused"
    mine = RightRow.asked_by == by
    allowed = ~mine if granted else (RightRow.id == right_id)
    found = await connection.execute(
        update(RightRow)
        .where(RightRow.id == right_id, RightRow.state == "waiting", allowed)
        .values(state=state, decided_by=by, decided_at=at)
        .returning(RightRow.id, RightRow.at, RightRow.asked_by, RightRow.act, RightRow.about)
    )
    row = found.one_or_none()
    if row is None:
        raise NotPossible(
            "申请人不能复核自己的申请，且每份申请只处理一次；请由另一名安全管理员复核。",
            "Nobody decides on an own request, and each is decided once.",
        )
    return Right(*row)


async def set_role(
    connection: AsyncConnection, officer_id: int, role: Role, department: str | None
) -> None:
    """What the account was signed in for ends with the old role."""
    changed = update(OfficerRow).where(OfficerRow.id == officer_id)
    await connection.execute(changed.values(role=role.value, department=department))
    await accounts.end_sessions(connection, officer_id)


async def roles_of(connection: AsyncConnection, name: str) -> list[tuple[str, Role]]:
    """The live accounts of a person, by user name and role; machines are nobody's."""
    found = await connection.execute(
        select(OfficerRow.username, OfficerRow.role).where(
            OfficerRow.name == name, OfficerRow.disabled.is_(False), OfficerRow.machine.is_(False)
        )
    )
    return [(row.username, Role(row.role)) for row in found]
