"""Control limits: a steady stream stays within them, a drifting one does not."""

import random
from collections import Counter
from dataclasses import replace

import pytest

from hotline.domain import drift
from hotline.domain.drift import Counts, Measure
from hotline.flow.drift import thresholds

TOPICS = {f"t{n}": 1 / (n + 1.5) for n in range(20)}  # a few are frequent, many are rare
T = thresholds()
DAY, WEEK = T.windows


def a_time(
    seed: int,
    n: int,
    *,
    confidence: float = 0.7,
    override: float = 0.12,
    mix: dict[str, float] | None = None,
) -> Counts:
    """What a number of readings and half as many verdicts come to."""
    dice = random.Random(seed)
    names, weights = zip(*(mix or TOPICS).items(), strict=True)
    sure = [min(1.0, max(0.0, dice.gauss(confidence, 0.2))) for _ in range(n)]
    return Counts(
        readings=n,
        total=sum(sure),
        squares=sum(one * one for one in sure),
        levels=Counter(dice.choices(names, weights, k=n)),
        judged=n // 2,
        overrode=sum(dice.random() < override for _ in range(n // 2)),
    )


def judged(base: Counts, now: Counts) -> list[Measure]:
    return [one for window in T.windows for one in drift.judge(base, now, window, T.limits)]


def out(base: Counts, now: Counts) -> set[str]:
    return {one.name for one in judged(base, now) if one.out}


@pytest.mark.slow
@pytest.mark.parametrize("size", [120, 350, 2000, 20_000])
def test_a_steady_stream_is_never_stopped(size: int) -> None:
    many = 200 if size < 1000 else 20 if size < 10_000 else 3
    for seed in range(many):
        base, now = a_time(seed, 600), a_time(10_000 + seed, size)
        assert not out(base, now), (seed, [one.said() for one in judged(base, now)])


@pytest.mark.parametrize(
    ("size", "changes", "name"),
    [
        (150, {"confidence": 0.45}, "confidence"),
        (400, {"confidence": 0.57}, "confidence"),
        (150, {"override": 0.6}, "override"),
        (400, {"override": 0.4}, "override"),
        (350, {"mix": {**TOPICS, "new": 1.0, "t0": 0.05}}, "mix"),
        (150, {"mix": {"t15": 1.0, "t16": 1.0}}, "mix"),
    ],
)
def test_a_drifting_stream_is_stopped_whatever_the_seed(
    size: int, changes: dict[str, float], name: str
) -> None:
    for seed in range(20):
        assert name in out(a_time(seed, 600), a_time(500 + seed, size, **changes)), seed  # type: ignore[arg-type]


def test_fewer_overrides_than_usual_are_no_reason_to_stop() -> None:
    assert not out(a_time(1, 600, override=0.4), a_time(2, 600, override=0.0))


def test_too_little_is_not_judged() -> None:
    base = a_time(1, 600)
    assert judged(base, a_time(2, DAY.readings - 1, confidence=0.1)) == []
    assert judged(replace(base, judged=0), a_time(2, 350)) != []


def test_a_baseline_without_an_override_is_not_taken_for_certain() -> None:
    base = replace(a_time(1, 600), judged=100, overrode=0)
    assert "override" not in out(base, replace(a_time(2, 600), judged=100, overrode=5))


def test_a_measure_says_in_words_what_is_usual_and_where_its_limits_lie() -> None:
    wrong = next(one for one in judged(a_time(1, 600), a_time(2, 200, confidence=0.4)) if one.out)
    assert wrong.said().startswith("平均信心") and "控制限" in wrong.said()
    assert "limits" in wrong.said("en")


def test_counts_survive_being_kept() -> None:
    counts = a_time(3, 50)
    assert drift.from_json(drift.to_json(counts)) == counts
