"""The unit loses the case: recalled, its return upheld, another unit designated, or kept out of it.

What was the unit's alone goes with it: its clocks, its parts, what it asked for (domain rules §1.3,
row 14b), and the ruling that it may not return the case (rows 11 and 13, 潍坊 art. 22: it binds the
unit that was told, not the next). What binds the case stays: an order waits for the next unit.
"""

from typing import Any

from escalation.promise import Promise
from hotline.domain import parts, promises
from hotline.domain.case import Case
from hotline.domain.interest import unit_kept_out
from hotline.domain.promises import UNITS, Step
from hotline.domain.state import Action, State
from hotline.domain.words import Granted


def leave(case: Case, step: Step) -> dict[str, Any]:
    """Everything but the lead itself, whom the caller ends or replaces; what the entry tells of it."""
    promises.drop(case, (Promise.SIGN, *UNITS), step.at)
    parts.drop(case, step)
    case.designated = False
    # Nobody can answer an order now: its clock must not climb against nobody.
    promises.pause(case, (Promise.ORDER,), step, promises.NO_UNIT)
    order = case.live_order
    return lapse(case) | ({"order": order.id} if order else {})


def without_unit(case: Case, step: Step) -> dict[str, Any]:
    told = leave(case, step)
    case.lead, case.handler = None, None
    return told


def back(case: Case, step: Step) -> tuple[State, dict[str, Any]]:
    """Where a case goes that begins again: to its unit, or, where that is kept out by now (回避,
    济南 art. 32, 信访条例 arts 28 and 30), to the dispatchers."""
    if not unit_kept_out(case.lead, case.interests):
        return State.PROCESSING, {}
    return State.PENDING_DISPATCH, without_unit(case, step)


def lapse(case: Case, *, rating_too: bool = True) -> dict[str, Any]:
    """Row 14b: what waits to be granted is withdrawn where there is nothing left to grant it on: the
    unit has lost the case, has replied, or the case has ended. What the entry tells of it.

    评价除外 concerns the rating and not the work: a reply or the close leaves it to be decided.
    """
    gone = [
        one
        for one in case.requests
        if one.state == "asked" and (rating_too or one.kind is not Action.EXCLUDE)
    ]
    for one in gone:
        one.state = Granted.WITHDRAWN.value
    return {"requests_withdrawn": [one.id for one in gone]} if gone else {}
