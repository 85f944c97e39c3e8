"""Call tasks (电话任务): a 特急 is rung through to the lead department until somebody answers for it."""

from collections.abc import Iterable
from dataclasses import dataclass

from hotline.domain import perform
from hotline.domain.acts import department
from hotline.domain.case import Case, Entry
from hotline.domain.errors import NotPossible, Refused
from hotline.domain.people import Actor
from hotline.domain.promises import Step
from hotline.domain.roster import Person, ring_order
from hotline.domain.shanghai import city_day
from hotline.domain.state import Action
from hotline.domain.words import Named, Role, Urgency
from hotline.flow import mailing
from hotline.flow.centre import Centre
from hotline.store import acts, calltasks, interests, rosters
from hotline.store.calltasks import CallTask, Cause, Try
from hotline.store.outbox import Message
from hotline.store.work import Work

CALLERS = frozenset({Role.SHIFT_LEAD, Role.DISPATCHER})  # whose desk a task lies on
# A department that signs or sends back has plainly been reached.
ANSWERED_BY = {Action.SIGN: "单位已签收", Action.SEND_BACK: "单位已退单"}


class Outcome(Named):
    """What a try at the telephone came to (拨打结果)."""

    NO_ANSWER = "no_answer", "无人接听", "no answer"
    BUSY = "busy", "占线", "busy"
    REACHED = "reached", "已接通", "reached"


async def follow(work: Work, case: Case) -> None:
    """Opens and closes the case's task as its unsaved entries have it; in the same transaction."""
    critical = case.urgency is Urgency.CRITICAL
    if not critical and not any(entry.action is Action.CORRECT for entry in case.entries):
        return  # never had one
    answered = next((ANSWERED_BY[e.action] for e in case.entries if e.action in ANSWERED_BY), "")
    if not critical or not case.open or case.lead is None or answered:
        reason = answered or ("诉求已结束或撤回派单" if critical else "不再是特急")
        await calltasks.close(work.connection, case.number, reason, work.at)
        return
    if any(_calls(entry) for entry in case.entries):
        await _open(work, case, case.lead)


def _calls(entry: Entry) -> bool:
    """A dispatch, or the moment at which a dispatched case becomes 特急."""
    if entry.action is Action.CORRECT:
        return entry.after.get("urgency") == Urgency.CRITICAL.value
    ruled = entry.action is Action.RULE and "department" in entry.after
    return entry.action is Action.TRANSFER or ruled


async def _open(work: Work, case: Case, lead: str) -> None:
    await calltasks.close(work.connection, case.number, "已改派其他单位", work.at, keep=lead)
    cause = Cause(case.number, lead, case.title[:60], case.last_seq)
    task_id = await calltasks.begin(work.connection, cause, work.at)
    if task_id is not None:
        told = list(_notices(cause, task_id, 0, "电话任务"))
        own = f"unit:{lead}"
        await mailing.post(work, [one for one in told if one.audience != own])
        await mailing.post(work, [one for one in told if one.audience == own], letters=True)


def _notices(cause: Cause | CallTask, task_id: int, n: int, what: str) -> Iterable[Message]:
    audiences = [f"role:{role.value}" for role in sorted(CALLERS)]
    for audience in [*audiences, f"unit:{cause.department}"]:
        yield Message(
            message_id=f"{cause.number}.{cause.entry_seq}.call{task_id}.{n}.{audience}",
            audience=audience,
            about=cause.number,
            subject=f"{what}：特急诉求 {cause.number}",
            text=cause.title,
        )


async def remind(centre: Centre) -> int:
    """Tells the desks again of tasks nobody has answered; each reminder is one node's."""
    async with centre.work() as work:
        ripe = await calltasks.due(work.connection, work.at)
        told = [
            message
            for task in ripe
            for message in _notices(task, task.id, task.reminders, "电话任务未接听")
        ]
        await mailing.post(work, told)
    return len(ripe)


@dataclass(frozen=True)
class Ringing:
    """A task with whom to ring, in order, and the unit's own number where the roster is empty."""

    task: CallTask
    people: tuple[Person, ...]
    switchboard: str


async def listed(
    centre: Centre, actor: Actor, *, state: str = "", below: int | None = None, limit: int = 50
) -> list[Ringing]:
    """The tasks that the actor may see: the centre's desks all, a department its own."""
    async with centre.look() as look:
        found = await calltasks.listed(
            look.connection, actor, state=state, below=below, limit=limit
        )
        return [await _ringing(centre, look, task) for task in found]


async def _ringing(centre: Centre, look: Work, task: CallTask) -> Ringing:
    people: list[Person] = []
    if task.state == "open":  # afterwards nobody needs the numbers
        roster = await rosters.read(look.connection, centre.cipher, task.department)
        people = ring_order(roster.people, city_day(look.at))
    unit = centre.rules.tree.departments.get(task.department)
    return Ringing(task, tuple(people), unit.phone if unit else "")


@dataclass(frozen=True)
class Tried:
    """What a caller reports of one try; `seen`: how many tries the caller knew of."""

    person: str
    outcome: Outcome
    text: str = ""
    acknowledged: bool = True  # whoever was reached answers for it
    seen: int | None = None


async def tried(centre: Centre, actor: Actor, task_id: int, told: Tried) -> Ringing:
    """Records a try; who was reached and answers for the case ends the task."""
    ends = told.outcome is Outcome.REACHED and told.acknowledged
    async with centre.work() as work:
        before = await calltasks.one(work.connection, task_id)
        if before is None or before.number in await interests.kept_from(work.connection, actor):
            raise NoSuchTask
        if ends:  # the case is locked before its task, as every step of it does
            await _note(centre, work, before, actor, told)
        by, at = f"{actor.role.value}:{actor.name}", work.at
        made = Try(0, at, by, told.person, told.outcome.value, told.text)
        task = await calltasks.add_try(work.connection, task_id, told.seen, made)
        if task is None:
            raise _overtaken(await calltasks.one(work.connection, task_id))
        if ends:
            await calltasks.acknowledge(work.connection, task_id, told.person, at)
        about = {"task": task_id, "case": task.number, "person": told.person}
        about |= {"outcome": told.outcome.value, "acknowledged": ends, "n": len(task.tried)}
        await acts.record(work.connection, at, actor, "call_try", about)
    async with centre.look() as look:
        after = await calltasks.one(look.connection, task_id)
        assert after is not None, "tasks are never deleted"
        return await _ringing(centre, look, after)


async def _note(centre: Centre, work: Work, task: CallTask, actor: Actor, told: Tried) -> None:
    """The answer stands in the case's own timeline; a case that is over needs none."""
    case = await work.cases.change(task.number)
    said = f"电话任务已接听确认：{told.person}。{told.text}".strip()
    try:
        note = department.Note(text=said)
        perform.perform(case, note, Step(actor, work.at, centre.rules))
    except Refused:
        return
    await work.cases.save(case)


def _overtaken(task: CallTask | None) -> NotPossible:
    if task is not None and task.state == "open":
        return NotPossible(
            "刚有同事拨打过，请刷新查看结果后再登记。",
            "A colleague has just tried; reload before you record yours.",
        )
    return NotPossible("这项电话任务已经结束。", "This call task is over.")


class NoSuchTask(Refused):
    """No such task, or none that the caller may know of."""

    code = "no_such_task"

    def __init__(self) -> None:
        super().__init__("没有找到这项电话任务，请刷新列表。", "No such call task; reload.")
