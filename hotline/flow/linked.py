"""Cases that belong together: split off, going on from another, merged under one parent."""

from typing import Any

from hotline.domain import perform
from hotline.domain.acts import centre as acts
from hotline.domain.acts.asking import Act
from hotline.domain.case import Case
from hotline.domain.people import SYSTEM, mask_text
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
    case = Case(
        number=number,
        state=State.REGISTERED,
        type=changes.get("type") or origin.type,
        urgency=origin.urgency,
        channel=origin.channel,
        received_at=work.at,
        title=mask_text(title),
        content=mask_text(content),
        topic=changes.get("topic") or origin.topic,
        district=origin.district,
        anonymous=origin.anonymous,
        confidential=origin.confidential,
        previous=origin.number,
    )
    perform.receive(case, Step(SYSTEM, work.at, centre.rules), f"由 {origin.number} 关联生成")
    await notify.tell(work, case, centre.rules)
    await work.cases.add(case)
    await work.vault.copy(origin.id or 0, case.id or 0, {"title": title, "content": content})
    return case


async def gathered(centre: Centre, work: Work, child: Case) -> None:
    """One caller more on the parent: several that bring one matter get it supervised."""
    parent = await work.cases.change(child.parent or "")
    await causes.gather(work, parent, Step(SYSTEM, work.at, centre.rules))
    await notify.tell(work, parent, centre.rules)
    await work.cases.save(parent)


async def spread(centre: Centre, work: Work, parent: Case, facts: Act) -> None:
    """One reply answers all: what the parent's callers are told stands in each merged case."""
    if not isinstance(facts, acts.Approve) or parent.reply is None:
        return
    for number in await work.cases.merged_into(parent.number):
        child = await work.cases.change(number)
        text = f"答复：{parent.reply['public_reply']}"
        perform.told_with_parent(child, text, Step(SYSTEM, work.at, centre.rules))
        await work.cases.save(child)
