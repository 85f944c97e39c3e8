"""A comparison as one page that can be opened anywhere: charts where ECharts is at hand, tables always."""

import json
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

from hotline.web.pages import templates

SHOWN = 20  # departments and leaders on the page; the report has them all
COLOURS = ("#0b4f8f", "#c2571a")


def library() -> str | None:
    """ECharts as npm laid it beside the pages; None where there was no npm."""
    place = resources.files("hotline.web") / "static" / "vendor" / "echarts.min.js"
    return place.read_text("utf-8") if place.is_file() else None


@cache
def _style() -> str:
    return (resources.files("hotline.web") / "static" / "hotline.css").read_text("utf-8")


def page(made: Mapping[str, Any]) -> str:
    """The whole page as HTML, with its style and its library inside: it asks no host for anything."""
    script = library()
    charts = options(made)
    return (
        templates()
        .get_template("comparison.html")
        .render(
            made=made,
            shown=SHOWN,
            charts=charts if script else {},
            style=_style(),
            script=script or "",
            # A closing tag inside the data would end the script element.
            data=json.dumps(charts, ensure_ascii=False).replace("<", "\\u003c"),
        )
    )


def options(made: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The charts' data: late by department, orders by level, papers by month."""
    names = made["profiles"]
    late = [row for row in made["departments"] if any(one["overdue"] for one in row["sides"])]
    late = late[:SHOWN][::-1]  # a bar chart lying down grows from below
    levels = sorted({level for one in made["sides"] for level in one["orders_by_level"]})
    months = sorted({month for one in made["sides"] for month in one["papers"]["by_month"]})
    by_level = [[one["orders_by_level"].get(level, 0) for level in levels] for one in made["sides"]]
    by_month = [[one["papers"]["by_month"].get(m, 0) for m in months] for one in made["sides"]]
    overdue = [[row["sides"][n]["overdue"] for row in late] for n in (0, 1)]
    lying = _bars(names, [row["department"] for row in late], overdue)
    return {
        "late": lying | {"xAxis": lying["yAxis"], "yAxis": lying["xAxis"]},
        "orders": _bars(names, [f"{level} 级" for level in levels], by_level),
        "papers": _bars(names, months, by_month),
    }


def _bars(names: list[str], labels: list[str], values: list[list[int]]) -> dict[str, Any]:
    return {
        "color": list(COLOURS),
        "animation": False,
        "textStyle": {"fontFamily": "inherit"},
        "legend": {"data": names},
        "tooltip": {"trigger": "axis"},
        "grid": {"left": 8, "right": 24, "top": 40, "bottom": 8, "containLabel": True},
        "xAxis": {"type": "category", "data": labels},
        "yAxis": {"type": "value", "minInterval": 1},
        "series": [
            {"name": name, "type": "bar", "data": row}
            for name, row in zip(names, values, strict=True)
        ],
    }
