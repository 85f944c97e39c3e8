"""What must hold for supervision orders: one that binds, its clock, its entry, its number."""

from collections.abc import AsyncIterator, Iterator, Sequence

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from escalation.calendar import ZONE
from escalation.promise import Promise
from hotline.domain.case import Case, Entry
from hotline.domain.order import OrderState, order_number
from hotline.domain.state import Action
from hotline.store.findings import Broken
from hotline.store.ordertables import OrderRow, OrderYearRow

CLOCKED = (OrderState.ISSUED, OrderState.RETURNED)


def orders(case: Case, entries: Sequence[Entry]) -> Iterator[str]:
    """Of one case: no duplicate supervision (政府督查条例 art. 15), and nothing without its entry."""
    live = [order.id for order in case.orders if order.live]
    if len(live) > 1:
        yield f"orders {live} bind at once"
    if live and not case.open:
        yield f"order {live[0]} binds in state {case.state.value}"
    issued = [e.after.get("order") for e in entries if e.action is Action.SUPERVISE]
    if issued != [order.id for order in case.orders]:
        yield f"orders {[order.id for order in case.orders]}, the history issued {issued}"
    for order in case.orders:
        runs = case.live(Promise.ORDER, str(order.id)) is not None
        if runs != (order.state in CLOCKED):
            yield f"order {order.id} is {order.state}, its clock {'runs' if runs else 'does not'}"
        if order.state == OrderState.FROZEN and not any(
            other.level > order.level for other in case.orders[order.id :]
        ):
            yield f"order {order.id} is frozen, but by no higher one"
        if order.number is None:
            yield f"order {order.id} has no number"
        elif not order.number.startswith(_prefix(order.issued_at.astimezone(ZONE).year)):
            yield f"order {order.id} has the number of another year: {order.number}"


def _prefix(year: int) -> str:
    return order_number(year, 0).partition("〕")[0] + "〕"


async def numbers(connection: AsyncConnection) -> AsyncIterator[Broken]:
    """I7: every number once, and as many in a year as were given: none is missing."""
    twice = await connection.execute(
        select(OrderRow.number)
        .where(OrderRow.number.is_not(None))
        .group_by(OrderRow.number)
        .having(func.count() > 1)
    )
    for number in twice.scalars():
        yield Broken("I7", str(number), "the number of more than one order")
    for row in (await connection.execute(select(OrderYearRow.year, OrderYearRow.last))).all():
        of_year = OrderRow.number.startswith(_prefix(row.year), autoescape=True)
        counted = await connection.execute(select(func.count()).where(of_year))
        n = counted.scalar_one()
        if n != row.last:
            yield Broken("I7", f"orders of {row.year}", f"{row.last} numbers given, {n} kept")
