"""Several cases at once (批量办理): looked at first, then each in a transaction and on a record of its own.

What was shown is what is done: a case that moved since the preview is left alone, and said so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from hotline.domain import access, perform
from hotline.domain.acts import centre as acts
from hotline.domain.acts import department
from hotline.domain.acts.asking import Act
from hotline.domain.case import Case
from hotline.domain.errors import NoSuchCase, NotPossible, Refused, Stale
from hotline.domain.masking import masked
from hotline.domain.people import Actor
from hotline.domain.promises import Step
from hotline.domain.words import Named, Role
from hotline.flow import choices, work
from hotline.flow.centre import Centre
from hotline.flow.linked import check_tie
from hotline.store.work import Work

MOST = 50  # cases at once: a page of the queue
DOERS = frozenset({Role.DISPATCHER, Role.LEADER})


class Kind(Named):
    """What is done with several at once."""

    OFFER = "offer", "采纳建议并派单", "accept what is suggested and dispatch"
    TRANSFER = "transfer", "转办到一个单位", "transfer to one unit"
    MERGE = "merge", "并入一件诉求", "merge into one case"
    REASSIGN = "reassign", "改派经办人", "give to another handler"
    RECALL = "recall", "撤回派单", "recall"
    UNMERGE = "unmerge", "拆并", "unmerge"


# What takes it back, where something can; a handler is changed back by another change.
UNDO = {Kind.OFFER: Kind.RECALL, Kind.TRANSFER: Kind.RECALL, Kind.MERGE: Kind.UNMERGE}
BY = {Role.DISPATCHER: frozenset(Kind) - {Kind.REASSIGN}, Role.LEADER: frozenset({Kind.REASSIGN})}


@dataclass(frozen=True)
class Plan:
    """What is to be done with each: `to` is the unit, the parent's number or the handler's name."""

    kind: Kind
    to: str = ""


@dataclass(frozen=True)
class Looked:
    """One case in the preview: what would happen to it, or why it cannot."""

    number: str
    version: int
    title: str
    topic: str
    state: Named | None
    to: str = ""  # the unit, case or person that it would go to
    refused: Refused | None = None


@dataclass(frozen=True)
class Done:
    """What came of one case: its version afterwards, or why nothing was done."""

    number: str
    version: int = 0
    refused: Refused | None = None

    @property
    def status(self) -> int:
        """As the interface answers for one case."""
        return 200 if self.refused is None else 409 if isinstance(self.refused, Stale) else 422


def check(actor: Actor, plan: Plan) -> None:
    if plan.kind not in BY.get(actor.role, frozenset()):
        raise NotPossible("您不能这样批量办理。", "Not yours to do.", field="kind")
    if plan.kind is Kind.TRANSFER and not plan.to:
        raise NotPossible("请选择承办单位。", "Choose a department.", field="to")
    if plan.kind is Kind.MERGE and not plan.to:
        raise NotPossible("请选择主单。", "Choose the parent.", field="to")
    if plan.kind is Kind.REASSIGN and not plan.to:
        raise NotPossible("请选择新经办人。", "Choose the new handler.", field="to")


def steps(centre: Centre, plan: Plan, case: Case) -> list[Act]:
    """The acts that the plan means for this case; raises Refused where it means none."""
    if plan.kind is Kind.OFFER:
        topic, unit = _offered(centre, case)
        return choices.steps(case, topic=topic, department=unit)
    if plan.kind is Kind.TRANSFER:
        return choices.steps(case, topic="", department=plan.to)
    if plan.kind is Kind.MERGE and plan.to == case.number:
        raise NotPossible("这是主单，保持不变。", "The parent itself stays as it is.")
    if plan.kind is Kind.REASSIGN:
        return [department.Reassign(handler=plan.to, text="批量改派")]
    tie = _tie(plan)
    return [acts.Recall(reason="撤销批量派单")] if tie is None else [tie]


def _tie(plan: Plan) -> Act | None:
    """What changes a second case as well, the same whichever case is looked at."""
    if plan.kind is Kind.MERGE:
        return acts.Merge(parent=plan.to, reason="批量并单")
    return acts.Unmerge(reason="撤销批量并单") if plan.kind is Kind.UNMERGE else None


def _offered(centre: Centre, case: Case) -> tuple[str, str]:
    """The first of each on offer, as a click on the case's own page would take it."""
    offer = choices.offer(case, centre.rules.tree)
    if offer.inform:
        raise NotPossible(
            "职责清单要求告知诉求人，不派单，请打开这件诉求办理。",
            "By the duty list the citizen is to be told: open the case.",
        )
    if not offer.topics or not offer.departments:
        raise NotPossible("没有完整的系统建议，请打开办理。", "No full suggestion: open the case.")
    return offer.topics[0].value, offer.departments[0].value


async def preview(centre: Centre, actor: Actor, plan: Plan, numbers: Sequence[str]) -> list[Looked]:
    """Tried on a copy by the law of the case itself; nothing is written."""
    check(actor, plan)
    async with centre.look() as look:
        if plan.kind is Kind.MERGE:
            await _check_parent(look, actor, plan.to)
        found = []
        for number in list(dict.fromkeys(numbers))[:MOST]:
            try:
                case = await look.cases.read(number)
                if not access.may_see(actor, case):
                    raise NoSuchCase
            except NoSuchCase as error:
                found.append(Looked(number, 0, "", "", None, refused=error))
                continue
            found.append(await _tried(centre, look, actor, plan, case))
    return found


async def _tried(centre: Centre, look: Work, actor: Actor, plan: Plan, case: Case) -> Looked:
    facts = (case.number, case.version, case.title, case.topic, case.state)
    step = Step(actor, look.at, centre.rules)
    try:
        wanted = steps(centre, plan, case)
        for each in wanted:
            await check_tie(look, case, each, actor)
            perform.perform(case, masked(each), step)
    except Refused as error:
        return Looked(*facts, refused=error)
    last = wanted[-1]
    where = getattr(last, "department", None) or plan.to
    return Looked(*facts, to=centre.rules.tree.top(where) if where else "")


async def _check_parent(look: Work, actor: Actor, number: str) -> None:
    case = await look.cases.read(number)
    if not access.may_see(actor, case):
        raise NoSuchCase
    if not case.open:
        raise NotPossible("主单已结束，不能并入。", "The parent is not open.", field="to")


async def run(
    centre: Centre, actor: Actor, plan: Plan, seen: Sequence[tuple[str, int]]
) -> list[Done]:
    """Each case for itself: one that is refused holds up none, and one that is done stays done."""
    check(actor, plan)
    done = []
    for number, version in list(dict.fromkeys(seen))[:MOST]:
        try:
            chosen = partial(steps, centre, plan)
            tie = _tie(plan)
            made = await work.act_by(centre, number, chosen, actor, version, foretold=tie)
            done.append(Done(number, made))
        except Refused as error:
            done.append(Done(number, refused=error))
    return done
