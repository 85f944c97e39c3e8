"""In the department: sign 签收, contact 联系, co-handle 协办, ask for time 延期, reply 答复."""

from datetime import datetime
from typing import Any

from escalation import promise as run
from escalation.calendar import Span
from escalation.promise import Promise
from hotline.domain import promises
from hotline.domain.acts import centre, department
from hotline.domain.case import Case, Part, Request, Said
from hotline.domain.errors import NotAllowed, NotPossible
from hotline.domain.promises import CITIZENS, UNITS, Step
from hotline.domain.state import Action, State
from hotline.domain.words import Granted, PartStep, Role

CLOCKS = (*UNITS, *CITIZENS)
TRIES = 3  # contact attempts without an answer that stand for a contact


def sign(case: Case, facts: department.Sign, step: Step) -> Said:
    case.handler = facts.handler
    promises.keep(case, step.at, Promise.SIGN)
    told = {"handler": facts.handler, "phone": facts.phone}
    return Said("", "承办单位已签收，正在办理。", told, State.PROCESSING)


def contact(case: Case, facts: department.Contact, step: Step) -> Said:
    case.contacts += 1
    if facts.reached or case.contacts >= TRIES:
        case.contacted = True
        promises.keep(case, step.at, Promise.CONTACT)
    public = "承办单位已与您联系。" if facts.reached else None
    return Said(facts.text, public, {"reached": facts.reached})


def note(case: Case, facts: department.Note, step: Step) -> Said:
    if facts.visible:
        promises.keep(case, step.at, Promise.FEEDBACK)
    return Said(facts.text, facts.text if facts.visible else None)


def assign(case: Case, facts: department.Assign, step: Step) -> Said:
    """Row 7c: to a unit below one's own, inside one's own limit; replies return level by level."""
    own = _own_unit(case, step)
    if not step.rules.tree.is_below(facts.department, own):
        raise NotPossible(
            "只能加派给本单位的下级单位。", "Only a unit below can be assigned.", field="department"
        )
    _add_part(case, "assign", facts.department, own, facts.days, facts.text, step)
    return Said(facts.text, None, {"assigned": facts.department, "days": facts.days})


def cohandle(case: Case, facts: department.Cohandle, step: Step) -> Said:
    wanted = [code for code in dict.fromkeys(facts.departments) if code != case.lead]
    busy = {part.department for part in case.waiting_parts}
    for code in wanted:
        if not step.rules.tree.can_lead(code) or code in busy:
            raise NotPossible(
                f"“{code}”不能再列为协办单位。", f"'{code}' cannot co-handle.", field="departments"
            )
    if not wanted:
        raise NotPossible("请选择协办单位。", "Choose the co-handlers.", field="departments")
    for code in wanted:
        _add_part(case, "cohandle", code, case.lead or "", facts.days, facts.text, step)
    return Said(facts.text, None, {"co_departments": wanted, "days": facts.days})


def _own_unit(case: Case, step: Step) -> str:
    """The unit the actor works for on this case: a part it holds, else the lead."""
    for part in reversed(case.waiting_parts):
        if part.department == step.actor.department:
            return part.department
    return case.lead or ""


def _add_part(
    case: Case, kind: str, unit: str, given_by: str, days: int, text: str, step: Step
) -> None:
    if days < 1:
        raise NotPossible("时限至少为 1 个工作日。", "At least one working day.", field="days")
    part = Part(len(case.parts) + 1, kind, unit, given_by, text)
    deadline = run.start(
        Promise.FINISH,
        step.at,
        step.rules.terms.part(days),
        step.rules.calendar,
        part=f"part-{part.id}",
        terms_version=step.rules.terms.version,
    )
    giver = next((p for p in case.waiting_parts if p.department == given_by), None)
    own = case.live(Promise.FINISH, f"part-{giver.id}") if giver else case.live(Promise.FINISH)
    if own is not None and deadline.due_at > case.deadlines[own].due_at:
        raise NotPossible(
            "时限不能超过本单位的办理期限。", "The limit must lie inside one's own.", field="days"
        )
    case.parts.append(part)
    promises.add(case, deadline)


def report_part(case: Case, facts: department.ReportPart, step: Step) -> Said:
    """Row 16b: asked -> signed -> reported -> accepted or returned; the giver judges."""
    part = case.open_part(facts.part)
    if part is None:
        raise NotPossible("没有这项协办或加派。", "There is no such part.", field="part")
    from_unit = facts.step in (PartStep.SIGN, PartStep.REPORT)
    owner = part.department if from_unit else part.given_by
    if owner not in step.actor.units:
        raise NotAllowed(
            "这一环节不由您的单位办理。", "This step is not your unit's.", field="part"
        )
    allowed, reached = PART_STEPS[facts.step]
    if part.state not in allowed:
        raise NotPossible(
            "这项协办现在不能执行该环节。", "Not possible in the part's state.", field="step"
        )
    if facts.step is PartStep.REPORT:
        if not facts.text:
            raise NotPossible("请填写回告内容。", "Report in words.", field="text")
        late = case.live(Promise.FINISH, f"part-{part.id}")
        if late and run.overdue(case.deadlines[late], step.at) and not facts.late_reason:
            raise NotPossible(
                "已超协办时限，请说明原因。", "Explain the delay.", field="late_reason"
            )
        part.report = facts.text
    if facts.step is PartStep.ACCEPT:
        promises.keep(case, step.at, Promise.FINISH, part=f"part-{part.id}")
    part.state = reached
    return Said(
        facts.text or "", None, {"part": part.id, "step": facts.step, "late": facts.late_reason}
    )


PART_STEPS: dict[PartStep, tuple[tuple[str, ...], str]] = {
    PartStep.SIGN: (("asked",), "signed"),
    PartStep.REPORT: (("asked", "signed", "returned"), "reported"),
    PartStep.ACCEPT: (("reported",), "accepted"),
    PartStep.RETURN: (("reported",), "returned"),
}


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
        return Said(
            said.text, f"经批准中止计时，预计{request.resume_on}恢复。", said.facts, State.SUSPENDED
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
