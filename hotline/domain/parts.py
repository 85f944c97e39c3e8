"""Parts of the work: co-handling 协办 and 加派, each with a clock of its own.

A co-handler reports to the lead inside its own limit (北京 art. 14); the clock stands while the
report lies with whoever gave the part. A late part reminds, and supervises nobody: that sits on
the citizen's promise.
"""

from collections.abc import Iterable

from escalation import clock
from escalation import promise as run
from escalation.promise import Deadline, Limit, Promise
from hotline.domain import promises
from hotline.domain.acts import department
from hotline.domain.case import Case, Part, Said
from hotline.domain.errors import NotAllowed, NotPossible
from hotline.domain.interest import check_unit
from hotline.domain.promises import Step
from hotline.domain.words import PartStep


def begin(case: Case, codes: Iterable[str], text: str, step: Step) -> None:
    """Co-handlers named with the dispatch: a share of the lead's own limit, by the terms."""
    own = case.live(Promise.FINISH)
    for code in codes:
        part = _part(case, "cohandle", code, case.lead or "", text)
        case.parts.append(part)
        if own is not None:
            limit = step.rules.terms.co_handling(case.deadlines[own].span)
            promises.add(case, _clock(part, limit, step))


def drop(case: Case, step: Step) -> None:
    """Nobody waits for them any more."""
    for part in case.waiting_parts:
        part.state = "dropped"
        promises.drop(case, (Promise.FINISH,), step.at, part=part.clock)


def assign(case: Case, facts: department.Assign, step: Step) -> Said:
    """Row 7c: to a unit below one's own, inside one's own limit; replies return level by level."""
    own = own_unit(case, step)
    if not step.rules.tree.is_below(facts.department, own):
        raise NotPossible(
            "只能加派给本单位的下级单位。", "Only a unit below can be assigned.", field="department"
        )
    if step.rules.tree.heir(facts.department) != facts.department:
        raise NotPossible(
            "该单位已撤并，请选择承接单位。", "It is closed: choose its heir.", field="department"
        )
    check_unit(facts.department, case.interests, "department")
    _add_part(case, _part(case, "assign", facts.department, own, facts.text), facts.days, step)
    return Said(facts.text, None, {"assigned": facts.department, "days": facts.days})


def cohandle(case: Case, facts: department.Cohandle, step: Step) -> Said:
    wanted = [code for code in dict.fromkeys(facts.departments) if code != case.lead]
    busy = {part.department for part in case.waiting_parts}
    for code in wanted:
        check_unit(code, case.interests, "departments")
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


def own_unit(case: Case, step: Step) -> str:
    """The unit the actor works for on this case: one with a part in hand, else the lead.

    Of the lead only who belongs to it: a co-handler that has reported gives nobody anything in the
    lead's name.
    """
    units = [part.department for part in reversed(case.waiting_parts)]
    if step.actor.department in units:
        return step.actor.department or ""
    for unit in (case.lead or "", *units):
        if unit in step.actor.units:
            return unit
    raise NotAllowed(
        "您的单位没有正在办理的事项，不能加派。", "Your unit has no part in hand to assign from."
    )


def _part(case: Case, kind: str, unit: str, given_by: str, text: str) -> Part:
    return Part(len(case.parts) + 1, kind, unit, given_by, text)


def _add_part(case: Case, part: Part, days: int, step: Step) -> None:
    if days < 1:
        raise NotPossible("时限至少为 1 个工作日。", "At least one working day.", field="days")
    deadline = _clock(part, step.rules.terms.part(days), step)
    giver = next((p for p in case.waiting_parts if p.department == part.given_by), None)
    own = case.live(Promise.FINISH, giver.clock) if giver else case.live(Promise.FINISH)
    if own is not None and deadline.due_at > case.deadlines[own].due_at:
        raise NotPossible(
            "时限不能超过本单位的办理期限。", "The limit must lie inside one's own.", field="days"
        )
    case.parts.append(part)
    promises.add(case, deadline)


def _clock(part: Part, limit: Limit, step: Step) -> Deadline:
    return run.start(
        Promise.FINISH,
        step.at,
        limit,
        step.rules.calendar_of(part.department),
        part=part.clock,
        terms_version=step.rules.terms.version,
    )


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
        _report(case, part, facts, step)
    if facts.step is PartStep.RETURN:
        _run_on(case, part, step)
    part.state = reached
    return Said(
        facts.text or "", None, {"part": part.id, "step": facts.step, "late": facts.late_reason}
    )


def _report(case: Case, part: Part, facts: department.ReportPart, step: Step) -> None:
    """In words, and with the reason where it is late; waiting for the giver is not the unit's."""
    if not facts.text:
        raise NotPossible("请填写回告内容。", "Report in words.", field="text")
    n = case.live(Promise.FINISH, part.clock)
    if n is not None and case.deadlines[n].state is run.State.PAUSED:  # reported while it stood
        calendar = step.rules.calendar_of(part.department)
        case.deadlines[n] = clock.resume(case.deadlines[n], step.at, calendar)
    late = n is not None and run.overdue(case.deadlines[n], step.at)
    if late and not facts.late_reason:
        raise NotPossible("已超协办时限，请说明原因。", "Explain the delay.", field="late_reason")
    part.report = facts.text
    promises.keep(case, step.at, Promise.FINISH, part=part.clock)


def _run_on(case: Case, part: Part, step: Step) -> None:
    """The report came back: due when it was, and standing where the whole case stands."""
    promises.revive(case, Promise.FINISH, run.State.KEPT, part=part.clock)
    standing = [d for d in case.deadlines.values() if d.state is run.State.PAUSED and d.pauses]
    if standing:
        ground, until = standing[0].pauses[-1].ground, promises.runs_on_at(case)
        promises.pause(case, (Promise.FINISH,), step, ground, until=until)


PART_STEPS: dict[PartStep, tuple[tuple[str, ...], str]] = {
    PartStep.SIGN: (("asked",), "signed"),
    PartStep.REPORT: (("asked", "signed", "returned"), "reported"),
    PartStep.ACCEPT: (("reported",), "accepted"),
    PartStep.RETURN: (("reported",), "returned"),
}
