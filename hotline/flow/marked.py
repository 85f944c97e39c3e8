"""Addresses that letters came back from (退信地址): listed, and written to again for a reason.

An address is kept as a keyed hash only; the case it was marked for tells who works on it.
"""

from collections.abc import Sequence

from hotline.domain.errors import NoSuchCase, NotPossible
from hotline.domain.people import Actor
from hotline.domain.words import Role
from hotline.flow.centre import Centre
from hotline.store import acts as log
from hotline.store import interests, posted
from hotline.store.posted import Marked

DESKS = (Role.DISPATCHER, Role.SHIFT_LEAD, Role.SYSADMIN)


class NoSuchAddress(NoSuchCase):
    def __init__(self) -> None:
        super().__init__()
        self.zh = "没有这个退信地址，可能已经恢复发信。"
        self.en = "No such address; perhaps it is written to again."


async def listed(centre: Centre, actor: Actor, page: int, size: int) -> Sequence[Marked]:
    """One more than `size` where there is a further page; newest first."""
    async with centre.look() as look:
        return await posted.all_marked(look.connection, actor, (page - 1) * size, size + 1)


async def clear(centre: Centre, actor: Actor, address_hash: str, reason: str) -> Marked:
    """Letters may go there again; recorded with its reason, and told on the case."""
    if not reason.strip():
        raise NotPossible("请写明恢复发信的理由。", "Give a reason.", field="reason")
    async with centre.work() as work:
        found = await posted.one_marked(work.connection, address_hash)
        hidden = await interests.kept_from(work.connection, actor)
        if found is None or found.number in hidden:
            raise NoSuchAddress
        await posted.unmark(work.connection, address_hash)
        if found.number:
            try:
                case = await work.cases.change(found.number)
            except NoSuchCase:  # it was never made
                pass
            else:
                case.notes.pop("letters", None)
                await work.cases.save(case)
        about = {"address": address_hash, "number": found.number, "reason": reason.strip()[:500]}
        await log.record(work.connection, work.at, actor, "address.clear", about)
    return found
