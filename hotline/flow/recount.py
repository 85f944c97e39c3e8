"""What time itself brings to stopped and provisional clocks: resuming, and counting anew.

Each case in a transaction of its own, locked by writing first and looked at again under the lock:
any number of nodes may do this at once, and doing it twice changes nothing.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog

from hotline.domain import perform, promises, recounting
from hotline.domain.acts import department
from hotline.domain.case import Case
from hotline.domain.errors import Refused
from hotline.domain.people import SYSTEM, Actor
from hotline.domain.promises import Step
from hotline.domain.recounting import Recount
from hotline.flow import notify
from hotline.flow.centre import Centre
from hotline.flow.onebyone import each, paged
from hotline.store import stale
from hotline.store.cursors import Paged, Place
from hotline.store.work import Work

log = structlog.get_logger(__name__)
BATCH = 200


class NothingToDo(Exception):
    """Somebody else saw to the case, or it was never due; the lock is given back unused."""


@dataclass
class Recounted:
    """What a recount did: the cases, each with what moved; and those that failed."""

    cases: list[dict[str, Any]] = field(default_factory=list)
    failed: list[int] = field(default_factory=list)


async def resume_due(centre: Centre) -> int:
    """Clocks that were stopped until now run on; returns how many cases."""
    now = centre.now()

    async def due(connection: Any, after: Place) -> Paged[int]:
        return await stale.to_resume(connection, now, after, BATCH)

    return await each(
        centre, "resume", paged(centre, due), lambda case_id: _one(centre, case_id, _resume)
    )


async def _resume(centre: Centre, work: Work, case: Case) -> None:
    planned = promises.runs_on_at(case)
    if planned is None or planned > work.at:
        raise NothingToDo
    told = department.Resume(reason="中止期限已到，自动恢复计时。")
    perform.perform(case, told, Step(SYSTEM, work.at, centre.rules))


async def recount(
    centre: Centre, *, adopt_terms: bool = False, dry: bool = False, actor: Actor = SYSTEM
) -> Recounted:
    """Every live provisional deadline by the calendar at hand; with `adopt_terms`, by the terms too."""
    found, told = Recounted(), Recount(adopt_terms=adopt_terms)

    async def one(centre: Centre, work: Work, case: Case) -> None:
        due = recounting.outdated(case, centre.rules)
        if not due and not (adopt_terms and recounting.under_other_terms(case, centre.rules)):
            raise NothingToDo
        entry = perform.perform(case, told, Step(actor, work.at, centre.rules))
        found.cases.append({"number": case.number, "moved": entry.after["moved"]})
        if dry:
            raise NothingToDo

    async for case_id in _candidates(centre, adopt_terms):
        try:
            await _one(centre, case_id, one)
        except Exception as error:  # one broken case must not stop the others
            log.error("recount.failed", case=case_id, error=type(error).__name__, exc_info=error)
            found.failed.append(case_id)
    return found


async def recount_provisional(centre: Centre) -> int:
    """The watch's own look, at its start and then daily; returns how many cases moved."""
    done = await recount(centre)
    if done.cases:
        log.info("recount.done", cases=len(done.cases), calendar=centre.calendar.version)
    return len(done.cases)


async def _candidates(centre: Centre, adopt_terms: bool) -> AsyncIterator[int]:
    """Page by page, each in a read of its own: a long recount holds nothing open."""

    async def other(connection: Any, after: int, limit: int) -> Sequence[int]:
        return await stale.under_other_terms(connection, centre.terms.version, after, limit)

    for page in (stale.provisional, *((other,) if adopt_terms else ())):
        after = 0
        while True:
            async with centre.look() as look:
                ids = await page(look.connection, after, BATCH)
            for case_id in ids:
                yield case_id
            if len(ids) < BATCH:
                break
            after = ids[-1]
    async with centre.look() as look:
        lit = await stale.lit_past_the_list(look.connection, centre.calendar.last_year)
    for case_id in lit:
        yield case_id


async def _one(
    centre: Centre, case_id: int, change: Callable[[Centre, Work, Case], Awaitable[None]]
) -> int:
    try:
        async with centre.work() as work:
            case = await work.cases.change_by_id(case_id)
            await change(centre, work, case)
            await notify.tell(work, case, centre.rules)
            await work.cases.save(case)
    except NothingToDo:
        return 0
    except Refused as refused:
        log.info("recount.refused", case=case_id, why=refused.en)
        return 0
    return 1
