"""What came of a replay, made from the database: one row a record, and the totals."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from escalation.calendar import ZONE
from escalation.explain import explain
from escalation.telling import sentence
from hotline.commands.stage import ASSUMED, Record
from hotline.domain.counting import GROUNDS
from hotline.domain.order import told_to
from hotline.domain.promises import Rules
from hotline.store.replayed import Climbed, Outcome


def row(record: Record, outcome: Outcome, rules: Rules, until: datetime) -> dict[str, Any]:
    """A record's row; times in the city's zone, so that two runs write the same bytes."""
    answered = record.replied_at if record.replied_at and record.replied_at <= until else None
    return {
        "id": record.id,
        "number": outcome.number,
        "sent_at": moment(record.sent_at),
        "type": outcome.type,
        "urgency": outcome.urgency,
        "topic": outcome.topic,
        "department": rules.tree.top(outcome.department) if outcome.department else None,
        "department_code": outcome.department,
        "due_at": moment(outcome.due_at),
        "explanation": sentence(explain(outcome.promise, rules.calendar), GROUNDS),
        "limit": {"n": outcome.limit_n, "unit": outcome.limit_unit, "source": outcome.source},
        "override": outcome.override,
        "replied_at": moment(answered),
        "overdue": (answered or until) > outcome.due_at,
        "level": outcome.level or None,
        "steps": [_step(step, outcome.department) for step in outcome.steps],
        "orders": [
            {"at": moment(order.at), "level": order.level, "to": list(order.recipients)}
            for order in outcome.orders
        ],
    }


def _step(step: Climbed, lead: str | None) -> dict[str, Any]:
    """`to`: those who were told of it, by the rule that the notices themselves go by."""
    to = told_to(step.promise, step.level, lead, step.unit) if step.told else ()
    return {
        "at": moment(step.at),
        "level": step.level,
        "kind": step.kind,
        "promise": step.promise,
        "told": step.told,
        "to": list(to),
    }


def moment(at: datetime | None) -> str | None:
    return at.astimezone(ZONE).isoformat() if at else None


def totals(
    rows: Sequence[Mapping[str, Any]], facts: Mapping[str, Any], later: Iterable[Record]
) -> dict[str, Any]:
    """Sums over the rows; nothing in them depends on when or how fast the replay ran."""
    answered = sum(1 for one in rows if one["replied_at"])
    return {
        **facts,
        "rows": len(rows),
        "answered": answered,
        "open": len(rows) - answered,
        "overdue": sum(1 for one in rows if one["overdue"]),
        "supervised": sum(1 for one in rows if (one["level"] or 0) >= 3),
        "by_level": _counted(str(one["level"]) for one in rows if one["level"]),
        "by_type": _counted(one["type"] for one in rows),
        "by_urgency": _counted(one["urgency"] for one in rows),
        "overdue_by_type": _counted(one["type"] for one in rows if one["overdue"]),
        "steps_by_kind": _counted(step["kind"] for one in rows for step in one["steps"]),
        "sent_after_the_end": sum(1 for _ in later),
        "assumed": list(ASSUMED),
    }


def _counted(values: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(values).items()))
