"""Topic and place -> department, by the duty list (职责清单): the first line that fits, with its reason."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from hotline.domain.people import Tree
from hotline.flow.centre import City


@dataclass(frozen=True)
class Route:
    """Where a complaint should go; `inform` ones are told elsewhere, never dispatched."""

    department: str | None
    co_departments: tuple[str, ...] = ()
    reason: str = ""
    duty: str = ""
    inform: bool = False


def route(city: City, tree: Tree, topic: str, district: str, text: str) -> Route:
    """The first duty that fits; none fits: no department, and the dispatcher decides."""
    levels = [*topic.split("/"), "", "", ""][:3]
    for duty in city.duties:
        if _fits(duty, levels, text):
            return _towards(duty, tree, district)
    return Route(None, reason="职责清单未列明，请派单员判断")


def _fits(duty: Mapping[str, Any], levels: list[str], text: str) -> bool:
    for name, level in zip(("level1", "level2", "level3"), levels, strict=True):
        wanted = duty.get(name) or "*"
        if wanted not in ("*", level):
            return False
    words = duty.get("words") or ""
    return not words or _pattern(words).search(text) is not None


@lru_cache(maxsize=2048)
def _pattern(words: str) -> re.Pattern[str]:
    return re.compile(words)


def _towards(duty: Mapping[str, Any], tree: Tree, district: str) -> Route:
    code = str(duty["department"])
    inform = duty.get("action") == "inform" or not tree.can_lead(code)
    reason = str(duty.get("reason") or duty.get("basis") or "")
    if duty.get("district_level") and district:
        below = district_unit(tree, code, district)
        if below is not None:
            code, reason = below, f"{reason}（属地：{district}）"
    if code not in tree.departments:
        return Route(None, reason="职责清单所指单位不存在，请派单员判断", duty=str(duty["id"]))
    co = tuple(c for c in duty.get("co_departments") or () if tree.can_lead(c) and c != code)
    return Route(code, co, reason, str(duty["id"]), inform)


def district_unit(tree: Tree, code: str, district: str) -> str | None:
    """The unit of the same line below `code` in the district, if the tree has one."""
    for unit in tree.departments.values():
        in_line = unit.code != code and unit.parent == code
        if in_line and unit.district == district and unit.dispatchable:
            return unit.code
    return None
