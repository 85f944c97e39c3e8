"""A case put under other terms: what runs is counted anew, what is promised for the first time begins."""

from dataclasses import replace
from datetime import datetime

from escalation import clock
from escalation import promise as run
from escalation.promise import Deadline, Promise
from hotline.domain.case import Case
from hotline.domain.promises import CITIZENS, Rules, add, begin, calendar_for, limit_for


def restart(case: Case, rules: Rules, at: datetime) -> None:
    """New terms from the original start, after type, urgency or topic were corrected.

    In a round of rework that is the round's start, and the limit the rework's. Every pause and
    extension so far is laid over the new limit, so that no waiting is counted and nothing granted
    is lost; a light that was already shown is not shown again.
    """
    for n, old in list(case.deadlines.items()):
        if old.part or not old.live or old.promise is Promise.ORDER:
            continue
        limit = limit_for(case, old.promise, rules)
        case.deadlines[n] = run.drop(old, at)
        if limit is not None:
            calendar = calendar_for(case, old.promise, "", rules)
            version = rules.terms.version
            new = run.start(old.promise, old.started_at, limit, calendar, terms_version=version)
            add(case, clock.relive(new, old, at, calendar))


# What a correction may promise for the first time, and the promise whose start and pauses it shares.
BESIDE = {
    Promise.FEEDBACK: Promise.REPLY,
    Promise.ON_SITE: Promise.REPLY,
    Promise.CONTACT: Promise.FINISH,
}


def carry_over(part: Case, origin: Case, rules: Rules, at: datetime) -> None:
    """A case split off waits as long as its citizen has: its promises begin when the origin's did.

    Every pause goes along, and a light that was shown for the origin is not shown again; what is due
    already is due at once. What was kept for the origin is kept for the citizen, but to whom this part
    goes is still to be decided.
    """
    reply = origin.live(Promise.REPLY)
    for promise in CITIZENS:
        own, before = origin.live(promise), origin.latest(promise)
        shared = own if own is not None else reply
        if own is None and before is not None and before.state is run.State.KEPT:
            if promise is Promise.DISPATCH:
                begin(part, promise, at, rules)
        elif shared is not None:
            _share(part, promise, origin.deadlines[shared], rules, at)
        else:
            begin(part, promise, origin.received_at, rules)


def _share(case: Case, promise: Promise, shared: Deadline, rules: Rules, at: datetime) -> None:
    """Begins a promise with the start and the pauses of one that runs already; a light shown of
    another promise is none of this one."""
    begin(case, promise, shared.started_at, rules)
    made = case.live(promise)
    if made is None:
        return
    if shared.promise is not promise:
        shared = replace(shared, changes=shared.pauses, rungs=(), climbed=0)
    calendar = calendar_for(case, promise, "", rules)
    case.deadlines[made] = clock.relive(case.deadlines[made], shared, at, calendar)


def begin_missing(case: Case, rules: Rules, at: datetime) -> None:
    """首次反馈, 到场, 首次联系 of a type, urgency or topic that the case has only now."""
    for promise, other in BESIDE.items():
        before, beside = case.latest(promise), case.live(other)
        done = before is not None and before.state is not run.State.DROPPED
        if beside is None or done or (promise is Promise.CONTACT and case.contacted):
            continue  # over, kept already, or put under the new terms with the others
        _share(case, promise, case.deadlines[beside], rules, at)
