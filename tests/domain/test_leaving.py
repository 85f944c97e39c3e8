"""What goes with the unit that loses a case, and where a case goes that begins again."""

from datetime import date
from typing import Any

import pytest

from escalation.promise import Deadline, Promise
from escalation.promise import State as Run
from hotline.domain import perform
from hotline.domain.acts import centre, citizen, department
from hotline.domain.case import Case
from hotline.domain.errors import NotAllowed, NotPossible
from hotline.domain.interest import Interest
from hotline.domain.state import Action, State
from hotline.domain.words import (
    Cause,
    Granted,
    Judgement,
    PartStep,
    Reached,
    Role,
    Satisfaction,
    Urgency,
    Verdict,
)
from hotline.flow import notify
from tests.domain.test_time import DAY, extend, grant, suspend
from tests.makers import (
    MONDAY,
    a_reply,
    a_sign,
    an_officer,
    dispatched,
    do,
    followed,
    processing,
    replied,
    rules,
)

RECALL = centre.Recall(reason="派错")
TO_ANOTHER = centre.Transfer(department="cgj")
TO_THE_SAME = centre.Transfer(department="zjj")
BAD = centre.FollowUp(outcome=Reached.REACHED, solved=False, satisfaction=Satisfaction.POOR)
EXPOSE = centre.Expose(reason="现场仍不亮", evidence="现场核查照片")
EXCLUDE = department.Exclude(reason_code="不合理", reason="诉求人要求超出职责")
RETURN = department.SendBack(reason="非我职责", legal_basis="职责清单")


def asked(case: Case) -> Case:
    """An extension and a suspension wait to be granted, and the case's being left out of the score."""
    do(do(case, extend(), Role.CLERK), suspend(date(2026, 12, 4)), Role.CLERK)
    return do(case, EXCLUDE, Role.CLERK)


def states(case: Case) -> list[tuple[str, str]]:
    return [(request.kind.value, request.state) for request in case.requests]


def returned(case: Case) -> Case:
    return do(case, RETURN, Role.CLERK)


def ruled(case: Case, verdict: Verdict, **told: Any) -> Case:
    role = Role.DIRECTOR if verdict is Verdict.DESIGNATE else Role.DISPATCHER
    return do(case, centre.Rule(verdict=verdict, reason="按清单", **told), role)


def lost_by_recall(case: Case) -> Case:
    return do(case, RECALL, Role.DISPATCHER)


def lost_by_return(case: Case) -> Case:
    return ruled(returned(case), Verdict.UPHOLD)


def lost_by_designation(case: Case) -> Case:
    return ruled(ruled(returned(case), Verdict.ADJUDICATE), Verdict.DESIGNATE, department="cgj")


LOSSES = pytest.mark.parametrize("lost", [lost_by_recall, lost_by_return, lost_by_designation])


@LOSSES
def test_what_a_unit_asked_for_is_withdrawn_with_an_entry_when_it_loses_the_case(lost: Any) -> None:
    case = lost(asked(processing()))
    assert {state for _, state in states(case)} == {"withdrawn"}
    assert case.entries[-1].after["requests_withdrawn"] == [1, 2, 3]
    if case.state is State.PENDING_DISPATCH:
        do(do(case, TO_ANOTHER, Role.DISPATCHER), a_sign(), Role.CLERK)
    do(case, suspend(date(2026, 12, 4)), Role.CLERK)  # the next unit asks for itself
    do(do(case, extend(), Role.CLERK), EXCLUDE, Role.CLERK)
    with pytest.raises(NotPossible):
        do(case, grant(2), Role.DIRECTOR)
    assert case.state is State.PROCESSING
    do(case, grant(4), Role.DIRECTOR)
    assert case.state is State.SUSPENDED


def test_a_unit_that_keeps_the_case_keeps_what_it_asked_for() -> None:
    case = ruled(returned(asked(processing())), Verdict.REFUSE)
    assert {state for _, state in states(case)} == {"asked"}
    same = ruled(returned(asked(processing())), Verdict.ADJUDICATE)
    ruled(same, Verdict.DESIGNATE, department="zjj")
    assert {state for _, state in states(same)} == {"asked"}
    assert "requests_withdrawn" not in same.entries[-1].after


def test_a_request_of_a_unit_that_had_lost_the_case_before_this_held_can_only_be_refused() -> None:
    case = asked(processing())
    case.requests[0].department = "cgj"  # as an older version left it
    with pytest.raises(NotPossible, match="已不再承办"):
        do(case, grant(1), Role.DIRECTOR)
    do(case, grant(1, verdict=Granted.REFUSED), Role.DIRECTOR)
    assert case.requests[0].state == "refused"


def test_a_ruling_binds_the_unit_that_was_told_and_not_the_next() -> None:
    case = ruled(returned(dispatched()), Verdict.REFUSE)
    with pytest.raises(NotPossible, match="已经裁定"):
        returned(case)
    do(do(case, RECALL, Role.DISPATCHER), TO_ANOTHER, Role.DISPATCHER)
    assert returned(case).state is State.RETURN_REVIEW


def test_who_was_designated_after_all_may_not_return_it() -> None:
    case = lost_by_designation(processing())
    with pytest.raises(NotPossible, match="已经裁定"):
        returned(case)


def test_a_reply_withdraws_what_waits_but_the_exclusion_which_is_about_the_rating() -> None:
    case = asked(do(processing(), department.Contact(text="已联系"), Role.AGENT))
    do(case, a_reply(), Role.CLERK)
    assert states(case) == [
        ("extend", "withdrawn"),
        ("suspend", "withdrawn"),
        ("exclude", "asked"),
    ]
    assert case.entries[-1].after["requests_withdrawn"] == [1, 2]
    do(do(case, centre.Approve(), Role.INSPECTOR), BAD, Role.CALLBACK)
    do(case, centre.Rework(reason="未解决"), Role.CALLBACK)
    due = case.due_at
    with pytest.raises(NotPossible):
        do(case, grant(1), Role.DIRECTOR)
    assert case.due_at == due, "what the first round asked for does not move the second's date"
    do(case, grant(3), Role.DIRECTOR)


def test_the_end_of_a_case_withdraws_all_that_can_be_granted_no_more() -> None:
    case = asked(processing())
    do(case, citizen.Withdraw(), an_officer(Role.AGENT))
    assert case.state is State.TERMINATED
    assert {state for _, state in states(case)} == {"withdrawn"}
    assert case.entries[-1].after["requests_withdrawn"] == [1, 2, 3]


def test_a_termination_that_is_granted_is_granted_and_the_others_fall_with_it() -> None:
    case = asked(processing())
    do(case, department.Terminate(reason="已诉讼", document="受理通知书"), Role.CLERK)
    do(case, grant(4), Role.DIRECTOR)
    assert states(case)[-1] == ("terminate", "granted")
    assert {state for _, state in states(case)[:-1]} == {"withdrawn"}


def test_a_case_is_not_archived_while_its_exclusion_waits_for_a_word() -> None:
    case = do(do(followed(), BAD, Role.CALLBACK), centre.Close(), Role.CALLBACK)
    do(case, EXCLUDE, Role.CLERK)
    much_later = case.entries[-1].at + 400 * DAY
    with pytest.raises(NotPossible):
        do(case, centre.Archive(), Role.SYSTEM, much_later)
    do(case, grant(1, verdict=Granted.REFUSED), Role.DIRECTOR, much_later)
    do(case, centre.Archive(), Role.SYSTEM, much_later)
    assert case.state is State.ARCHIVED


def test_an_extension_of_nothing_is_not_granted_and_tells_the_citizen_of_none() -> None:
    case = do(processing(), extend(), Role.CLERK)
    shift_lead = an_officer(Role.SHIFT_LEAD)
    do(case, centre.Correct(reason="实为特急", urgency=Urgency.CRITICAL), shift_lead)
    with pytest.raises(NotPossible, match="没有可以延长的期限"):
        do(case, grant(1), Role.DIRECTOR)


def order(case: Case, level: int = 4) -> Case:
    role = Role.DIRECTOR if level >= 4 else Role.SUPERVISOR
    return do(case, centre.Supervise(level=level, cause=Cause.OTHER, text="限期办结。"), role)


def clock(case: Case, n: int = 1) -> Deadline:
    found = case.latest(Promise.ORDER, str(n))
    assert found is not None
    return found


@pytest.mark.parametrize("lost", [lost_by_recall, lost_by_return])
@pytest.mark.parametrize("again", [TO_ANOTHER, TO_THE_SAME])
def test_an_order_stands_while_no_unit_has_the_case_and_starts_anew_with_the_next(
    lost: Any, again: centre.Transfer
) -> None:
    case = order(processing())
    began = clock(case).started_at
    lost(case)
    assert clock(case).state is Run.PAUSED and clock(case).next_at is None
    assert case.live_order is not None and case.entries[-1].after["order"] == 1
    do(case, again, Role.DISPATCHER, MONDAY + 9 * DAY)
    made = clock(case)
    assert made.state is Run.RUNNING and made.started_at == MONDAY + 9 * DAY > began
    assert case.orders[0].department == again.department
    assert case.orders[0].due_at == made.due_at
    assert f"unit:{again.department}" in case.orders[0].recipients
    assert sum(d.live and d.promise is Promise.ORDER for d in case.deadlines.values()) == 1


def test_an_order_to_nobody_or_sent_back_to_nobody_counts_from_the_hand_over() -> None:
    case = order(do(processing(), RECALL, Role.DISPATCHER))
    assert clock(case).state is Run.PAUSED
    do(case, TO_ANOTHER, Role.DISPATCHER)
    assert clock(case).state is Run.RUNNING and case.orders[0].department == "cgj"
    answer = department.AnswerOrder(
        order=1, text="已整改。", plan="逐灯更换。", plan_on=date(2026, 12, 30)
    )
    do(do(case, a_sign(), Role.CLERK), answer, Role.CLERK)
    do(case, RECALL, Role.DISPATCHER)
    assert not clock(case).live, "the unit has answered: nothing is owed"
    back = centre.JudgeOrder(order=1, verdict=Judgement.RETURN, reason="重报")
    do(case, back, Role.DIRECTOR)
    assert clock(case).state is Run.PAUSED
    do(case, TO_THE_SAME, Role.DISPATCHER)
    assert clock(case).state is Run.RUNNING and case.orders[0].department == "zjj"


def test_an_order_of_a_unit_that_keeps_the_case_runs_on() -> None:
    case = order(processing())
    began = clock(case)
    ruled(ruled(returned(case), Verdict.ADJUDICATE), Verdict.DESIGNATE, department="zjj")
    assert clock(case) == began


def keep_out(case: Case, code: str = "zjj") -> Case:
    case.interests.append(Interest(1, "unit", code, "被举报", "director", MONDAY))
    return case


def closed() -> Case:
    return do(do(followed(), BAD, Role.CALLBACK), centre.Close(), Role.CALLBACK)


REOPEN = (citizen.Reopen(facts="又坏了"), an_officer(Role.CITIZEN))
REWORK = (centre.Rework(reason="未解决"), an_officer(Role.CALLBACK))
EXPOSED = (EXPOSE, an_officer(Role.INSPECTOR))
REVISE = (centre.Revise(defects=("答非所问",)), an_officer(Role.INSPECTOR))
BEGINS = [
    (closed, REOPEN),
    (closed, EXPOSED),
    (lambda: do(followed(), BAD, Role.CALLBACK), REWORK),
    (replied, EXPOSED),
    (replied, REVISE),
]


@pytest.mark.parametrize(("made", "begins"), BEGINS)
def test_a_case_that_begins_again_does_not_go_to_a_unit_that_is_kept_out(
    made: Any, begins: Any
) -> None:
    case = keep_out(made())
    do(case, *begins)
    assert (case.state, case.lead, case.handler) == (State.PENDING_DISPATCH, None, None)
    live = {deadline.promise for deadline in case.deadlines.values() if deadline.live}
    assert Promise.REPLY in live and not live & {Promise.FINISH, Promise.CONTACT}
    told = list(notify.audiences(case, case.entries[-1]))
    assert "role:dispatcher" in told and not any(one.startswith("unit:") for one in told)
    assert "退回承办单位" not in (case.entries[-1].public or "")
    perform.hold_invariants(case)
    with pytest.raises(NotPossible):
        do(case, TO_THE_SAME, Role.DISPATCHER)
    do(do(case, TO_ANOTHER, Role.DISPATCHER), a_sign(), Role.CLERK)
    assert case.state is State.PROCESSING and case.live(Promise.FINISH) is not None


@pytest.mark.parametrize(("made", "begins"), BEGINS)
def test_where_nobody_or_somebody_else_is_kept_out_it_goes_back_to_its_unit(
    made: Any, begins: Any
) -> None:
    case = keep_out(made(), "cgj")
    do(case, *begins)
    assert (case.state, case.lead) == (State.PROCESSING, "zjj")
    assert "role:dispatcher" not in list(notify.audiences(case, case.entries[-1]))


def test_a_return_is_not_refused_to_a_unit_that_became_kept_out() -> None:
    case = keep_out(returned(processing()))  # as a merger of departments leaves it
    with pytest.raises(NotPossible, match="回避"):
        ruled(case, Verdict.REFUSE)
    assert ruled(case, Verdict.UPHOLD).state is State.PENDING_DISPATCH


def together() -> Case:
    case = processing()
    told = department.Cohandle(departments=("cgj",), days=1, text="协办")
    return do(case, told, Role.CLERK)


def allowed(case: Case, role: Role, unit: str) -> set[Action]:
    return set(perform.possible(case, an_officer(role, unit), case.entries[-1].at, rules()))


def test_who_co_handled_and_was_dropped_has_nothing_to_do_with_the_case_any_more() -> None:
    case = together()
    assert Action.NOTE in allowed(case, Role.CLERK, "cgj")
    do(do(case, RECALL, Role.DISPATCHER), TO_THE_SAME, Role.DISPATCHER)
    assert case.parts[0].state == "dropped"
    assert allowed(case, Role.CLERK, "cgj") == set() == allowed(case, Role.LEADER, "cgj")
    with pytest.raises(NotAllowed):
        note = department.Note(text="我们已到现场", visible=True, arrived=True)
        do(case, note, an_officer(Role.CLERK, "cgj"))


def test_a_co_handler_that_has_reported_assigns_nothing_in_the_leads_name() -> None:
    case, cohandler = together(), an_officer(Role.CLERK, "cgj")
    assert Action.ASSIGN in allowed(case, Role.CLERK, "cgj")
    report = department.ReportPart(part=1, step=PartStep.REPORT, text="已办")
    do(case, report, cohandler)
    assert Action.ASSIGN not in allowed(case, Role.CLERK, "cgj")
    below_the_lead = department.Assign(department="wj-zjj", days=1, text="去做")
    with pytest.raises(NotAllowed):
        do(case, below_the_lead, cohandler)
    do(case, below_the_lead, Role.CLERK)
    assert (case.parts[-1].department, case.parts[-1].given_by) == ("wj-zjj", "zjj")


def test_a_unit_above_assigns_for_the_one_below_that_has_the_part() -> None:
    case = processing("cgj")
    told = department.Cohandle(departments=("wj-zjj",), days=2, text="协办")
    do(case, told, an_officer(Role.CLERK, "cgj"))
    give = department.Assign(department="wj-jd1", days=1, text="去做")
    do(case, give, an_officer(Role.CLERK, "zjj"))
    assert case.parts[-1].given_by == "wj-zjj"
