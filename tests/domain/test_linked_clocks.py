"""The clocks of cases that belong together: what a split, a merge and its end leave of them."""

from datetime import timedelta

from escalation import promise as run
from escalation.promise import Promise
from escalation.promise import State as Run
from hotline.domain import perform
from hotline.domain.acts import centre as acts
from hotline.domain.acts import citizen, department
from hotline.domain.case import Case
from hotline.domain.people import SYSTEM
from hotline.domain.promises import Step
from hotline.domain.words import Kind, Role, Urgency
from tests.makers import MONDAY, a_case, a_sign, do, rules

MERGE, APART = acts.Merge(parent="20261123-000009"), acts.Unmerge(reason="不是同一件事")


def part_of(origin: Case, days: int, **changes: object) -> Case:
    """What is split off that many days after the receipt."""
    at = MONDAY + timedelta(days=days)
    told = {"number": "20261123-000002", "received_at": origin.received_at, **changes}
    part = Case(**{**{name: getattr(origin, name) for name in COPIED}, **told})
    perform.receive(part, Step(SYSTEM, at, rules()), split_from=origin)
    return part


COPIED = ("state", "type", "urgency", "channel", "title", "content", "topic")


def running(case: Case) -> set[Promise]:
    return {one.promise for one in case.deadlines.values() if one.state is Run.RUNNING}


def test_a_promise_that_a_correction_ended_does_not_come_back_with_the_end_of_a_merge() -> None:
    case = do(a_case(), acts.Correct(reason="急", urgency=Urgency.CRITICAL), Role.SHIFT_LEAD)
    assert Promise.FEEDBACK in running(case)
    do(case, acts.Correct(reason="不急", urgency=Urgency.NORMAL), Role.SHIFT_LEAD)
    before, due = running(case), case.due_at
    assert Promise.FEEDBACK not in before
    for facts in (MERGE, APART, MERGE, APART):
        do(case, facts, Role.DISPATCHER)
    assert running(case) == before and case.due_at == due


def test_nor_where_correction_and_merge_are_of_one_moment() -> None:
    case = do(a_case(), acts.Correct(reason="急", urgency=Urgency.CRITICAL), Role.SHIFT_LEAD)
    back = acts.Correct(reason="不急", urgency=Urgency.NORMAL)
    at = MONDAY + timedelta(hours=1)
    do(case, back, Role.SHIFT_LEAD, at)
    before = running(case)
    do(do(case, MERGE, Role.DISPATCHER, at), APART, Role.DISPATCHER)
    assert running(case) == before


def test_what_the_merge_ended_runs_on_towards_the_same_moment() -> None:
    case = do(a_case(), acts.Correct(reason="急", urgency=Urgency.CRITICAL), Role.SHIFT_LEAD)
    before = {one.promise: one.due_at for one in case.deadlines.values() if one.live}
    assert {Promise.FEEDBACK, Promise.REPLY, Promise.DISPATCH} <= set(before)
    do(do(case, MERGE, Role.DISPATCHER), APART, Role.DISPATCHER)
    assert {one.promise: one.due_at for one in case.deadlines.values() if one.live} == before


def test_what_is_split_off_was_promised_with_the_receipt_of_the_whole() -> None:
    origin = a_case()
    part = part_of(origin, 7)
    reply = part.latest(Promise.REPLY)
    assert reply is not None and reply.started_at == MONDAY
    assert part.due_at == origin.due_at
    other = part_of(origin, 7, type=Kind.CONSULT)
    assert other.latest(Promise.REPLY).started_at == MONDAY  # type: ignore[union-attr]
    assert other.due_at != origin.due_at, "its own type's limit, from the same beginning"


def test_a_part_of_what_was_reopened_counts_from_the_reopening() -> None:
    at = MONDAY + timedelta(days=3)
    origin = do(a_case(), acts.Answer(text="已告知。"), Role.AGENT)
    do(origin, citizen.Reopen(facts="又坏了"), Role.AGENT, at)
    reply = part_of(origin, 5).latest(Promise.REPLY)
    assert reply is not None and reply.started_at == at


def test_waiting_for_the_citizen_is_not_counted_against_a_part_either() -> None:
    origin = do(a_case(), acts.AskMore(missing=("地址",)), Role.DISPATCHER)
    do(origin, citizen.Supplement(content="一号楼"), Role.CITIZEN, MONDAY + timedelta(days=2))
    assert origin.due_at is not None and origin.due_at > a_case().due_at  # type: ignore[operator]
    assert part_of(origin, 3).due_at == origin.due_at


def test_a_light_that_was_shown_for_the_whole_is_not_shown_again_for_a_part() -> None:
    origin, at = a_case(), MONDAY + timedelta(days=7)
    n = origin.live(Promise.DISPATCH)
    assert n is not None
    passed = [mark for mark in origin.deadlines[n].rungs if mark.at <= at]
    assert passed, "due on the first day"
    origin.deadlines[n] = run.climb(origin.deadlines[n], len(passed))
    mine = part_of(origin, 7).latest(Promise.DISPATCH)
    assert mine is not None and mine.state is Run.RUNNING
    assert all(mark.skipped for mark in mine.rungs if mark.at <= at)
    fresh = part_of(a_case(), 7).latest(Promise.DISPATCH)
    assert fresh is not None and fresh.next_at is not None and fresh.next_at <= at
    assert not any(mark.skipped for mark in fresh.rungs), "what is due already is due at once"


def test_the_unit_of_a_part_has_its_own_time_from_its_own_hand_over() -> None:
    part, at = part_of(a_case(), 7), MONDAY + timedelta(days=8)
    do(part, acts.Accept(), Role.DISPATCHER, at)
    do(part, acts.Transfer(department="zjj"), Role.DISPATCHER, at)
    for promise in (Promise.SIGN, Promise.CONTACT, Promise.FINISH):
        made = part.latest(promise)
        assert made is None or made.started_at == at
    do(part, a_sign(), Role.CLERK)


def test_a_part_of_what_was_dispatched_and_recalled_is_to_be_dispatched_from_now_on() -> None:
    origin = do(a_case(urgency=Urgency.CRITICAL), acts.Accept(), Role.DISPATCHER)
    do(origin, acts.Transfer(department="zjj"), Role.DISPATCHER)
    do(origin, a_sign(), Role.CLERK)
    do(origin, department.Note(text="正在核实", visible=True), Role.CLERK)
    do(origin, acts.Recall(reason="派错"), Role.DISPATCHER)
    feedback = origin.latest(Promise.FEEDBACK)
    assert feedback is not None and feedback.state is Run.KEPT
    part = part_of(origin, 7)
    dispatch = part.latest(Promise.DISPATCH)
    assert dispatch is not None and dispatch.started_at == MONDAY + timedelta(days=7)
    assert part.latest(Promise.FEEDBACK) is None, "the citizen has heard already"
    assert part.due_at == origin.due_at
