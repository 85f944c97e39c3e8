"""Who called, by keyed hashes of telephone and address: a caller's cases, the people of a matter."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, or_, select, union
from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.store.ledgers import IdentityRow
from hotline.store.tables import CaseRow


async def newest(connection: AsyncConnection, hashes: Sequence[str], most: int) -> list[int]:
    """Ids of the newest cases under any of these telephones and addresses; none is opened."""
    return list((await connection.execute(newest_of(hashes, most))).scalars()) if hashes else []


def newest_of(hashes: Sequence[str], most: int) -> Select[Any]:
    """Each is looked up by itself, in its index's own order: so much as `most` is read of a number
    that calls every day, and nothing of what all others brought since one last called."""
    id_ = IdentityRow.case_id
    each = [
        select(id_).where(way == one).order_by(id_.desc()).limit(most).subquery()
        for way in (IdentityRow.phone_hash, IdentityRow.email_hash)
        for one in dict.fromkeys(hashes)
    ]
    any_of_them = union(*(select(one.c.case_id) for one in each)).subquery().c.case_id
    return select(any_of_them).order_by(any_of_them.desc()).limit(most)


async def of_matter(connection: AsyncConnection, number: str, since: datetime) -> tuple[int, int]:
    """(in all, received since): who left no contact counts as somebody of their own."""
    merged = and_(CaseRow.parent == number, CaseRow.state == "merged")
    found = await connection.execute(
        select(CaseRow.id, CaseRow.received_at, IdentityRow.phone_hash, IdentityRow.email_hash)
        .outerjoin(IdentityRow, IdentityRow.case_id == CaseRow.id)
        .where(or_(CaseRow.number == number, merged))
    )
    everyone = People()
    for row in found:
        ways = [f"{kind} {told}" for kind, told in _reached(row) if told]
        everyone.add(ways or [f"case {row.id}"], row.received_at)
    last = everyone.last.values()
    return len(last), sum(at >= since for at in last)


def _reached(row: Any) -> tuple[tuple[str, str | None], ...]:
    return ("phone", row.phone_hash), ("email", row.email_hash)


class People:
    """Who is the same: one telephone or one address in common, be it by way of a third case."""

    def __init__(self) -> None:
        self.last: dict[str, datetime] = {}  # by one way of reaching each: when they called last
        self._same: dict[str, str] = {}

    def add(self, ways: Sequence[str], at: datetime) -> None:
        known = {self._who(way) for way in ways}
        who = min(known)
        self._same |= dict.fromkeys(known, who)
        self.last[who] = max([at, *(self.last.pop(one) for one in known if one in self.last)])

    def _who(self, way: str) -> str:
        while self._same.get(way, way) != way:
            way = self._same[way]
        return way
