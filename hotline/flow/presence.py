"""Two people on one case see each other: who has its page open, and that it has moved on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from hotline.domain import access
from hotline.domain.errors import NoSuchCase
from hotline.domain.people import Actor
from hotline.flow.centre import Centre
from hotline.store import presence
from hotline.store.presence import Other


@dataclass(frozen=True)
class Seen:
    """The case as a page that stands open needs to know of it."""

    case_id: int
    version: int
    others: Sequence[Other]


async def look(centre: Centre, actor: Actor, number: str) -> Seen:
    """Raises NoSuchCase for who may not see it, or may not any more."""
    async with centre.look() as look:
        case = await look.cases.read(number)
        if not access.may_see(actor, case):
            raise NoSuchCase
        case_id = case.id or 0
        others = await presence.others(look.connection, case_id, actor.officer_id, look.at)
    return Seen(case_id, case.version, others)


async def glance(centre: Centre, actor: Actor, case_id: int) -> Seen:
    """The same, of a case that the actor was found to see a moment ago: two small reads."""
    async with centre.look() as look:
        others = await presence.others(look.connection, case_id, actor.officer_id, look.at)
        return Seen(case_id, await presence.version(look.connection, case_id), others)


async def here(centre: Centre, actor: Actor, case_id: int) -> datetime | None:
    """Said again every few seconds: when; None for a machine's token, which is nobody at a page."""
    if actor.officer_id is None:
        return None
    async with centre.work() as work:
        await presence.here(work.connection, case_id, actor.officer_id, work.at)
        return work.at


async def gone(centre: Centre, actor: Actor, case_id: int, said: datetime | None) -> None:
    """`said`: when that page last said that it was there."""
    if actor.officer_id is not None and said is not None:
        async with centre.work() as work:
            await presence.gone(work.connection, case_id, actor.officer_id, said, work.at)
