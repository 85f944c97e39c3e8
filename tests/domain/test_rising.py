"""When an hour is above what it usually brings: few false alarms on a flat series, bursts are caught."""

import random
from collections.abc import Iterator, Sequence

import pytest

from hotline.domain.rising import Hour, Rising, bound, matter

RULE = Rising()
WEEKS = 8


def poisson(chance: random.Random, usual: float) -> int:
    """How many of many that might call do."""
    at, n = chance.expovariate(usual), 0
    while at < 1:
        n += 1
        at += chance.expovariate(usual)
    return n


def past(counts: Sequence[int]) -> list[Hour]:
    return [Hour(n) for n in counts[:WEEKS]] + [Hour(n, 0.25) for n in counts[WEEKS:]]


def hours(seed: int, usual: float, many: int) -> Iterator[tuple[int, list[Hour]]]:
    """An hour of a flat series, and its past as the alerts see it."""
    chance = random.Random(seed)
    for _ in range(many):
        yield poisson(chance, usual), past([poisson(chance, usual) for _ in range(WEEKS + 24)])


@pytest.mark.parametrize("usual", [0.05, 0.5, 2.0, 8.0, 30.0])
def test_a_flat_series_raises_next_to_no_alarm(usual: float) -> None:
    many = 1000
    false = sum(n >= bound(history, RULE).callers for n, history in hours(7, usual, many))
    assert false <= 1, f"{false} of {many} ordinary hours"


def test_a_bound_without_its_caution_would_cry_wolf() -> None:
    """The sabotaged twin: twice the mean, as many a dashboard has it."""
    false = sum(
        n >= max(RULE.least, 2 * bound(history, RULE).usual) for n, history in hours(7, 2.0, 2000)
    )
    assert false > 20


@pytest.mark.parametrize(
    ("usual", "burst"), [(0.05, 6), (0.5, 10), (2.0, 18), (8.0, 32), (30.0, 75)]
)
def test_a_burst_is_caught(usual: float, burst: int) -> None:
    caught = [burst >= bound(history, RULE).callers for _, history in hours(11, usual, 200)]
    assert sum(caught) >= 195


def test_with_nothing_known_only_a_crowd_is_told_and_soon_less_is_enough() -> None:
    cold = bound([], RULE).callers
    week = bound([Hour(0, 0.25)] * 6, RULE).callers
    month = bound([Hour(0)] * 4 + [Hour(0, 0.25)] * 20, RULE).callers
    assert 15 <= cold <= 40 and RULE.least == month < week < cold


def test_one_mass_incident_in_the_past_does_not_hide_the_next() -> None:
    calm = bound(past([0] * 32), RULE).callers
    after = bound(past([0, 0, 40, 0, 0, 0, 0, 0] + [0] * 24), RULE)
    assert calm <= after.callers <= 40


def test_hours_that_differ_by_more_than_chance_need_more() -> None:
    even, uneven = [6, 5, 7, 6, 6, 5, 7, 6], [0, 14, 1, 12, 0, 13, 2, 6]
    assert bound(past(uneven), RULE).callers > bound(past(even), RULE).callers


def test_a_matter_is_a_topic_to_its_second_level() -> None:
    assert matter("城市管理/市政设施/路灯故障") == "城市管理/市政设施" and matter("") == ""
