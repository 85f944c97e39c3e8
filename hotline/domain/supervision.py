"""督办: reminders, urging by the citizen, and supervision orders with answer and verdict."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from escalation import promise as run
from escalation.promise import Promise
from hotline.domain import promises
from hotline.domain.acts import centre, citizen, department
from hotline.domain.acts.asking import Act
from hotline.domain.case import Case, Order, Said
from hotline.domain.errors import NotAllowed, NotPossible
from hotline.domain.promises import Step
from hotline.domain.words import Judgement, Role

LOWEST, HIGHEST = 2, 6
DIRECTORS = 4  # from this level on, orders are the director's


@dataclass(frozen=True, kw_only=True)
class Remind(Act):
    """A rung below an order: L0 提醒, L1 黄灯, L2 红灯; only the ladder takes it."""

    level: int
    kind: str
    promise: str
    rung_at: str
    notifies: bool
    overtaken: bool
    skipped: bool


def remind(case: Case, facts: Remind, step: Step) -> Said:
    told = {
        "rung": facts.level,
        "kind": facts.kind,
        "promise": facts.promise,
        "rung_at": facts.rung_at,
        "overtaken": facts.overtaken,
        "skipped": facts.skipped,
    }
    if not facts.skipped:
        raise_level(case, facts.level)
    return Said("", None, told)


def urged_twice(at: datetime) -> Remind:
    """A second chase by the citizen turns the light red (L2), whatever time is left."""
    return Remind(
        level=2,
        kind="red",
        promise="urged",
        rung_at=at.isoformat(),
        notifies=True,
        overtaken=False,
        skipped=False,
    )


def raise_level(case: Case, level: int) -> None:
    if case.level is None or level > case.level:
        case.level = level


def urge(case: Case, facts: citizen.Urge, step: Step) -> Said:
    """One urging a day is shown to the department; the rest are kept and batched."""
    every = (
        step.rules.calendar.due(case.urged_at, step.rules.terms.urge_every)
        if case.urged_at
        else None
    )
    batched = every is not None and step.at < every
    case.urges += 1
    if not batched:
        case.urged_at = step.at
    public = (
        "您已催办，我们已提醒承办单位。" if not batched else "您的催办已记录，24小时内合并提醒。"
    )
    return Said(facts.content or "", public, {"batched": batched, "urges": case.urges})


def supervise(case: Case, facts: centre.Supervise, step: Step) -> Said:
    """Row 21b: a higher order freezes the lower (政府督查条例 art. 15: no duplicate supervision)."""
    if not LOWEST <= facts.level <= HIGHEST:
        raise NotPossible("督办级别为 2 至 6。", "Levels are 2 to 6.", field="level")
    by_hand = step.actor.role is not Role.SYSTEM
    if by_hand and (facts.level >= DIRECTORS) != (step.actor.role is Role.DIRECTOR):
        raise NotAllowed(
            "4 级及以上由热线办主任督办，其余由督办员督办。",
            "Level 4 and above: the director.",
            field="level",
        )
    live = [order for order in case.orders if order.live]
    if any(order.level >= facts.level for order in live):
        raise NotPossible(
            "已有同级或更高级的督办单。", "An order of this level or above is live.", field="level"
        )
    for order in live:
        order.state = "frozen"
        promises.drop(case, (Promise.ORDER,), step.at, part=str(order.id))
    order = Order(len(case.orders) + 1, facts.level, facts.cause, facts.text, case.lead, step.at)
    case.orders.append(order)
    raise_level(case, facts.level)
    _start_clock(case, order, step)
    told = {"order": order.id, "rung": facts.level, "kind": "supervise", "cause": facts.cause}
    return Said(facts.text, None, told)


def _start_clock(case: Case, order: Order, step: Step) -> None:
    limit = step.rules.terms.order(order.level)
    deadline = run.start(
        Promise.ORDER,
        step.at,
        limit,
        step.rules.calendar_of(order.department),
        part=str(order.id),
        terms_version=step.rules.terms.version,
    )
    promises.add(case, deadline)


def _order(case: Case, order_id: int, states: tuple[str, ...]) -> Order:
    order = next((o for o in case.orders if o.id == order_id), None)
    if order is None or order.state not in states:
        raise NotPossible(
            "这张督办单现在不能这样处理。", "Not possible in the order's state.", field="order"
        )
    return order


def answer_order(case: Case, facts: department.AnswerOrder, step: Step) -> Said:
    order = _order(case, facts.order, ("issued", "returned"))
    order.answer = facts.text
    order.state = "appealed" if facts.appeal else "answered"
    promises.keep(case, step.at, Promise.ORDER, part=str(order.id))
    return Said(facts.text, None, {"order": order.id, "appeal": facts.appeal})


def judge_order(case: Case, facts: centre.JudgeOrder, step: Step) -> Said:
    withdrawing = facts.verdict is Judgement.WITHDRAW
    states = (
        ("issued", "answered", "returned", "appealed") if withdrawing else ("answered", "appealed")
    )
    order = _order(case, facts.order, states)
    if facts.verdict is Judgement.RETURN and not case.open:
        raise NotPossible(
            "诉求已办结，不能退回督办答复。", "Closed: it cannot be sent back.", field="verdict"
        )
    order.verdict = facts.reason
    order.state = {"accept": "accepted", "return": "returned", "withdraw": "withdrawn"}[
        facts.verdict.value
    ]
    promises.drop(case, (Promise.ORDER,), step.at, part=str(order.id))
    if facts.verdict is Judgement.RETURN:
        _start_clock(case, order, step)
    return Said(facts.reason, None, {"order": order.id, "verdict": facts.verdict})


def archivable(case: Case, step: Step) -> bool:
    """Row 23: N days after the close, no appeal open."""
    if case.closed_at is None or any(order.state == "appealed" for order in case.orders):
        return False
    return step.at >= case.closed_at + timedelta(days=step.rules.terms.archive_after.n)
