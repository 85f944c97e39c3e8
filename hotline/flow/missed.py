"""Missed calls (漏接): each becomes a promise to call back, on a ladder, kept by a call or by tries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from channels.telephone.fold import CallRecord, Outcome
from escalation.ladder import marks
from hotline.domain.errors import NotAllowed, NotFound, NotPossible
from hotline.domain.people import Actor
from hotline.domain.words import Named, Role
from hotline.flow.centre import Centre
from hotline.flow.missedladder import LADDER, WITHIN
from hotline.store import acts, calllist, missed, missedtries
from hotline.store.calls import Call
from hotline.store.missed import Missed
from hotline.store.work import Work

TRIES = 3
OLDEST = timedelta(hours=24)  # a call missed longer ago is history, not a promise
CALLERS_BACK = frozenset({Role.AGENT, Role.SHIFT_LEAD, Role.CALLBACK})


class Missing(Named):
    """Why nobody answered (漏接原因)."""

    ABANDONED = "abandoned", "排队挂断", "gave up waiting"
    AFTER_HOURS = "after_hours", "非服务时间", "after hours"
    OVERLOAD = "overload", "线路繁忙", "lines full"
    FAULT = "fault", "系统故障", "system fault"


MISSING = frozenset(one.value for one in Missing)


class EndedBy(Named):
    """What ended a call-back task (回拨结果)."""

    REACHED = "reached", "已回拨接通", "reached"
    RANG_AGAIN = "rang_again", "来电人再次来电已接听", "rang again and was answered"
    TRIED = "tried", "三次未接通", "not reached in three tries"
    ANSWERED = "answered", "原来电已接听", "the call had been answered"


class TryOutcome(Named):
    """What a try came to (拨打结果)."""

    NO_ANSWER = "no_answer", "无人接听", "no answer"
    BUSY = "busy", "占线", "busy"
    REACHED = "reached", "已接通", "reached"


class NoSuchMissed(NotFound):
    """No such call-back task."""

    code = "no_such_task"

    def __init__(self) -> None:
        super().__init__("没有找到这项回拨任务，请刷新列表。", "No such call-back task; reload.")


async def follow(centre: Centre, work: Work, folded: Sequence[tuple[CallRecord, Call]]) -> None:
    """What records, as they now stand, mean for the promises; in the fold's own transaction.

    Most calls are no promise and keep none: those are told apart by two questions for all.
    """
    known = [(record, call) for record, call in folded if call.number_hash is not None]
    hashes = [call.number_hash or "" for _, call in known]
    tied = await missed.ties(work.connection, [call.call_id for _, call in known])
    promised = await missed.promised(work.connection, hashes)
    for record, call in known:  # a withheld number is not among them: nobody can call it back
        promises = record.direction == "in" and record.outcome.value in MISSING
        if promises and call.number_hash:
            promised.add(call.number_hash)  # an answered call of this very batch may keep it
        if promises or call.call_id in tied or call.number_hash in promised:
            await _follow(centre, work, record, call)


async def _follow(centre: Centre, work: Work, record: CallRecord, call: Call) -> None:
    if record.direction == "in" and record.outcome.value in MISSING:
        await _promise(centre, work, record, call)
    elif record.outcome is Outcome.ANSWERED and record.answered_at is not None:
        await _kept(work, record, call)
    elif record.outcome is Outcome.NOT_REACHED and record.ended_at is not None:
        await _tried_by_switch(work, record, call)


async def _promise(centre: Centre, work: Work, record: CallRecord, call: Call) -> None:
    at, known = record.ended_at, call.number_hash
    assert at is not None and known is not None, "it was missed, by a number"
    connection = work.connection
    if at < work.at - OLDEST or await missed.task_of_call(connection, call.call_id) is not None:
        return
    if await calllist.answered_since(connection, known, at) is not None:
        return  # spoken to already: the event of it came late
    due_at = at + timedelta(minutes=WITHIN.n)
    rungs = marks(LADDER, at, due_at, WITHIN, centre.calendar)
    new = missed.New(
        number=record.from_,
        number_hash=known,
        masked=call.masked,
        queue=record.queue,
        reason=record.outcome.value,
        last_at=at,
        due_at=due_at,
        rungs=rungs,
    )
    task = await missed.open_or_join(connection, centre.cipher, new, work.at)
    await missed.tie(connection, call.call_id, task)


async def _kept(work: Work, record: CallRecord, call: Call) -> None:
    """An answered call keeps the promise of its number; and it was not missed itself."""
    connection, at = work.connection, record.answered_at
    task_id = await missed.task_of_call(connection, call.call_id)
    if task_id is not None and await missed.untie(connection, call.call_id) == 0:
        await missed.close(connection, task_id, EndedBy.ANSWERED.value, work.at)
    task = await missed.open_of(connection, call.number_hash or "")
    if task is None or at is None or at < task.last_at:
        return
    how = EndedBy.REACHED if record.direction == "out" else EndedBy.RANG_AGAIN
    if how is EndedBy.REACHED:
        await missedtries.add_try(connection, task.id, _of_switch(record, "reached"), None)
    await missed.close(connection, task.id, how.value, work.at)


async def _tried_by_switch(work: Work, record: CallRecord, call: Call) -> None:
    task = await missed.open_of(work.connection, call.number_hash or "")
    if task is None or record.ended_at is None or record.offered_at < task.first_at:
        return
    outcome = "busy" if record.cause == "busy" else "no_answer"
    n = await missedtries.add_try(work.connection, task.id, _of_switch(record, outcome), None)
    if n is not None and n >= TRIES:
        await missed.close(work.connection, task.id, EndedBy.TRIED.value, work.at)


def _of_switch(record: CallRecord, outcome: str) -> dict[str, object]:
    moment = record.answered_at or record.ended_at or record.offered_at
    told = {"at": moment, "by": record.agent or "switch", "outcome": outcome}
    return {**told, "text": "", "call_id": record.call_id}


@dataclass(frozen=True)
class Tried:
    """What an agent reports of a try; `seen`: how many tries the agent knew of."""

    outcome: TryOutcome
    text: str = ""
    seen: int | None = None


async def tried(centre: Centre, actor: Actor, missed_id: int, told: Tried) -> "Listed":
    """Records a try by hand; who was reached ends the task, and so does the third who was not."""
    if actor.role not in CALLERS_BACK:
        raise NotAllowed("漏接回拨由话务员、回访员和值班长办理。", "Not your task.")
    async with centre.work() as work:
        if await missed.one(work.connection, missed_id) is None:
            raise NoSuchMissed
        by, at = f"{actor.role.value}:{actor.name}", work.at
        facts = {"at": at, "by": by, "outcome": told.outcome.value, "text": told.text}
        facts["call_id"] = None
        n = await missedtries.add_try(work.connection, missed_id, facts, told.seen)
        if n is None:
            raise NotPossible(
                "这项回拨任务已结束或刚有同事拨打过，请刷新查看。",
                "The task is over, or a colleague has just tried; reload.",
            )
        if told.outcome is TryOutcome.REACHED:
            await missed.close(work.connection, missed_id, EndedBy.REACHED.value, at)
        elif n >= TRIES:
            await missed.close(work.connection, missed_id, EndedBy.TRIED.value, at)
        about = {"task": missed_id, "outcome": told.outcome.value, "n": n}
        await acts.record(work.connection, at, actor, "missed_try", about)
    async with centre.look() as look:
        after = await missed.one(look.connection, missed_id)
        assert after is not None, "tasks are never deleted"
        return (await _with_tries(look, [after]))[0]


@dataclass(frozen=True)
class Listed:
    """A task with its tries, and how many calls it stands for."""

    task: Missed
    tries: tuple[missedtries.Try, ...]
    calls: int


async def _with_tries(look: Work, tasks: Sequence[Missed]) -> list[Listed]:
    ids = [one.id for one in tasks]
    tries = await missedtries.tries_of(look.connection, ids)
    calls = await missedtries.calls_of(look.connection, ids)
    return [Listed(one, tuple(tries[one.id]), calls.get(one.id, 0)) for one in tasks]


async def waiting(centre: Centre, limit: int = 50) -> list[Listed]:
    async with centre.look() as look:
        return await _with_tries(look, await missed.waiting(look.connection, limit))


async def listed(
    centre: Centre, *, state: str = "", below: int | None = None, limit: int = 50
) -> list[Listed]:
    async with centre.look() as look:
        found = await missed.listed(look.connection, state=state, below=below, limit=limit)
        return await _with_tries(look, found)
