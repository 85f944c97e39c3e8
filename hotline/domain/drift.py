"""Has the classifier's world changed? Confidence, mix of topics and overrides against control limits."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import log, sqrt
from typing import Any


@dataclass(frozen=True)
class Counts:
    """What was read and judged in some time: sums only, so that any time can be counted by SQL."""

    readings: int = 0
    total: float = 0.0  # of confidence
    squares: float = 0.0
    levels: Mapping[str, int] = field(default_factory=dict)  # readings by level-1 topic
    judged: int = 0  # acts in which a person took over or changed topic or department
    overrode: int = 0

    @property
    def confidence(self) -> float | None:
        return self.total / self.readings if self.readings else None

    @property
    def override(self) -> float | None:
        return self.overrode / self.judged if self.judged else None


@dataclass(frozen=True)
class Window:
    """How far back is looked, what must lie in it to be judged, and how much the mix may differ."""

    days: int
    readings: int
    judged: int
    mix: float


@dataclass(frozen=True)
class Limits:
    """The thresholds, as the data file gives them with their reasons."""

    sigmas: float
    confidence: float
    override: float
    rare: float


@dataclass(frozen=True)
class Measure:
    """One figure of one window against its limits; `out`: beyond them."""

    name: str  # confidence, mix, override
    days: int
    n: int
    value: float
    low: float | None
    high: float | None
    base: float

    @property
    def out(self) -> bool:
        below = self.low is not None and self.value < self.low
        return below or (self.high is not None and self.value > self.high)

    def said(self, language: str = "zh") -> str:
        """The figure in a sentence that stands alone."""
        low, high = (
            "—" if one is None else _shown(self.name, one) for one in (self.low, self.high)
        )
        value, base = _shown(self.name, self.value), _shown(self.name, self.base)
        zh, en = NAMES[self.name]
        if language == "en":
            return f"{en} {value} (usual {base}, limits {low} to {high}; {self.days} d, n={self.n})"
        return f"{zh}{value}（平时 {base}，控制限 {low} 至 {high}；近 {self.days} 天 {self.n} 件）"


NAMES = {
    "confidence": ("平均信心", "mean confidence"),
    "mix": ("事项构成偏移", "shift of the topic mix"),
    "override": ("人工改派率", "share overridden"),
}


def _shown(name: str, value: float) -> str:
    return f"{value:.2f}" if name == "mix" else f"{value:.1%}"


def judge(base: Counts, now: Counts, window: Window, limits: Limits) -> list[Measure]:
    """The measures that enough is known for; against the baseline's own noise and the window's."""
    found = []
    if base.readings and now.readings >= window.readings:
        found.append(_confidence(base, now, window, limits))
        found.append(_mix(base, now, window, limits))
    if base.judged and now.judged >= window.judged:
        found.append(_override(base, now, window, limits))
    return found


def _confidence(base: Counts, now: Counts, window: Window, limits: Limits) -> Measure:
    mean = base.total / base.readings
    spread = sqrt(max(base.squares / base.readings - mean**2, 0.0))
    noise = limits.sigmas * spread * sqrt(1 / now.readings + 1 / base.readings)
    width = max(limits.confidence, noise)
    value = now.total / now.readings
    return Measure("confidence", window.days, now.readings, value, mean - width, mean + width, mean)


def _override(base: Counts, now: Counts, window: Window, limits: Limits) -> Measure:
    """A p-chart's upper limit: fewer overrides than usual are no reason to stop."""
    usual = base.overrode / base.judged
    guarded = (base.overrode + 1) / (base.judged + 2)  # a baseline without any is not certain
    noise = limits.sigmas * sqrt(guarded * (1 - guarded) * (1 / now.judged + 1 / base.judged))
    high = usual + max(limits.override, noise)
    value = now.overrode / now.judged
    return Measure("override", window.days, now.judged, value, None, high, usual)


def _mix(base: Counts, now: Counts, window: Window, limits: Limits) -> Measure:
    """Population stability index; what it comes to by chance alone is added to the limit."""
    frequent = {name for name, n in base.levels.items() if n >= limits.rare * base.readings}
    names = [*sorted(frequent), None]
    pairs = [_shares(base, now, name, frequent) for name in names]
    value = sum((b - a) * log(b / a) for a, b in pairs)
    noise = (len(names) - 1) * (1 / now.readings + 1 / base.readings)
    spread = sqrt(2 * max(len(names) - 1, 1)) * (1 / now.readings + 1 / base.readings)
    high = window.mix + noise + limits.sigmas * spread
    return Measure("mix", window.days, now.readings, value, None, high, 0.0)


def _shares(base: Counts, now: Counts, name: str | None, frequent: set[str]) -> tuple[float, float]:
    """A topic's share before and now; None: all that are rare together."""

    def share(counts: Counts) -> float:
        n = (
            counts.levels.get(name, 0)
            if name is not None
            else sum(n for other, n in counts.levels.items() if other not in frequent)
        )
        return (n + 0.5) / (counts.readings + 0.5 * (len(frequent) + 1))

    return share(base), share(now)


def to_json(counts: Counts) -> dict[str, Any]:
    return {**counts.__dict__, "levels": dict(counts.levels)}


def from_json(told: Mapping[str, Any]) -> Counts:
    return Counts(**told)
