"""How far two readings of the same messages agree: the ceiling for any figure on the gold set."""

from collections.abc import Mapping, Sequence
from typing import Any

from classifiers.gold import measures
from classifiers.gold.rows import Gold, labels, level

PARTS = ("random", "urgent")


class NotYetRead(ValueError):
    """The second reading is not there."""


def agreement() -> Mapping[str, Any]:
    """All rows that were read twice, then the random and the urgent ones apart."""
    second = {row.key: row for row in labels("second")}
    if not second:
        raise NotYetRead("第二遍阅读（second.csv）还没有写入，无法计算一致性")
    pairs = {
        part: [(row, second[row.key]) for row in labels(part) if row.key in second]
        for part in PARTS
    }
    told = {part: compared(rows) for part, rows in pairs.items()}
    return {"all": compared([pair for rows in pairs.values() for pair in rows]), **told}


def compared(pairs: Sequence[tuple[Gold, Gold]]) -> Mapping[str, Any]:
    """Per column the share of equal labels and, for those the issue names, Cohen's kappa."""
    columns = {
        "type": [(one.type, other.type) for one, other in pairs],
        "level1": [(level(one.topic, 1), level(other.topic, 1)) for one, other in pairs],
        "level2": [(level(one.topic, 2), level(other.topic, 2)) for one, other in pairs],
        "level3": [(one.topic, other.topic) for one, other in pairs],
        "department": [(one.department, other.department) for one, other in pairs],
        "urgency": [(one.urgency, other.urgency) for one, other in pairs],
        "pressing": [(str(one.pressing), str(other.pressing)) for one, other in pairs],
    }
    told: dict[str, Any] = {name: _column(column) for name, column in columns.items()}
    told["level2_lenient"] = measures.share(
        [
            bool({level(t, 2) for t in one.topics} & {level(t, 2) for t in other.topics})
            for one, other in pairs
        ]
    )
    told["sensitive"] = measures.share(
        [set(one.sensitive) == set(other.sensitive) for one, other in pairs]
    )
    told["place"] = measures.share([_same_place(one, other) for one, other in pairs])
    return {"rows": len(pairs), **told}


def _column(pairs: Sequence[tuple[str, str]]) -> Mapping[str, Any]:
    one, other = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    return {
        "equal": measures.share([a == b for a, b in pairs]),
        "kappa": measures.kappa(one, other),
    }


def _same_place(one: Gold, other: Gold) -> bool:
    if one.place_at is None or other.place_at is None:
        return one.place_at == other.place_at
    return one.place_at[0] < other.place_at[1] and other.place_at[0] < one.place_at[1]
