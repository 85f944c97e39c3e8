"""New timeline entries -> messages in the outbox, and the call tasks that follow from them."""

from collections.abc import Iterable

from hotline.domain.case import Case, Entry
from hotline.domain.people import Actor, Tree
from hotline.domain.state import Action
from hotline.domain.words import Role
from hotline.flow import mailing, ringing
from hotline.flow.centre import Centre
from hotline.flow.unread import desks
from hotline.store import catalogue
from hotline.store.outbox import Message
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
    Action.ANSWER_ORDER: (Role.SUPERVISOR,),
    Action.REOPEN: (Role.CALLBACK,),
}
TO_UNIT = frozenset(
    {
        Action.TRANSFER,
        Action.RULE,
        Action.COHANDLE,
        Action.ASSIGN,
        Action.GRANT,
        Action.REVISE,
        Action.REWORK,
        Action.SUPERVISE,
        Action.JUDGE_ORDER,
        Action.SUPPLEMENT,
        Action.REPORT_PART,
        Action.REOPEN,
        Action.WITHDRAW,
    }
)
# L0 and L1 tell the unit; from L2 its leader; then the supervisor; then the director.
BY_LEVEL = {
    3: (Role.SUPERVISOR,),
    4: (Role.SUPERVISOR, Role.DIRECTOR),
    5: (Role.DIRECTOR,),
    6: (Role.DIRECTOR,),
}


async def tell(work: Work, case: Case, tree: Tree, *, quiet: bool = False) -> None:
    """Posts what the case's unsaved entries have to tell; call before the case is saved."""
    if quiet:
        return
    messages = [
        Message(
            message_id=f"{case.number}.{entry.seq}.{audience}",
            audience=audience,
            about=case.number,
            subject=f"{_headline(entry)}：{case.number}",
            text=case.title[:60],
            level=entry.after.get("rung"),
        )
        for entry in case.entries
        for audience in sorted(set(audiences(case, entry)))
    ]
    await mailing.post(work, messages)
    await ringing.follow(work, case)


def _headline(entry: Entry) -> str:
    if entry.action is Action.REMIND:
        return {"remind": "提醒", "yellow": "黄灯预警", "red": "红灯催办"}.get(
            str(entry.after.get("kind")), "提醒"
        )
    if entry.action is Action.SUPERVISE:
        return f"{entry.after.get('rung')}级督办"
    return entry.action.zh


def audiences(case: Case, entry: Entry) -> Iterable[str]:
    """Who is told of an entry: role:<role> for the centre's desks, unit:<code> for departments."""
    for role in DESKS.get(entry.action, ()):
        yield f"role:{role.value}"
    unit = f"unit:{case.lead}" if case.lead else None
    if entry.action in (Action.REMIND, Action.SUPERVISE):
        yield from _climbed(entry, unit)
        return
    urged = entry.action is Action.URGE and not entry.after.get("batched")
    if unit and (entry.action in TO_UNIT or urged):
        yield unit
    for part in case.waiting_parts:
        if entry.action in (Action.TRANSFER, Action.COHANDLE, Action.ASSIGN):
            yield f"unit:{part.department}"


def _climbed(entry: Entry, unit: str | None) -> Iterable[str]:
    if entry.after.get("overtaken") or entry.after.get("skipped"):
        return
    level, promise = int(entry.after.get("rung") or 0), entry.after.get("promise")
    centres_own = {
        "dispatch": Role.DISPATCHER,
        "ruling": Role.DISPATCHER,
        "follow_up": Role.CALLBACK,
    }
    if promise in centres_own:
        yield f"role:{centres_own[promise].value}"
        if level >= 2:
            yield f"role:{Role.SHIFT_LEAD.value}"
        return
    yield unit or f"role:{Role.DISPATCHER.value}"
    for role in BY_LEVEL.get(level, ()):
        yield f"role:{role.value}"


async def desk_messages(
    centre: Centre, actor: Actor, below: int | None = None, limit: int = 50
) -> list[dict[str, object]]:
    """What the actor's desk was told, newest first."""
    async with centre.look() as view:
        return await catalogue.desk_messages(view.connection, desks(actor), below, limit)
