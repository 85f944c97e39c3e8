"""What a department asks of the centre: 延期, 中止, 终止, 评价除外; granted or refused in one place."""

from datetime import date, datetime
from typing import Any

from escalation import clock
from escalation import promise as run
from escalation.calendar import Span, midnight
from escalation.promise import Deadline, Promise
from escalation.terms import Extension
from hotline.domain import budget, promises
from hotline.domain.acts import centre, department
from hotline.domain.case import Case, Request, Said
from hotline.domain.errors import NotAllowed, NotPossible
from hotline.domain.promises import CITIZENS, UNITS, Step
from hotline.domain.state import Action, State
from hotline.domain.supervision import excuse
from hotline.domain.words import Granted, Pause, Role

CLOCKS = (*UNITS, *CITIZENS)
GRANTORS = {
    "leader": ("承办单位负责人", "the unit's head"),
    "director": ("热线办主任", "the director"),
    "office": ("热线办主任（凭政府办公厅批准文号）", "the director, by the office's approval"),
}


def _asked(case: Case, request: Request) -> None:
    if any(r.kind is request.kind and r.state == "asked" for r in case.requests):
        raise NotPossible("同类申请正在等待审批。", "Such a request is already waiting.")
    case.requests.append(request)


def suspend(case: Case, facts: department.Suspend, step: Step) -> Said:
    """Row 14: with evidence and a planned day of resuming, inside what the terms allow."""
    ground = facts.reason_code
    if ground is not Pause.AWAIT_CITIZEN and not (facts.evidence or facts.attachments):
        raise NotPossible(
            "请附上证明材料，或写明材料名称、文号。", "Evidence is needed.", field="evidence"
        )
    if facts.resume_on <= _today(step):
        raise NotPossible(
            "预计恢复日期应在今天之后。", "The resume date lies ahead.", field="resume_on"
        )
    latest = budget.latest(case, ground, step)
    if facts.resume_on > latest:
        raise NotPossible(
            f"“{ground.zh}”最晚须于 {latest} 恢复计时（单次与累计中止时长均有上限）。",
            f"The clock must run again by {latest}.",
            field="resume_on",
        )
    request = Request(
        len(case.requests) + 1,
        Action.SUSPEND,
        case.lead,
        facts.reason,
        step.at,
        ground=ground,
        resume_on=facts.resume_on,
    )
    _asked(case, request)
    told = {"request": request.id, "reason_code": ground, "evidence": facts.evidence}
    return Said(facts.reason, None, {**told, "resume_on": facts.resume_on.isoformat()})


def resume(case: Case, facts: department.Resume, step: Step) -> Said:
    """By hand at once; by the watch as of the moment that was set when the clock was stopped."""
    planned = promises.runs_on_at(case)
    by_itself = step.actor.role is Role.SYSTEM and planned is not None
    at = min(planned, step.at) if by_itself and planned else step.at
    promises.resume(case, CLOCKS, at, step.rules)
    told = {"resumed_at": at.isoformat(), "by_itself": by_itself}
    if case.state is State.NEED_INFO:
        public = "补充期限已到，按现有信息继续办理，您仍可随时补充。"
        return Said(facts.reason, public, told, State.REGISTERED)
    return Said(facts.reason, "您的诉求恢复办理。", told, State.PROCESSING)


def extension_left(case: Case, step: Step) -> tuple[Extension, Deadline, list[Request]]:
    """Row 15: the terms, the clock and what was granted on it; refuses when no more is possible."""
    terms = step.rules.terms.extension(case.type.value, case.urgency.value)
    if terms is None:
        raise NotPossible("这类诉求不能延期。", "No extension is allowed.")
    n = case.live(Promise.REPLY)
    if n is None or run.overdue(case.deadlines[n], step.at):
        raise NotPossible("延期须在到期之前申请。", "Ask before the deadline has passed.")
    deadline = case.deadlines[n]
    granted = case.extended(deadline.started_at)
    if len(granted) >= terms.times:
        raise NotPossible("延期次数已满，不能再次延期。", "No further extension is allowed.")
    return terms, deadline, granted


def extend(case: Case, facts: department.Extend, step: Step) -> Said:
    """Row 15: asked before expiry only, as often and as long as the terms allow."""
    terms, deadline, granted = extension_left(case, step)
    unit = terms.span.unit
    room = terms.most(deadline.limit_n) - sum(request.days for request in granted)
    most = min(terms.span.n, room)
    if not 1 <= facts.days <= most:
        raise NotPossible(
            f"本次最多延长 {max(most, 0)} {unit.zh}（每次不超过 {terms.span.n}，"
            f"累计不超过 {terms.most(deadline.limit_n)}）。",
            f"At most {max(most, 0)} {unit.value}.",
            field="days",
        )
    if not facts.citizen_informed:
        raise NotPossible(
            "请先向诉求人说明延期理由。", "Tell the citizen first.", field="citizen_informed"
        )
    request = Request(
        len(case.requests) + 1, Action.EXTEND, case.lead, facts.reason, step.at, days=facts.days
    )
    _asked(case, request)
    told: dict[str, Any] = {"request": request.id, "days": facts.days}
    told |= {"legal_basis": facts.legal_basis, "citizen_informed": facts.citizen_informed}
    return Said(facts.reason, None, {**told, "grantor": terms.grantor(len(granted))})


def exclude(case: Case, facts: department.Exclude, step: Step) -> Said:
    request = Request(len(case.requests) + 1, Action.EXCLUDE, case.lead, facts.reason, step.at)
    _asked(case, request)
    return Said(facts.reason, None, {"request": request.id, "reason_code": facts.reason_code})


def terminate(case: Case, facts: department.Terminate, step: Step) -> Said:
    request = Request(len(case.requests) + 1, Action.TERMINATE, case.lead, facts.reason, step.at)
    _asked(case, request)
    return Said(facts.reason, None, {"request": request.id, "document": facts.document})


def grantor(case: Case, request: Request, step: Step) -> str:
    """Who decides: of an extension whom the terms name, of everything else the centre's director."""
    terms = step.rules.terms.extension(case.type.value, case.urgency.value)
    if request.kind is not Action.EXTEND or terms is None:
        return "director"
    begun = (
        one.started_at
        for one in case.deadlines.values()
        if one.promise is Promise.REPLY and one.started_at <= request.asked_at
    )
    before = [
        one for one in case.extended(max(begun, default=request.asked_at)) if one.id < request.id
    ]
    return terms.grantor(len(before))


def decides(case: Case, request: Request, step: Step) -> bool:
    """A unit's head, or the director, who also enters what the government office decided."""
    wanted = Role.LEADER if grantor(case, request, step) == "leader" else Role.DIRECTOR
    return step.actor.role is wanted


def not_yours(case: Case, request: Request, step: Step) -> NotAllowed:
    zh, en = GRANTORS[grantor(case, request, step)]
    return NotAllowed(
        f"这项申请由{zh}准驳，撤回由申请单位作出。", f"Decided by {en}; the unit withdraws."
    )


def grant(case: Case, facts: centre.Grant, step: Step) -> Said:
    """Row 14b: granted, refused, or withdrawn by the department that asked."""
    request = next((r for r in case.requests if r.id == facts.request and r.state == "asked"), None)
    if request is None:
        raise NotPossible("没有待审批的这项申请。", "No such request is waiting.", field="request")
    withdrawing = facts.verdict is Granted.WITHDRAWN
    by = grantor(case, request, step)
    allowed = step.actor.role is Role.CLERK if withdrawing else decides(case, request, step)
    if not allowed:
        raise not_yours(case, request, step)
    granted = facts.verdict is Granted.GRANTED
    if granted and by == "office" and not facts.document:
        raise NotPossible(
            "再次延期须政府办公厅批准，请填写批准文号。",
            "The office's approval must be named.",
            field="document",
        )
    if granted and request.kind is not Action.EXCLUDE and request.department != case.lead:
        raise NotPossible(
            "申请单位已不再承办这件诉求，请驳回，由现承办单位重新申请。",
            "The unit that asked has lost the case: refuse it.",
            field="request",
        )
    request.state = facts.verdict.value
    told: dict[str, Any] = {"request": request.id, "kind": request.kind, "verdict": facts.verdict}
    told |= {"grantor": by} | ({"document": facts.document} if facts.document else {})
    if not granted:
        return Said(facts.reason, None, told)
    return _granted(case, request, Said(facts.reason, None, told), step)


def _granted(case: Case, request: Request, said: Said, step: Step) -> Said:
    if request.kind is Action.EXTEND:
        due = _extend(case, request, step)
        public = f"经批准延长办理期限，新的答复期限为{_day(due, step)}前。" if due else None
        return Said(said.text, public, said.facts)
    if request.kind is Action.SUSPEND:
        until = _stop(case, request, step)
        excused = excuse(case, step.at) if request.ground is Pause.DISASTER else []
        told = {**said.facts, **({"orders_withdrawn": excused} if excused else {})}
        public = f"经批准中止计时，最迟{until:%Y-%m-%d}恢复。"
        return Said(said.text, public, told, State.SUSPENDED)
    if request.kind is Action.TERMINATE:
        return Said(said.text, f"经批准终止办理：{request.reason}", said.facts, State.TERMINATED)
    return said


def _stop(case: Case, request: Request, step: Step) -> datetime:
    """Until the planned day, or for as long as the terms allow counted from now."""
    ground = request.ground or Pause.AWAIT_TEST
    latest = budget.latest(case, ground, step)
    request.resume_on = min(request.resume_on or latest, latest)
    if request.resume_on <= _today(step):
        raise NotPossible(
            "预计恢复日期已到或中止时长已用完，请驳回，由单位重新申请。",
            "The planned day has come, or no suspension is left: refuse it.",
        )
    until = midnight(request.resume_on)
    promises.pause(case, CLOCKS, step, ground.value, until=until)
    return until


def _extend(case: Case, request: Request, step: Step) -> datetime | None:
    """The citizen's new date, where theirs is among the promises that were prolonged."""
    terms = step.rules.terms.extension(case.type.value, case.urgency.value)
    live = {one: n for one in (Promise.REPLY, Promise.FINISH) if (n := case.live(one)) is not None}
    if terms is None or not live:
        raise NotPossible(
            "现在没有可以延长的期限，请驳回。", "There is no limit to prolong: refuse it."
        )
    span = Span(request.days, terms.span.unit)
    for promise, n in live.items():
        calendar = promises.calendar_for(case, promise, "", step.rules)
        case.deadlines[n] = clock.extend(case.deadlines[n], span, calendar, at=step.at)
    return case.due_at if Promise.REPLY in live else None


def _today(step: Step) -> date:
    return step.at.astimezone(step.rules.calendar.zone).date()


def _day(moment: datetime, step: Step) -> str:
    local = moment.astimezone(step.rules.calendar.zone)
    return f"{local.year}年{local.month}月{local.day}日{local:%H:%M}"
