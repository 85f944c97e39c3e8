"""What becomes of a department that is merged, closed or renamed; and of a case that it has; pure."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from escalation.promise import Promise
from hotline.domain import promises
from hotline.domain.case import Case, Entry, Said
from hotline.domain.errors import NotPossible
from hotline.domain.people import Department, Tree
from hotline.domain.promises import Step
from hotline.domain.state import Action
from hotline.domain.words import Named


class Change(Named):
    """What happens to a department (机构调整)."""

    MERGED = "merged", "并入", "merged into"
    CLOSED = "closed", "撤销，职责移交", "closed, its duties pass to"
    RENAMED = "renamed", "更名", "renamed"


class Stage(Named):
    """Where a plan stands."""

    ASKED = "asked", "待安全管理员同意", "waits for the security administrator"
    PLANNED = "planned", "已排定", "planned"
    RUNNING = "running", "正在移交", "being carried out"
    DONE = "done", "已生效", "in force"
    REFUSED = "refused", "不同意", "refused"
    UNDONE = "undone", "已撤销", "taken back"


STANDING = (Stage.ASKED, Stage.PLANNED, Stage.RUNNING)


@dataclass(frozen=True)
class Plan:
    """A change of a department from the beginning of a day on."""

    kind: Change
    department: str
    on_day: date
    reason: str
    heir: str | None = None  # who has its work from then on; none where it is renamed
    name: str = ""  # the new name
    state: Stage = Stage.ASKED
    asked_by: str = ""
    id: int = 0
    moved: dict[str, Any] = field(default_factory=dict)  # what was moved, how many of each

    @property
    def touches_rights(self) -> bool:
        """Its staff change the department, so that a second person has to agree."""
        return self.kind is not Change.RENAMED


def check(plan: Plan, tree: Tree, standing: list[Plan], today: date) -> None:
    """Raises NotPossible with the field that is wrong and what to do."""
    unit = tree.departments.get(plan.department)
    if unit is None or unit.heir:
        raise NotPossible("请选择现有单位。", "Choose a department.", field="department")
    if plan.on_day <= today:
        raise NotPossible(
            "生效日期须在今天之后。", "The day must be later than today.", field="on_day"
        )
    if any(one.department == plan.department for one in standing):
        raise NotPossible(
            "该单位已有排定的调整，请先撤销原计划。",
            "A change of it is planned: take that back first.",
            field="department",
        )
    if plan.kind is Change.RENAMED:
        _check_name(plan, tree)
    else:
        _check_heir(plan, tree, standing)


def _check_name(plan: Plan, tree: Tree) -> None:
    if not 2 <= len(plan.name) <= 40:
        raise NotPossible("新名称为 2 至 40 个字。", "2 to 40 characters.", field="name")
    if any(one.name == plan.name for one in tree.departments.values()):
        raise NotPossible("已有单位用这个名称。", "That name is taken.", field="name")


def _check_heir(plan: Plan, tree: Tree, standing: list[Plan]) -> None:
    heir = plan.heir or ""
    if not tree.can_lead(heir) or heir == plan.department:
        raise NotPossible(
            "请选择承接单位：须能接收派单，且不是本单位。",
            "Choose who takes over: a unit that takes cases, and another one.",
            field="heir",
        )
    if tree.is_below(heir, plan.department):
        raise NotPossible("承接单位不能是本单位的下级。", "Not a unit below it.", field="heir")
    for one in standing:
        ends_first = one.department == heir and one.heir and one.on_day <= plan.on_day
        if ends_first or (one.heir == plan.department and one.on_day >= plan.on_day):
            raise NotPossible(
                f"与排定于 {one.on_day} 的另一项调整冲突：到那时承接单位已不存在，请改日期或改承接单位。",
                f"It clashes with the change planned for {one.on_day}: change the day or the heir.",
                field="heir",
            )


def renamed(unit: Department, name: str, at: datetime) -> Department:
    """Under its new name; the old one stands for what lies before."""
    was = {"name": unit.name, "until": at.isoformat()}
    return replace(unit, name=name, names=(*unit.names, was))


def at_work(case: Case, code: str) -> bool:
    """Whether the department has the open case, or a part of it."""
    parts = any(part.department == code for part in case.waiting_parts)
    return case.open and (case.lead == code or parts)


def follow(case: Case, plan: Plan, step: Step) -> Entry | None:
    """The heir has the case as the department had it: state, clocks and parts are as they were.

    None where the department does not have it any more. Raises NotPossible where the heir is kept
    out of the case: somebody of the centre has to send it elsewhere.
    """
    old, heir = plan.department, plan.heir or ""
    if not at_work(case, old):
        return None
    if any(one.kind == "unit" and one.of == heir for one in case.interests):
        raise NotPossible("承接单位在本件中应当回避。", "The heir is kept out of the case.")
    before = case.standing()
    leads = case.lead == old
    if leads:
        case.lead = heir
    _parts(case, old, heir, step)
    for order in case.orders:
        if order.live and order.department == old:
            order.department = heir
            order.recipients = [_addressed(one, old, heir) for one in order.recipients]
    for request in case.requests:
        if request.state == "asked" and request.department == old:
            request.department = heir
    names = step.rules.tree.top(old), step.rules.tree.top(heir)
    text = (
        f"机构调整（{plan.kind.zh}）：“{names[0]}”的工作由“{names[1]}”承接，期限不变。{plan.reason}"
    )
    public = f"因机构调整，您的诉求由{names[1]}继续办理，期限不变。" if leads else None
    facts = {"succession": plan.id, "from": old, "to": heir}
    return case.append(Action.NOTE, step.actor, step.at, before, Said(text, public, facts))


def _addressed(recipient: str, old: str, heir: str) -> str:
    """`unit:…` and `leader:…` of the department are the heir's; others stay as they are."""
    kind, _, code = recipient.partition(":")
    return f"{kind}:{heir}" if kind in ("unit", "leader") and code == old else recipient


def _parts(case: Case, old: str, heir: str, step: Step) -> None:
    """A part with the heir beside its own lead is none; two that meet there stay two."""
    for part in case.waiting_parts:
        if part.department == old:
            part.department = heir
        if part.given_by == old:
            part.given_by = heir
        if part.kind == "cohandle" and part.department == case.lead:
            part.state = "dropped"
            promises.drop(case, (Promise.FINISH,), step.at, part=part.clock)
