"""Reply to archive: endorse, reply 答复, review, call back 回访, rate, close 办结, reopen."""

from datetime import UTC
from typing import Any

from escalation.promise import Promise
from escalation.promise import State as Run
from hotline.domain import leaving, parts, promises
from hotline.domain.acts import centre, citizen, department
from hotline.domain.case import Case, Said
from hotline.domain.errors import NotPossible
from hotline.domain.promises import CITIZENS, Step
from hotline.domain.state import State
from hotline.domain.words import Kind, Reached


def endorse(case: Case, facts: department.Endorse, step: Step) -> Said:
    case.endorsed = facts.public_reply
    return Said(facts.public_reply, None)


def reply(case: Case, facts: department.Reply, step: Step) -> Said:
    """Row 17: first contact recorded, parts returned, and endorsed where the profile asks."""
    if case.waiting_parts and not facts.without_parts:
        raise NotPossible(
            "还有协办或加派未回告，请催告，或说明不等待的理由。",
            "Parts are still open; wait for them or say why not.",
            field="without_parts",
        )
    if not facts.solved and not facts.unsolved_reason:
        raise NotPossible(
            "请说明未解决的原因。", "Say why it is not solved.", field="unsolved_reason"
        )
    needs_name = step.rules.terms.endorse_required(case.type.value, case.urgency.value)
    if needs_name and case.endorsed != facts.public_reply:
        raise NotPossible(
            "答复须先由单位领导签发，且与签发稿一致。",
            "The department's leader must endorse this very text first.",
            field="public_reply",
        )
    case.reply = _kept(case, facts, step)
    parts.drop(case, step)
    promises.keep(case, step.at, Promise.FINISH)
    told = {"reply": case.reply, **leaving.lapse(case, rating_too=False)}
    public = "承办单位已提交答复，正在审核。"
    return Said(facts.internal_account, public, told, State.REPLY_REVIEW)


def _kept(case: Case, facts: department.Reply, step: Step) -> dict[str, Any]:
    """The reply as it is kept: internal account and public answer apart."""
    return {
        "found_true": facts.found_true.value,
        "solved": facts.solved,
        "unsolved_reason": facts.unsolved_reason,
        "beyond_duty": facts.beyond_duty,
        "beyond_kind": facts.beyond_kind,
        "contacted": facts.contacted,
        "contact_phone": facts.contact_phone,
        "contact_at": facts.contact_at.isoformat() if facts.contact_at else None,
        "internal_account": facts.internal_account,
        "public_reply": facts.public_reply,
        "legal_basis": facts.legal_basis,
        "without_parts": facts.without_parts,
        "attachments": list(facts.attachments),
        "endorsed": bool(case.endorsed == facts.public_reply),
        "at": step.at.isoformat(),
        "approved": False,
        "hints": None if step.noticed is None else [dict(one) for one in step.noticed],
    }


def revise(case: Case, facts: centre.Revise, step: Step) -> Said:
    """Row 18: the department's clock runs on as if the reply had not been handed in."""
    promises.revive(case, Promise.FINISH, Run.KEPT)
    to, told = leaving.back(case, step)
    return Said(facts.text or "", None, {"defects": list(facts.defects), **told}, to)


def approve(case: Case, facts: centre.Approve, step: Step) -> Said:
    """Rows 19 and 19b: every reply is checked one by one (济南 art. 27)."""
    promises.keep(case, step.at, Promise.REPLY, Promise.FEEDBACK, Promise.FINISH)
    promises.drop(case, (Promise.CONTACT, Promise.ON_SITE), step.at)
    case.reply = {**(case.reply or {}), "approved": True, "approved_at": step.at.isoformat()}
    case.attempts, case.outcome = 0, None
    public = f"答复：{case.reply['public_reply']}"
    if promises.limit_for(case, Promise.FOLLOW_UP, step.rules):
        promises.begin(case, Promise.FOLLOW_UP, step.at, step.rules)
        return Said(facts.text or "", public, to=State.FOLLOW_UP)
    return Said(facts.text or "", public, to=State.CLOSED)


def follow_up(case: Case, facts: centre.FollowUp, step: Step) -> Said:
    """Row 20: one attempt; solved and satisfied are two questions, and never from silence.

    Who asks to be called again has answered, and who left no number cannot: neither counts as a
    try. Of a closed case, drawn by lot, it is the same question, and the case stays as it is.
    """
    _complete(facts, step)
    if facts.outcome not in (Reached.LATER, Reached.NO_NUMBER):
        case.attempts += 1
    told: dict[str, Any] = {
        "outcome": facts.outcome.value,
        "solved": facts.solved,
        "satisfaction": facts.satisfaction.value if facts.satisfaction else None,
    }
    if facts.outcome is Reached.REACHED:
        asked = ("unsolved_reason", "discontent", "contacted", "pressed")
        told |= {name: getattr(facts, name) for name in asked if getattr(facts, name) is not None}
    if facts.again_at is not None and facts.outcome is Reached.LATER:
        told["again_at"] = facts.again_at.astimezone(UTC).isoformat()
    if facts.should_do:
        told["should_do"] = True
    case.outcome = {**told, "at": step.at.astimezone(UTC).isoformat()}
    promises.keep(case, step.at, Promise.FOLLOW_UP)
    return Said(facts.text or "", None, told)


def _complete(facts: centre.FollowUp, step: Step) -> None:
    """What was heard is whole, and a moment agreed on is still to come."""
    if facts.outcome is Reached.REACHED and (facts.solved is None or facts.satisfaction is None):
        field = "solved" if facts.solved is None else "satisfaction"
        raise NotPossible(
            "请记录是否解决和满意度。", "Record solved and satisfaction.", field=field
        )
    again = facts.again_at
    if facts.outcome is Reached.LATER and (again is None or not step.at < again):
        raise NotPossible(
            "请填写约定再呼的时间，须晚于现在。",
            "Tell when to call again; it must lie ahead.",
            field="again_at",
        )


def close(case: Case, facts: centre.Close, step: Step) -> Said:
    return Said(facts.text or "", "您的诉求已办结。", to=State.CLOSED)


def rework(case: Case, facts: centre.Rework, step: Step) -> Said:
    """Row 21; after the last allowed round the supervision that follows is the flow's."""
    to, told = _again(case, step)
    public = "您的诉求退回承办单位重新办理。" if case.lead else "您的诉求重新办理，将另派承办单位。"
    return Said(facts.reason, public, {"round": case.round, **told}, to)


def _again(case: Case, step: Step) -> tuple[State, dict[str, Any]]:
    """Another round under the terms of a rework; what the citizen urged counts from here, and what
    comes of it can be rated anew (row 20b)."""
    case.round, case.reworked, case.reworks = case.round + 1, True, case.reworks + 1
    case.rating = None
    case.endorsed, case.urges, case.urged_at = None, 0, None
    promises.drop(case, (Promise.FOLLOW_UP,), step.at)
    return _begin(case, step)


def _begin(case: Case, step: Step) -> tuple[State, dict[str, Any]]:
    """The citizen's promise anew, and the unit's, where it may have the case."""
    to, told = leaving.back(case, step)
    for promise in (Promise.FINISH, Promise.REPLY) if case.lead else (Promise.REPLY,):
        promises.begin(case, promise, step.at, step.rules)
    return to, told


def expose(case: Case, facts: centre.Expose, step: Step) -> Said:
    """Row 21c: a false closure undone, another round begun; the order that follows is the flow's."""
    case.closed_at, case.outcome, case.attempts = None, None, 0
    to, lost = _again(case, step)
    told = {"round": case.round, "evidence": facts.evidence, **lost}
    public = (
        "经核查，您的诉求退回承办单位重新办理。"
        if case.lead
        else "经核查，您的诉求重新办理，将另派承办单位。"
    )
    return Said(facts.reason, public, told, to)


def rate(case: Case, facts: citizen.Rate, step: Step) -> Said:
    case.rating = {
        "solved": facts.solved,
        "satisfaction": facts.satisfaction.value,
        "pressed": facts.pressed,
        "comment": facts.comment,
        "at": step.at.isoformat(),
    }
    told: dict[str, Any] = {"solved": facts.solved, "satisfaction": facts.satisfaction}
    told |= {} if facts.pressed is None else {"pressed": facts.pressed}
    return Said(facts.comment or "", "您已评价。", told)


def withdraw(case: Case, facts: citizen.Withdraw, step: Step) -> Said:
    """Row 22b: a 举报 goes on without the citizen."""
    if case.type is Kind.REPORT:
        return Said(facts.reason or "", "您已撤回举报；线索仍将依法核查。", {"withdrawn": True})
    return Said(facts.reason or "", "您已撤诉。", to=State.TERMINATED)


def reopen(case: Case, facts: citizen.Reopen, step: Step) -> Said:
    """Rows 24 and 24b; an archived case stays as it is, the flow opens a linked one.

    The ladder starts from its foot: what was climbed in the life before belongs to that life.
    """
    if case.state is State.ARCHIVED:
        return Said(facts.facts, "您就已归档事项再次来诉，已另行登记。")
    told: dict[str, Any] = {}
    back = State.REGISTERED
    case.round, case.reworked, case.reworks = case.round + 1, False, 0
    case.closed_at, case.outcome, case.attempts, case.rating = None, None, 0, None
    case.level, case.urges, case.urged_at = None, 0, None
    if case.state is State.CLOSED:
        back, told = _begin(case, step)
    else:
        for promise in CITIZENS:
            promises.begin(case, promise, step.at, step.rules)
    return Said(facts.facts, "您补充新事实后，诉求重新办理。", {"round": case.round, **told}, back)


def archive(case: Case, facts: centre.Archive, step: Step) -> Said:
    return Said("", None, to=State.ARCHIVED)
