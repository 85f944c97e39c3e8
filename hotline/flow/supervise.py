"""The agenda the watch sweeps: what is due, and taking one rung; supervision by time."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import structlog

from escalation import promise as run
from escalation.promise import Promise
from escalation.setback import Setbacks
from escalation.watch import Due, Outcome
from hotline.domain import perform
from hotline.domain.acts import centre as acts
from hotline.domain.case import Case
from hotline.domain.errors import Refused
from hotline.domain.people import SYSTEM, Actor
from hotline.domain.promises import Step, owner
from hotline.domain.supervision import Remind
from hotline.domain.words import Cause
from hotline.flow import notify
from hotline.flow.centre import Centre
from hotline.store import acts as record
from hotline.store import agenda, stumbles
from hotline.store.work import Work

log = structlog.get_logger(__name__)

HOLD = 0.05  # seconds that a batch may hold the writer
MINUTE = timedelta(minutes=1)  # between two notes that the watch is awake

ORDERS_FROM = 3  # rungs from this level on issue a supervision order; those below remind
CAUSES = {Promise.SIGN: Cause.UNSIGNED, Promise.ORDER: Cause.UNANSWERED}


class Gone(Exception):
    """Somebody else took the rung, or it is not due any more."""


@dataclass(frozen=True)
class Taken:
    """A case that has climbed, and the ledger rows of its rungs; not written yet."""

    case: Case
    rungs: Sequence[dict[str, Any]]


class CaseAgenda:
    """escalation.watch.Agenda over the deadline rows."""

    def __init__(self, centre: Centre) -> None:
        self._centre = centre
        self._logged: datetime | None = None
        self._setbacks = Setbacks("watch.one_by_one", "watch.together_again")

    async def due(self, now: datetime, limit: int) -> Sequence[Due]:
        if self._centre.stopping.is_set():
            return ()  # what is left is the next start's, or another node's
        async with self._centre.store.read() as connection:
            return [Due(*row) for row in await agenda.due(connection, now, limit)]

    async def climb(self, batch: Sequence[Due], now: datetime) -> Outcome:
        """One transaction for the batch, written together; where one of it fails, each by itself:
        a broken case stops only itself.

        On SQLite it holds the one writer: after HOLD it ends, and who waits to write comes first.
        """
        try:
            outcome = await self._climb_together(batch, now)
            self._setbacks.worked()
            return outcome
        except Exception as error:  # whose it is comes out now; an outage raises again
            self._setbacks.failed(error)
        return await self._climb_apart(batch, now)

    async def _climb_together(self, batch: Sequence[Due], now: datetime) -> Outcome:
        """A case of which several deadlines are due is taken up once, with all of them."""
        taken, gone, tried = dict[int, Taken](), 0, list[int]()
        async with self._centre.work() as work:
            for due in _while_held(batch):
                tried.append(due.deadline_id)
                try:
                    if due.case_id in taken:
                        raise Gone
                    taken[due.case_id] = await self._take(work, due, now)
                except Gone:
                    gone += 1
            await self._keep(work, list(taken.values()))
            await stumbles.recovered(work.connection, tried, now, cases=taken)
        return Outcome(len(taken), gone)

    async def _climb_apart(self, batch: Sequence[Due], now: datetime) -> Outcome:
        """Each under a savepoint of its own. What failed is logged once it is counted: in a database
        that takes no writes every one fails, at each look."""
        climbed, gone, tried = set[int](), 0, list[int]()
        failed: dict[int, tuple[int, Exception]] = {}
        async with self._centre.work() as work:
            for due in _while_held(batch):
                tried.append(due.deadline_id)
                try:
                    async with work.connection.begin_nested():
                        await self._keep(work, [await self._take(work, due, now)])
                    climbed.add(due.case_id)
                except Gone:
                    gone += 1
                except Exception as error:
                    failed[due.deadline_id] = due.case_id, error
            well = [one for one in tried if one not in failed]
            await stumbles.recovered(work.connection, well, now, cases=climbed)
            await self._stumbled(work, failed)
        for deadline_id, (_, why) in failed.items():
            log.error("watch.failed", deadline=deadline_id, error=type(why).__name__, exc_info=why)
        return Outcome(len(climbed), gone, tuple(failed))

    async def _stumbled(self, work: Work, failed: Mapping[int, tuple[int, Exception]]) -> None:
        """Each is put off for longer; after a few times somebody is told, once."""
        for deadline_id, (case_id, error) in failed.items():
            place, problem = (deadline_id, case_id), type(error).__name__
            found = await stumbles.stumbled(work.connection, place, problem, work.at)
            if found.alarms:
                number, seq = await stumbles.case_of(work.connection, case_id)
                await notify.alarm(work, (number, seq), found)

    async def _take(self, work: Work, due: Due, now: datetime) -> Taken:
        """Locks the case by writing, checks that `climbed` is still what was seen, climbs.

        Every rung of the case that is due, whichever promise it is of: its timeline tells them in
        the order in which they fell due, after an outage as well. Nothing is written yet but the
        lock; a case that is Gone stays as it was.
        """
        case = await work.cases.change_by_id(due.case_id)
        n = work.cases.running_number(due.deadline_id)
        deadline = case.deadlines[n]
        if deadline.climbed != due.climbed or deadline.next_at is None or deadline.next_at > now:
            await work.cases.let_go(due.case_id)
            raise Gone
        rungs = []
        for n, rung, step in _missed(case, now):
            if case.deadlines[n].state is not run.State.RUNNING:
                continue  # a rung before this one has ended it: a higher order froze this one
            case.deadlines[n] = run.climb(case.deadlines[n])
            await self._climb_one(work, case, case.deadlines[n], step)
            rungs.append(agenda.taken(case, (n, rung), step, now))
        return Taken(case, rungs)

    async def _keep(self, work: Work, taken: Sequence[Taken]) -> None:
        """Ledger, messages and cases: a statement a table."""
        cases = [one.case for one in taken]
        await agenda.enter(work.connection, [rung for one in taken for rung in one.rungs])
        await notify.tell_all(work, cases, self._centre.rules)
        await work.cases.save_all(cases)

    async def _climb_one(
        self, work: Work, case: Case, deadline: run.Deadline, rung: run.Step
    ) -> None:
        step = Step(SYSTEM, work.at, self._centre.rules)
        if rung.level >= ORDERS_FROM and rung.notifies and not rung.skipped:
            try:
                perform.perform(case, _order(case, deadline, rung), step)
                return
            except Refused:  # an order of this level or above is live: no duplicate supervision
                log.info("watch.already_supervised", case=case.number, level=rung.level)
        told = Remind(
            level=rung.level,
            kind=rung.kind,
            promise=deadline.promise.value,
            rung_at=rung.at.isoformat(),
            notifies=rung.notifies,
            overtaken=rung.overtaken,
            skipped=rung.skipped,
        )
        if deadline.promise is Promise.FINISH and deadline.part:
            unit = owner(case, deadline.promise, deadline.part) or ""
            told = replace(told, part=deadline.part, unit=unit)
        perform.perform(case, told, step)

    async def ticked(self, now: datetime, outcome: Outcome) -> None:
        """Logs a tick that did something, and once a minute that the watch is awake."""
        busy = outcome.climbed or outcome.failed
        if self._logged is not None and not busy:
            if timedelta(0) <= now - self._logged < MINUTE:  # set back, the clock is told at once
                return
        self._logged = now
        async with self._centre.work() as work:
            await agenda.log_tick(work.connection, self._centre.node, now, outcome)
            await stumbles.forget_idle(work.connection, now)


async def retry_now(centre: Centre, stumble_id: int, actor: Actor) -> bool:
    """A rung that kept failing is tried at the next look again; by hand, and on record."""
    async with centre.work() as work:
        found = await stumbles.retry_now(work.connection, stumble_id, actor, work.at)
        if found:
            about = {"stumble": stumble_id}
            await record.record(work.connection, work.at, actor, "rung_retried", about)
        return found


def _while_held(batch: Sequence[Due]) -> Iterator[Due]:
    """As many of the batch as the one writer may be held for."""
    time = asyncio.get_running_loop().time
    ends = time() + HOLD
    for due in batch:
        if time() > ends:
            return
        yield due


def _missed(case: Case, now: datetime) -> list[tuple[int, int, run.Step]]:
    """Running number, rung and step of all that is due, over the case's promises in due order."""
    found = [
        (n, deadline.climbed + offset, step)
        for n, deadline in case.deadlines.items()
        if deadline.next_at is not None and deadline.next_at <= now
        for offset, step in enumerate(run.take(deadline, now)[1])
    ]
    return sorted(found, key=lambda one: (one[2].at, one[0], one[1]))


def _order(case: Case, deadline: run.Deadline, rung: run.Step) -> acts.Supervise:
    cause = CAUSES.get(deadline.promise, Cause.OVERDUE)
    demanded = {
        Cause.UNSIGNED: "逾期未签收，请立即签收办理。",
        Cause.UNANSWERED: "上级督办逾期未回复，请提交办理情况和整改计划。",
        Cause.OVERDUE: "办理已超期，请说明原因并限期办结。",
    }[cause]
    return acts.Supervise(level=rung.level, cause=cause, text=demanded)
