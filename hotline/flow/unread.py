"""What an officer's desk was told and the officer has not read: the badge, the mark, the sound."""

from dataclasses import dataclass

from hotline.domain.people import Actor
from hotline.domain.words import Role
from hotline.flow.centre import Centre
from hotline.flow.ringing import CALLERS
from hotline.store import acts, calltasks, notices


@dataclass(frozen=True)
class Badge:
    """The numbers in the header: unread notices, and call tasks that wait for a caller."""

    unread: int = 0
    calls: int = 0
    sound: bool = False

    @property
    def total(self) -> int:
        return self.unread + self.calls

    @property
    def shown(self) -> str:
        return f"{notices.MOST - 1}+" if self.total >= notices.MOST else str(self.total)


def desks(actor: Actor) -> list[str]:
    """Where notices for the actor are put: the role's desk, each unit below the own, a leader's own."""
    who = [f"officer:{actor.name}", f"of:{actor.department or ''}"]
    found = [*who, f"role:{actor.role.value}", *(f"unit:{code}" for code in sorted(actor.units))]
    return [*found, f"leader:{actor.department}"] if actor.role is Role.LEADER else found


async def badge(centre: Centre, actor: Actor) -> Badge:
    if actor.officer_id is None:
        return Badge()
    async with centre.look() as look:
        unread = await notices.unread(look.connection, actor.officer_id, desks(actor))
        rings = actor.role in CALLERS
        calls = await calltasks.count_open(look.connection, actor) if rings else 0
        sound = await notices.sound(look.connection, actor.officer_id)
    return Badge(unread, calls, sound)


async def mark(centre: Centre, actor: Actor) -> int:
    """The newest notice that the officer has marked read."""
    async with centre.look() as look:
        return await notices.mark(look.connection, actor.officer_id or 0)


async def read_up_to(centre: Centre, actor: Actor, notice_id: int) -> None:
    async with centre.work() as work:
        await notices.read_up_to(work.connection, actor.officer_id or 0, notice_id)


async def choose_sound(centre: Centre, actor: Actor, *, on: bool) -> None:
    async with centre.work() as work:
        await notices.choose_sound(work.connection, actor.officer_id or 0, on=on)


async def email(centre: Centre, actor: Actor) -> str:
    """The officer's own address, where grave notices go as well."""
    async with centre.look() as look:
        return await notices.email(look.connection, centre.cipher, actor.officer_id or 0)


async def set_email(centre: Centre, actor: Actor, address: str) -> None:
    """On record without the address itself."""
    async with centre.work() as work:
        await notices.set_email(work.connection, centre.cipher, actor.name, address)
        about = {"set": bool(address)}
        await acts.record(work.connection, work.at, actor, "email_changed", about)
