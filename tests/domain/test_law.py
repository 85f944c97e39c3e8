"""Every state with every action: what the field's own table allows, and nothing else."""

from typing import Any

import pytest

from hotline.domain import law
from hotline.domain.access import ACCESS
from hotline.domain.acts import ACTS
from hotline.domain.errors import NotPossible
from hotline.domain.state import Action, State

# Written down a second time, from the published processes and not from the code: for each
# action the states it is possible from, and where it may lead ("=" means the state stays).
OPEN = (
    "registered need_info pending_dispatch dispatched return_review adjudicating processing"
    " suspended reply_review follow_up"
)
TABLE: dict[str, list[tuple[str, str]]] = {
    "supplement": [("need_info", "registered"), (OPEN.replace("need_info ", "") + " merged", "=")],
    "answer": [("registered", "answered")],
    "decline": [("registered", "not_accepted")],
    "refer": [("registered", "transferred")],
    "ask": [("registered", "need_info")],
    "accept": [("registered", "pending_dispatch")],
    "transfer": [("pending_dispatch", "dispatched")],
    "recall": [("dispatched processing", "pending_dispatch")],
    "assign": [("processing", "=")],
    "sign": [("dispatched", "processing")],
    "send_back": [("dispatched processing", "return_review")],
    "rule": [
        ("return_review", "pending_dispatch dispatched processing adjudicating"),
        ("adjudicating", "processing"),
    ],
    "contact": [("dispatched processing suspended", "=")],
    "note": [(OPEN, "=")],
    "cohandle": [("dispatched processing", "=")],
    "report_part": [("dispatched processing suspended", "=")],
    "suspend": [("processing", "=")],
    "resume": [("suspended", "processing"), ("need_info", "registered")],
    "extend": [("processing", "=")],
    "exclude": [("processing reply_review follow_up closed", "=")],
    "grant": [
        ("processing", "processing suspended terminated"),
        ("suspended", "suspended terminated"),
        ("reply_review follow_up closed", "="),
    ],
    "reassign": [("processing suspended", "=")],
    "endorse": [("processing", "=")],
    "reply": [("processing", "reply_review")],
    "approve": [("reply_review", "follow_up closed")],
    "revise": [("reply_review", "processing pending_dispatch")],
    "follow_up": [("follow_up closed", "=")],
    "rework": [("follow_up", "processing pending_dispatch")],
    "urge": [(OPEN, "=")],
    "remind": [(OPEN, "=")],
    "supervise": [(OPEN, "=")],
    "answer_order": [(OPEN, "=")],
    "judge_order": [(OPEN + " closed", "=")],
    "appeal_order": [(OPEN + " closed", "=")],
    "judge_appeal": [(OPEN + " closed", "=")],
    "expose": [("reply_review follow_up closed", "processing pending_dispatch")],
    "merge": [("registered pending_dispatch", "merged")],
    "unmerge": [("merged", "registered pending_dispatch")],
    "split": [("registered pending_dispatch", "=")],
    "withdraw": [(OPEN, f"terminated {OPEN}")],
    "terminate": [("processing suspended", "=")],
    "rate": [("follow_up closed", "=")],
    "close": [("follow_up", "closed")],
    "reopen": [
        ("closed", "processing pending_dispatch"),
        ("answered not_accepted transferred", "registered"),
        ("archived", "="),
    ],
    "archive": [("closed", "archived")],
    "recount": [(OPEN, "=")],
    "correct": [(" ".join(state.value for state in State), "=")],
}
PAIRS = [(state, action) for state in State for action in Action if action is not Action.RECEIVE]


def expected(state: State, action: Action) -> set[str] | None:
    for sources, targets in TABLE[action.value]:
        if state.value in sources.split():
            return {state.value} if targets == "=" else set(targets.split())
    return None


@pytest.mark.parametrize(("state", "action"), PAIRS)
def test_the_law_allows_exactly_what_the_field_does(state: State, action: Action) -> None:
    wanted = expected(state, action)
    if wanted is None:
        with pytest.raises(NotPossible) as refused:
            law.row_for(state, action)
        assert state.zh in refused.value.zh and action.zh in refused.value.zh
    else:
        found = law.row_for(state, action).leads_to(state)
        assert {one.value for one in found} == wanted


def test_every_action_has_its_facts_its_actors_and_a_row() -> None:
    told: set[Any] = set(ACTS) | {Action.RECEIVE, Action.REMIND, Action.RECOUNT}
    assert told == set(Action)
    assert set(ACCESS) == set(Action)
    assert {row.action for row in law.ROWS} == set(Action) - {Action.RECEIVE}


def test_no_two_rows_speak_of_the_same_state_and_action() -> None:
    assert len(law.NEXT) == sum(len(row.sources) for row in law.ROWS)
