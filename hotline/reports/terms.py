"""What figures are called, in the field's own terms and in English: for pages, reports and exports."""

from collections.abc import Mapping
from typing import Any

MEASURES = {
    "response": ("响应率", "response"),
    "signing": ("按时签收率", "signed in time"),
    "finishing": ("按时办结率", "finished in time"),
    "first_time": ("一次办结率", "first time right"),
    "rework": ("重办率", "reworked"),
    "returning": ("退单率", "returned"),
    "wrong_returns": ("无效退单率", "wrongly returned"),
    "dispatching": ("派单准确率", "rightly dispatched"),
    "direct": ("直接答复率", "answered at once"),
    "duration": ("平均处理时长（小时）", "hours to close"),
    "following_up": ("回访率", "reached by call-back"),
    "solving": ("解决率", "solved"),
    "satisfying": ("满意率", "satisfied"),
    "repeating": ("重复诉求率", "repeats"),
}
VOLUMES = {
    "cases": ("收到", "received"),
    "accepted": ("受理", "accepted"),
    "answered": ("直接答复", "answered at once"),
    "dispatched": ("派单", "dispatched"),
    "closed": ("办结", "closed"),
    "open": ("未结", "open"),
    "overdue": ("超期未答复", "overdue"),
    "rated": ("有效评价", "rated"),
    "repeats": ("重复诉求", "repeats"),
}
CLASSES = {
    "bureau": ("市级部门", "city bureaus"),
    "district": ("区县", "districts"),
    "street": ("街道乡镇", "streets and towns"),
    "": ("其他", "others"),
}
KINDS = {
    "daily": ("日报", "daily report"),
    "weekly": ("周报", "weekly report"),
    "monthly": ("月报", "monthly report"),
    "special": ("专报", "special report"),
}


def formulas(told: str) -> str:
    """The formulas' version in Chinese, as it is kept in English."""
    return told.replace("measures", "指标").replace("waits", "答复用时")


def percent(name: str, told: dict[str, Any] | None) -> str:
    """A measure's value as people read it; nothing where there is nothing to take a share of."""
    value = told["value"] if told else None
    return shown(name, value)


def sampled(name: str, told: dict[str, Any]) -> str:
    """The same with the interval that holds it, where only some of all were heard."""
    value, low, high = percent(name, told), told.get("low"), told.get("high")
    return value if low is None or high is None else f"{value}（{low * 100:.0f}~{high * 100:.0f}）"


def shown(name: str, value: float | None) -> str:
    if value is None:
        return "—"
    return f"{value:.1f}" if name == "duration" else f"{value * 100:.1f}%"


def lasted(days: float | None, english: bool = False) -> str:
    """A time that is kept in days as people say it; a dash where there is none."""
    if days is None:
        return "—"
    if days >= 1:
        return f"{days:.1f} days" if english else f"{days:.1f} 天"
    hours = round(days * 24)
    if hours < 1:
        return "under an hour" if english else "不足 1 小时"
    return f"{hours} h" if english else f"{hours} 小时"


def in_order(measures: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """As an office lists them, not as they were written down."""
    return [(name, measures[name]) for name in MEASURES if name in measures]
