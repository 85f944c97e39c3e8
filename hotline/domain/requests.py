"""What a department asks of the centre: 延期, 中止, 终止, 评价除外; granted or refused in one place."""

from datetime import datetime
from typing import Any

from escalation import promise as run
from escalation.calendar import Span
from escalation.promise import Promise
from hotline.domain import promises
from hotline.domain.acts import centre, department
from hotline.domain.case import Case, Request, Said
from hotline.domain.errors import NotAllowed, NotPossible
from hotline.domain.promises import CITIZENS, UNITS, Step
from hotline.domain.state import Action, State
from hotline.domain.supervision import excuse
from hotline.domain.words import Granted, Pause, Role

CLOCKS = (*UNITS, *CITIZENS)


def _asked(case: Case, request: Request) -> None:
    if any(r.kind is request.kind and r.state == "asked" for r in case.requests):
        raise NotPossible("同类申请正在等待审批。", "Such a request is already waiting.")
    case.requests.append(request)


def suspend(case: Case, facts: department.Suspend, step: Step) -> Said:
    if facts.resume_on <= step.at.date():
        raise NotPossible(
            "预计恢复日期应在今天之后。", "The resume date lies ahead.", field="resume_on"
        )
    request = Request(
        len(case.requests) + 1,
        Action.SUSPEND,
        case.lead,
        facts.reason,
        step.at,
        ground=facts.reason_code,
        resume_on=facts.resume_on,
    )
    _asked(case, request)
    return Said(
        facts.reason,
        None,
        {
            "request": request.id,
            "reason_code": facts.reason_code,
            "resume_on": facts.resume_on.isoformat(),
        },
    )


def resume(case: Case, facts: department.Resume, step: Step) -> Said:
    promises.resume(case, CLOCKS, step.at, step.rules)
    return Said(facts.reason, "您的诉求恢复办理。", to=State.PROCESSING)


def extend(case: Case, facts: department.Extend, step: Step) -> Said:
    """Row 15: asked before expiry only, as often and as long as the terms allow."""
    terms = step.rules.terms.extension(case.type.value, case.urgency.value)
    granted = [r for r in case.requests if r.kind is Action.EXTEND and r.state == "granted"]
    if terms is None or len(granted) >= terms.times:
        raise NotPossible("这类诉求不能（再次）延期。", "No (further) extension is allowed.")
    if not 1 <= facts.days <= terms.span.n:
        raise NotPossible(
            f"每次最多延长 {terms.span.n}（{terms.span.unit.value}）。",
            f"At most {terms.span.n}.",
            field="days",
        )
    n = case.live(Promise.REPLY)
    if n is None or run.overdue(case.deadlines[n], step.at):
        raise NotPossible("延期须在到期之前申请。", "Ask before the deadline has passed.")
    if not facts.citizen_informed:
        raise NotPossible(
            "请先向诉求人说明延期理由。", "Tell the citizen first.", field="citizen_informed"
        )
    request = Request(
        len(case.requests) + 1, Action.EXTEND, case.lead, facts.reason, step.at, days=facts.days
    )
    _asked(case, request)
    return Said(
        facts.reason,
        None,
        {"request": request.id, "days": facts.days, "legal_basis": facts.legal_basis},
    )


def exclude(case: Case, facts: department.Exclude, step: Step) -> Said:
    request = Request(len(case.requests) + 1, Action.EXCLUDE, case.lead, facts.reason, step.at)
    _asked(case, request)
    return Said(facts.reason, None, {"request": request.id, "reason_code": facts.reason_code})


def terminate(case: Case, facts: department.Terminate, step: Step) -> Said:
    request = Request(len(case.requests) + 1, Action.TERMINATE, case.lead, facts.reason, step.at)
    _asked(case, request)
    return Said(facts.reason, None, {"request": request.id, "document": facts.document})


def grant(case: Case, facts: centre.Grant, step: Step) -> Said:
    """Row 14b: granted, refused, or withdrawn by the department that asked."""
    request = next((r for r in case.requests if r.id == facts.request and r.state == "asked"), None)
    if request is None:
        raise NotPossible("没有待审批的这项申请。", "No such request is waiting.", field="request")
    if (facts.verdict is Granted.WITHDRAWN) == (step.actor.role is Role.DIRECTOR):
        raise NotAllowed(
            "准驳由热线办主任作出，撤回由申请单位作出。",
            "The director decides; the unit withdraws.",
        )
    request.state = facts.verdict.value
    told: dict[str, Any] = {"request": request.id, "kind": request.kind, "verdict": facts.verdict}
    if facts.verdict is not Granted.GRANTED:
        return Said(facts.reason, None, told)
    return _granted(case, request, Said(facts.reason, None, told), step)


def _granted(case: Case, request: Request, said: Said, step: Step) -> Said:
    if request.kind is Action.EXTEND:
        _extend(case, request, step)
        due = case.due_at
        public = f"经批准延长办理期限，新的答复期限为{_day(due, step)}前。" if due else None
        return Said(said.text, public, said.facts)
    if request.kind is Action.SUSPEND:
        promises.pause(case, CLOCKS, step.at, step.rules)
        excused = excuse(case, step.at) if request.ground is Pause.DISASTER else []
        told = {**said.facts, **({"orders_withdrawn": excused} if excused else {})}
        return Said(
            said.text, f"经批准中止计时，预计{request.resume_on}恢复。", told, State.SUSPENDED
        )
    if request.kind is Action.TERMINATE:
        return Said(said.text, f"经批准终止办理：{request.reason}", said.facts, State.TERMINATED)
    return said


def _extend(case: Case, request: Request, step: Step) -> None:
    terms = step.rules.terms.extension(case.type.value, case.urgency.value)
    if terms is None:
        return
    for promise in (Promise.REPLY, Promise.FINISH):
        n = case.live(promise)
        if n is not None:
            span = Span(request.days, terms.span.unit)
            case.deadlines[n] = run.extend(case.deadlines[n], span, step.rules.calendar)


def _day(moment: datetime, step: Step) -> str:
    local = moment.astimezone(step.rules.calendar.zone)
    return f"{local.year}年{local.month}月{local.day}日{local:%H:%M}"
