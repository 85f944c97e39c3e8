"""Random lives of a case: whatever is done in whatever order, the invariants hold after each step."""

import os
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from escalation import promise as run
from hotline.domain import perform
from hotline.domain.acts import centre, citizen, department
from hotline.domain.case import GENESIS, Case
from hotline.domain.errors import Refused
from hotline.domain.people import Actor
from hotline.domain.promises import Step, why_none
from hotline.domain.state import Action
from hotline.domain.words import (
    Cause,
    Granted,
    Judgement,
    Kind,
    PartStep,
    Pause,
    Reached,
    Role,
    Ruling,
    Satisfaction,
    Urgency,
    Verdict,
)
from hotline.domain.words import Decline as Code
from tests.makers import (
    MONDAY,
    a_case,
    a_reply,
    a_sign,
    an_officer,
    dispatched,
    followed,
    processing,
    replied,
    rules,
)

EXAMPLES = int(os.environ.get("HOTLINE_WALKS", "400"))
STEPS = 50  # 400 walks of 50 steps: 20,000 in all

CODES = ("zjj", "cgj", "wj-zjj", "wj-jd1", "zjj", "cgj", "wj-zjj", "jjjc")
units = st.sampled_from(CODES)
several = st.lists(units, max_size=2).map(tuple)
small = st.integers(1, 3)
words = st.sampled_from(["好", "请尽快处理", "电话13800001234"])
maybe = st.none() | words

FACTS: dict[Action, Any] = {
    Action.SUPPLEMENT: st.builds(citizen.Supplement, content=words),
    Action.ANSWER: st.builds(centre.Answer, text=words),
    Action.DECLINE: st.builds(centre.Decline, reason_code=st.sampled_from(Code), text=words),
    Action.REFER: st.builds(centre.Refer, target=words),
    Action.ASK: st.builds(centre.AskMore, missing=st.lists(words, max_size=2).map(tuple)),
    Action.ACCEPT: st.builds(
        centre.Accept,
        type=st.none() | st.sampled_from(Kind),
        urgency=st.none() | st.sampled_from(Urgency),
    ),
    Action.TRANSFER: st.builds(centre.Transfer, department=units, co_departments=several),
    Action.RECALL: st.builds(centre.Recall, reason=words),
    Action.ASSIGN: st.builds(department.Assign, department=units, days=small, text=words),
    Action.SIGN: st.just(a_sign()),
    Action.REASSIGN: st.builds(department.Reassign, handler=st.sampled_from(("钱联络", "周办"))),
    Action.SEND_BACK: st.builds(department.SendBack, reason=words, legal_basis=words),
    Action.RULE: st.builds(
        centre.Rule, verdict=st.sampled_from(Verdict), reason=words, department=st.none() | units
    ),
    Action.CONTACT: st.builds(department.Contact, text=words, reached=st.booleans()),
    Action.NOTE: st.builds(department.Note, text=words, visible=st.booleans()),
    Action.COHANDLE: st.builds(department.Cohandle, departments=several, days=small, text=words),
    Action.REPORT_PART: st.builds(
        department.ReportPart,
        part=small,
        step=st.sampled_from(PartStep),
        text=maybe,
        late_reason=maybe,
    ),
    Action.SUSPEND: st.builds(
        department.Suspend,
        reason_code=st.sampled_from(Pause),
        reason=words,
        resume_on=st.dates(date(2026, 11, 24), date(2027, 1, 20)),
        evidence=st.just("检测委托书"),
    ),
    Action.RESUME: st.builds(department.Resume, reason=words),
    Action.EXTEND: st.builds(
        department.Extend,
        days=small,
        reason=words,
        legal_basis=words,
        citizen_informed=st.booleans(),
    ),
    Action.EXCLUDE: st.builds(department.Exclude, reason_code=words, reason=words),
    Action.GRANT: st.builds(
        centre.Grant, request=small, verdict=st.sampled_from(Granted), reason=words
    ),
    Action.ENDORSE: st.builds(
        department.Endorse, public_reply=st.just("您反映的路灯已于今日修复。")
    ),
    Action.REPLY: st.builds(a_reply, without_parts=maybe),
    Action.APPROVE: st.just(centre.Approve()),
    Action.REVISE: st.builds(centre.Revise, defects=st.just(("答非所问",))),
    Action.FOLLOW_UP: st.builds(
        centre.FollowUp,
        outcome=st.sampled_from(Reached),
        solved=st.none() | st.booleans(),
        satisfaction=st.none() | st.sampled_from(Satisfaction),
    ),
    Action.REWORK: st.builds(centre.Rework, reason=words),
    Action.URGE: st.just(citizen.Urge()),
    Action.SUPERVISE: st.builds(
        centre.Supervise, level=st.integers(1, 7), cause=st.sampled_from(Cause), text=words
    ),
    Action.ANSWER_ORDER: st.builds(
        department.AnswerOrder,
        order=small,
        text=words,
        plan=maybe,
        plan_on=st.none() | st.just(date(2030, 1, 1)),
    ),
    Action.APPEAL_ORDER: st.builds(department.AppealOrder, order=small, text=words),
    Action.JUDGE_APPEAL: st.builds(
        centre.JudgeAppeal, order=small, verdict=st.sampled_from(Ruling), reason=words
    ),
    Action.EXPOSE: st.builds(centre.Expose, reason=words, evidence=words),
    Action.JUDGE_ORDER: st.builds(
        centre.JudgeOrder, order=small, verdict=st.sampled_from(Judgement), reason=words
    ),
    Action.MERGE: st.builds(
        centre.Merge, parent=st.sampled_from(["20261123-000001", "20261123-000009"])
    ),
    Action.UNMERGE: st.builds(centre.Unmerge, reason=words),
    Action.SPLIT: st.builds(centre.Split, title=words, content=words),
    Action.WITHDRAW: st.just(citizen.Withdraw()),
    Action.TERMINATE: st.builds(department.Terminate, reason=words, document=words),
    Action.RATE: st.builds(
        citizen.Rate, solved=st.booleans(), satisfaction=st.sampled_from(Satisfaction)
    ),
    Action.CLOSE: st.just(centre.Close()),
    Action.REOPEN: st.builds(citizen.Reopen, facts=words),
    Action.ARCHIVE: st.just(centre.Archive()),
    Action.CORRECT: st.builds(
        centre.Correct,
        reason=words,
        type=st.none() | st.sampled_from(Kind),
        urgency=st.none() | st.sampled_from(Urgency),
    ),
}
everyone = st.one_of(
    st.sampled_from([role for role in Role if role not in (Role.CLERK, Role.LEADER)]).map(
        an_officer
    ),
    st.builds(an_officer, st.sampled_from([Role.CLERK, Role.LEADER]), st.sampled_from(CODES[:4])),
)


# What ends a case, or asks for nothing: chosen rarely, so that lives are long enough to tell.
ENDING = {Action.ANSWER, Action.DECLINE, Action.REFER, Action.WITHDRAW, Action.MERGE, Action.NOTE}
STARTS = (a_case, dispatched, processing, replied, followed)


class Life(RuleBasedStateMachine):
    """One case; steps that are refused leave it as it was."""

    def __init__(self) -> None:
        super().__init__()
        self.case: Case = a_case()
        self.at = MONDAY + timedelta(hours=1)
        self.seen = 0

    @initialize(
        start=st.sampled_from(STARTS), kind=st.sampled_from(Kind), urgency=st.sampled_from(Urgency)
    )
    def a_case_stands_somewhere(self, start: Any, kind: Kind, urgency: Urgency) -> None:
        endorsed = urgency is Urgency.CRITICAL and start in (replied, followed)
        self.case = start(type=kind, urgency=Urgency.URGENT if endorsed else urgency)

    def actors(self) -> list[Actor]:
        """One of each desk, and the departments that have to do with the case."""
        centre_desks = [an_officer(r) for r in Role if r not in (Role.CLERK, Role.LEADER)]
        codes = {self.case.lead or "zjj", *(part.department for part in self.case.parts)}
        both = (Role.CLERK, Role.LEADER)
        return centre_desks + [an_officer(role, code) for role in both for code in sorted(codes)]

    def tried(self, facts: Any, actor: Actor) -> None:
        self.seen = len(self.case.entries)
        try:
            perform.perform(self.case, facts, Step(actor, self.at, rules()))
        except Refused as refused:
            assert refused.zh and refused.en
            assert len(self.case.entries) == self.seen

    @rule(data=st.data(), ending=st.integers(0, 9))
    def somebody_does_what_is_possible(self, data: Any, ending: int) -> None:
        found = [
            (actor, action)
            for actor in self.actors()
            for action in perform.possible(self.case, actor, self.at, rules())
            if ending == 0 or action not in ENDING
        ]
        if found:
            action = data.draw(st.sampled_from(sorted({action for _, action in found})))
            actor = data.draw(st.sampled_from([who for who, what in found if what is action]))
            self.at += timedelta(minutes=7)
            self.tried(data.draw(FACTS[action]), actor)

    @rule(actor=everyone, action=st.sampled_from(list(FACTS)), data=st.data())
    def anybody_does_anything(self, actor: Actor, action: Action, data: Any) -> None:
        self.tried(data.draw(FACTS[action]), actor)

    @rule(hours=st.integers(1, 200))
    def time_passes_and_the_watch_climbs(self, hours: int) -> None:
        self.at += timedelta(hours=hours)
        for n, deadline in list(self.case.deadlines.items()):
            if deadline.next_at is not None and deadline.next_at <= self.at:
                self.case.deadlines[n], steps = run.take(deadline, self.at)
                assert steps and all(step.at <= self.at for step in steps)

    @invariant()
    def the_timeline_only_grows_without_gaps_and_chained(self) -> None:
        entries = self.case.entries
        assert len(entries) >= self.seen
        assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1))
        for entry in entries[max(0, self.seen - 1) :]:
            before = entries[entry.seq - 2].hash if entry.seq > 1 else GENESIS
            assert entry.previous == before and entry.holds(self.case.number)
        self.seen = len(entries)

    @invariant()
    def an_open_case_is_promised_and_a_closed_one_is_not(self) -> None:
        live = [deadline for deadline in self.case.deadlines.values() if deadline.live]
        if self.case.open:
            assert why_none(self.case) is not None
        else:
            assert not live
        kinds = [(deadline.promise, deadline.part) for deadline in live]
        assert len(kinds) == len(set(kinds)), "two live clocks for one promise"

    @invariant()
    def there_is_one_lead_and_it_does_not_co_handle(self) -> None:
        perform.hold_invariants(self.case)

    @invariant()
    def no_more_than_one_order_is_live(self) -> None:
        assert sum(order.live for order in self.case.orders) <= 1


TestLife = pytest.mark.slow(Life.TestCase)
TestLife.settings = settings(
    max_examples=EXAMPLES,
    stateful_step_count=STEPS,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize=True,
    database=None,
)
