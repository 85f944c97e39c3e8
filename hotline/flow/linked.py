"""Cases that belong together: split off, going on from another, merged under one parent."""

from collections.abc import Mapping, Sequence
from typing import Any

from hotline.domain import access, perform
from hotline.domain.acts import centre as acts
from hotline.domain.acts import citizen
from hotline.domain.acts.asking import Act
from hotline.domain.case import Case
from hotline.domain.errors import NoSuchCase, NotPossible
from hotline.domain.masking import mask_words
from hotline.domain.people import SYSTEM, Actor
from hotline.domain.people import citizen as a_citizen
from hotline.domain.promises import Step
from hotline.domain.state import State
from hotline.flow import causes, keptout, notify
from hotline.flow.centre import Centre
from hotline.store import copies, ties
from hotline.store.inbox import give_numbers
from hotline.store.work import Work


async def follow(centre: Centre, work: Work, case: Case, facts: Act, said: Act) -> None:
    """What an act does to other cases, once its own is saved; `said` are its facts, masked."""
    await spread(centre, work, case, said)
    if isinstance(facts, acts.Merge):
        await _gather(centre, work, case)
    if isinstance(facts, acts.Split):
        changes = {"type": facts.type, "topic": facts.topic}
        await linked(centre, work, case, facts.title, facts.content, split=True, **changes)


async def linked(
    centre: Centre,
    work: Work,
    origin: Case,
    title: str,
    content: str,
    *,
    split: bool = False,
    **changes: Any,
) -> Case:
    """A new case that goes on from another, its citizen the same (拆单, 归档后再次来诉).

    What is split off was received with the origin, and its citizen has waited since.
    """
    number = (await give_numbers(work.connection, [work.at]))[0]
    own = await work.vault.name_of(origin.id or 0)
    case = Case(
        number=number,
        state=State.REGISTERED,
        type=changes.get("type") or origin.type,
        urgency=origin.urgency,
        channel=origin.channel,
        received_at=origin.received_at if split else work.at,
        title=mask_words(title, own, content),
        content=mask_words(content, own),
        topic=changes.get("topic") or origin.topic,
        district=origin.district,
        anonymous=origin.anonymous,
        confidential=origin.confidential,
        party=origin.party,
        language=origin.language,
        previous=origin.number,
        interests=list(origin.interests),
    )
    step, why = Step(SYSTEM, work.at, centre.rules), f"由 {origin.number} 关联生成"
    perform.receive(case, step, why, split_from=origin if split else None)
    await notify.tell(work, case, centre.rules)
    await work.cases.add(case)
    await work.vault.copy(origin.id or 0, case.id or 0, {"title": title, "content": content})
    return case


async def hold(work: Work, number: str, facts: Act) -> None:
    """Locks what else the act changes, before the case itself: see `ties` for the order."""
    match facts:
        case acts.Merge():
            await ties.hold_pair(work.connection, number, facts.parent)
        case acts.Unmerge() | citizen.Supplement():
            await ties.hold_parent(work.connection, number)


async def check_tie(work: Work, case: Case, facts: Act, actor: Actor) -> None:
    """What a merge, or its end, asks of the parent; to be looked at under its lock, or what happened
    to it meanwhile would leave the child with a case that is over."""
    if isinstance(facts, acts.Merge):
        await _check_parent(work, case, facts, actor)
    if isinstance(facts, acts.Unmerge) and not await may_part(work, case):
        raise NotPossible(
            "主单已结束，结果已一并告知，不能拆并；诉求人有新情况的，请另行登记。",
            "The parent has ended and its callers were told; new facts are a new case.",
        )


async def may_part(work: Work, case: Case) -> bool:
    """Row 6b: while the parent is open. Of one that is merged itself, as it happened once, or not
    there, no answer comes: who was left behind is taken out again."""
    if case.state is not State.MERGED or case.parent is None:
        return True
    try:
        parent = await work.cases.read(case.parent)
    except NoSuchCase:
        return True
    return parent.open or parent.state is State.MERGED


async def _check_parent(work: Work, case: Case, facts: acts.Merge, actor: Actor) -> None:
    """Row 6: the parent is open, not itself merged, and one that the actor may know of; and nobody
    works on it who is kept out of the case: what its citizen adds would be read there."""
    try:
        parent = await work.cases.read(facts.parent)
    except NoSuchCase:
        parent = None
    if parent is None or not access.may_see(actor, parent):
        raise NotPossible("没有找到主单。", "No such parent case.", field="parent")
    if parent.state is State.MERGED:
        raise NotPossible(
            "主单自己已并入另一件诉求，请刷新后改选那一件作主单。",
            "The parent is itself merged into another case; choose that one.",
            field="parent",
        )
    if not parent.open:
        raise NotPossible("主单已结束，不能并入。", "The parent is not open.", field="parent")
    if keptout.lies_with(parent, case):
        raise NotPossible(
            "主单的承办单位或经办人在本件中应当回避，不能并入；请单独办理，或先改派主单。",
            "Who handles the parent is kept out of this case: handle it by itself.",
            field="parent",
        )


async def _gather(centre: Centre, work: Work, child: Case) -> None:
    """One caller more on the parent: several that bring one matter get it supervised.

    Whoever was merged into the child goes along: nobody stays behind with a case that has ended.
    Where the parent's answer is out already, they are told it now. Who is kept out of one of them is
    kept out of all: the parent hears what the child's citizen adds, the child what the parent's is told.
    """
    parent = child.parent or ""
    others = await _follow(centre, work, await work.cases.merged_into(child.number), parent)
    case = await work.cases.change(parent)
    await keptout.share(work, case, child)
    for one in (child, *others):
        await keptout.share(work, one, case)
    await causes.gather(work, case, Step(SYSTEM, work.at, centre.rules))
    await notify.tell(work, case, centre.rules)
    await work.cases.save_all([case, child, *others])
    if case.state is State.FOLLOW_UP and case.reply is not None:
        await _tell_merged(centre, work, [child, *others], _given(case.reply))


async def _follow(
    centre: Centre, work: Work, numbers: Sequence[str], parent: str
) -> Sequence[Case]:
    cases = []
    for number in numbers:
        case = await work.cases.change(number)
        perform.moved(case, parent, Step(SYSTEM, work.at, centre.rules))
        await work.cases.save(case)
        cases.append(case)
    return cases


async def spread(centre: Centre, work: Work, parent: Case, facts: Act) -> None:
    """One reply answers all: what the parent's callers are told stands in each merged case.

    When the parent's own citizen withdraws, the others' matter goes on with the first of them; what
    a merged caller adds goes the other way.
    """
    if parent.state is State.MERGED:
        await _tell_parent(centre, work, parent, facts)
        return
    if isinstance(facts, citizen.Withdraw) and parent.state is State.TERMINATED:
        await _inherit(centre, work, parent)
        return
    text = _told(parent, facts)
    if text is None:
        return
    children = [await work.cases.change(n) for n in await work.cases.merged_into(parent.number)]
    await _tell_merged(centre, work, children, text)


async def _tell_merged(centre: Centre, work: Work, children: Sequence[Case], text: str) -> None:
    """Into the timeline of each, and to each by letter who left an address."""
    for child in children:
        perform.told_with_parent(child, text, Step(SYSTEM, work.at, centre.rules))
    await notify.tell_all(work, children, centre.rules)
    await work.cases.save_all(children)


async def _tell_parent(centre: Centre, work: Work, child: Case, facts: Act) -> None:
    """What a merged caller adds reaches those who work on the parent."""
    if not isinstance(facts, citizen.Supplement) or child.parent is None:
        return
    parent = await work.cases.change(child.parent)
    if not parent.open or keptout.lies_with(parent, child):
        await work.cases.let_go(parent.id or 0)  # the dispatcher reads it in the child
        return
    added = citizen.Supplement(content=copies.words(child.number, facts.content))
    perform.perform(parent, added, Step(a_citizen(copies.ORIGIN), work.at, centre.rules))
    await notify.tell(work, parent, centre.rules)
    await work.cases.save(parent)


def _told(parent: Case, facts: Act) -> str | None:
    """What ends the matter for its citizens, in the words of the parent's."""
    match facts:
        case acts.Approve() if parent.reply is not None:
            return _given(parent.reply)
        case acts.Answer():
            return f"答复：{facts.text}"
        case acts.Decline():
            return f"{facts.reason_code.zh}：{facts.text}"
        case acts.Refer():
            return f"已转至{facts.target}。"
        case acts.Grant() if parent.state is State.TERMINATED:
            why = next(one.reason for one in parent.requests if one.id == facts.request)
            return f"经批准终止办理：{why}"
    return None


def _given(reply: Mapping[str, Any]) -> str:
    return f"答复：{reply['public_reply']}"


async def _inherit(centre: Centre, work: Work, parent: Case) -> None:
    first, *rest = [*await work.cases.merged_into(parent.number), ""]
    if not first:
        return
    heir, step = await work.cases.change(first), Step(SYSTEM, work.at, centre.rules)
    perform.perform(heir, acts.Unmerge(reason=f"主单 {parent.number} 的诉求人撤诉"), step)
    await keptout.share(work, heir, parent)
    await notify.tell(work, heir, centre.rules)
    await work.cases.save(heir)
    await _follow(centre, work, rest[:-1], heir.number)
