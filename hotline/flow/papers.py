"""Papers handed out (文书): to whoever may see the case, from committed facts, and on record.

Made while the reader waits and kept nowhere, a paper is no effect that leaves the database by
itself: it needs no lease. Made again, the same order gives the same paper.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hotline.domain import access, past
from hotline.domain.case import Case, Entry
from hotline.domain.errors import NoSuchCase, Refused
from hotline.domain.order import Order
from hotline.domain.people import Actor
from hotline.flow.centre import Centre
from hotline.store import acts


class NoReminder(Refused):
    """No unit was reminded of this case: there is no 催办通知书."""

    code = "no_reminder"

    def __init__(self) -> None:
        super().__init__(
            "这件诉求没有亮过红灯，也没有到期后的催办，因此没有催办通知书。",
            "No red light and no urging after the due moment: there is no reminder to print.",
        )


class NotMade(Refused):
    """A paper that cannot be made here and now; the words say what to do about it."""

    code = "paper_not_made"

    def __init__(self, zh: str, en: str, retry_after: int | None = None) -> None:
        super().__init__(zh, en)
        self.retry_after = retry_after


@dataclass(frozen=True)
class Origin:
    """What a paper is made from: the case with its timeline, and the order or the reminder."""

    case: Case
    entries: Sequence[Entry]
    order: Order | None = None
    reminder: Entry | None = None


async def of_order(centre: Centre, number: str, order_id: int, actor: Actor) -> Origin:
    case, entries = await _seen(centre, number, actor)
    order = next((one for one in case.orders if one.id == order_id), None)
    if order is None:
        raise NoSuchCase
    return Origin(case, entries, order=order)


async def of_reminder(centre: Centre, number: str, actor: Actor) -> Origin:
    case, entries = await _seen(centre, number, actor)
    found = past.reminder(entries)
    if found is None:
        raise NoReminder
    return Origin(case, entries, reminder=found)


async def _seen(centre: Centre, number: str, actor: Actor) -> tuple[Case, Sequence[Entry]]:
    async with centre.look() as look:
        case = await look.cases.read(number)
        if not access.may_see(actor, case):
            raise NoSuchCase
        return case, await look.cases.timeline(case.id or 0)


async def handed_out(centre: Centre, actor: Actor, about: Mapping[str, str]) -> None:
    """Before it leaves: what cannot be recorded is not handed out."""
    async with centre.work() as work:
        await acts.record(work.connection, work.at, actor, "paper_handed_out", about)
