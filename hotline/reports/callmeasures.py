"""The telephone's rates from the counts (domain rules §4.1): connected, in time, given up; pure.

What the caller could not have been answered in (a full house, a fault of the system) is no fault of
the desk and is left out of the rates; it is shown beside them.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from hotline.reports.measures import rate


def of_calls(
    counts: Mapping[str, Any], written_up: Sequence[float] | None = None
) -> dict[str, Any]:
    """人工接通率, 及时应答率 (15 s, 20 s), 放弃率, and the averages; `written_up`: after-call seconds."""
    answered, abandoned = counts["answered"], counts["abandoned"]
    excluded = counts["overload"] + counts["fault"] + counts["unknown"]
    settled = counts["offered"] - counts["open"] - excluded
    waited = answered + abandoned - counts["abandoned_short"]
    pressed = {str(n): counts[f"pressed_{n}"] for n in range(5, 0, -1)}
    rated = sum(pressed.values())
    content = pressed["5"] + pressed["4"] + pressed["3"]
    shown = {name: counts[name] for name in SHOWN if name in counts}
    return {
        **shown,
        "excluded": excluded,
        "connect_rate": rate(answered, settled),
        "answered_in_15_rate": rate(counts["answered_in_15"], answered),
        "answered_in_20_rate": rate(counts["answered_in_20"], answered),
        "service_level_15": rate(counts["answered_in_15"], waited),
        "service_level_20": rate(counts["answered_in_20"], waited),
        "abandon_rate": rate(abandoned, settled),
        "average_wait_s": _average(counts["wait_s"], answered),
        "average_wait_abandoned_s": _average(counts["wait_abandoned_s"], abandoned),
        "average_talk_s": _average(counts["talk_s"], counts["talked"]),
        "average_hold_s": _average(counts["hold_s"], answered),
        **({} if written_up is None else _written_up(written_up)),
        "rated": rated,
        "rated_rate": rate(rated, answered),
        "satisfied": content,
        "satisfaction_rate": rate(content, rated),
        "by_satisfaction": pressed,
    }


SHOWN = (
    *("key", "offered", "answered", "abandoned", "abandoned_short", "after_hours", "overload"),
    *("fault", "unknown", "open", "answered_in_15", "answered_in_20", "transferred", "without_end"),
    *("rung_out", "rung_out_answered"),
)


def _written_up(seconds: Sequence[float]) -> dict[str, Any]:
    return {
        "after_call": len(seconds),
        "average_after_call_s": _average(sum(seconds), len(seconds)),
    }


def _average(total: float, n: int) -> float | None:
    return round(float(total) / n, 1) if n else None


def by_agent(spells: Iterable[tuple[str, float]]) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {}
    for agent, seconds in spells:
        found.setdefault(agent, []).append(seconds)
    return found
