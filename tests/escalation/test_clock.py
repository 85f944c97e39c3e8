"""The clock of a deadline: pauses kept, extensions added, counted anew when the list arrives."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from escalation import clock
from escalation import promise as run
from escalation.calendar import ZONE, Span, Unit, WorkCalendar
from escalation.course import Paused, changes_from_json, changes_to_json
from escalation.explain import Why, explain
from escalation.promise import Deadline, Promise, State
from escalation.telling import sentence
from hotline.wiring import load_terms

CHINA = WorkCalendar.china()
TERMS = load_terms("default")
GROUNDS = {"AWAIT_TEST": ("检测鉴定", "testing")}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def promised(start: str = "2026-11-23 10:00", kind: str = "help", **more: str) -> Deadline:
    limit = TERMS.limit(Promise.REPLY, type=kind, urgency=more.get("urgency", "normal"))
    assert limit is not None
    return run.start(Promise.REPLY, at(start), limit, CHINA, terms_version=TERMS.version)


def stood(deadline: Deadline, begin: str, end: str) -> Deadline:
    stopped = clock.pause(deadline, at(begin), CHINA, ground="AWAIT_TEST")
    return clock.resume(stopped, at(end), CHINA)


def test_every_pause_is_kept_with_its_ground_and_lies_in_json_as_it_was() -> None:
    twice = stood(
        stood(promised(), "2026-11-24 09:00", "2026-11-25 09:00"),
        "2026-11-26 08:00",
        "2026-11-27 08:00",
    )
    assert [pause.ground for pause in twice.pauses] == ["AWAIT_TEST"] * 2
    assert changes_from_json(changes_to_json(twice.changes)) == twice.changes


def test_pausing_again_on_the_day_of_resuming_gains_no_day() -> None:
    once = stood(promised(), "2026-11-24 09:00", "2026-11-25 09:00")
    again = stood(once, "2026-11-25 10:00", "2026-11-25 11:00")
    assert again.due_at == once.due_at == at("2026-12-03 00:00")


def test_time_granted_while_the_clock_stands_does_not_start_it() -> None:
    stopped = clock.pause(promised(), at("2026-11-24 09:00"), CHINA)
    longer = clock.extend(stopped, Span(5, Unit.WORKING_DAY), CHINA, at=at("2026-11-25 09:00"))
    assert longer.state is State.PAUSED and longer.next_at is None
    assert longer.due_at == at("2026-12-08 00:00")
    back = clock.resume(longer, at("2026-11-30 09:00"), CHINA)
    assert back.due_at == at("2026-12-15 00:00")  # ten days from 1 December on
    assert back.rungs[1].at == at("2026-12-12 00:00")


def test_a_pause_from_before_pauses_were_kept_resumes_with_what_was_left() -> None:
    stopped = clock.pause(promised(), at("2026-11-25 09:00"), CHINA)
    old = replace(stopped, changes=())
    back = clock.resume(old, at("2026-12-09 09:00"), CHINA)
    assert back.due_at == clock.resume(stopped, at("2026-12-09 09:00"), CHINA).due_at


NEXT = WorkCalendar(
    {date(2027, 1, 1): False, date(2027, 1, 4): False, date(2027, 1, 9): True},
    (2004, 2027),
    name="list to 2027",
)


def test_a_deadline_past_the_list_is_provisional_and_counted_anew_when_the_list_comes() -> None:
    deadline = promised("2026-12-28 10:00")
    assert deadline.provisional and deadline.due_at == at("2027-01-05 00:00")
    assert not clock.outdated(deadline, CHINA) and clock.outdated(deadline, NEXT)
    settled = clock.recount(deadline, at("2026-12-29 09:00"), NEXT)
    assert not settled.provisional and settled.due_at == at("2027-01-07 00:00")
    assert settled.calendar_version == "list to 2027" and not clock.outdated(settled, NEXT)
    assert settled.rungs[1].at == at("2027-01-06 00:00")
    assert settled.next_at == settled.rungs[0].at


def test_rungs_past_the_list_are_counted_anew_with_a_certain_end_and_with_a_provisional_one() -> (
    None
):
    certain = promised("2026-12-24 10:00")  # ends with the year; its supervision lies beyond
    assert not certain.provisional and certain.due_at == at("2027-01-01 00:00")
    assert [mark.at for mark in certain.rungs[2:]] == [
        at("2027-01-01 00:00"),
        at("2027-01-02 00:00"),
        at("2027-01-08 00:00"),
    ]
    assert clock.outdated(certain, NEXT) and not clock.outdated(certain, CHINA)
    settled = clock.recount(certain, at("2026-12-25 09:00"), NEXT)
    assert settled.due_at == certain.due_at and not clock.outdated(settled, NEXT)
    assert [mark.at for mark in settled.rungs[2:]] == [
        at("2027-01-01 00:00"),
        at("2027-01-06 00:00"),
        at("2027-01-10 00:00"),
    ]
    provisional = promised("2026-12-28 10:00")
    moved = clock.recount(provisional, at("2026-12-29 09:00"), NEXT)
    assert [mark.at for mark in moved.rungs[2:]] == [
        at("2027-01-07 00:00"),
        at("2027-01-08 00:00"),
        at("2027-01-13 00:00"),
    ]
    stopped = clock.pause(certain, at("2027-01-01 09:00"), CHINA)  # overdue: its end stays
    settled = clock.recount(stopped, at("2027-01-01 10:00"), NEXT)
    assert settled.state is State.PAUSED and settled.next_at is None
    assert clock.resume(settled, at("2027-01-01 11:00"), NEXT).rungs[-1].at == at(
        "2027-01-10 00:00"
    )
    back = clock.resume(stopped, at("2027-01-01 11:00"), NEXT)  # the list came while it stood
    assert back.rungs[-1].at == at("2027-01-10 00:00")


def test_a_recount_keeps_pauses_and_extensions_and_takes_no_rung_back() -> None:
    deadline = stood(promised("2026-12-23 10:00"), "2026-12-24 09:00", "2026-12-25 09:00")
    deadline, steps = run.take(deadline, at("2026-12-31 00:00"))
    longer = clock.extend(deadline, Span(2, Unit.WORKING_DAY), CHINA, at=at("2026-12-31 09:00"))
    settled = clock.recount(longer, at("2026-12-31 10:00"), NEXT)
    assert (
        len(steps) == settled.climbed
        and settled.rungs[: settled.climbed] == longer.rungs[: settled.climbed]
    )
    assert settled.changes == longer.changes and settled.due_at == longer.due_at + timedelta(days=2)
    assert all(mark.at >= at("2026-12-31 10:00") for mark in settled.rungs[settled.climbed :])


def test_a_paused_provisional_deadline_is_counted_anew_and_stays_paused() -> None:
    stopped = clock.pause(promised("2026-12-28 10:00"), at("2026-12-29 09:00"), CHINA)
    settled = clock.recount(stopped, at("2026-12-30 09:00"), NEXT)
    assert settled.state is State.PAUSED and settled.remaining == stopped.remaining


def test_an_explanation_names_what_was_skipped_worked_and_paused() -> None:
    found = explain(
        stood(promised("2026-09-28 10:00", "complaint"), "2026-10-12 09:00", "2026-10-13 09:00"),
        CHINA,
    )
    assert found.agrees and found.days == 10 and found.minutes == 14400
    assert [(row.why, row.days) for row in found.skipped][0] == (Why.HOLIDAY, 7)
    assert [one.day for one in found.worked] == [date(2026, 10, 10)]
    told = sentence(found, GROUNDS)
    for word in (
        "9月28日（周一）次日起算10个工作日",
        "10月1日至7日（国庆节）",
        "调休上班的10月10日（周六）计入",
        "10月12日至13日因检测鉴定暂停，不计入",
        "到10月20日（周二）24时止",
        "依据：福州 2017",
    ):
        assert word in told
    assert "National Day" in sentence(found, GROUNDS, "en")


def test_an_explanation_says_what_is_provisional_still_paused_or_rolled_on() -> None:
    provisional = sentence(explain(promised("2026-12-28 10:00"), CHINA), GROUNDS)
    assert "2027年放假安排尚未公布" in provisional
    waiting = clock.pause(promised(), at("2026-11-25 09:00"), CHINA, ground="AWAIT_TEST")
    assert "11月25日起因检测鉴定暂停计时" in sentence(explain(waiting, CHINA), GROUNDS)
    limit = run.Limit(Span(7, Unit.NATURAL_DAY), "北京", TERMS.ladder("plain"))
    rolled = run.start(Promise.REPLY, at("2026-11-28 10:00"), limit, CHINA, terms_version="t")
    assert "末日为休息日，顺延至下一工作日，到12月7日（周一）24时止" in sentence(
        explain(rolled, CHINA), {}
    )


def test_hours_are_explained_by_the_minutes_of_the_office() -> None:
    limit = run.Limit(Span(2, Unit.WORKING_HOUR), "深圳", TERMS.ladder("plain"))
    begun = run.start(Promise.DISPATCH, at("2026-11-20 17:00"), limit, CHINA, terms_version="t")
    found = explain(begun, CHINA)
    assert [one.minutes for one in found.counted] == [30, 90] and found.agrees
    assert [(row.first, row.days) for row in found.skipped] == [(date(2026, 11, 21), 2)]


def test_an_explanation_by_another_calendar_says_that_they_do_not_agree() -> None:
    found = explain(promised("2026-12-28 10:00"), NEXT)
    assert not found.agrees and CHINA.version in sentence(found, {})


def test_a_pause_without_end_is_told_apart() -> None:
    assert Paused(at("2026-11-25 09:00")).end is None
