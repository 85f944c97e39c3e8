"""How long a case's clock may still stand (中止计时的额度): by ground, and in all."""

from datetime import date, timedelta

from escalation.calendar import ZONE, Span
from escalation.promise import Promise
from hotline.domain.case import Case
from hotline.domain.errors import NotPossible
from hotline.domain.promises import Step
from hotline.domain.words import Pause

GROUNDS = frozenset(ground.value for ground in Pause)


def latest(case: Case, ground: Pause, step: Step) -> date:
    """The last day on which the clock must run again; refuses a ground that the terms do not know."""
    terms, calendar = step.rules.terms, step.rules.calendar
    longest = terms.suspension.get(ground.value)
    if longest is None:
        raise NotPossible(
            f"现行期限方案没有“{ground.zh}”这一中止理由。",
            "The terms know no such ground.",
            field="reason_code",
        )
    left = terms.suspension_total.n - spent(case, step)
    if left <= 0:
        raise NotPossible(
            f"累计中止已满 {terms.suspension_total.n} {terms.suspension_total.unit.zh}。",
            "No suspension is left.",
        )
    ends = (longest, Span(left, terms.suspension_total.unit))
    last = min(calendar.due(step.at, span) for span in ends) - timedelta(minutes=1)
    return last.astimezone(ZONE).date() + timedelta(days=1)


def spent(case: Case, step: Step) -> int:
    """What was suspended so far, in units of the total; a pause that two clocks share counts once."""
    calendar, unit = step.rules.calendar, step.rules.terms.suspension_total.unit
    stood = {
        (pause.begin, pause.end or step.at)
        for deadline in case.deadlines.values()
        if deadline.promise is Promise.REPLY
        for pause in deadline.pauses
        if pause.ground in GROUNDS
    }
    minutes = sum(calendar.counted(begin, end, unit) for begin, end in stood)
    return minutes // unit.minutes
