"""In the department: sign 签收, reassign 改派, contact 联系, note progress 进展."""

from escalation.promise import Promise
from hotline.domain import promises
from hotline.domain.acts import department
from hotline.domain.case import Case, Said
from hotline.domain.errors import NotPossible
from hotline.domain.promises import Step
from hotline.domain.state import State

TRIES = 3  # contact attempts without an answer that stand for a contact


def sign(case: Case, facts: department.Sign, step: Step) -> Said:
    case.handler = facts.handler
    promises.keep(case, step.at, Promise.SIGN)
    told = {"handler": facts.handler, "phone": facts.phone}
    return Said("", "承办单位已签收，正在办理。", told, State.PROCESSING)


def reassign(case: Case, facts: department.Reassign, step: Step) -> Said:
    """The citizen's promises stand as they are: who works on it is the unit's own matter."""
    if facts.handler == case.handler:
        raise NotPossible(
            f"经办人已是{facts.handler}，无需改派。", "They have it already.", field="handler"
        )
    told = {"handler": facts.handler, "phone": facts.phone, "from": case.handler}
    case.handler = facts.handler
    return Said(facts.text or "", None, told)


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
