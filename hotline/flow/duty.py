"""Duty rosters: who may see and write whose, and the record of every change."""

from collections.abc import Mapping
from dataclasses import replace

from hotline.domain.errors import NotAllowed, NotPossible
from hotline.domain.people import Actor
from hotline.domain.roster import Person, Roster
from hotline.domain.words import CENTRE, Role
from hotline.flow.centre import Centre
from hotline.store import acts, rosters


def may_see(actor: Actor, department: str) -> bool:
    """The unit's own staff and those above it, and the centre's desks."""
    return actor.role in CENTRE or (actor.of_department and department in actor.units)


def may_write(actor: Actor, department: str) -> bool:
    own = actor.role is Role.LEADER and department in actor.units
    return actor.role is Role.SHIFT_LEAD or own


async def read(centre: Centre, actor: Actor, department: str) -> Roster:
    _check(may_see(actor, department))
    async with centre.look() as look:
        return await rosters.read(look.connection, centre.cipher, department)


def _check(allowed: bool) -> None:
    if not allowed:
        raise NotAllowed(
            "值班表只供本单位和热线中心查看，由单位领导和值班长维护。",
            "A roster is its unit's and the centre's; its leader or the shift lead writes it.",
        )


async def write(
    centre: Centre, actor: Actor, department: str, version: int, people: tuple[Person, ...]
) -> Roster:
    """Replaces the roster as it stood at `version`; on record: who, whose and how many, no numbers."""
    _check(may_write(actor, department))
    async with centre.work() as work:
        before = await rosters.read(work.connection, centre.cipher, department)
        wanted = Roster(department, people, version)
        if before.version != version or not await rosters.put(
            work.connection, centre.cipher, wanted, work.at, actor.name
        ):
            raise NotPossible(
                "值班表刚被他人修改，请刷新后重新填写。",
                "The roster was changed meanwhile; reload and edit again.",
                field="version",
            )
        await acts.record(work.connection, work.at, actor, "roster_changed", _told(before, wanted))
    return replace(wanted, version=version + 1)


def _told(before: Roster, after: Roster) -> Mapping[str, object]:
    """Names and duties; telephones and addresses stay where they are locked."""

    def people(roster: Roster) -> list[str]:
        return [f"{person.duty.value}:{person.name}" for person in roster.people]

    changed = [
        person.name
        for person in after.people
        if person not in before.people and person.name in {one.name for one in before.people}
    ]
    return {
        "department": after.department,
        "version": after.version + 1,
        "before": people(before),
        "after": people(after),
        "changed": changed,
    }


async def written(centre: Centre) -> frozenset[str]:
    """The departments that have a roster."""
    async with centre.look() as look:
        return await rosters.written(look.connection)
