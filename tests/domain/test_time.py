"""Time as the law of the case gives it: extensions, suspensions, returns, and whose calendar counts."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from escalation.calendar import ZONE, WorkCalendar
from escalation.days import OwnDays
from escalation.promise import Promise
from escalation.promise import State as Run
from escalation.reading import parse
from hotline.domain import perform
from hotline.domain.acts import centre, citizen, department
from hotline.domain.case import Case
from hotline.domain.errors import NotAllowed, NotPossible
from hotline.domain.people import OPERATOR, SYSTEM
from hotline.domain.promises import Rules, Step
from hotline.domain.recounting import Recount
from hotline.domain.state import Action, State
from hotline.domain.words import (
    Granted,
    Kind,
    Pause,
    Reached,
    Role,
    Satisfaction,
    Urgency,
    Verdict,
)
from tests.escalation.test_profiles import DEFAULT
from tests.makers import (
    MONDAY,
    TREE,
    a_case,
    a_reply,
    a_sign,
    an_officer,
    dispatched,
    do,
    followed,
    processing,
    rules,
)

DAY = timedelta(days=1)
# A unit's head grants the first extension, the government office the second.
CHAIN = (
    'times = 1, by = ["director"], cap = 1.0',
    'times = 2, by = ["leader", "office"], cap = 2.0',
)


def extend(days: int = 5, **changes: Any) -> department.Extend:
    told = {"days": days, "reason": "需协调", "legal_basis": "办法", "citizen_informed": True}
    return department.Extend(**{**told, **changes})


def suspend(until: date, ground: Pause = Pause.AWAIT_TEST, **changes: Any) -> department.Suspend:
    told = {"reason_code": ground, "reason": "检测", "resume_on": until, "evidence": "委托书 1 号"}
    return department.Suspend(**{**told, **changes})


def grant(request: int = 1, **changes: Any) -> centre.Grant:
    return centre.Grant(
        **{"request": request, "verdict": Granted.GRANTED, "reason": "同意", **changes}
    )


def under(*changes: tuple[str, str]) -> Rules:
    """The default terms with some words put otherwise."""
    text = DEFAULT
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return Rules(parse(text), WorkCalendar.china(), TREE)


def act(case: Case, facts: Any, role: Role, found: Rules, at: datetime | None = None) -> Case:
    actor = an_officer(role, "zjj" if role in (Role.CLERK, Role.LEADER) else None)
    perform.perform(
        case, facts, Step(actor, at or case.entries[-1].at + timedelta(minutes=5), found)
    )
    return case


def due(case: Case, promise: Promise = Promise.REPLY) -> datetime:
    deadline = case.latest(promise)
    assert deadline is not None
    return deadline.due_at


def test_an_extension_moves_both_clocks_and_the_citizen_reads_the_new_day() -> None:
    case = do(do(processing(), extend(10), Role.CLERK), grant(), Role.DIRECTOR)
    assert due(case) == datetime(2026, 12, 22, tzinfo=ZONE)
    assert due(case, Promise.FINISH) == due(case)
    assert "2026年12月22日" in (case.entries[-1].public or "")


def test_an_extension_is_asked_before_expiry_only() -> None:
    case = processing()
    do(case, extend(), Role.CLERK, due(case))
    late = processing()
    with pytest.raises(NotPossible, match="到期之前"):
        do(late, extend(), Role.CLERK, due(late) + timedelta(minutes=1))
    possible = perform.possible(late, an_officer(Role.CLERK, "zjj"), due(late) + DAY, rules())
    assert Action.EXTEND not in possible


def test_an_extension_never_goes_beyond_its_times_or_its_cap() -> None:
    case = do(do(processing(), extend(10), Role.CLERK), grant(), Role.DIRECTOR)
    with pytest.raises(NotPossible, match="次数已满"):
        do(case, extend(1), Role.CLERK)
    with pytest.raises(NotPossible, match="最多延长 10"):
        do(processing(), extend(11), Role.CLERK)
    once = 'limit = "10 working_day", times = 1, by = ["director"], cap = 1.0'
    half = under((once, once.replace("times = 1", "times = 3").replace("1.0", "0.8")))
    case = act(act(processing(), extend(6), Role.CLERK, half), grant(), Role.DIRECTOR, half)
    with pytest.raises(NotPossible, match="最多延长 2"):
        act(case, extend(3), Role.CLERK, half)
    act(case, extend(2), Role.CLERK, half)


def test_the_terms_name_who_grants_and_the_office_is_named_by_its_document() -> None:
    chain = under(CHAIN)
    case = act(processing(), extend(5), Role.CLERK, chain)
    assert case.entries[-1].after["grantor"] == "leader"
    with pytest.raises(NotAllowed, match="承办单位负责人"):
        act(case, grant(), Role.DIRECTOR, chain)
    director = an_officer(Role.DIRECTOR)
    assert Action.GRANT not in perform.possible(case, director, MONDAY + DAY, chain)
    act(case, grant(), Role.LEADER, chain)
    act(case, extend(5), Role.CLERK, chain)
    with pytest.raises(NotPossible, match="文号"):
        act(case, grant(2), Role.DIRECTOR, chain)
    act(case, grant(2, document="府办函〔2026〕8号"), Role.DIRECTOR, chain)
    assert case.entries[-1].after["document"] == "府办函〔2026〕8号"


def test_a_refused_or_withdrawn_extension_moves_nothing() -> None:
    case = do(processing(), extend(5), Role.CLERK)
    before = due(case)
    do(case, grant(verdict=Granted.REFUSED), Role.DIRECTOR)
    do(case, extend(5), Role.CLERK)
    do(case, grant(2, verdict=Granted.WITHDRAWN), Role.CLERK)
    assert due(case) == before


def test_a_suspension_needs_evidence_a_day_ahead_and_room_in_the_budget() -> None:
    with pytest.raises(NotPossible, match="证明材料"):
        do(processing(), suspend(date(2026, 12, 1), evidence=None), Role.CLERK)
    with pytest.raises(NotPossible, match="今天之后"):
        do(processing(), suspend(date(2026, 11, 23)), Role.CLERK)
    with pytest.raises(NotPossible, match="2026-11-27"):  # three working days for the citizen
        do(processing(), suspend(date(2026, 11, 28), Pause.AWAIT_CITIZEN), Role.CLERK)
    do(processing(), suspend(date(2026, 11, 27), Pause.AWAIT_CITIZEN, evidence=None), Role.CLERK)


def test_all_suspensions_together_stay_inside_the_total() -> None:
    small = under(('= "30 working_day"', '= "5 working_day"'))
    case = act(processing(), suspend(date(2026, 11, 27)), Role.CLERK, small)
    act(case, grant(), Role.DIRECTOR, small)
    act(case, department.Resume(reason="已出结果"), Role.CLERK, small, MONDAY + 3 * DAY)
    with pytest.raises(NotPossible, match="2026-12-02"):  # two of five were used: three are left
        act(case, suspend(date(2026, 12, 4), Pause.DISASTER), Role.CLERK, small)


def test_a_stopped_clock_knows_when_it_runs_on_and_the_watch_runs_it_on_from_then() -> None:
    case = do(do(processing(), suspend(date(2026, 12, 1)), Role.CLERK), grant(), Role.DIRECTOR)
    reply = case.latest(Promise.REPLY)
    assert case.state is State.SUSPENDED and reply is not None
    assert reply.resume_at == datetime(2026, 12, 1, tzinfo=ZONE)
    assert "2026-12-01" in (case.entries[-1].public or "")
    do(case, department.Resume(reason="到期"), SYSTEM, datetime(2026, 12, 3, 9, tzinfo=ZONE))
    assert case.state is State.PROCESSING and due(case) == datetime(2026, 12, 16, tzinfo=ZONE)
    assert case.entries[-1].after["by_itself"] is True


def test_a_suspension_stops_the_parts_of_the_work_as_well() -> None:
    case = do(
        processing(), department.Cohandle(departments=("cgj",), days=3, text="请协助"), Role.CLERK
    )
    case = do(do(case, suspend(date(2026, 12, 1)), Role.CLERK), grant(), Role.DIRECTOR)
    parts = [one for one in case.deadlines.values() if one.part]
    assert [one.state for one in parts] == [Run.PAUSED]
    do(case, department.Resume(reason="恢复"), Role.CLERK, MONDAY + DAY)
    assert [one.state for one in case.deadlines.values() if one.part] == [Run.RUNNING]


def test_a_citizen_who_does_not_answer_holds_the_clock_for_three_days_only() -> None:
    case = do(a_case(), centre.AskMore(missing=("地址",)), Role.DISPATCHER)
    reply = case.latest(Promise.REPLY)
    assert reply is not None and reply.resume_at == datetime(2026, 11, 27, tzinfo=ZONE)
    do(case, department.Resume(reason="到期"), SYSTEM, datetime(2026, 11, 27, 1, tzinfo=ZONE))
    assert case.state is State.REGISTERED
    assert due(case) == datetime(2026, 12, 12, tzinfo=ZONE)  # ten days from Monday the 30th on


def test_a_supplement_in_time_lets_the_clock_run_on_at_once() -> None:
    case = do(a_case(), centre.AskMore(missing=("地址",)), Role.DISPATCHER)
    do(case, citizen.Supplement(content="望江大道"), Role.CITIZEN, MONDAY + DAY)
    assert case.latest(Promise.REPLY).state is Run.RUNNING  # type: ignore[union-attr]
    assert not any(one.resume_at for one in case.deadlines.values())


SEND_BACK = department.SendBack(reason="不属本单位", legal_basis="三定方案")


def test_waiting_for_a_ruling_is_not_counted_against_the_department() -> None:
    case = dispatched()
    citizens = due(case)
    do(case, SEND_BACK, Role.CLERK, MONDAY + timedelta(hours=2))
    finish = case.latest(Promise.FINISH)
    assert finish is not None and finish.state is Run.PAUSED and finish.pauses[0].ground == "RULING"
    do(
        case,
        centre.Rule(verdict=Verdict.REFUSE, reason="属你单位"),
        Role.DISPATCHER,
        MONDAY + 4 * DAY,
    )
    assert due(case, Promise.FINISH) == datetime(2026, 12, 12, tzinfo=ZONE)  # ten days from then
    assert due(case, Promise.SIGN) == datetime(2026, 12, 1, tzinfo=ZONE)  # the whole of it again
    assert due(case) == citizens


def test_the_citizens_day_never_moves_on_re_dispatch_and_the_departments_starts_anew() -> None:
    case = dispatched()
    citizens, first = due(case), due(case, Promise.FINISH)
    do(case, SEND_BACK, Role.CLERK, MONDAY + timedelta(hours=2))
    do(case, centre.Rule(verdict=Verdict.UPHOLD, reason="同意"), Role.DISPATCHER, MONDAY + DAY)
    do(case, centre.Transfer(department="cgj"), Role.DISPATCHER, MONDAY + 2 * DAY)
    assert due(case) == citizens and due(case, Promise.FINISH) == first + 2 * DAY


def test_a_designation_lets_the_parts_clocks_run_on() -> None:
    case = do(
        processing(), department.Cohandle(departments=("cgj",), days=3, text="请协助"), Role.CLERK
    )
    do(case, SEND_BACK, Role.CLERK)
    assert [one.state for one in case.deadlines.values() if one.part] == [Run.PAUSED]
    do(case, centre.Rule(verdict=Verdict.ADJUDICATE, reason="会商"), Role.DISPATCHER)
    told = centre.Rule(verdict=Verdict.DESIGNATE, reason="指定", department="zjj")
    do(case, told, Role.DIRECTOR)
    assert [one.state for one in case.deadlines.values() if one.part] == [Run.RUNNING]


def test_returns_are_counted_limited_in_time_and_over_after_a_ruling() -> None:
    late = dispatched()
    with pytest.raises(NotPossible, match="退单期限"):
        do(late, SEND_BACK, Role.CLERK, MONDAY + 3 * DAY)
    case = dispatched()
    for _ in range(2):
        do(case, SEND_BACK, Role.CLERK)
        do(case, centre.Rule(verdict=Verdict.UPHOLD, reason="同意"), Role.DISPATCHER)
        do(case, centre.Transfer(department="zjj"), Role.DISPATCHER)
    with pytest.raises(NotPossible, match="2 次"):
        do(case, SEND_BACK, Role.CLERK)
    ruled = do(dispatched(), SEND_BACK, Role.CLERK)
    do(ruled, centre.Rule(verdict=Verdict.REFUSE, reason="属你单位"), Role.DISPATCHER)
    with pytest.raises(NotPossible, match="已经裁定"):
        do(ruled, SEND_BACK, Role.CLERK)


def test_a_department_counts_by_its_own_calendar_and_the_citizen_by_the_citys() -> None:
    own = WorkCalendar.china().adapted(OwnDays(closed=frozenset({date(2026, 11, 24)})), "zjj:1")
    theirs = Rules(rules().terms, rules().calendar, TREE, {"zjj": own})
    case = a_case()
    act(case, centre.Accept(), Role.DISPATCHER, theirs)
    act(case, centre.Transfer(department="wj-zjj"), Role.DISPATCHER, theirs)  # below zjj: inherits
    assert due(case, Promise.SIGN) == datetime(2026, 11, 26, tzinfo=ZONE)
    assert due(case, Promise.FINISH) == datetime(2026, 12, 9, tzinfo=ZONE)
    assert due(case) == datetime(2026, 12, 8, tzinfo=ZONE)
    assert case.latest(Promise.SIGN).calendar_version == own.version  # type: ignore[union-attr]


def test_correcting_the_type_keeps_what_was_waited_and_granted() -> None:
    case = do(do(processing(), suspend(date(2026, 12, 1)), Role.CLERK), grant(), Role.DIRECTOR)
    do(case, department.Resume(reason="恢复"), Role.CLERK, MONDAY + 2 * DAY)
    do(case, centre.Correct(reason="应为求助", type="help"), Role.SHIFT_LEAD)  # type: ignore[arg-type]
    assert due(case) == datetime(2026, 12, 3, tzinfo=ZONE)  # five days from the 26th on
    reply = case.latest(Promise.REPLY)
    assert reply is not None and len(reply.pauses) == 1


ON_SITE = """[[overrides]]
id = "lift-on-site"
topics = ["电梯困人故障"]
promise = "on_site"
limit = "30 natural_minute"
source = "杭州市电梯条例第三十条"
"""


def test_an_on_site_limit_is_a_promise_of_its_own_and_never_moves_the_replys() -> None:
    found = under(("# When a supervision order", ON_SITE + "# When a supervision order"))
    case = a_case()
    plain = due(case)
    case.deadlines.clear()
    case.topic = "公用事业/电梯/电梯困人故障"
    perform.receive(case, Step(SYSTEM, MONDAY, found))
    assert due(case) == plain and due(case, Promise.ON_SITE) == MONDAY + timedelta(minutes=30)
    act(case, centre.Accept(), Role.DISPATCHER, found)
    act(case, centre.Transfer(department="zjj"), Role.DISPATCHER, found)
    act(case, department.Note(text="已到场救援", arrived=True), Role.CLERK, found)
    on_site = case.latest(Promise.ON_SITE)
    assert on_site is not None and on_site.state is Run.KEPT
    assert case.entries[-1].public == "承办单位已到现场。"


def reworked() -> Case:
    """Ten working days were promised; the second round has five of its own."""
    case = do(followed(), discontent(), Role.CALLBACK, MONDAY + DAY)
    return do(case, centre.Rework(reason="未解决"), Role.CALLBACK, MONDAY + DAY)


def discontent() -> centre.FollowUp:
    poor = Satisfaction.POOR
    return centre.FollowUp(outcome=Reached.REACHED, solved=False, satisfaction=poor)


def limits(case: Case) -> list[int]:
    found = (case.latest(promise) for promise in (Promise.REPLY, Promise.FINISH))
    return [one.limit_n for one in found if one is not None]


def test_a_round_of_rework_keeps_its_own_limit_through_a_correction_and_other_terms() -> None:
    case = reworked()
    before = due(case)
    assert limits(case) == [5, 5] and before == datetime(2026, 12, 2, tzinfo=ZONE)
    do(case, centre.Correct(reason="应为举报", type=Kind.REPORT), Role.SHIFT_LEAD)
    assert limits(case) == [5, 5] and due(case) == before  # a report has fifteen at first
    do(case, centre.Correct(reason="应为紧急", urgency=Urgency.URGENT), Role.SHIFT_LEAD)
    assert limits(case) == [24, 24] and due(case) == MONDAY + 2 * DAY  # the urgent's rework
    case = reworked()
    other = under(("德州 2020 差评整改", "另一规定"))
    perform.perform(case, Recount(adopt_terms=True), Step(OPERATOR, MONDAY + 2 * DAY, other))
    assert limits(case) == [5, 5] and due(case) == before
    assert case.latest(Promise.REPLY).source == "另一规定"  # type: ignore[union-attr]


def test_a_re_dispatch_in_a_round_of_rework_gives_the_next_unit_the_rounds_limit() -> None:
    case = do(reworked(), SEND_BACK, Role.CLERK, MONDAY + DAY + timedelta(minutes=5))
    do(case, centre.Rule(verdict=Verdict.UPHOLD, reason="同意"), Role.DISPATCHER)
    do(case, centre.Transfer(department="cgj"), Role.DISPATCHER)
    assert limits(case) == [5, 5]


def test_a_rework_is_rated_anew_and_its_extension_is_decided_by_who_decides_the_first() -> None:
    chain = under(CHAIN)
    case = act(act(processing(), extend(5), Role.CLERK, chain), grant(), Role.LEADER, chain)
    act(case, department.Contact(text="已联系"), Role.CLERK, chain)
    act(case, a_reply(), Role.CLERK, chain)
    act(case, centre.Approve(), Role.INSPECTOR, chain)
    poor = citizen.Rate(solved=False, satisfaction=Satisfaction.VERY_POOR)
    act(case, poor, Role.CITIZEN, chain)
    act(case, discontent(), Role.CALLBACK, chain)
    act(case, centre.Rework(reason="未解决"), Role.CALLBACK, chain)
    assert case.rating is None and case.reworks == 1
    act(case, extend(2), Role.CLERK, chain)
    assert case.entries[-1].after["grantor"] == "leader"
    act(case, grant(2), Role.LEADER, chain)
    assert case.requests[-1].state == "granted"


def test_a_reopened_case_has_the_whole_limit_again() -> None:
    case = do(reworked(), department.Contact(text="已联系"), Role.CLERK)
    do(do(case, a_reply(), Role.CLERK), centre.Approve(), Role.INSPECTOR)
    do(case, discontent(), Role.CALLBACK)
    do(do(case, centre.Close(), Role.CALLBACK), citizen.Reopen(facts="又坏了"), Role.CITIZEN)
    assert limits(case) == [10, 10]
    do(case, centre.Correct(reason="应为求助", type=Kind.HELP), Role.SHIFT_LEAD)
    assert limits(case) == [5, 5]


def test_what_a_correction_promises_for_the_first_time_begins_and_stands_where_the_case_stands() -> (
    None
):
    case = processing()
    urgent = centre.Correct(reason="有人受伤", urgency=Urgency.CRITICAL)
    do(case, urgent, Role.SHIFT_LEAD, MONDAY + timedelta(minutes=30))
    assert due(case, Promise.FEEDBACK) == MONDAY + timedelta(hours=2) == due(case)
    do(case, centre.Correct(reason="更正", urgency=Urgency.NORMAL), Role.SHIFT_LEAD)
    do(case, urgent, Role.SHIFT_LEAD)
    assert case.live(Promise.FEEDBACK) is not None
    case = do(a_case(type=Kind.PRAISE), centre.AskMore(missing=("地址",)), Role.DISPATCHER)
    do(case, urgent, Role.SHIFT_LEAD)
    feedback = case.latest(Promise.FEEDBACK)
    assert feedback is not None and feedback.state is Run.PAUSED and feedback.resume_at
    do(case, citizen.Supplement(content="望江大道"), Role.CITIZEN, MONDAY + DAY)
    assert due(case, Promise.FEEDBACK) == due(case) > MONDAY + DAY
    praise = do(dispatched(type=Kind.PRAISE), a_sign(), Role.CLERK)
    assert praise.latest(Promise.CONTACT) is None
    do(praise, centre.Correct(reason="应为投诉", type=Kind.COMPLAINT), Role.SHIFT_LEAD)
    assert due(praise, Promise.CONTACT) == datetime(2026, 11, 25, tzinfo=ZONE)
    sent_back = do(dispatched(type=Kind.PRAISE), SEND_BACK, Role.CLERK)
    do(sent_back, centre.Correct(reason="应为投诉", type=Kind.COMPLAINT), Role.SHIFT_LEAD)
    assert sent_back.latest(Promise.CONTACT).state is Run.PAUSED  # type: ignore[union-attr]
