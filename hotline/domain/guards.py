"""Guards that need no facts: what the law says no to before a form is even shown."""

from collections.abc import Callable

from escalation.promise import Promise
from hotline.domain import parts, requests
from hotline.domain.appeals import appealable, archivable
from hotline.domain.case import Case
from hotline.domain.errors import NotPossible
from hotline.domain.order import DIRECTORS, OrderState
from hotline.domain.promises import Step
from hotline.domain.state import Action, State
from hotline.domain.words import DEPARTMENT, UNANSWERED, Kind, Reached, Role

Guard = Callable[[Case, Step], None]


def can_send_back(case: Case, step: Step) -> None:
    """Row 9: inside the return window, not adjudicated, fewer returns than the terms allow."""
    terms, calendar = step.rules.terms, step.rules.calendar
    if case.designated:
        raise NotPossible("已经裁定，不能再退单。", "Already ruled; it cannot be sent back.")
    if case.returns >= terms.max_returns:
        raise NotPossible(f"退单已满 {terms.max_returns} 次。", "The returns are used up.")
    window = terms.return_window(case.type.value, case.urgency.value)
    if case.dispatched_at and step.at > calendar.due(case.dispatched_at, window):
        raise NotPossible("已超过退单期限。", "The return window is over.")


def can_reply(case: Case, step: Step) -> None:
    if not case.contacted and case.live(Promise.CONTACT) is not None:
        raise NotPossible("请先联系诉求人并记录。", "Contact the citizen first.")


def can_contact(case: Case, step: Step) -> None:
    """Departments never reach the anonymous, a 举报 or the confidential: the centre relays."""
    guarded = case.anonymous or case.confidential or case.type is Kind.REPORT
    if guarded and step.actor.role in DEPARTMENT:
        raise NotPossible("该诉求由热线中心代为联系诉求人。", "The centre relays the contact.")
    if case.anonymous:
        raise NotPossible("匿名诉求没有联系方式。", "An anonymous case has no contact.")


def can_close(case: Case, step: Step) -> None:
    """Row 20: solved or accepted; or declined, or unreachable after N tries."""
    outcome = case.outcome or {}
    tried = case.attempts >= step.rules.terms.follow_up_attempts
    told = outcome.get("outcome")
    if told in (Reached.DECLINED.value, Reached.NO_NUMBER.value) or (told in UNANSWERED and tried):
        return
    if told != Reached.REACHED.value:
        raise NotPossible("请先回访并记录结果。", "Follow up first.")


def can_rework(case: Case, step: Step) -> None:
    """Row 21 (济南 art. 27): only when the citizen was reached and is not content."""
    outcome = case.outcome or {}
    content = outcome.get("solved") and (outcome.get("satisfaction") or "0") >= "3"
    if outcome.get("outcome") != Reached.REACHED.value or content:
        raise NotPossible("诉求人不满意时才能重办。", "Rework needs a dissatisfied citizen.")


def can_follow_up(case: Case, step: Step) -> None:
    if case.anonymous:
        if case.state is State.CLOSED:
            raise NotPossible("匿名诉求没有联系方式。", "An anonymous case has no contact.")
        return
    done = (case.outcome or {}).get("outcome") in (Reached.REACHED.value, Reached.DECLINED.value)
    if done:
        raise NotPossible("本轮回访已完成。", "This round's follow-up is done.")


def can_rate(case: Case, step: Step) -> None:
    if case.rating is not None:
        raise NotPossible("您已经评价过了。", "You have rated already.")
    if case.closed_at:
        last = step.rules.calendar.due(case.closed_at, step.rules.terms.rating_window)
        if step.at > last:
            raise NotPossible("评价期已过。", "The rating window is over.")


def can_unmerge(case: Case, step: Step) -> None:
    if case.state is not State.MERGED:
        raise NotPossible("未并单。", "Not merged.")


def can_archive(case: Case, step: Step) -> None:
    if not archivable(case, step):
        raise NotPossible("未到归档时间，或有申诉、评价除外申请未结。", "Not yet to be archived.")


def can_grant(case: Case, step: Step) -> None:
    asked = [request for request in case.requests if request.state == "asked"]
    withdraws = step.actor.role is Role.CLERK
    if not asked:
        raise NotPossible("没有待审批的申请。", "No request is waiting.")
    if not any(withdraws or requests.decides(case, request, step) for request in asked):
        raise requests.not_yours(case, asked[0], step)


def can_report_part(case: Case, step: Step) -> None:
    live = [p for p in case.parts if p.state in ("asked", "signed", "returned", "reported")]
    if not any(p.department in step.actor.units or p.given_by in step.actor.units for p in live):
        raise NotPossible("没有您的单位要办理的协办。", "No part is yours.")


def can_assign(case: Case, step: Step) -> None:
    parts.own_unit(case, step)


def can_extend(case: Case, step: Step) -> None:
    requests.extension_left(case, step)


def _has_order(*states: str) -> Guard:
    def guard(case: Case, step: Step) -> None:
        if not any(order.state in states for order in case.orders):
            raise NotPossible("没有可处理的督办单。", "No such order.")

    return guard


def can_judge_order(case: Case, step: Step) -> None:
    live = case.live_order
    if live is None or (live.level >= DIRECTORS and step.actor.role is not Role.DIRECTOR):
        raise NotPossible("没有由您审定的督办单。", "No order is yours to judge.")


def can_appeal(case: Case, step: Step) -> None:
    if not any(appealable(order, step) for order in case.orders):
        raise NotPossible("没有可申诉的审定。", "No verdict can be appealed.")


def can_judge_appeal(case: Case, step: Step) -> None:
    if not any(order.appeal_open for order in case.orders):
        raise NotPossible("没有待裁定的申诉。", "No appeal is open.")


def can_rule(case: Case, step: Step) -> None:
    director = step.actor.role is Role.DIRECTOR
    if (case.state is State.ADJUDICATING) != director:
        raise NotPossible(
            "退单由派单员裁定，会商由主任裁定。", "Returns: dispatcher; adjudication: director."
        )


def can_recall(case: Case, step: Step) -> None:
    if case.lead is None:
        raise NotPossible("尚未派单。", "Not dispatched.")


GUARDS: dict[Action, Guard] = {
    Action.SEND_BACK: can_send_back,
    Action.REPLY: can_reply,
    Action.CONTACT: can_contact,
    Action.CLOSE: can_close,
    Action.REWORK: can_rework,
    Action.FOLLOW_UP: can_follow_up,
    Action.RATE: can_rate,
    Action.UNMERGE: can_unmerge,
    Action.ARCHIVE: can_archive,
    Action.GRANT: can_grant,
    Action.ASSIGN: can_assign,
    Action.REPORT_PART: can_report_part,
    Action.EXTEND: can_extend,
    Action.ANSWER_ORDER: _has_order(OrderState.ISSUED, OrderState.RETURNED),
    Action.JUDGE_ORDER: can_judge_order,
    Action.APPEAL_ORDER: can_appeal,
    Action.JUDGE_APPEAL: can_judge_appeal,
    Action.RULE: can_rule,
    Action.RECALL: can_recall,
}
