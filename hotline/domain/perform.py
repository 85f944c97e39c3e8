"""The one place where an action becomes a changed case and exactly one entry."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hotline.domain import (
    access,
    appeals,
    closing,
    dispatching,
    handling,
    law,
    leaving,
    parts,
    promises,
    recounting,
    requests,
    restarting,
    supervision,
    urging,
)
from hotline.domain.acts import ACTION_OF
from hotline.domain.acts.asking import Act
from hotline.domain.case import Case, Entry, Said
from hotline.domain.errors import NotPossible, Refused
from hotline.domain.guards import GUARDS
from hotline.domain.people import Actor
from hotline.domain.promises import CITIZENS, Rules, Step
from hotline.domain.state import IN_HAND, Action, State
from hotline.domain.words import Role

Effect = Callable[[Case, Any, Step], Said]

EFFECTS: dict[Action, Effect] = {
    Action.SUPPLEMENT: dispatching.supplement,
    Action.ANSWER: dispatching.answer,
    Action.DECLINE: dispatching.decline,
    Action.REFER: dispatching.refer,
    Action.ASK: dispatching.ask,
    Action.ACCEPT: dispatching.accept,
    Action.TRANSFER: dispatching.transfer,
    Action.RECALL: dispatching.recall,
    Action.SEND_BACK: dispatching.send_back,
    Action.RULE: dispatching.rule,
    Action.MERGE: dispatching.merge,
    Action.UNMERGE: dispatching.unmerge,
    Action.SPLIT: dispatching.split,
    Action.CORRECT: dispatching.correct,
    Action.ASSIGN: parts.assign,
    Action.SIGN: handling.sign,
    Action.REASSIGN: handling.reassign,
    Action.CONTACT: handling.contact,
    Action.NOTE: handling.note,
    Action.COHANDLE: parts.cohandle,
    Action.REPORT_PART: parts.report_part,
    Action.SUSPEND: requests.suspend,
    Action.RESUME: requests.resume,
    Action.EXTEND: requests.extend,
    Action.EXCLUDE: requests.exclude,
    Action.TERMINATE: requests.terminate,
    Action.GRANT: requests.grant,
    Action.ENDORSE: closing.endorse,
    Action.REPLY: closing.reply,
    Action.APPROVE: closing.approve,
    Action.REVISE: closing.revise,
    Action.FOLLOW_UP: closing.follow_up,
    Action.CLOSE: closing.close,
    Action.REWORK: closing.rework,
    Action.RATE: closing.rate,
    Action.WITHDRAW: closing.withdraw,
    Action.REOPEN: closing.reopen,
    Action.ARCHIVE: closing.archive,
    Action.URGE: urging.urge,
    Action.REMIND: supervision.remind,
    Action.RECOUNT: recounting.recount,
    Action.SUPERVISE: supervision.supervise,
    Action.ANSWER_ORDER: supervision.answer_order,
    Action.JUDGE_ORDER: supervision.judge_order,
    Action.APPEAL_ORDER: appeals.appeal_order,
    Action.JUDGE_APPEAL: appeals.judge_appeal,
    Action.EXPOSE: closing.expose,
}

# Taken by the ladder, the calendar or the operator; no form and no interface offers them.
INTERNAL: dict[type[Act], Action] = {
    supervision.Remind: Action.REMIND,
    recounting.Recount: Action.RECOUNT,
}


def action_of(facts: Act) -> Action:
    return INTERNAL.get(type(facts)) or ACTION_OF[type(facts)]


def receive(case: Case, step: Step, text: str = "", *, split_from: Case | None = None) -> Entry:
    """Row 1: the first entry; the citizen's promises count from the receipt."""
    if split_from is not None:
        restarting.carry_over(case, split_from, step.rules, step.at)
    for promise in CITIZENS if split_from is None else ():
        promises.begin(case, promise, case.received_at, step.rules)
    said = Said(text, "您的诉求已登记。", {"channel": case.channel.value})
    return case.append(Action.RECEIVE, step.actor, step.at, {}, said)


def perform(case: Case, facts: Act, step: Step) -> Entry:
    """Changes the case by one action, or raises Refused and leaves it to be thrown away."""
    action = action_of(facts)
    row = law.row_for(case.state, action)
    access.check(step.actor, action, case)
    guard = GUARDS.get(action)
    if guard is not None:
        guard(case, step)
    before = case.standing()
    said = EFFECTS[action](case, facts, step)
    supervision.keep_dates(case)
    source = case.state
    target = said.to or source
    if target not in row.leads_to(source):
        raise NotPossible(
            f"“{action.zh}”不能使诉求由“{source.zh}”变为“{target.zh}”。",
            f"'{action.value}' does not lead from '{source.value}' to '{target.value}'.",
        )
    enclosed = getattr(facts, "attachments", ())
    if enclosed:
        said = replace(said, facts={**said.facts, "attachments": list(enclosed)})
    case.state = target
    if not case.open:
        said = replace(said, facts={**said.facts, **_end(case, step)})
    entry = case.append(action, step.actor, step.at, before, said)
    hold_invariants(case)
    return entry


def _end(case: Case, step: Step) -> dict[str, Any]:
    """A closed case has no live promise, and no order or request that still waits for something."""
    promises.end_all(case, step.at)
    case.closed_at = case.closed_at or step.at
    for order in case.orders:
        if order.live:
            order.withdraw("诉求已结束，督办随之终止。")
    rated = case.state in (State.CLOSED, State.ARCHIVED)  # only there is 评价除外 still granted
    return leaving.lapse(case, rating_too=not rated)


def told_with_parent(case: Case, text: str, step: Step) -> Entry:
    """A merged case's citizen reads the parent's reply in the own timeline."""
    said = Said(text, text, {"from_parent": case.parent})
    return case.append(Action.NOTE, step.actor, step.at, case.standing(), said)


def moved(case: Case, parent: str, step: Step) -> Entry:
    """A merged case follows its matter to another parent: its citizen stays subscribed."""
    before, case.parent = case.standing(), parent
    said = Said(f"随主单改并入 {parent}", None, {"parent": parent})
    return case.append(Action.NOTE, step.actor, step.at, before, said)


def hold_invariants(case: Case) -> None:
    """Domain rules §1.3 (a) to (d); breaking one is a bug, never a refusal."""
    if case.state in IN_HAND and case.lead is None:
        raise AssertionError(f"{case.number}: in a department's hands without a lead")
    if case.open and promises.why_none(case) is None:
        raise AssertionError(f"{case.number}: open in {case.state} without a running promise")
    if not case.open and any(d.live for d in case.deadlines.values()):
        raise AssertionError(f"{case.number}: closed as {case.state} with a live promise")
    if case.lead and any(
        part.department == case.lead and part.kind == "cohandle" for part in case.waiting_parts
    ):
        raise AssertionError(f"{case.number}: the lead co-handles its own case")
    if sum(order.live for order in case.orders) > 1:
        raise AssertionError(f"{case.number}: supervised twice at once")


def possible(case: Case, actor: Actor, step_at: Any, rules: Rules) -> list[Action]:
    """Exactly the actions that the case's state, its guards and the actor's role allow now."""
    step = Step(actor, step_at, rules)
    found: list[Action] = []
    for action in law.actions_from(case.state):
        if action in INTERNAL.values() or not access.may(actor, action, case):
            continue
        try:
            guard = GUARDS.get(action)
            if guard is not None:
                guard(case, step)
        except Refused:
            continue
        found.append(action)
    return found


def citizen_actions(case: Case, step_at: Any, rules: Rules) -> list[Action]:
    return possible(case, Actor(Role.CITIZEN, "citizen"), step_at, rules)
