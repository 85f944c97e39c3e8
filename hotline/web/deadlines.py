"""Deadlines as the interface tells them: each with its rungs, its count, and the sentence that explains it."""

from datetime import datetime
from typing import Any

from escalation.explain import Explanation
from escalation.promise import Deadline
from escalation.telling import sentence
from hotline.domain.case import Case
from hotline.domain.counting import GROUNDS, explanation
from hotline.domain.promises import Rules


def told(case: Case, rules: Rules, language: str) -> list[dict[str, Any]]:
    return [_one(case, deadline, rules, language) for deadline in case.deadlines.values()]


def _one(case: Case, deadline: Deadline, rules: Rules, language: str) -> dict[str, Any]:
    found = explanation(case, deadline, rules)
    at = rules.calendar.zone
    return {
        "promise": deadline.promise.value,
        "part": deadline.part,
        "due_at": _moment(deadline.due_at, at),
        "state": deadline.state.value,
        "climbed": deadline.climbed,
        "started_at": _moment(deadline.started_at, at),
        "ended_at": _moment(deadline.ended_at, at),
        "limit": {
            "n": deadline.limit_n,
            "unit": deadline.limit_unit.value,
            "source": deadline.source,
        },
        "override": deadline.override,
        "provisional": deadline.provisional,
        "resume_at": _moment(deadline.resume_at, at),
        "terms": deadline.terms_version,
        "calendar": deadline.calendar_version,
        "rungs": [
            {"level": mark.level, "kind": mark.kind.value, "at": _moment(mark.at, at)}
            for mark in deadline.rungs
        ],
        "explanation": sentence(found, GROUNDS, language),
        "counting": counting(found, language),
    }


def counting(found: Explanation, language: str) -> dict[str, Any]:
    """The count as data: days and minutes counted, skipped, paused and granted."""
    zone, english = found.due_at.tzinfo, language == "en"
    return {
        "days": found.days,
        "minutes": found.minutes,
        "counted": [
            {
                "from": _moment(one.begin, zone),
                "to": _moment(one.end, zone),
                "days": one.days,
                "minutes": one.minutes,
            }
            for one in found.counted
        ],
        "skipped": [
            {
                "from": one.first.isoformat(),
                "to": one.last.isoformat(),
                "days": one.days,
                "why": one.why.value,
                "name": one.name[english] if one.name else None,
            }
            for one in found.skipped
        ],
        "worked": [one.day.isoformat() for one in found.worked],
        "paused": [
            {
                "from": _moment(one.begin, zone),
                "to": _moment(one.end, zone),
                "ground": one.ground,
            }
            for one in found.paused
        ],
        "extended": [
            {"at": _moment(one.at, zone), "n": one.span.n, "unit": one.span.unit.value}
            for one in found.extended
        ],
        "agrees": found.agrees,
    }


def _moment(at: datetime | None, zone: Any) -> str | None:
    """RFC 3339 in the city's time."""
    return at.astimezone(zone).isoformat(timespec="seconds") if at else None
