"""In the department: sign 签收, contact 联系, co-handle 协办, ask for time 延期, reply 答复."""

from escalation import promise as run
from escalation.promise import Promise
from hotline.domain import promises
from hotline.domain.acts import department
from hotline.domain.case import Case, Part, Said
from hotline.domain.errors import NotAllowed, NotPossible
from hotline.domain.promises import CITIZENS, UNITS, Step
from hotline.domain.state import State
from hotline.domain.words import PartStep

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
    public = facts.text if facts.visible else None
    if not facts.arrived:
        return Said(facts.text, public)
    promises.keep(case, step.at, Promise.ON_SITE)
    return Said(facts.text, public or "承办单位已到现场。", {"arrived": True})


def assign(case: Case, facts: department.Assign, step: Step) -> Said:
    """Row 7c: to a unit below one's own, inside one's own limit; replies return level by level."""
    own = _own_unit(case, step)
    if not step.rules.tree.is_below(facts.department, own):
        raise NotPossible(
            "只能加派给本单位的下级单位。", "Only a unit below can be assigned.", field="department"
        )
    _add_part(case, _part(case, "assign", facts.department, own, facts.text), facts.days, step)
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
        _add_part(
            case, _part(case, "cohandle", code, case.lead or "", facts.text), facts.days, step
        )
    return Said(facts.text, None, {"co_departments": wanted, "days": facts.days})


def _own_unit(case: Case, step: Step) -> str:
    """The unit the actor works for on this case: a part it holds, else the lead."""
    for part in reversed(case.waiting_parts):
        if part.department == step.actor.department:
            return part.department
    return case.lead or ""


def _part(case: Case, kind: str, unit: str, given_by: str, text: str) -> Part:
    return Part(len(case.parts) + 1, kind, unit, given_by, text)


def _add_part(case: Case, part: Part, days: int, step: Step) -> None:
    if days < 1:
        raise NotPossible("时限至少为 1 个工作日。", "At least one working day.", field="days")
    deadline = run.start(
        Promise.FINISH,
        step.at,
        step.rules.terms.part(days),
        step.rules.calendar_of(part.department),
        part=f"part-{part.id}",
        terms_version=step.rules.terms.version,
    )
    giver = next((p for p in case.waiting_parts if p.department == part.given_by), None)
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
