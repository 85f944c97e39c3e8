"""The measures on a month of 60 cases that was counted by hand, and their edges.

The month: 20 answered at once (2 of them repeats), 2 told elsewhere, 2 merged (repeats), and 36
dispatched in nine groups; what each group is stands beside it, the sums beside the assertions.
"""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.reports import rates
from hotline.reports.rates import Fact, Rate

GOOD = Fact(
    dispatched=True,
    signed_in_time=True,
    contacted_in_time=True,
    finished_in_time=True,
    closed=True,
    reached=True,
    solved=True,
)


def a_month() -> list[Fact]:
    late = replace(GOOD, finished_in_time=False, solved=False)
    silent = replace(GOOD, reached=False, solved=None, hours=50.0)
    back = replace(GOOD, returned=True, upheld=True, solved=False, hours=80.0)
    open_ = replace(GOOD, closed=False, reached=False, solved=None)
    return [
        *[Fact(answered=True)] * 18,
        *[Fact(answered=True, repeat=True)] * 2,
        *[Fact(accepted=False)] * 2,
        *[Fact(accepted=False, repeat=True)] * 2,
        *[replace(GOOD, hours=40.0, satisfaction=5)] * 20,
        *[replace(GOOD, contacted_in_time=False, hours=60.0, satisfaction=3)] * 4,
        *[replace(late, signed_in_time=False, hours=100.0, satisfaction=2)] * 3,
        *[replace(GOOD, reworked=True, hours=120.0, satisfaction=4)] * 2,
        *[silent] * 2,
        *[back] * 2,
        replace(open_, returned=True, finished_in_time=False),  # refused return, overdue
        replace(open_, finished_in_time=None),  # still inside its limit
        replace(late, hours=200.0, satisfaction=1, excluded=True),  # exclusion granted
    ]


# Measure: raw part and whole, adjusted part and whole; counted on paper.
BY_HAND = {
    "response": (29, 36, 28, 35),  # 20+2+2+2+1+1+1
    "signing": (33, 36, 32, 35),  # all but the 3 signed late
    "finishing": (30, 35, 30, 34),  # 20+4+2+2+2; one is not due yet
    "first_time": (32, 34, 31, 33),
    "rework": (2, 34, 2, 33),
    "returning": (3, 36, 3, 35),
    "wrong_returns": (1, 36, 1, 35),
    "dispatching": (34, 36, 33, 35),
    "direct": (20, 56, 20, 55),
    "duration": (2040.0, 34, 1840.0, 33),  # 800+240+300+240+100+160+200 hours
    "following_up": (32, 34, 31, 33),
    "solving": (26, 32, 26, 31),  # 20+4+2 of 20+4+3+2+2+1
    "satisfying": (26, 30, 26, 29),
    "repeating": (4, 60, 4, 59),
}


def test_the_month_has_sixty_cases_and_every_measure_was_counted() -> None:
    assert len(a_month()) == 60
    assert set(BY_HAND) == set(rates.MEASURES)


@pytest.mark.parametrize("name", BY_HAND)
def test_a_measure_of_the_month_is_what_was_counted_by_hand(name: str) -> None:
    found = rates.both(a_month())[name]
    raw, adjusted = found["raw"], found["adjusted"]
    assert (raw.part, raw.whole, adjusted.part, adjusted.whole) == BY_HAND[name]
    assert raw.value == round(raw.part / raw.whole, 2 if name == "duration" else 4)


def test_figures_of_the_month_as_a_report_writes_them() -> None:
    found = {name: told["raw"].value for name, told in rates.both(a_month()).items()}
    assert found["finishing"] == 0.8571 and found["duration"] == 60.0
    assert found["solving"] == 0.8125 and found["direct"] == 0.3571


def test_a_silent_citizen_changes_neither_satisfaction_nor_solution() -> None:
    month = a_month()
    more = [*month, *[replace(GOOD, reached=False, solved=None)] * 100]
    for name in ("solving", "satisfying"):
        assert rates.both(month)[name] == rates.both(more)[name]


def test_of_nothing_there_is_no_rate() -> None:
    for of in rates.MEASURES.values():
        assert of(rates.Counts()).value is None


def test_few_answers_say_little_and_many_say_more() -> None:
    few, many = rates.interval(3, 3), rates.interval(300, 300)
    assert few == (0.4385, 1.0) and many[0] is not None and many[0] > 0.98
    # Wilson's own example values: 8 of 10.
    assert rates.interval(8, 10) == (0.4902, 0.9433)


@given(st.integers(0, 200), st.integers(1, 200))
def test_the_interval_holds_the_share(part: int, whole: int) -> None:
    part = min(part, whole)
    low, high = rates.interval(part, whole)
    assert low is not None and high is not None
    assert low - 1e-4 <= part / whole <= high + 1e-4


def test_every_measure_says_its_formula_in_the_fields_own_term() -> None:
    for of in rates.MEASURES.values():
        told = of.__doc__ or ""
        assert "/" in told and any("一" <= sign <= "鿿" for sign in told)


def test_a_measure_that_counts_silence_as_content_would_be_caught() -> None:
    """A sabotaged twin of 满意率."""

    def flattering(c: rates.Counts) -> Rate:
        unheard = c.closed - c.rated
        return Rate(c.satisfied + unheard, c.closed, (c.satisfied + unheard) / c.closed)

    counts = rates.counted(a_month())
    assert flattering(counts).value != rates.satisfying(counts).value
