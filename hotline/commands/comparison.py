"""Two replays of one record side by side: who is late, what is supervised, what a leader gets a day.

Pure functions over the reports that `hotline replay` writes, so that two of them made earlier
could be compared just as well.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from hotline.domain.order import RED, Outside, in_charge
from hotline.domain.words import Role

NONE = "（未派单）"

Report = Mapping[str, Any]


def compare(names: Sequence[str], reports: Sequence[Report]) -> dict[str, Any]:
    """Both sides under their names, and what differs for whom.

    `departments`: a row a department with each side's figures, the largest change first.
    `changed`: the records that are late under one profile only.
    """
    sides = [side(report) for report in reports]
    units = sorted(set(sides[0]["departments"]) | set(sides[1]["departments"]))
    rows = [
        {"department": unit, "sides": [one["departments"].get(unit, _nothing()) for one in sides]}
        for unit in units
    ]
    rows.sort(key=lambda row: (-_change(row["sides"]), row["department"]))
    return {
        "profiles": list(names),
        "versions": [report["totals"]["profile"] for report in reports],
        "rows": reports[0]["totals"]["rows"],
        "until": reports[0]["totals"]["until"],
        "sides": [{key: one[key] for key in one if key != "departments"} for one in sides],
        "departments": rows,
        "changed": _changed([report["rows"] for report in reports]),
        "assumed": reports[0]["totals"]["assumed"],
    }


def side(report: Report) -> dict[str, Any]:
    """One profile's figures."""
    rows = report["rows"]
    orders = Counter(order["level"] for row in rows for order in row["orders"])
    return {
        "overdue": sum(row["overdue"] for row in rows),
        "supervised": sum((row["level"] or 0) >= 3 for row in rows),
        "orders_by_level": {str(level): orders[level] for level in sorted(orders)},
        "orders": sum(orders.values()),
        "papers": _papers(rows, report["totals"].get("units", {})),
        "departments": _departments(rows),
    }


def _departments(rows: Iterable[Report]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = defaultdict(_nothing)
    for row in rows:
        unit = found[row["department"] or NONE]
        unit["received"] += 1
        unit["overdue"] += bool(row["overdue"])
        unit["supervised"] += (row["level"] or 0) >= 3
        unit["orders"] += len(row["orders"])
    return dict(found)


def _nothing() -> dict[str, int]:
    return {"received": 0, "overdue": 0, "supervised": 0, "orders": 0}


def _papers(rows: Iterable[Report], units: Mapping[str, str]) -> dict[str, Any]:
    """Papers a day by who in charge gets them, as the product itself addressed them."""
    by_leader: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        for day, recipients in papers_of(row):
            for recipient in filter(in_charge, recipients):
                by_leader[_name(recipient, units)][day] += 1
    leaders = [
        {
            "leader": leader,
            "papers": days.total(),
            "days": len(days),
            "a_day": round(days.total() / len(days), 2),
            "most": max(days.values()),
            "most_on": min(day for day, n in days.items() if n == max(days.values())),
        }
        for leader, days in by_leader.items()
    ]
    leaders.sort(key=lambda one: (-int(str(one["papers"])), str(one["leader"])))
    months: Counter[str] = Counter()
    for days in by_leader.values():
        for day, n in days.items():
            months[day[:7]] += n
    return {
        "total": sum(int(str(one["papers"])) for one in leaders),
        "leaders": leaders,
        "by_month": dict(sorted(months.items())),
    }


def _name(recipient: str, units: Mapping[str, str]) -> str:
    kind, _, who = recipient.partition(":")
    if kind == "outside":
        return Outside(who).zh
    return f"{units.get(who, who)}领导" if kind == "leader" else Role(who).zh


def papers_of(row: Report) -> list[tuple[str, Sequence[str]]]:
    """The papers of one record, 催办单 and 督办单 …: the day of each, and to whom it went."""
    red = [step for step in row["steps"] if step["kind"] == "red" and step["level"] >= RED]
    return [(paper["at"][:10], paper["to"]) for paper in (*red, *row["orders"])]


def _change(sides: Sequence[Mapping[str, int]]) -> int:
    return abs(sides[0]["overdue"] - sides[1]["overdue"])


def _changed(both: Sequence[Sequence[Report]]) -> list[dict[str, Any]]:
    return [
        {
            "id": one["id"],
            "type": one["type"],
            "department": one["department"],
            "due_at": [one["due_at"], other["due_at"]],
            "overdue": [one["overdue"], other["overdue"]],
        }
        for one, other in zip(*both, strict=True)
        if one["overdue"] != other["overdue"]
    ]
