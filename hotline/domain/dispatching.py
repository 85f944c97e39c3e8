"""Before the department: accept 立案, transfer 转办, return and ruling, merge, split, correct."""

from datetime import datetime

from escalation.promise import Promise
from escalation.promise import State as Run
from hotline.domain import leaving, parts, promises, restarting, supervision
from hotline.domain.acts import centre, citizen, department
from hotline.domain.case import Case, Said
from hotline.domain.errors import NotAllowed, NotPossible
from hotline.domain.interest import check_unit
from hotline.domain.promises import CITIZENS, UNITS, Step
from hotline.domain.state import State
from hotline.domain.words import Kind, Pause, Role, Urgency, Verdict


def supplement(case: Case, facts: citizen.Supplement, step: Step) -> Said:
    if case.state is State.NEED_INFO:
        promises.resume(case, CITIZENS, step.at, step.rules)
        return Said(facts.content, "您补充了信息。", to=State.REGISTERED)
    return Said(facts.content, "您补充了信息。")


def answer(case: Case, facts: centre.Answer, step: Step) -> Said:
    promises.keep(case, step.at, *CITIZENS)
    known = {"knowledge_id": facts.knowledge_id, "solved": facts.solved}
    return Said(facts.text, facts.text, known, State.ANSWERED)


def refer(case: Case, facts: centre.Refer, step: Step) -> Said:
    promises.keep(case, step.at, *CITIZENS)
    told = {"target": facts.target, "reason_code": facts.reason_code, "call_id": facts.call_id}
    return Said(facts.text or "", f"已转至{facts.target}。", told, State.TRANSFERRED)


def decline(case: Case, facts: centre.Decline, step: Step) -> Said:
    promises.keep(case, step.at, *CITIZENS)
    told = {"reason_code": facts.reason_code, "told_by": facts.told_by}
    return Said(facts.text, f"{facts.reason_code.zh}：{facts.text}", told, State.NOT_ACCEPTED)


def ask(case: Case, facts: centre.AskMore, step: Step) -> Said:
    if not facts.missing:
        raise NotPossible("请写明需要补充哪些信息。", "Say what is missing.", field="missing")
    promises.pause(case, CITIZENS, step, Pause.AWAIT_CITIZEN.value, until=waits_until(case, step))
    wanted = "、".join(facts.missing)
    return Said(
        facts.text or "", f"请您补充：{wanted}", {"missing": list(facts.missing)}, State.NEED_INFO
    )


def waits_until(case: Case, step: Step) -> datetime | None:
    """A citizen who does not answer holds the clock only for as long as the terms say."""
    longest = step.rules.terms.suspension.get(Pause.AWAIT_CITIZEN.value)
    return step.rules.calendar.due(step.at, longest) if longest else None


def accept(case: Case, facts: centre.Accept, step: Step) -> Said:
    _relabel(case, facts, step)
    return Said("", "您的诉求已立案。", to=State.PENDING_DISPATCH)


def transfer(case: Case, facts: centre.Transfer, step: Step) -> Said:
    """Row 7: exactly one lead, 0 to n co-handlers, deadlines computed."""
    _must_lead(case, facts.department, step, "department")
    co_departments = [
        code for code in dict.fromkeys(facts.co_departments) if code != facts.department
    ]
    for code in co_departments:
        _must_lead(case, code, step, "co_departments")
    if facts.topic and facts.topic != case.topic:
        case.topic = facts.topic
        restarting.restart(case, step.rules, step.at)
        restarting.begin_missing(case, step.rules, step.at)
    case.lead, case.handler, case.endorsed = facts.department, None, None
    case.dispatched_at = step.at
    promises.keep(case, step.at, Promise.DISPATCH)
    promises.begin(case, Promise.SIGN, step.at, step.rules)
    promises.begin_handling(case, step)
    parts.drop(case, step)
    parts.begin(case, co_departments, facts.text or "", step)
    told = {"co_departments": co_departments, "reason": facts.reason or ""}
    told |= supervision.hand_over(case, step)
    public = f"已转{step.rules.tree.top(facts.department)}办理。"
    return Said(facts.text or "", public, told, State.DISPATCHED)


def recall(case: Case, facts: centre.Recall, step: Step) -> Said:
    told = leaving.without_unit(case, step)
    return Said(facts.reason, None, told, State.PENDING_DISPATCH)


def send_back(case: Case, facts: department.SendBack, step: Step) -> Said:
    """Row 9; waiting for the ruling is never counted against the department."""
    case.prior = case.state
    case.returns += 1
    promises.keep(case, step.at, Promise.SIGN)
    promises.pause(case, UNITS, step, promises.RULING)
    promises.begin(case, Promise.RULING, step.at, step.rules)
    told = {"legal_basis": facts.legal_basis, "suggested_department": facts.suggested_department}
    return Said(facts.reason, None, told, State.RETURN_REVIEW)


def rule(case: Case, facts: centre.Rule, step: Step) -> Said:
    promises.keep(case, step.at, Promise.RULING)
    told = {"verdict": facts.verdict, "participants": facts.participants}
    if case.state is State.ADJUDICATING:
        return _designate(case, facts, step)
    if facts.verdict is Verdict.UPHOLD:
        told |= leaving.without_unit(case, step)
        return Said(facts.reason, None, told, State.PENDING_DISPATCH)
    if facts.verdict is Verdict.REFUSE:
        check_unit(
            case.lead or "", case.interests, "verdict"
        )  # uphold it: another one has to go on
        case.designated = True  # row 11: the unit may not return it again
        promises.resume(case, UNITS, step.at, step.rules)
        if case.prior is State.DISPATCHED:
            promises.begin(case, Promise.SIGN, step.at, step.rules)
        return Said(facts.reason, None, told, case.prior or State.PROCESSING)
    if facts.verdict is Verdict.ADJUDICATE:
        return Said(facts.reason, None, told, State.ADJUDICATING)
    raise NotPossible(
        "会商裁定中的诉求才能指定单位。", "Only a case under adjudication is designated."
    )


def _designate(case: Case, facts: centre.Rule, step: Step) -> Said:
    """Row 13 (潍坊 art. 22): the designated unit may not return the case."""
    if step.actor.role is not Role.DIRECTOR:
        raise NotAllowed("会商裁定由热线办主任作出。", "Only the director designates a unit.")
    if facts.verdict is not Verdict.DESIGNATE or facts.department is None:
        raise NotPossible("请指定承办单位。", "Name the designated department.", field="department")
    _must_lead(case, facts.department, step, "department")
    told = {} if facts.department == case.lead else leaving.leave(case, step)
    promises.resume(case, UNITS, step.at, step.rules)  # the parts' clocks stood for the ruling
    case.lead, case.designated, case.dispatched_at = facts.department, True, step.at
    promises.begin_handling(case, step)
    public = f"经会商，由{step.rules.tree.top(facts.department)}办理。"
    told |= {"verdict": facts.verdict, **supervision.hand_over(case, step)}
    return Said(facts.reason, public, told, State.PROCESSING)


def merge(case: Case, facts: centre.Merge, step: Step) -> Said:
    if facts.parent == case.number:
        raise NotPossible("不能并入自己。", "A case cannot be merged into itself.", field="parent")
    case.parent, case.prior = facts.parent, case.state
    told = {"parent": facts.parent, "similarity": facts.similarity}
    public = "您反映的问题已与同一事项合并办理，结果会一并答复您。"
    return Said(facts.reason or "", public, told, State.MERGED)


def unmerge(case: Case, facts: centre.Unmerge, step: Step) -> Said:
    """What the merge ended runs again; what had ended before it, by a correction say, does not."""
    merged_at, back = case.closed_at, case.prior or State.REGISTERED
    case.parent, case.closed_at = None, None
    for promise in CITIZENS:
        if promise is Promise.REPLY or promises.limit_for(case, promise, step.rules) is not None:
            promises.revive(case, promise, Run.DROPPED, ended_at=merged_at)
    return Said(facts.reason, "您的诉求改为单独办理。", to=back)


def split(case: Case, facts: centre.Split, step: Step) -> Said:
    return Said(facts.reason or "", "您的诉求按事项拆分办理。", {"title": facts.title})


def correct(case: Case, facts: centre.Correct, step: Step) -> Said:
    _relabel(case, facts, step)
    if facts.district is not None:
        case.district = facts.district
    return Said(facts.reason, None)


def _relabel(case: Case, facts: centre.Accept | centre.Correct, step: Step) -> None:
    case.language = facts.language.value if facts.language else case.language
    new = (facts.type or case.type, facts.urgency or case.urgency, facts.topic or case.topic)
    party = facts.party or case.party
    raised = new[1] is Urgency.COMPLEX and case.urgency is not Urgency.COMPLEX
    if raised and step.actor.role is not Role.SHIFT_LEAD:
        raise NotAllowed(
            "“疑难”须由值班长更正认定。", "Only the shift lead sets 'complex'.", field="urgency"
        )
    if (*new, party) != (case.type, case.urgency, case.topic, case.party):
        case.party = party
        case.type, case.urgency, case.topic = Kind(new[0]), Urgency(new[1]), new[2]
        restarting.restart(case, step.rules, step.at)
        restarting.begin_missing(case, step.rules, step.at)


def _must_lead(case: Case, code: str, step: Step, field: str) -> None:
    check_unit(code, case.interests, field)
    tree = step.rules.tree
    if not tree.can_lead(code):
        meant = tree.by_name().get(code, "")
        hint = (f"请填写单位代码：{meant}。", f" Its code is {meant}.") if meant else ("", "")
        raise NotPossible(
            f"“{code}”不是可派单的承办单位，请重新选择。{hint[0]}",
            f"'{code}' is not a department that cases are dispatched to.{hint[1]}",
            field=field,
        )
