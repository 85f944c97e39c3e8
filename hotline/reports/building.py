"""A report built from the facts: the same days as of the same moment give the same bytes.

Its figures are kept as they were written; pages and files are made of them and of nothing else, so
that a report says next year what it says today. A later edition says what changed since.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from hotline.domain.facts import CaseFact
from hotline.domain.people import Tree
from hotline.reports import figures
from hotline.reports.factqueries import Span
from hotline.reports.periods import CITY, PUBLIC, Wanted

Moved = tuple[CaseFact, ...] | None


async def figures_of(
    connection: AsyncConnection, wanted: Wanted, at: datetime, tree: Tree, moved: Moved = None
) -> dict[str, Any]:
    """`moved`: what changed after `at`, where it was read before for another unit."""
    whole = wanted.unit in (CITY, PUBLIC)
    units = None if whole else sorted(tree.subtree(wanted.unit) or {wanted.unit})
    span = Span(wanted.first, wanted.last, at, units, wanted.topic, moved)
    asked = figures.Asked(span, wanted.unit, public=wanted.unit == PUBLIC)
    return await figures.of_period(connection, asked, tree)


def written(told: Mapping[str, Any]) -> str:
    """As it is kept: one way only to write the same figures."""
    return json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def changes(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What a later edition says otherwise: volumes and measures by name, before and now."""
    found = [
        {"name": name, "before": before["volumes"].get(name), "now": value}
        for name, value in now["volumes"].items()
        if name in SHOWN and before["volumes"].get(name) != value
    ]
    for name, told in now.get("measures", {}).items():
        was = before.get("measures", {}).get(name, {"raw": {"value": None}})
        if was["raw"]["value"] != told["raw"]["value"]:
            found.append({"name": name, "before": was["raw"]["value"], "now": told["raw"]["value"]})
    return found


SHOWN = ("cases", "accepted", "answered", "dispatched", "closed", "open", "overdue", "rated")
