"""Supervision that an act causes by itself: counted and issued in the act's own transaction."""

from datetime import timedelta

from hotline.domain import causes
from hotline.domain.acts import centre as acts
from hotline.domain.acts.asking import Act
from hotline.domain.case import Case
from hotline.domain.promises import Step
from hotline.store import callers
from hotline.store.work import Work


async def follow(work: Work, case: Case, facts: Act, step: Step) -> None:
    """What the act raises; a matter that several brought is supervised once a unit has it."""
    causes.follow(case, facts, step)
    if isinstance(facts, acts.Transfer):
        await gather(work, case, step)


async def gather(work: Work, case: Case, step: Step) -> None:
    """Counts who brought the matter; merged cases must be saved before."""
    if causes.crowded(case):
        return
    within = step.rules.terms.supervision.crowd_within
    since = work.at - timedelta(minutes=within.n * within.unit.minutes)
    found = await callers.of_matter(work.connection, case.number, since)
    causes.gather(case, causes.Callers(*found), step)
