"""Topic and place -> department, by the duty list (职责清单): the first rule that fits, with its reason."""

from dataclasses import dataclass, replace

from hotline.domain.people import Tree, mask_text
from hotline.flow.rulebook import Rule, RuleBook

NONE_FITS = "职责清单未列明，请派单员判断"


@dataclass(frozen=True)
class Route:
    """Where a complaint should go; `inform` ones are told elsewhere, never dispatched."""

    department: str | None
    co_departments: tuple[str, ...] = ()
    reason: str = ""
    duty: str = ""
    inform: bool = False
    version: int = 0  # of the rules
    tried: str = ""  # a sign for each rule tried, in their order
    matched: str = ""  # the words that made the rule fit, masked
    failed: str = ""  # the rule that could not be tried
    problem: str = ""  # and why


def route(book: RuleBook, tree: Tree, topic: str, district: str, text: str) -> Route:
    """The first rule that fits; none fits, or one fails: no department, the dispatcher decides."""
    found = book.search(topic, text)
    tried = Route(
        None,
        reason=NONE_FITS,
        version=book.version,
        tried=found.tried,
        matched=mask_text(found.matched),
    )
    if found.failed:
        return _failed(tried, found.failed, found.problem)
    rule = found.rule
    if rule is None:
        return tried
    code, reason = _unit(rule, tree, district)
    if code not in tree.departments:
        return _failed(tried, rule.id, f"职责清单所指单位“{code}”不存在")
    co = tuple(c for c in rule.co_departments if tree.can_lead(c) and c != code)
    inform = rule.action == "inform" or not tree.can_lead(rule.department)
    to = replace(tried, department=code, co_departments=co, inform=inform)
    return replace(to, reason=reason, duty=rule.id)


def _failed(tried: Route, rule: str, problem: str) -> Route:
    reason = f"派单规则“{rule}”失灵（{problem}），请派单员判断"
    return replace(tried, reason=reason, duty=rule, failed=rule, problem=problem)


def _unit(rule: Rule, tree: Tree, district: str) -> tuple[str, str]:
    reason = rule.reason or rule.basis
    if rule.district_level and district:
        below = district_unit(tree, rule.department, district)
        if below is not None:
            return below, f"{reason}（属地：{district}）"
    return rule.department, reason


def district_unit(tree: Tree, code: str, district: str) -> str | None:
    """The unit of the same line below `code` in the district, if the tree has one."""
    for unit in tree.departments.values():
        in_line = unit.code != code and unit.parent == code
        if in_line and unit.district == district and unit.dispatchable:
            return unit.code
    return None
