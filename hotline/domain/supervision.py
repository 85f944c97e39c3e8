"""督办: reminders, and supervision orders with answer, verdict and appeal."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from escalation import promise as run
from escalation.promise import Promise
from hotline.domain import promises
from hotline.domain.acts import centre, department
from hotline.domain.acts.asking import Act
from hotline.domain.case import Case, Said
from hotline.domain.errors import NotAllowed, NotPossible
from hotline.domain.order import (
    DIRECTORS,
    HIGHEST,
    LIVE,
    LOWEST,
    PLANNED,
    Order,
    OrderState,
    check_verdict,
    recipients,
)
from hotline.domain.promises import Step
from hotline.domain.words import Cause, Judgement, Role

# Causes that weigh no less than a level, whoever issues the order (domain rules §3.2).
AT_LEAST = {Cause.INSTRUCTION: 4, Cause.MEDIA: 4, Cause.FALSE_CLOSURE: 6}


@dataclass(frozen=True, kw_only=True)
class Remind(Act):
    """A rung below an order: L0 提醒, L1 黄灯, L2 红灯; the ladder takes it, or a cause does."""

    level: int
    kind: str
    promise: str  # or the cause that is not one of time
    rung_at: str
    notifies: bool
    overtaken: bool
    skipped: bool
    order: int | None = None  # the live order that this is already supervised by
    part: str = ""  # of a part of the work: which, and the unit that owes it
    unit: str = ""


def remind(case: Case, facts: Remind, step: Step) -> Said:
    told = {
        "rung": facts.level,
        "kind": facts.kind,
        "promise": facts.promise,
        "rung_at": facts.rung_at,
        "overtaken": facts.overtaken,
        "skipped": facts.skipped,
    }
    if facts.order is not None:
        told["order"] = facts.order
    if facts.part:  # the part is late, not the case: its level is the citizen's promise's
        return Said("", None, {**told, "part": facts.part, "unit": facts.unit})
    if not facts.skipped:
        raise_level(case, facts.level)
    return Said("", None, told)


def raise_level(case: Case, level: int) -> None:
    if case.level is None or level > case.level:
        case.level = level


def supervise(case: Case, facts: centre.Supervise, step: Step) -> Said:
    """Row 21b: a higher order freezes the lower (政府督查条例 art. 15: no duplicate supervision)."""
    _check_level(facts, step)
    basis = _basis(facts)
    live = case.live_order
    if live is not None and live.level >= facts.level:
        raise NotPossible(
            "已有同级或更高级的督办单。", "An order of this level or above is live.", field="level"
        )
    if live is not None:
        live.state = OrderState.FROZEN
        promises.drop(case, (Promise.ORDER,), step.at, part=str(live.id))
    order = Order(len(case.orders) + 1, facts.level, facts.cause, facts.text, case.lead, step.at)
    order.recipients, order.basis = list(recipients(facts.level, case.lead)), basis
    case.orders.append(order)
    raise_level(case, facts.level)
    _start_clock(case, order, step)
    told = {"order": order.id, "rung": facts.level, "kind": "supervise", "cause": facts.cause}
    if live is not None:
        told["frozen"] = live.id
    return Said(facts.text, None, told)


def _check_level(facts: centre.Supervise, step: Step) -> None:
    least = AT_LEAST.get(facts.cause, LOWEST)
    if not least <= facts.level <= HIGHEST:
        zh, en = (
            f"“{facts.cause.zh}”的督办级别为 {least} 至 6。",
            f"'{facts.cause.en}': {least} to 6.",
        )
        raise NotPossible(zh, en, field="level")
    by_hand = step.actor.role is not Role.SYSTEM
    if by_hand and (facts.level >= DIRECTORS) != (step.actor.role is Role.DIRECTOR):
        raise NotAllowed(
            "4 级及以上由热线办主任督办，其余由督办员督办。",
            "Level 4 and above: the director.",
            field="level",
        )


def _basis(facts: centre.Supervise) -> dict[str, Any]:
    """What a cause from outside rests on; an instruction or a report nobody can look up is none."""
    needed = {
        Cause.INSTRUCTION: ("given_by", "document"),
        Cause.MEDIA: ("outlet", "document"),
    }.get(facts.cause, ())
    told = {name: getattr(facts, name) for name in ("given_by", "document", "outlet")}
    for name in needed:
        if not told[name]:
            zh, en = f"“{facts.cause.zh}”须写明依据。", f"'{facts.cause.en}' needs its source."
            raise NotPossible(zh, en, field=name)
    if facts.dated is not None:
        told["dated"] = facts.dated.isoformat()
    return {name: value for name, value in told.items() if value}


def hand_over(case: Case, step: Step) -> dict[str, Any]:
    """A unit has the case now, be it the one that lost it: what binds is due from it, and anew."""
    live = case.live_order
    n = case.live(Promise.ORDER, str(live.id)) if live else None
    stood = n is not None and case.deadlines[n].state is run.State.PAUSED
    if live is None or (live.department == case.lead and not stood):
        return {}
    live.department, live.recipients = case.lead, list(recipients(live.level, case.lead))
    if live.state in (OrderState.ISSUED, OrderState.RETURNED):
        promises.drop(case, (Promise.ORDER,), step.at, part=str(live.id))
        _start_clock(case, live, step)
    return {"order": live.id}


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
    if case.lead is None:  # nobody can answer it yet: no clock runs against nobody
        promises.pause(case, (Promise.ORDER,), step, promises.NO_UNIT)
    keep_dates(case)


def keep_dates(case: Case) -> None:
    """An order is due when its clock says so, also after that was counted anew."""
    for order in case.orders:
        n = case.live(Promise.ORDER, str(order.id))
        if n is not None:
            order.due_at = case.deadlines[n].due_at


def _order(case: Case, order_id: int, *states: OrderState) -> Order:
    order = next((o for o in case.orders if o.id == order_id), None)
    if order is None:
        raise NotPossible("没有这张督办单，请刷新页面。", "No such order; reload.", field="order")
    if order.state not in states:
        now = OrderState(order.state)
        raise NotPossible(
            f"督办单现为“{now.zh}”，不能这样处理；请刷新页面，按现在可以办理的事项办理。",
            f"The order is {now.en}: not possible now; reload and see what is.",
            field="order",
        )
    return order


def answer_order(case: Case, facts: department.AnswerOrder, step: Step) -> Said:
    order = _order(case, facts.order, OrderState.ISSUED, OrderState.RETURNED)
    if order.level >= PLANNED:
        for name in ("plan", "plan_on"):
            if getattr(facts, name) is None:
                zh = "4 级及以上督办须提交整改计划和完成日期。"
                raise NotPossible(zh, "From level 4 on, a plan and its date.", field=name)
    if facts.plan_on is not None and facts.plan_on < step.at.astimezone(_zone(step)).date():
        raise NotPossible("计划完成日期不能早于今天。", "The plan lies behind.", field="plan_on")
    order.answer, order.answered_at = facts.text, step.at
    order.plan, order.plan_on = facts.plan, facts.plan_on
    order.state = OrderState.ANSWERED
    promises.keep(case, step.at, Promise.ORDER, part=str(order.id))
    planned = facts.plan_on.isoformat() if facts.plan_on else None
    return Said(facts.text, None, {"order": order.id, "plan": facts.plan, "plan_on": planned})


def _zone(step: Step) -> Any:
    return step.rules.calendar.zone


def judge_order(case: Case, facts: centre.JudgeOrder, step: Step) -> Said:
    """Accepted, sent back with a new deadline, or withdrawn with its reason."""
    withdrawing = facts.verdict is Judgement.WITHDRAW
    order = _order(case, facts.order, *LIVE)
    if order.level >= DIRECTORS and step.actor.role is not Role.DIRECTOR:
        raise NotAllowed(
            "4 级及以上督办由热线办主任审定。", "Level 4 and above: the director.", field="order"
        )
    check_verdict(order, facts.verdict, case_open=case.open)
    promises.drop(case, (Promise.ORDER,), step.at, part=str(order.id))
    if withdrawing:
        order.withdraw(facts.reason)
    else:
        order.verdict, order.judged_at = facts.reason, step.at
        accepted = facts.verdict is Judgement.ACCEPT
        order.state = OrderState.ACCEPTED if accepted else OrderState.RETURNED
    if facts.verdict is Judgement.RETURN:
        _start_clock(case, order, step)
    return Said(facts.reason, None, {"order": order.id, "verdict": facts.verdict})


def excuse(case: Case, at: datetime) -> list[int]:
    """Force majeure stops the clock: an order that only time caused is withdrawn, with the reason."""
    excused = []
    for order in case.orders:
        if order.live and order.cause in BY_TIME:
            order.withdraw("因不可抗力中止计时，督办随之撤销。")
            promises.drop(case, (Promise.ORDER,), at, part=str(order.id))
            excused.append(order.id)
    return excused


BY_TIME = frozenset({Cause.OVERDUE, Cause.UNSIGNED, Cause.UNANSWERED})
