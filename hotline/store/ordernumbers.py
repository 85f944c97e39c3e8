"""The numbers of supervision orders (文号): running in the city's year, given once, without gaps."""

from collections.abc import Collection
from typing import cast

from sqlalchemy import Table, bindparam, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from escalation.calendar import ZONE
from hotline.domain.order import order_number
from hotline.store.ordertables import OrderRow

NEXT = text(
    "INSERT INTO order_year (year, last) VALUES (:year, :n)"
    " ON CONFLICT (year) DO UPDATE SET last = order_year.last + :n RETURNING last"
)
ORDERS = cast(Table, OrderRow.__table__)
GIVE = (
    update(ORDERS)
    .where(ORDERS.c.case_id == bindparam("of_case"), ORDERS.c.id == bindparam("numbered"))
    .values(number=bindparam("given"))
)


async def give(connection: AsyncConnection, cases: Collection[int]) -> None:
    """To every order of these cases that has none; a case whose issue was undone asks for none."""
    found = await connection.execute(
        select(OrderRow.case_id, OrderRow.id, OrderRow.issued_at)
        .where(OrderRow.case_id.in_(sorted(cases)), OrderRow.number.is_(None))
        .order_by(OrderRow.issued_at, OrderRow.case_id, OrderRow.id)
    )
    by_year: dict[int, list[tuple[int, int]]] = {}
    for row in found:
        year = row.issued_at.astimezone(ZONE).year
        by_year.setdefault(year, []).append((row.case_id, row.id))
    for year, issued in sorted(by_year.items()):
        counted = await connection.execute(NEXT, {"year": year, "n": len(issued)})
        first = counted.scalar_one() - len(issued) + 1
        given = [
            {"of_case": case_id, "numbered": order_id, "given": order_number(year, first + place)}
            for place, (case_id, order_id) in enumerate(issued)
        ]
        await connection.execute(GIVE, given)
