"""The desk of supervision: orders listed and counted, one shown with its history and what may be done."""

from dataclasses import dataclass

from hotline.domain import access, perform
from hotline.domain.case import Case, Entry
from hotline.domain.errors import NoSuchCase
from hotline.domain.order import Order, open_to
from hotline.domain.people import Actor
from hotline.flow.centre import Centre
from hotline.store import orderlist
from hotline.store.find import Found
from hotline.store.orderlist import OrdersWanted


@dataclass(frozen=True)
class OrderView:
    """One order for one actor; `actions` are those that this very order allows now."""

    case: Case
    order: Order
    history: list[Entry]
    actions: list[str]


async def listed(centre: Centre, actor: Actor, wanted: OrdersWanted) -> Found:
    async with centre.look() as look:
        return await orderlist.find(look.connection, actor, wanted, look.at)


async def counts(centre: Centre, actor: Actor) -> dict[int, int]:
    async with centre.look() as look:
        return await orderlist.counts(look.connection, actor)


async def view(centre: Centre, number: str, order_id: int, actor: Actor) -> OrderView:
    """An order of a case that the actor may not see answers like one that does not exist."""
    async with centre.look() as look:
        case = await look.cases.read(number)
        order = next((one for one in case.orders if one.id == order_id), None)
        if order is None or not access.may_see(actor, case):
            raise NoSuchCase
        entries = await look.cases.timeline(case.id or 0)
        possible = perform.possible(case, actor, look.at, centre.rules)
    history = [
        entry
        for entry in entries
        if order_id in (entry.after.get("order"), entry.after.get("frozen"))
        or order_id in (entry.after.get("orders_withdrawn") or ())
    ]
    actions = [action.value for action in possible if open_to(action, order)]
    return OrderView(case, order, history, actions)
