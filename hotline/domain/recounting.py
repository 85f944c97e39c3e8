"""重算期限: running cases put under a later calendar, or by an operator's word under new terms.

Without this act a new version changes no running case; with it, the timeline says what moved.
"""

from dataclasses import dataclass
from typing import Any

from escalation import clock
from escalation.calendar import WorkCalendar
from escalation.promise import Deadline, Promise
from hotline.domain import promises, restarting
from hotline.domain.acts.asking import Act
from hotline.domain.case import Case, Said
from hotline.domain.promises import Rules, Step


@dataclass(frozen=True, kw_only=True)
class Recount(Act):
    """By the calendar alone, or with `adopt_terms` by the terms now in force; never from a form."""

    adopt_terms: bool = False


def outdated(case: Case, rules: Rules) -> list[int]:
    """The live deadlines whose end or lights were counted on a plain week and now have a list."""
    return [
        n
        for n, deadline in case.deadlines.items()
        if clock.outdated(deadline, _calendar(case, deadline, rules))
    ]


def under_other_terms(case: Case, rules: Rules) -> bool:
    """A live promise of the case stands under another version of the terms."""
    return any(
        deadline.live and deadline.terms_version != rules.terms.version
        for deadline in case.deadlines.values()
        if not deadline.part and deadline.promise is not Promise.ORDER
    )


def recount(case: Case, facts: Recount, step: Step) -> Said:
    before = dict(case.deadlines)
    due, provisional = case.due_at, _provisional(case)
    for n in outdated(case, step.rules):
        old = case.deadlines[n]
        case.deadlines[n] = clock.recount(old, step.at, _calendar(case, old, step.rules))
    if facts.adopt_terms and under_other_terms(case, step.rules):
        restarting.restart(case, step.rules, step.at)
    told: dict[str, Any] = {
        "calendar": step.rules.calendar.version,
        "moved": [
            _moved(before, n, case) for n in sorted(case.deadlines) if _changed(before, n, case)
        ],
    }
    if facts.adopt_terms:
        told["terms"] = step.rules.terms.version
    settled = provisional and not _provisional(case)
    public = _public(case, step, facts) if case.due_at != due or settled else None
    return Said("", public, told)


def _calendar(case: Case, deadline: Deadline, rules: Rules) -> WorkCalendar:
    return promises.calendar_for(case, deadline.promise, deadline.part, rules)


def _provisional(case: Case) -> bool:
    reply = case.latest(Promise.REPLY)
    return bool(reply and reply.provisional)


def _changed(before: dict[int, Deadline], n: int, case: Case) -> bool:
    now = case.deadlines[n]
    return now.live and (n not in before or before[n] != now)


def _moved(before: dict[int, Deadline], n: int, case: Case) -> dict[str, Any]:
    """From where to where; under new terms a promise has a new number, and the old one says from."""
    now = case.deadlines[n]
    old = before.get(n) or next(
        (one for one in reversed(before.values()) if one.live and one.promise is now.promise), None
    )
    return {
        "promise": now.promise.value,
        "part": now.part,
        "from": old.due_at.isoformat() if old else None,
        "to": now.due_at.isoformat(),
    }


def _public(case: Case, step: Step, facts: Recount) -> str:
    due = case.due_at
    if due is None:
        return "按现行办理时限规定，这件诉求不再设答复期限。"
    local = due.astimezone(step.rules.calendar.zone)
    day = f"{local.year}年{local.month}月{local.day}日{local:%H:%M}前"
    by = "按现行办理时限规定" if facts.adopt_terms else "按新公布的放假安排"
    return f"{by}重新计算，答复期限为{day}。"
