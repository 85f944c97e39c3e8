"""A call's record is a function of its events, whatever the network did to them on the way."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from channels.telephone import fold as folding
from channels.telephone.events import SWEPT, CallEvent, Kind, Recording
from channels.telephone.fold import CallRecord, Outcome, Phase, fold
from channels.telephone.rehearsal import calls
from tests.channels.telephone.disorder import arriving, flat, hang_ups_lost, table

START = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)


def event(kind: Kind, second: float, leg: str = "a", **more: object) -> CallEvent:
    facts = {
        "event_id": f"{kind.value}-{second}-{leg}",
        "call_id": "c1",
        "kind": kind,
        "at": START + timedelta(seconds=second),
        "leg_id": leg,
        "from_": "13800001234",
        "to": "12345",
        **more,
    }
    return CallEvent(**facts)  # type: ignore[arg-type]


ANSWERED = [
    event(Kind.OFFERED, 0),
    event(Kind.QUEUED, 1, queue="热线"),
    event(Kind.RINGING, 5, "b", agent="8001"),
    event(Kind.ANSWERED, 9, "b", agent="8001"),
    event(Kind.HELD, 20, "b"),
    event(Kind.RESUMED, 35, "b"),
    event(Kind.ENDED, 69, "b", cause="normal"),
    event(Kind.ENDED, 69.1, cause="normal"),
]


def test_an_answered_call_has_its_waits_talk_and_hold() -> None:
    found = fold(ANSWERED)
    assert (found.outcome, found.phase) == (Outcome.ANSWERED, Phase.ENDED)
    assert (found.wait_s, found.talk_s, found.hold_s) == (8.0, 45.1, 15.0)
    assert (found.agent, found.queue, found.legs, found.flags) == ("8001", "热线", 2, ())


def test_every_order_of_the_events_is_the_same_call() -> None:
    told = ANSWERED[:5] + ANSWERED[-1:]
    assert {fold(order) for order in permutations(told)} == {fold(told)}


def test_who_gives_up_before_anybody_answers_has_abandoned() -> None:
    found = fold([*ANSWERED[:3], event(Kind.ENDED, 31, cause="cancel")])
    assert (found.outcome, found.wait_s, found.talk_s) == (Outcome.ABANDONED, 30.0, None)


@pytest.mark.parametrize(
    ("cause", "outcome"),
    [
        ("overload", Outcome.OVERLOAD),
        ("congestion", Outcome.OVERLOAD),
        ("after_hours", Outcome.AFTER_HOURS),
        ("system_fault", Outcome.FAULT),
        ("busy", Outcome.ABANDONED),
    ],
)
def test_the_cause_tells_why_nobody_answered(cause: str, outcome: Outcome) -> None:
    assert fold([ANSWERED[0], event(Kind.ENDED, 3, cause=cause)]).outcome is outcome


def test_an_agents_leg_that_ends_does_not_end_a_call_put_through() -> None:
    told = [
        *ANSWERED[:4],
        event(Kind.TRANSFERRED, 30, "b", agent="8002"),
        event(Kind.ANSWERED, 33, "c", agent="8002"),
        event(Kind.ENDED, 34, "b"),
    ]
    found = fold(told)
    assert (found.phase, found.transfers, found.agents) == (Phase.TALKING, 1, ("8001", "8002"))


def test_where_the_offer_was_lost_the_last_leg_ends_the_call() -> None:
    told = [event(Kind.ANSWERED, 9, "b", agent="8001"), event(Kind.ENDED, 60, "b")]
    found = fold(told)
    assert (found.phase, found.flags) == (Phase.ENDED, ("no_offer",))


def test_a_call_without_an_end_is_closed_by_the_sweep_and_flagged() -> None:
    swept = event(Kind.ENDED, 9000, "", cause=SWEPT)
    found = fold([*ANSWERED[:4], swept])
    assert (found.flags, found.outcome) == (("no_end",), Outcome.ANSWERED)
    assert found.ended_at == ANSWERED[3].at  # when it was last heard of, not when it was swept
    assert fold([*ANSWERED[:3], swept]).outcome is Outcome.UNKNOWN


def test_an_end_that_comes_after_the_sweep_still_counts() -> None:
    assert fold([*ANSWERED, event(Kind.ENDED, 9000, "", cause=SWEPT)]) == fold(ANSWERED)


def test_the_switchs_own_wait_is_believed() -> None:
    told = [ANSWERED[0], event(Kind.ENDED, 0, cause="abandoned", wait_s=4.0)]
    assert fold(told).wait_s == 4.0


def test_a_rating_has_no_default() -> None:
    assert fold(ANSWERED).digit is None
    assert fold([*ANSWERED, event(Kind.RATED, 75, digit=2)]).digit == 2


def test_a_recording_told_of_twice_is_one() -> None:
    told = [event(Kind.RECORDED, n, recording=Recording("a.wav", "0" * 64)) for n in (70, 71)]
    assert len(fold([*ANSWERED, *told]).recordings) == 1


@pytest.fixture
def shuffled(request: pytest.FixtureRequest) -> tuple[int, int]:
    return (100_000, 20) if request.config.getoption("--soak") else (2_000, 3)


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_shuffled_doubled_late_and_lost_events_end_in_the_ordered_runs_table(
    shuffled: tuple[int, int],
) -> None:
    n, seeds = shuffled
    for seed in range(seeds):
        told = hang_ups_lost(flat(calls(seed, n, START, every=2.0)), seed)
        assert table(arriving(told, seed)) == table(told), seed


def test_a_small_storm_ends_in_the_ordered_runs_table() -> None:
    told = hang_ups_lost(flat(calls(7, 100, START)), 7)
    assert table(arriving(told, 7)) == table(told)


def by_arrival(events: list[CallEvent]) -> CallRecord:
    """The sabotaged twin: it believes the order in which events arrive."""
    ordered = [replace(one, at=START + timedelta(seconds=n)) for n, one in enumerate(events)]
    return replace(fold(ordered), call_id=events[0].call_id)


def test_the_storm_catches_a_fold_that_believes_the_order_of_arrival() -> None:
    told = flat(calls(7, 50, START))
    by_call: dict[str, list[CallEvent]] = {}
    for one in arriving(told, 7):
        by_call.setdefault(one.call_id, []).append(one)
    ordered = table(told)
    assert any(
        by_arrival(events).wait_s != ordered[call_id].wait_s for call_id, events in by_call.items()
    )


def test_the_storm_catches_a_fold_that_counts_repeats(monkeypatch: pytest.MonkeyPatch) -> None:
    told = flat(calls(7, 300, START))
    ordered = table(told)
    monkeypatch.setattr(
        folding, "once", lambda events: sorted(events, key=lambda one: (one.at, one.event_id))
    )
    assert table(arriving(told, 7)) != ordered


def test_the_same_seed_makes_the_same_calls() -> None:
    assert calls(3, 20, START) == calls(3, 20, START)
