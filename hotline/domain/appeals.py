"""A unit's appeal against the verdict on its answer (政府督查条例 art. 17), and its ruling."""

from datetime import timedelta

from escalation.promise import Promise
from hotline.domain import promises
from hotline.domain.acts import centre, department
from hotline.domain.case import Case, Said
from hotline.domain.errors import NotPossible
from hotline.domain.order import AppealState, Order, OrderState
from hotline.domain.promises import Step
from hotline.domain.state import Action
from hotline.domain.words import Ruling


def appealable(order: Order, step: Step) -> bool:
    """A verdict not yet appealed, inside the window (政府督查条例 art. 17: 30 days)."""
    judged = order.judged_at if order.state in (OrderState.ACCEPTED, OrderState.RETURNED) else None
    if judged is None or order.appeal_state is not None:
        return False
    return step.at <= step.rules.calendar.due(judged, step.rules.terms.supervision.appeal_within)


def appeal_order(case: Case, facts: department.AppealOrder, step: Step) -> Said:
    """The order stands while the appeal is open: a review does not stop what was ordered."""
    order = next((o for o in case.orders if o.id == facts.order), None)
    if order is None or not appealable(order, step):
        raise NotPossible(
            "审定之日起 30 日内可申诉一次。", "Once, within 30 days of the verdict.", field="order"
        )
    order.appeal, order.appealed_at, order.appeal_state = facts.text, step.at, AppealState.OPEN
    return Said(facts.text, None, {"order": order.id, "appeal": AppealState.OPEN.value})


def judge_appeal(case: Case, facts: centre.JudgeAppeal, step: Step) -> Said:
    order = next((o for o in case.orders if o.id == facts.order and o.appeal_open), None)
    if order is None:
        raise NotPossible("这张督办单没有待裁定的申诉。", "No appeal is open.", field="order")
    order.ruling, order.ruled_at = facts.reason, step.at
    upheld = facts.verdict is Ruling.UPHOLD
    order.appeal_state = AppealState.UPHELD if upheld else AppealState.OVERTURNED
    if not upheld:
        promises.drop(case, (Promise.ORDER,), step.at, part=str(order.id))
        order.withdraw(facts.reason)
    return Said(facts.reason, None, {"order": order.id, "ruling": facts.verdict})


def archivable(case: Case, step: Step) -> bool:
    """Row 23: N days after the close, no appeal open, and no 评价除外 that nobody has decided yet."""
    if case.closed_at is None or any(order.appeal_open for order in case.orders):
        return False
    if any(one.kind is Action.EXCLUDE and one.state == "asked" for one in case.requests):
        return False
    return step.at >= case.closed_at + timedelta(days=step.rules.terms.archive_after.n)
