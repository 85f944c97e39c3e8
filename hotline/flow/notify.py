"""New timeline entries -> messages in the outbox, and the call tasks that follow from them."""

from collections.abc import Iterable, Sequence

from escalation.calendar import ZONE
from hotline.domain import timing
from hotline.domain import urging as urged
from hotline.domain.case import Case, Entry
from hotline.domain.order import DIRECTORS, told_to
from hotline.domain.people import Actor
from hotline.domain.promises import Rules
from hotline.domain.state import Action
from hotline.domain.words import Role
from hotline.flow import correspondence, mailing, ringing, urging, waiting
from hotline.flow.centre import Centre
from hotline.flow.unread import desks
from hotline.store import catalogue
from hotline.store.outbox import Message
from hotline.store.stumbles import Stumble
from hotline.store.work import Work

# Which desk learns of which action; departments are told through their unit.
DESKS: dict[Action, tuple[Role, ...]] = {
    Action.RECEIVE: (Role.DISPATCHER,),
    Action.SUPPLEMENT: (Role.DISPATCHER,),
    Action.SEND_BACK: (Role.DISPATCHER,),
    Action.SUSPEND: (Role.DIRECTOR,),
    Action.EXTEND: (Role.DIRECTOR,),
    Action.TERMINATE: (Role.DIRECTOR,),
    Action.EXCLUDE: (Role.DIRECTOR,),
    Action.REPLY: (Role.INSPECTOR,),
    Action.APPROVE: (Role.CALLBACK,),
    Action.APPEAL_ORDER: (Role.DIRECTOR,),
    Action.REOPEN: (Role.CALLBACK,),
}
TO_UNIT = frozenset(
    {
        Action.TRANSFER,
        Action.RULE,
        Action.COHANDLE,
        Action.ASSIGN,
        Action.GRANT,
        Action.RECOUNT,
        Action.REVISE,
        Action.REWORK,
        Action.SUPERVISE,
        Action.JUDGE_ORDER,
        Action.JUDGE_APPEAL,
        Action.EXPOSE,
        Action.SUPPLEMENT,
        Action.REPORT_PART,
        Action.REOPEN,
        Action.WITHDRAW,
    }
)
TO_LEADER = frozenset({Action.JUDGE_ORDER, Action.JUDGE_APPEAL, Action.EXPOSE})


async def tell(work: Work, case: Case, rules: Rules, *, quiet: bool = False) -> None:
    """Posts what the case's unsaved entries have to tell; call before the case is saved."""
    if not quiet:
        await tell_all(work, [case], rules)


async def tell_all(work: Work, cases: Sequence[Case], rules: Rules) -> None:
    """The same of several cases, posted together."""
    timed: list[Message] = []
    for case in cases:
        timed += await waiting.timed(work, case, _messages(case), rules)
        timed += await urging.follow(work, case, rules)
    await mailing.post(work, timed)
    for case in cases:
        await ringing.follow(work, case)
        await correspondence.tell(work, case, case.entries)


def _messages(case: Case) -> list[Message]:
    return [
        Message(
            message_id=f"{case.number}.{entry.seq}.{audience}",
            audience=audience,
            about=case.number,
            subject=f"{_headline(case, entry)}：{case.number}",
            text=case.title[:60],
            level=entry.after.get("rung"),
            promise=_about(entry),
        )
        for entry in case.entries
        for audience in sorted(set(audiences(case, entry)))
    ]


async def alarm(work: Work, place: tuple[str, int], stumble: Stumble) -> None:
    """A rung keeps failing: told once to who can mend it and to who answers for the shift."""
    number, seq = place
    since = stumble.first_at.astimezone(ZONE)
    messages = [
        Message(
            message_id=f"{number}.{seq}.stumble-{stumble.id}.{role.value}",
            audience=f"role:{role.value}",
            about=number,
            subject=f"催督未能执行：{number}",
            text=f"自{since:%m-%d %H:%M}起已失败 {stumble.attempts} 次（{stumble.problem}），"
            "其他诉求不受影响；请查明后在“管理”页重试。",
        )
        for role in (Role.SYSADMIN, Role.SHIFT_LEAD)
    ]
    await mailing.post(work, messages, letters=True)


def _about(entry: Entry) -> str | None:
    """What a reminder is about: a promise, a cause, or a part of the work."""
    if entry.action is not Action.REMIND:
        return None
    return entry.after.get("part") or entry.after.get("promise")


def _headline(case: Case, entry: Entry) -> str:
    if entry.action is Action.REMIND:
        late = next((part for part in case.parts if part.clock == entry.after.get("part")), None)
        part = {"cohandle": "协办", "assign": "加派"}[late.kind] if late else ""
        return part + {
            "remind": "提醒",
            "yellow": "黄灯预警",
            "red": "红灯催办",
            "supervise": "督办在办提醒",
        }.get(str(entry.after.get("kind")), "提醒")
    if entry.action is Action.SUPERVISE:
        return f"{entry.after.get('rung')}级督办"
    return entry.action.zh


def audiences(case: Case, entry: Entry) -> Iterable[str]:
    """Who is told of an entry: role:<role> for the centre's desks, unit:<code> for departments."""
    unit = f"unit:{case.lead}" if case.lead else None
    by_unit = entry.after.get("grantor") == "leader"  # the unit's own head decides
    for role in DESKS.get(entry.action, ()):
        yield unit if by_unit and unit else f"role:{role.value}"
    if _sent_elsewhere(entry):
        yield f"role:{Role.DISPATCHER.value}"
    if entry.action in (Action.REMIND, Action.SUPERVISE):
        yield from _climbed(case, entry)
        return
    if entry.action in TO_LEADER and case.lead:
        yield f"leader:{case.lead}"
    if entry.action is Action.ANSWER_ORDER:
        yield f"role:{_judge(case, entry).value}"
    if entry.action is Action.URGE and not entry.after.get("batched"):
        yield urged.audience(case)
    if unit and entry.action in TO_UNIT:
        yield unit
    for part in case.waiting_parts:
        if entry.action in (Action.TRANSFER, Action.COHANDLE, Action.ASSIGN):
            yield f"unit:{part.department}"


def _sent_elsewhere(entry: Entry) -> bool:
    """The case begins again and its unit is kept out: it lies with the dispatchers, who did not do it."""
    lost = entry.before.get("department") is not None and entry.after.get("department") is None
    return lost and entry.role != Role.DISPATCHER.value


def _judge(case: Case, entry: Entry) -> Role:
    """Who judges the answer to an order."""
    level = next((o.level for o in case.orders if o.id == entry.after.get("order")), 0)
    return Role.DIRECTOR if level >= DIRECTORS else Role.SUPERVISOR


def _climbed(case: Case, entry: Entry) -> Iterable[str]:
    if entry.after.get("overtaken") or entry.after.get("skipped"):
        return
    level, promise = int(entry.after.get("rung") or 0), str(entry.after.get("promise"))
    for audience in told_to(promise, level, case.lead, entry.after.get("unit")):
        kind = audience.partition(":")[0]
        # Below L2 a leader is told in the digest, and of a pressing case not at all.
        if kind != "outside" and not (kind == "leader" and level < 2 and timing.pressing(case)):
            yield audience


async def desk_messages(
    centre: Centre, actor: Actor, below: int | None = None, limit: int = 50
) -> list[dict[str, object]]:
    """What the actor's desk was told, newest first."""
    async with centre.look() as view:
        return await catalogue.desk_messages(view.connection, desks(actor), below, limit)
