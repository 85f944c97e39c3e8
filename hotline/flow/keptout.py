"""回避 follows the matter: who is kept out of a case is kept out of what it is merged or split into."""

from dataclasses import replace

from hotline.domain.case import Case
from hotline.domain.interest import meets
from hotline.domain.people import SYSTEM
from hotline.store import acts
from hotline.store.work import Work

OVER = frozenset({"dropped"})  # a part that was taken back: nobody works on it any more


def lies_with(case: Case, of: Case) -> bool:
    """Whether who handles `case` or a part of it, and so reads it, is kept out of the other one."""
    units = {part.department for part in case.parts if part.state not in OVER}
    return meets({*units, case.lead or ""}, case.handler or "", of.interests)


async def share(work: Work, case: Case, other: Case) -> None:
    """Takes over who is kept out of the other case, from now on and on record; the rest is the
    caller's to save. A file of cases made before for one of them is given out no more."""
    known = {(one.kind, one.of) for one in case.interests}
    fresh = [one for one in other.interests if (one.kind, one.of) not in known]
    if not fresh:
        return
    n = max((one.id for one in case.interests), default=0)
    case.interests += [
        replace(one, id=n + place, by=SYSTEM.name, at=work.at)
        for place, one in enumerate(fresh, start=1)
    ]
    named = {
        kind + "s": sorted(one.of for one in fresh if one.kind == kind)
        for kind in ("unit", "officer")
    }
    about = {"number": case.number, "with": other.number, **named}
    await acts.record(work.connection, work.at, SYSTEM, "kept_out", about)
