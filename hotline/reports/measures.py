"""The rates from the counts: response, resolution, satisfaction, on-time; pure (domain rules §4.1)."""

from collections.abc import Iterable, Mapping
from typing import Any

FORMULAS = "3"  # raised whenever a formula changes, so that figures can be told apart


def rate(part: int, whole: int) -> float | None:
    """A share, or None where there is nothing to take a share of."""
    return round(part / whole, 4) if whole else None


def of_cases(counts: Mapping[str, Any]) -> dict[str, Any]:
    """直接答复率 ANSWERED / accepted; 重办率 reworked / closed."""
    accepted = counts["received"] - counts["not_accepted"] - counts["merged"]
    return {
        **counts,
        "direct_answer_rate": rate(counts["answered"], accepted),
        "rework_rate": rate(counts["reworked"], counts["closed"]),
    }


def of_promises(counts: Mapping[str, Any]) -> dict[str, Any]:
    """按时率: kept in time / all that have come to their end or their due moment."""
    decided = counts["kept"] + counts["kept_late"] + counts["overdue"]
    return {**counts, "on_time_rate": rate(counts["kept"], decided)}


def satisfaction(said: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """满意率 (满意+基本满意)/valid ratings, 解决率 solved/answered; silence is never counted.

    `said` is in order. A case has one voice: the latest rating that the citizen gave, else what
    the latest call-back heard; attempts that reached nobody are attempts only.
    """
    told = list(said)
    voices = _voices(told)
    answered = [one for one in voices if one.get("solved") is not None]
    rated = [str(one["satisfaction"]) for one in voices if one.get("satisfaction")]
    content = sum(one >= "3" for one in rated)
    return {
        "follow_ups": sum(one["source"] == "follow_up" for one in told),
        "ratings": sum(one["source"] == "rate" for one in told),
        "answered": len(answered),
        "solved": sum(bool(one["solved"]) for one in answered),
        "solved_rate": rate(sum(bool(one["solved"]) for one in answered), len(answered)),
        "rated": len(rated),
        "satisfied": content,
        "satisfaction_rate": rate(content, len(rated)),
        "by_satisfaction": {str(n): rated.count(str(n)) for n in range(5, 0, -1)},
    }


def _voices(told: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    found: dict[Any, Mapping[str, Any]] = {}
    for one in told:
        heard = one.get("solved") is not None or one.get("satisfaction")
        before = found.get(one["case"])
        overruled = before and before["source"] == "rate" and one["source"] == "follow_up"
        if heard and not overruled:
            found[one["case"]] = one
    return list(found.values())
