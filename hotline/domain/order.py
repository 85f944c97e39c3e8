"""The supervision order (督办单): number, level, cause, recipients, answer, verdict and appeal."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from escalation.promise import Promise
from hotline.domain.errors import NotPossible
from hotline.domain.people import Tree
from hotline.domain.state import Action
from hotline.domain.words import Cause, Judgement, Named, Role

LOWEST, HIGHEST = 2, 6
RED = 2  # the level of a red light
DIRECTORS = 4  # from this level on, orders are the director's
PLANNED = 4  # from this level on, an answer names a plan with its date


class OrderState(Named):
    """Where an order stands (督办单状态)."""

    ISSUED = "issued", "待回复", "to be answered"
    ANSWERED = "answered", "待审定", "to be judged"
    RETURNED = "returned", "退回重报", "sent back"
    ACCEPTED = "accepted", "已通过", "accepted"
    FROZEN = "frozen", "由更高级督办取代", "frozen by a higher one"
    WITHDRAWN = "withdrawn", "已撤销", "withdrawn"


LIVE = frozenset({OrderState.ISSUED, OrderState.ANSWERED, OrderState.RETURNED})


class AppealState(Named):
    """What became of a unit's appeal against a verdict (申诉结果)."""

    OPEN = "open", "申诉待裁定", "appeal to be ruled on"
    UPHELD = "upheld", "维持审定", "verdict upheld"
    OVERTURNED = "overturned", "撤销督办", "order overturned"


class Outside(Named):
    """Recipients of papers that have no account (督办文书的外部收文方)."""

    INSPECTION = "inspection", "市政府督查室", "the government's inspection office"
    VICE_MAYOR = "vice_mayor", "分管副市长", "the vice mayor in charge"
    GENERAL_OFFICE = "general_office", "市政府办公厅", "the government's general office"


# Who is told from which level on, each beside those below (domain rules §3.2).
ROLES_FROM = ((3, Role.SUPERVISOR), (4, Role.DIRECTOR))
OUTSIDE_FROM = ((4, Outside.INSPECTION), (5, Outside.VICE_MAYOR), (6, Outside.GENERAL_OFFICE))


@dataclass
class Order:
    """One order of a case; `id` runs in the case, `number` (文号) in the city's year."""

    id: int
    level: int
    cause: Cause
    text: str
    department: str | None
    issued_at: datetime
    state: str = OrderState.ISSUED
    number: str | None = None  # given at the end of the transaction that issues it
    recipients: list[str] = field(default_factory=list)  # unit:…, leader:…, role:…, outside:…
    basis: dict[str, Any] = field(default_factory=dict)  # of an instruction or a report in media
    due_at: datetime | None = None
    answer: str | None = None
    plan: str | None = None
    plan_on: date | None = None  # when the plan will be carried out
    answered_at: datetime | None = None
    verdict: str | None = None
    judged_at: datetime | None = None
    withdrawn: str | None = None  # why it was withdrawn
    appeal: str | None = None
    appealed_at: datetime | None = None
    appeal_state: str | None = None
    ruling: str | None = None
    ruled_at: datetime | None = None

    @property
    def live(self) -> bool:
        return self.state in LIVE

    @property
    def appeal_open(self) -> bool:
        return self.appeal_state == AppealState.OPEN

    def withdraw(self, why: str) -> None:
        self.state, self.withdrawn = OrderState.WITHDRAWN, why


def open_to(action: Action, order: Order) -> bool:
    """Does the order's own state allow the act? Who may do it is the access table's."""
    verdict = order.state in (OrderState.ACCEPTED, OrderState.RETURNED)
    if action is Action.ANSWER_ORDER:
        return order.state in (OrderState.ISSUED, OrderState.RETURNED)
    if action is Action.JUDGE_ORDER:
        return order.live
    if action is Action.APPEAL_ORDER:
        return verdict and order.appeal_state is None
    return action is Action.JUDGE_APPEAL and order.appeal_open


def verdicts(orders: Iterable[Order], *, case_open: bool) -> tuple[Judgement, ...]:
    """What can be said of a case's orders now: without an answer one can only be withdrawn, and
    once the case is closed an answer is not sent back."""
    if not any(order.state == OrderState.ANSWERED for order in orders):
        return (Judgement.WITHDRAW,)
    return tuple(one for one in Judgement if case_open or one is not Judgement.RETURN)


def check_verdict(order: Order, verdict: Judgement, *, case_open: bool) -> None:
    """Raises NotPossible, with what to do instead, for one that cannot be said of the order now."""
    if verdict in verdicts((order,), case_open=case_open):
        return
    zh, en = "诉求已办结，不能退回督办答复。", "Closed: it cannot be sent back."
    if order.state != OrderState.ANSWERED:
        zh = "承办单位还没有（重新）回复，现在只能撤销督办；收到回复后再通过或退回。"
        en = "The unit has not answered (again): it can only be withdrawn now."
    raise NotPossible(zh, en, field="verdict")


def recipients(level: int, unit: str | None) -> Iterator[str]:
    """Everybody an order of a level is addressed to: the unit, its leader, then those above."""
    if unit:
        yield f"unit:{unit}"
        yield f"leader:{unit}"
    for table, kind in ((ROLES_FROM, "role"), (OUTSIDE_FROM, "outside")):
        for since, who in table:
            if level >= since:
                yield f"{kind}:{who.value}"


# What the centre itself promises lights up on its own desks.
CENTRES_OWN = {
    Promise.DISPATCH.value: Role.DISPATCHER,
    Promise.RULING.value: Role.DISPATCHER,
    Promise.FOLLOW_UP.value: Role.CALLBACK,
}


def told_to(promise: str, level: int, lead: str | None, unit: str | None = None) -> Iterator[str]:
    """Everybody a step of the ladder is told to; `unit`: whose part of the work it is about.

    The one place that says so: notices and papers go by it, and so do the sums of a simulation.
    """
    desk = CENTRES_OWN.get(promise)
    if desk is not None:
        yield f"role:{desk.value}"
        if level >= RED:
            yield f"role:{Role.SHIFT_LEAD.value}"
        return
    if lead is None:
        yield f"role:{Role.DISPATCHER.value}"
    yield from recipients(level, unit or lead)
    if unit and unit != lead and level >= RED:  # it reports to the lead, who waits for it
        yield f"unit:{lead}"


def in_charge(recipient: str) -> bool:
    """Is it somebody who answers for others: a unit's head, the director, and those above?"""
    kind = recipient.partition(":")[0]
    return kind in ("leader", "outside") or recipient == f"role:{Role.DIRECTOR.value}"


def order_number(year: int, running: int) -> str:
    """文号, as an office writes it: 督〔2026〕0001号."""
    return f"督〔{year}〕{running:04d}号"


def called(recipient: str, tree: Tree) -> str:
    """Who an order goes to, as people read it."""
    kind, _, who = recipient.partition(":")
    if kind == "outside":
        return Outside(who).zh
    if kind == "role":
        return Role(who).zh
    return tree.top(who) + ("负责人" if kind == "leader" else "")
