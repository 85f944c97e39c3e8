"""What a dispatcher is offered for a case: the likeliest topics and departments, each with its reason."""

from dataclasses import dataclass
from typing import Any

from hotline.domain.acts import centre as acts
from hotline.domain.acts.asking import Act
from hotline.domain.case import Case
from hotline.domain.people import Tree
from hotline.domain.state import State
from hotline.flow.route import district_unit

MOST = 3
DUTY_LIST = "职责清单"


@dataclass(frozen=True)
class Choice:
    """One topic or department on offer; `confidence` none: the classifier does not name it."""

    value: str
    name: str
    confidence: float | None
    reasons: tuple[str, ...] = ()
    by_list: bool = False  # the duty list's own


@dataclass(frozen=True)
class Offer:
    """The top three of each, likeliest first; the duty list's department stands before them."""

    topics: tuple[Choice, ...] = ()
    departments: tuple[Choice, ...] = ()
    inform: str = ""  # where the citizen is to be told to turn; no case is dispatched there
    co_departments: tuple[str, ...] = ()


def offer(case: Case, tree: Tree) -> Offer:
    told = case.suggestions
    topics = tuple(
        Choice(label, label.replace("/", " › "), chance, reasons)
        for label, chance, reasons in _ranked(told.get("topic"))
    )
    routed = told.get("route") or {}
    code, reason = str(routed.get("department") or ""), str(routed.get("reason") or "")
    likely = _likely(case, tree)
    if routed.get("inform"):
        return Offer(topics, likely, f"{tree.top(code)}：{reason}")
    co = tuple(routed.get("co_departments") or ())
    if not tree.can_lead(code):
        return Offer(topics, likely, co_departments=co)
    same = next((one for one in likely if one.value == code), None)
    chance, reasons = (same.confidence, same.reasons) if same else (None, ())
    reasons = (f"{DUTY_LIST}：{reason}", *reasons)
    first = Choice(code, tree.top(code), chance, reasons, by_list=True)
    return Offer(topics, (first, *(one for one in likely if one is not same)), "", co)


def steps(case: Case, *, topic: str, department: str) -> list[Act]:
    """What dispatching a case does, taken of the offer or not: accepted first where it is not yet."""
    routed = case.suggestions.get("route") or {}
    by_list = department == routed.get("department")
    co = tuple(routed.get("co_departments") or ()) if by_list else ()
    reason = str(routed.get("reason") or "") if by_list else "派单员从系统建议中选定"
    told: list[Act] = [
        acts.Transfer(department=department, co_departments=co, topic=topic or None, reason=reason)
    ]
    if case.state is State.REGISTERED:
        told.insert(0, acts.Accept(topic=topic or None))
    return told


def _ranked(told: dict[str, Any] | None) -> list[tuple[str, float, tuple[str, ...]]]:
    """The suggestion and its runners-up; only the first has reasons."""
    if not told or not told.get("label"):
        return []
    first = (told["label"], told["confidence"], tuple(told.get("reasons") or ()))
    rest = [(one["label"], one["confidence"], ()) for one in told.get("runners_up") or ()]
    return [first, *rest][:MOST]


def _likely(case: Case, tree: Tree) -> tuple[Choice, ...]:
    """The classifier's departments by name, as units that take cases; of the place where known."""
    by_name = tree.by_name()
    district = (case.suggestions.get("district") or {}).get("label") or case.district
    found: dict[str, Choice] = {}
    for label, chance, reasons in _ranked(case.suggestions.get("department")):
        code = by_name.get(label, "")
        code = (district_unit(tree, code, district) if district and code else None) or code
        if tree.can_lead(code):
            found.setdefault(code, Choice(code, tree.top(code), chance, reasons))
    return tuple(found.values())
