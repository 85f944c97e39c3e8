"""A return to rule on: what both sides say, and how like disputes were ruled on before."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hotline.domain.access import SEES_ALL
from hotline.domain.case import Case, Entry
from hotline.domain.people import Actor
from hotline.domain.state import Action, State
from hotline.domain.words import Verdict
from hotline.flow.centre import Centre
from hotline.store import rulings
from hotline.store.rulings import Ruling

MOST = 5  # precedents shown
# What makes an earlier dispute like this one; a place alone does not.
SAME_TOPIC, SAME_MATTER, SAME_UNIT, SAME_PLACE = 4, 2, 3, 1
ENDING = frozenset({Verdict.UPHOLD, Verdict.REFUSE, Verdict.DESIGNATE})
DISPUTED = frozenset({State.RETURN_REVIEW, State.ADJUDICATING})


@dataclass(frozen=True)
class Precedent:
    """An earlier ruling, and in what it is like this dispute."""

    ruling: Ruling
    verdict: Verdict
    topic: bool
    matter: bool
    unit: bool
    place: bool

    @property
    def likeness(self) -> int:
        marks = (
            (self.topic, SAME_TOPIC),
            (self.matter, SAME_MATTER),
            (self.unit, SAME_UNIT),
            (self.place, SAME_PLACE),
        )
        return sum(weight for holds, weight in marks if holds)


@dataclass(frozen=True)
class Dispute:
    """The two sides of a return that waits for its ruling, and the precedents."""

    returned: Entry  # by the unit: its grounds, law and better address
    dispatched: Entry | None  # by the centre: why it went there
    earlier: Sequence[Entry]  # rulings in this very case
    precedents: Sequence[Precedent]


async def dispute(
    centre: Centre, actor: Actor, case: Case, entries: Sequence[Entry]
) -> Dispute | None:
    """For the centre's desks; None where nothing is disputed. `entries`: oldest first."""
    if case.state not in DISPUTED or actor.role not in SEES_ALL:
        return None
    returned = _last(entries, Action.SEND_BACK)
    if returned is None:
        return None
    sent = [one for one in entries if one.seq < returned.seq]
    unit, matter = returned.department or "", "/".join(case.topic.split("/")[:2])
    async with centre.look() as look:
        found = await rulings.alike(look.connection, actor, case.id or 0, matter, unit)
    return Dispute(
        returned,
        _last(sent, Action.TRANSFER),
        [one for one in entries if one.action is Action.RULE],
        nearest(case, unit, matter, found),
    )


def nearest(case: Case, unit: str, matter: str, found: Sequence[Ruling]) -> list[Precedent]:
    """The likest first, of equals the newest; one of each case, its last word."""
    known: dict[str, Precedent] = {}
    for one in found:
        if one.verdict not in {each.value for each in ENDING} or one.number in known:
            continue
        below = bool(matter) and (one.topic == matter or one.topic.startswith(matter + "/"))
        known[one.number] = Precedent(
            one,
            Verdict(one.verdict),
            topic=bool(case.topic) and one.topic == case.topic,
            matter=below,
            unit=one.unit == unit,
            place=bool(case.district) and one.district == case.district,
        )
    return sorted(known.values(), key=lambda one: -one.likeness)[:MOST]


def _last(entries: Sequence[Any], action: Action) -> Any:
    return next((one for one in reversed(entries) if one.action == action), None)
