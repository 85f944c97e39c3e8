"""One sensible object each, overridable: what most tests start from."""

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from channels.message import Contact, Incoming, Place
from escalation.calendar import WorkCalendar
from hotline.domain import perform
from hotline.domain.acts import centre as acts
from hotline.domain.acts import department
from hotline.domain.case import Case
from hotline.domain.people import SYSTEM, Actor, Department, Tree
from hotline.domain.promises import Rules, Step
from hotline.domain.state import State
from hotline.domain.words import Channel, Kind, Role, Truth, Urgency
from hotline.wiring import load_terms

MONDAY = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # 10:00 in the city, a working day

TREE = Tree.of(
    [
        Department("zjj", "住建局"),
        Department("cgj", "城管局"),
        Department("wj-zjj", "望江区住建局", parent="zjj", level="district", district="望江区"),
        Department("wj-jd1", "滨江街道", parent="wj-zjj", level="street", district="望江区"),
        Department("jjjc", "纪检监察机关", dispatchable=False),
    ]
)


@cache
def rules() -> Rules:
    return Rules(load_terms("default"), WorkCalendar.china(), TREE)


def an_officer(role: Role, department: str | None = None, name: str = "") -> Actor:
    return Actor(role, name or role.value, department, TREE.subtree(department), "127.0.0.1")


def the_one_who_may(role: Role, case: Case) -> Actor:
    """An actor of the role; of the lead department where the role belongs to one."""
    if role in (Role.CLERK, Role.LEADER):
        return an_officer(role, case.lead or "zjj")
    return an_officer(role)


def a_case(**changes: Any) -> Case:
    """A complaint just received, with its first entry and its promises."""
    facts: dict[str, Any] = {
        "number": "20261123-000001",
        "state": State.REGISTERED,
        "type": Kind.COMPLAINT,
        "urgency": Urgency.NORMAL,
        "channel": Channel.WEB,
        "received_at": MONDAY,
        "title": "路灯不亮",
        "content": "望江大道路灯坏了三天。",
        "topic": "城市管理/市政设施/路灯故障",
    }
    case = Case(**{**facts, **changes})
    perform.receive(case, Step(SYSTEM, case.received_at, rules()))
    return case


def do(case: Case, facts: Any, actor: Actor | Role, at: datetime | None = None) -> Case:
    """One action by somebody, five minutes after the one before unless told when."""
    who = the_one_who_may(actor, case) if isinstance(actor, Role) else actor
    moment = at or case.entries[-1].at + timedelta(minutes=5)
    perform.perform(case, facts, Step(who, moment, rules()))
    return case


def dispatched(department_code: str = "zjj", **changes: Any) -> Case:
    case = do(a_case(**changes), acts.Accept(), Role.DISPATCHER)
    return do(case, acts.Transfer(department=department_code), Role.DISPATCHER)


def processing(department_code: str = "zjj", **changes: Any) -> Case:
    return do(dispatched(department_code, **changes), a_sign(), Role.CLERK)


def replied(**changes: Any) -> Case:
    case = do(processing(**changes), department.Contact(text="已联系"), Role.AGENT)
    return do(case, a_reply(), Role.CLERK)


def followed(**changes: Any) -> Case:
    return do(replied(**changes), acts.Approve(), Role.INSPECTOR)


def a_sign() -> department.Sign:
    return department.Sign(handler="赵联络", phone="0000-12340001")


def a_reply(**changes: Any) -> department.Reply:
    told: dict[str, Any] = {
        "found_true": Truth.YES,
        "solved": True,
        "internal_account": "已派人更换灯具。",
        "public_reply": "您反映的路灯已于今日修复。",
    }
    return department.Reply(**{**told, **changes})


def a_complaint(key: str = "k1", **changes: Any) -> Incoming:
    facts: dict[str, Any] = {
        "channel": "web",
        "key": key,
        "title": "路灯不亮",
        "content": "望江大道路灯坏了三天，晚上很黑。",
        "type": "complaint",
        "received_at": MONDAY,
        "contact": Contact("张小明", "13800001234", "zhang@example.com"),
        "place": Place("望江大道12号", "望江区"),
    }
    return Incoming(**{**facts, **changes})
