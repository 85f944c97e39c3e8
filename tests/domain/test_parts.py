"""Parts of the work have clocks of their own: started with the dispatch, kept by the report."""

from datetime import date, datetime, timedelta

import pytest

from escalation.calendar import ZONE, Span, Unit, WorkCalendar
from escalation.days import OwnDays
from escalation.promise import Deadline, Promise
from escalation.promise import State as Run
from escalation.reading import BadTerms, parse
from hotline.domain.acts import centre, department
from hotline.domain.case import Case
from hotline.domain.counting import why
from hotline.domain.errors import NotPossible
from hotline.domain.people import SYSTEM
from hotline.domain.promises import Rules
from hotline.domain.words import Granted, PartStep, Role, Urgency
from tests.domain.test_time import act, due, grant, suspend
from tests.escalation.test_profiles import DEFAULT
from tests.makers import MONDAY, TREE, a_case, a_reply, a_sign, an_officer, do, rules

DAY = timedelta(days=1)
UNIT = an_officer(Role.CLERK, "cgj")


def together(**changes: object) -> Case:
    """The lead has it, and a co-handler was named in the very same act."""
    case = do(a_case(**changes), centre.Accept(), Role.DISPATCHER)
    told = centre.Transfer(department="zjj", co_departments=("cgj",))
    return do(do(case, told, Role.DISPATCHER), a_sign(), Role.CLERK)


def clock(case: Case) -> Deadline:
    found = case.latest(Promise.FINISH, "part-1")
    assert found is not None
    return found


def step(what: PartStep, **told: str) -> department.ReportPart:
    return department.ReportPart(part=1, step=what, **told)


def test_a_co_handler_named_with_the_dispatch_has_half_the_leads_limit_and_it_explains_itself() -> (
    None
):
    case = together()
    assert clock(case).state is Run.RUNNING and clock(case).span == Span(5, Unit.WORKING_DAY)
    assert clock(case).due_at == datetime(2026, 12, 1, tzinfo=ZONE) < due(case, Promise.FINISH)
    told = why(case, clock(case), rules())
    assert "5个工作日" in told and "协办单位限期回告主办" in told and "计算时所用日历" not in told


@pytest.mark.parametrize(
    ("urgency", "wanted"),
    [
        (Urgency.CRITICAL, Span(1, Unit.NATURAL_HOUR)),
        (Urgency.URGENT, Span(12, Unit.NATURAL_HOUR)),
    ],
)
def test_where_the_lead_has_hours_so_has_the_co_handler(urgency: Urgency, wanted: Span) -> None:
    assert clock(together(urgency=urgency)).span == wanted


def test_the_share_is_the_profiles_and_one_unit_the_least() -> None:
    terms = parse(DEFAULT.replace("share = 0.5", "share = 0.25"))
    assert terms.co_handling(Span(10, Unit.WORKING_DAY)).span.n == 2
    assert terms.co_handling(Span(1, Unit.WORKING_DAY)).span.n == 1
    with pytest.raises(BadTerms, match="co_handling.share"):
        parse(DEFAULT.replace("share = 0.5", "share = 1.5"))


def test_a_co_handler_counts_by_its_own_calendar() -> None:
    own = WorkCalendar.china().adapted(OwnDays(closed=frozenset({date(2026, 11, 24)})), "cgj:1")
    theirs = Rules(rules().terms, rules().calendar, TREE, {"cgj": own})
    case = act(a_case(), centre.Accept(), Role.DISPATCHER, theirs)
    told = centre.Transfer(department="zjj", co_departments=("cgj",))
    act(case, told, Role.DISPATCHER, theirs)
    assert clock(case).due_at == datetime(2026, 12, 2, tzinfo=ZONE)
    assert clock(case).calendar_version == own.version


def test_the_clock_stands_while_the_report_lies_with_the_lead_and_runs_on_when_it_comes_back() -> (
    None
):
    case, before = together(), clock(together()).due_at
    do(case, step(PartStep.REPORT, text="已勘查"), UNIT)
    assert clock(case).state is Run.KEPT
    do(case, step(PartStep.RETURN, text="请附照片"), Role.CLERK, MONDAY + DAY)
    assert clock(case).state is Run.RUNNING and clock(case).due_at == before
    do(case, step(PartStep.REPORT, text="照片三张"), UNIT, MONDAY + 2 * DAY)
    do(case, step(PartStep.ACCEPT), Role.CLERK, before + DAY)
    assert clock(case).state is Run.KEPT and clock(case).ended_at == MONDAY + 2 * DAY


def test_who_reports_late_says_why() -> None:
    case = together()
    late = clock(case).due_at + timedelta(minutes=1)
    with pytest.raises(NotPossible, match="说明原因"):
        do(case, step(PartStep.REPORT, text="已勘查"), UNIT, late)
    do(case, step(PartStep.REPORT, text="已勘查", late_reason="等待图纸"), UNIT, late)


def test_a_report_while_the_case_stands_is_late_only_by_the_time_that_counted() -> None:
    case = do(do(together(), suspend(date(2026, 12, 21)), Role.CLERK), grant(), Role.DIRECTOR)
    until = clock(case).resume_at
    at = clock(case).due_at + 3 * DAY  # the old end has gone by; nothing of it was counted
    do(case, step(PartStep.REPORT, text="已勘查"), UNIT, at)
    assert all(pause.end is not None for pause in clock(case).pauses)
    do(case, step(PartStep.RETURN, text="请附照片"), Role.CLERK, at + DAY)
    assert clock(case).state is Run.PAUSED and clock(case).resume_at == until
    do(case, department.Resume(reason="到期"), SYSTEM, until)
    assert clock(case).state is Run.RUNNING and clock(case).due_at > (until or at)


def test_the_clocks_of_co_handlers_end_with_the_dispatch_they_came_with() -> None:
    case = do(together(), centre.Recall(reason="派错单位"), Role.DISPATCHER)
    assert clock(case).state is Run.DROPPED
    case = do(together(), department.Contact(text="已联系"), Role.AGENT)
    do(case, a_reply(without_parts="已口头回告"), Role.CLERK)
    assert clock(case).state is Run.DROPPED
    assert not any(one.live for one in case.deadlines.values() if one.part)


def test_an_extension_of_the_case_is_not_the_co_handlers() -> None:
    case = together()
    before = clock(case).due_at
    told = department.Extend(days=5, reason="需协调", legal_basis="办法", citizen_informed=True)
    do(do(case, told, Role.CLERK), grant(verdict=Granted.GRANTED), Role.DIRECTOR)
    assert clock(case).due_at == before


def test_a_profile_in_which_a_part_supervises_is_refused() -> None:
    twice = DEFAULT.replace(
        "\npart = [", '\npart = [\n  { level = 0, kind = "remind", used = 0.2 },'
    )
    red = '{ level = 2, kind = "red", over = "0 working_day" },\n]\norder = ['
    assert red in twice
    worse = red.replace(
        "]\norder", '  { level = 3, kind = "supervise", over = "1 working_day" },\n]\norder'
    )
    parse(twice)
    with pytest.raises(BadTerms, match="ladders.part"):
        parse(twice.replace(red, worse))
