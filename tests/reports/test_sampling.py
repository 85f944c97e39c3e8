"""Stratified call-backs: the small are heard, the weights are the cases', the interval holds."""

import random

from hypothesis import given
from hypothesis import strategies as st

from hotline.domain import sampling
from hotline.reports.sampling import Stratum, estimated


@given(st.dictionaries(st.text(max_size=3), st.integers(0, 500), max_size=8), st.integers(0, 400))
def test_no_stratum_is_asked_more_than_it_has_and_none_is_forgotten(
    sizes: dict[str, int], n: int
) -> None:
    told = sampling.allotted(sizes, n)
    assert all(min(sizes[key], sampling.LEAST) <= told[key] <= sizes[key] for key in sizes)
    least = sum(min(size, sampling.LEAST) for size in sizes.values())
    assert sum(told.values()) == max(least, min(n, sum(sizes.values())))


def test_the_same_seed_draws_the_same_cases_and_another_seed_others() -> None:
    cases = [("cgj" if n % 9 else "tiny", f"20261101-{n:06}") for n in range(300)]
    one, again = sampling.drawn(cases, 60, "2026-11"), sampling.drawn(cases[::-1], 60, "2026-11")
    assert one == again != sampling.drawn(cases, 60, "2026-12")
    assert {key: len(found) for key, found in one.items()} == {"cgj": 50, "tiny": 10}


def test_a_stratum_weighs_by_its_cases_not_by_its_answers() -> None:
    large, small = Stratum(900, 20, 18), Stratum(100, 20, 2)
    found = estimated([large, small])
    assert found is not None and found.value == 0.82  # 0.9 * 0.9 + 0.1 * 0.1
    assert found.low < 0.82 < found.high and found.covered == 1.0
    assert estimated([Stratum(5, 0, 0)]) is None


def test_the_interval_holds_the_truth_about_nineteen_times_of_twenty() -> None:
    chance, held, runs = random.Random(7), 0, 400
    truth = {"a": (0.9, 800), "b": (0.6, 150), "c": (0.3, 50)}
    every = sum(size for _, size in truth.values())
    whole = sum(share * size for share, size in truth.values()) / every
    for _ in range(runs):
        strata = [
            Stratum(size, n, sum(chance.random() < share for _ in range(n)))
            for (share, size), n in zip(truth.values(), (60, 20, 10), strict=True)
        ]
        found = estimated(strata)
        held += found is not None and found.low <= whole <= found.high
    assert held / runs > 0.92
