"""Team load (经办人负荷): who has how much in hand, what is due today, what is overdue."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from escalation.calendar import Unit
from hotline.domain.people import Actor
from hotline.domain.shanghai import city_day
from hotline.domain.words import Role
from hotline.flow.centre import Centre
from hotline.store import teamload
from hotline.store.teamload import InHand

SECOND = timedelta(seconds=1)
LEADERS = frozenset({Role.LEADER})


@dataclass
class Load:
    """One handler's work; an empty name stands for what nobody has signed for yet."""

    handler: str
    cases: list[InHand] = field(default_factory=list)
    today: int = 0  # the unit's own limit ends before the next day begins, and has not passed
    overdue: int = 0
    nearest: datetime | None = None
    minutes: int = 0  # in office hours until the nearest limit that has not passed


@dataclass(frozen=True)
class Team:
    loads: Sequence[Load]  # the most loaded first; those without a case after them
    clerks: Sequence[str]  # to whom a case can be given


async def load(centre: Centre, actor: Actor) -> Team:
    """Of the actor's unit and those below it, by the unit's own limits and calendar."""
    async with centre.look() as look:
        found = await teamload.in_hand(look.connection, actor)
        clerks = await teamload.clerks(look.connection, actor.units)
        now = look.at
    loads = {name: Load(name) for name in clerks}
    for one in found:
        _count(loads.setdefault(one.handler, Load(one.handler)), one, now)
    calendar = centre.rules.calendar_of(actor.department)
    for each in loads.values():
        if each.nearest is not None:
            each.minutes = calendar.counted(now, each.nearest, Unit.WORKING_MINUTE)
    busiest = sorted(loads.values(), key=lambda one: (-one.overdue, -one.today, -len(one.cases)))
    return Team(busiest, sorted({*clerks, *(one.handler for one in found if one.handler)}))


def _count(load: Load, case: InHand, now: datetime) -> None:
    load.cases.append(case)
    if case.due_at is None:
        return
    if case.due_at <= now:
        load.overdue += 1
        return
    # A limit in days ends at midnight, told as the first moment of the next day.
    load.today += city_day(case.due_at - SECOND) == city_day(now)
    if load.nearest is None or case.due_at < load.nearest:
        load.nearest = case.due_at
