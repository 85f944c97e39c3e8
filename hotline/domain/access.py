"""Who may do which action on whose case: one table, one function."""

from enum import StrEnum

from hotline.domain.case import Case
from hotline.domain.errors import NotAllowed
from hotline.domain.interest import kept_out
from hotline.domain.people import Actor
from hotline.domain.state import Action
from hotline.domain.words import Role


class Whose(StrEnum):
    """On whose case a role may act."""

    ALL = "all"
    LEAD = "lead"  # the lead department lies in the actor's subtree
    TEAM = "team"  # the lead, or a part that was not dropped, lies in the actor's subtree
    OWN = "own"  # the citizen's own; the query code has proved it


A, L, T, O = Whose.ALL, Whose.LEAD, Whose.TEAM, Whose.OWN  # noqa: E741
R = Role

# The operator's command line and the replay act as the system does.
ACCESS: dict[Action, dict[Role, Whose]] = {
    Action.RECEIVE: {R.CITIZEN: O, R.AGENT: A, R.SYSTEM: A, R.OPERATOR: A},
    Action.SUPPLEMENT: {R.CITIZEN: O, R.AGENT: A, R.CALLBACK: A},
    Action.ANSWER: {R.AGENT: A},
    Action.DECLINE: {R.AGENT: A, R.DISPATCHER: A},
    Action.REFER: {R.AGENT: A, R.DISPATCHER: A, R.SHIFT_LEAD: A},
    Action.ASK: {R.AGENT: A, R.DISPATCHER: A},
    Action.ACCEPT: {R.DISPATCHER: A, R.SYSTEM: A},
    Action.TRANSFER: {R.DISPATCHER: A, R.SYSTEM: A},
    Action.RECALL: {R.DISPATCHER: A},
    Action.RULE: {R.DISPATCHER: A, R.DIRECTOR: A},
    Action.MERGE: {R.DISPATCHER: A},
    Action.UNMERGE: {R.DISPATCHER: A, R.SYSTEM: A},  # the latter when a parent is withdrawn
    Action.SPLIT: {R.DISPATCHER: A},
    Action.ASSIGN: {R.CLERK: T},
    Action.SIGN: {R.CLERK: L},
    Action.REASSIGN: {R.LEADER: L},
    Action.SEND_BACK: {R.CLERK: L},
    # For the anonymous, a 举报 and the confidential the centre relays the contact.
    Action.CONTACT: {R.CLERK: L, R.AGENT: A, R.CALLBACK: A},
    Action.NOTE: {
        R.CLERK: T,
        R.LEADER: T,
        R.AGENT: A,
        R.DISPATCHER: A,
        R.SUPERVISOR: A,
        R.CALLBACK: A,
        R.INSPECTOR: A,
        R.SHIFT_LEAD: A,
        R.DIRECTOR: A,
    },
    Action.COHANDLE: {R.CLERK: L, R.DISPATCHER: A},
    Action.REPORT_PART: {R.CLERK: T},
    Action.SUSPEND: {R.CLERK: L},
    Action.RESUME: {R.CLERK: L, R.DISPATCHER: A, R.DIRECTOR: A, R.SYSTEM: A},
    Action.EXTEND: {R.CLERK: L},
    Action.EXCLUDE: {R.CLERK: L},
    Action.TERMINATE: {R.CLERK: L},
    # The clerk only to withdraw the own request; the leader where the terms name the unit's head.
    Action.GRANT: {R.DIRECTOR: A, R.CLERK: L, R.LEADER: L},
    Action.ENDORSE: {R.LEADER: L},
    Action.REPLY: {R.CLERK: L},
    Action.APPROVE: {R.INSPECTOR: A},
    Action.REVISE: {R.INSPECTOR: A},
    Action.FOLLOW_UP: {R.CALLBACK: A},
    Action.REWORK: {R.CALLBACK: A},
    Action.CLOSE: {R.CALLBACK: A, R.SYSTEM: A},
    Action.URGE: {R.CITIZEN: O, R.AGENT: A},
    Action.REMIND: {R.SYSTEM: A},
    Action.SUPERVISE: {R.SUPERVISOR: A, R.DIRECTOR: A, R.SYSTEM: A},
    Action.ANSWER_ORDER: {R.CLERK: L, R.LEADER: L},
    Action.JUDGE_ORDER: {R.SUPERVISOR: A, R.DIRECTOR: A},
    # 政府督查条例 art. 17: the unit appeals; the director, not who judged the answer, rules on it.
    Action.APPEAL_ORDER: {R.CLERK: L, R.LEADER: L},
    Action.JUDGE_APPEAL: {R.DIRECTOR: A},
    Action.EXPOSE: {R.INSPECTOR: A, R.DIRECTOR: A},
    Action.WITHDRAW: {R.CITIZEN: O, R.AGENT: A},
    Action.RATE: {R.CITIZEN: O},
    # Whoever calls back hears it as an agent does: the citizen tells that it is not solved.
    Action.REOPEN: {R.CITIZEN: O, R.AGENT: A, R.CALLBACK: A},
    Action.ARCHIVE: {R.SYSTEM: A},
    Action.CORRECT: {R.SHIFT_LEAD: A},
    Action.RECOUNT: {R.SYSTEM: A, R.OPERATOR: A},
}


def reaches(whose: Whose, actor: Actor, case: Case) -> bool:
    if case.interests and kept_out(actor, case.interests):
        return False
    if whose in (Whose.ALL, Whose.OWN):
        return True
    if case.lead in actor.units:
        return True
    return whose is Whose.TEAM and any(part.department in actor.units for part in case.held_parts)


def may(actor: Actor, action: Action, case: Case) -> bool:
    whose = ACCESS[action].get(actor.role)
    return whose is not None and reaches(whose, actor, case)


def may_see(actor: Actor, case: Case) -> bool:
    """Centre roles see every case, departments their subtree's, administrators none; who is kept out, not this one."""
    whose = Whose.ALL if actor.role in SEES_ALL else Whose.TEAM
    return (whose is Whose.ALL or actor.of_department) and reaches(whose, actor, case)


SEES_ALL = frozenset(
    {R.AGENT, R.DISPATCHER, R.SUPERVISOR, R.CALLBACK, R.INSPECTOR, R.SHIFT_LEAD, R.DIRECTOR}
) | {R.SYSTEM, R.OPERATOR}


def check(actor: Actor, action: Action, case: Case) -> None:
    if not may(actor, action, case):
        raise NotAllowed(
            f"{actor.role.zh}不能对这件诉求执行“{action.zh}”，请交由有权限的岗位办理。",
            f"A {actor.role.en} may not do '{action.value}' on this case.",
        )


def may_reveal(actor: Actor, case: Case) -> bool:
    """contract.md, 'Who sees identity'; the purpose and the record are the flow's."""
    if actor.role in REVEALS_ALL:
        return True
    after_sign = case.handler is not None and case.lead in actor.units
    guarded = case.type == "report" or case.confidential
    return actor.of_department and after_sign and not guarded


REVEALS_ALL = frozenset(
    {R.DISPATCHER, R.SUPERVISOR, R.INSPECTOR, R.SHIFT_LEAD, R.DIRECTOR, R.CALLBACK}
)
