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


def of_knowledge(counts: Mapping[str, Any]) -> dict[str, Any]:
    """知识库. 采纳率 articles told on / questions asked; 命中率 questions that found one / asked;
    有用率 helpful / said either; 及时更新率 in force and not past review / in force."""
    uses, held = counts["uses"], counts["articles"]
    asked, helpful = uses.get("asked", 0), uses.get("helpful", 0)
    return {
        "articles": held,
        "waiting": counts["waiting"],
        "due": counts["due"],
        "gaps": counts["gaps"],
        "asked": asked,
        "found": uses.get("found", 0),
        "opened": uses.get("opened", 0),
        "uses": uses.get("used", 0),
        "helpful": helpful,
        "unhelpful": uses.get("unhelpful", 0),
        "hit_rate": rate(uses.get("found", 0), asked),
        "adoption_rate": rate(uses.get("used", 0), asked),
        "helpful_rate": rate(helpful, helpful + uses.get("unhelpful", 0)),
        "current_rate": rate(held - counts["due"], held),
    }


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


def satisfied(said: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The same for each `key` of it, those without one first."""
    found: dict[str | None, list[Mapping[str, Any]]] = {}
    for one in said:
        found.setdefault(one["key"], []).append(one)
    return [{"key": key, **satisfaction(found[key])} for key in sorted(found, key=_order)]


def _order(key: str | None) -> str:
    return key or ""


def _voices(told: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    found: dict[Any, Mapping[str, Any]] = {}
    for one in told:
        heard = one.get("solved") is not None or one.get("satisfaction")
        before = found.get(one["case"])
        overruled = before and before["source"] == "rate" and one["source"] == "follow_up"
        if heard and not overruled:
            found[one["case"]] = one
    return list(found.values())
