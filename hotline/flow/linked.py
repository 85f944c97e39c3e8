"""Cases that belong together: split off, going on from another, merged under one parent."""

from collections.abc import Sequence
from typing import Any

from hotline.domain import perform
from hotline.domain.acts import centre as acts
from hotline.domain.acts import citizen
from hotline.domain.acts.asking import Act
from hotline.domain.case import Case
from hotline.domain.masking import mask_words
from hotline.domain.people import SYSTEM
from hotline.domain.promises import Step
from hotline.domain.state import State
from hotline.flow import causes, notify
from hotline.flow.centre import Centre
from hotline.store.inbox import give_numbers
from hotline.store.work import Work


async def linked(
    centre: Centre, work: Work, origin: Case, title: str, content: str, **changes: Any
) -> Case:
    """A new case that goes on from another, its citizen the same (拆单, 归档后再次来诉)."""
    number = (await give_numbers(work.connection, [work.at]))[0]
    own = await work.vault.name_of(origin.id or 0)
    case = Case(
        number=number,
        state=State.REGISTERED,
        type=changes.get("type") or origin.type,
        urgency=origin.urgency,
        channel=origin.channel,
        received_at=work.at,
        title=mask_words(title, own, content),
        content=mask_words(content, own),
        topic=changes.get("topic") or origin.topic,
        district=origin.district,
        anonymous=origin.anonymous,
        confidential=origin.confidential,
        party=origin.party,
        language=origin.language,
        previous=origin.number,
    )
    perform.receive(case, Step(SYSTEM, work.at, centre.rules), f"由 {origin.number} 关联生成")
    await notify.tell(work, case, centre.rules)
    await work.cases.add(case)
    await work.vault.copy(origin.id or 0, case.id or 0, {"title": title, "content": content})
    return case


async def gathered(centre: Centre, work: Work, child: Case) -> None:
    """One caller more on the parent: several that bring one matter get it supervised.

    Whoever was merged into the child goes along: nobody stays behind with a case that has ended.
    """
    parent = child.parent or ""
    await _follow(centre, work, await work.cases.merged_into(child.number), parent)
    case = await work.cases.change(parent)
    await causes.gather(work, case, Step(SYSTEM, work.at, centre.rules))
    await notify.tell(work, case, centre.rules)
    await work.cases.save(case)


async def _follow(centre: Centre, work: Work, numbers: Sequence[str], parent: str) -> None:
    for number in numbers:
        case = await work.cases.change(number)
        perform.moved(case, parent, Step(SYSTEM, work.at, centre.rules))
        await work.cases.save(case)


async def spread(centre: Centre, work: Work, parent: Case, facts: Act) -> None:
    """One reply answers all: what the parent's callers are told stands in each merged case.

    When the parent's own citizen withdraws, the others' matter goes on with the first of them.
    """
    if isinstance(facts, citizen.Withdraw) and parent.state is State.TERMINATED:
        await _inherit(centre, work, parent)
        return
    text = _told(parent, facts)
    if text is None:
        return
    for number in await work.cases.merged_into(parent.number):
        child = await work.cases.change(number)
        perform.told_with_parent(child, text, Step(SYSTEM, work.at, centre.rules))
        await work.cases.save(child)


def _told(parent: Case, facts: Act) -> str | None:
    """What ends the matter for its citizens, in the words of the parent's."""
    match facts:
        case acts.Approve() if parent.reply is not None:
            return f"答复：{parent.reply['public_reply']}"
        case acts.Answer():
            return f"答复：{facts.text}"
        case acts.Decline():
            return f"{facts.reason_code.zh}：{facts.text}"
        case acts.Refer():
            return f"已转至{facts.target}。"
        case acts.Grant() if parent.state is State.TERMINATED:
            return "经批准，该事项终止办理。"
    return None


async def _inherit(centre: Centre, work: Work, parent: Case) -> None:
    first, *rest = [*await work.cases.merged_into(parent.number), ""]
    if not first:
        return
    heir, step = await work.cases.change(first), Step(SYSTEM, work.at, centre.rules)
    perform.perform(heir, acts.Unmerge(reason=f"主单 {parent.number} 的诉求人撤诉"), step)
    await notify.tell(work, heir, centre.rules)
    await work.cases.save(heir)
    await _follow(centre, work, rest[:-1], heir.number)
