"""What a paper says: the facts for the places of its template, as an office writes them.

Taken from what the case was when the paper was issued (`hotline.domain.past`), and without anything
of the citizen's identity: what staff typed is masked as the citizen's own words were.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from escalation.calendar import ZONE
from escalation.promise import Deadline, Promise
from hotline.domain import past
from hotline.domain.case import Case, Entry
from hotline.domain.order import RED, Order, OrderState, called, told_to
from hotline.domain.past import Standing
from hotline.domain.people import Tree, mask_text
from hotline.domain.state import Action
from hotline.domain.words import Role
from hotline.reports.papers import PaperKind, Several

NUMERALS = "〇一二三四五六"
NONE = "无"
# What the unit had not done at the red light, and what is asked of it now.
LEFT_UNDONE: dict[str, tuple[str, str]] = {
    Promise.SIGN: ("仍未签收", "请立即签收办理。"),
    Promise.CONTACT: ("仍未联系诉求人", "请立即联系诉求人，核实诉求。"),
    Promise.ON_SITE: ("仍未到场", "请立即到场处置。"),
    Promise.FEEDBACK: ("仍未首次反馈", "请立即向诉求人反馈进展。"),
    Promise.FINISH: ("仍未办结", "请自收到本通知起一个工作日内办结，并在系统中提交办理情况。"),
}
OWED = ("仍未答复诉求人", "请自收到本通知起一个工作日内答复诉求人，并在系统中提交办理情况。")


@dataclass(frozen=True)
class Place:
    """Whose paper it is."""

    city: str
    tree: Tree


@dataclass(frozen=True)
class Told:
    """A paper's kind, its facts by place, and the mark of one that does not bind any more."""

    kind: PaperKind
    facts: dict[str, str]
    mark: str = ""


def of_order(case: Case, order: Order, entries: Sequence[Entry], place: Place) -> Told:
    """督办单, 督办函 or 通报, as it was last addressed."""
    entry = past.addressed(entries, order)
    then = past.standing(entries, entry.seq)
    nobody = [] if order.department else [f"role:{Role.DISPATCHER.value}"]  # who finds a unit
    first, *others = [*nobody, *order.recipients]
    facts = _of_case(case, then, place) | {
        "number": order.number or "",
        "to": called(first, place.tree),
        "copies": _names(others, place.tree),
        "cause": _because(order),
        "level": f"{NUMERALS[order.level]}级",
        "demand": Several(mask_text(order.text)),
        "answer_by": moment(past.answer_due(case, order, then.at)),
    }
    return Told(PaperKind.of_level(order.level), facts, _mark(order))


def of_reminder(case: Case, entry: Entry, entries: Sequence[Entry], place: Place) -> Told:
    """催办通知书, as it stood at the red light or the urging that `entry` tells of."""
    then = past.standing(entries, entry.seq)
    deadline = past.reminded_of(case, entry)
    part = _part_of(case, deadline)
    rung = int(entry.after.get("rung") or RED)
    first, *others = told_to(str(entry.after.get("promise")), rung, then.lead, part)
    cause, demand = _undone(case, entry, then, deadline)
    facts = _of_case(case, then, place) | {
        "number": f"催〔{_local(then.at).year}〕{case.number}-{entry.seq}号",
        "to": called(first, place.tree),
        "copies": _names(others, place.tree),
        "cause": cause,
        "demand": Several(demand),
    }
    return Told(PaperKind.REMINDER, facts)


def _of_case(case: Case, then: Standing, place: Place) -> dict[str, str]:
    """What every paper says of the case, as it was then."""
    reply = past.reply_then(case, then.at)
    return {
        "case": case.number,
        "title": mask_text(case.title),
        "kind": then.type.zh,
        "topic": then.topic.replace("/", " › ") or "未分类",
        "urgency": then.urgency.zh,
        "channel": case.channel.zh,
        "received": moment(case.received_at),
        "dispatched": moment(then.dispatched_at),
        "due": moment(then.due_at),
        "limit": f"{reply.limit_n}{reply.limit_unit.zh}，{reply.source}" if reply else NONE,
        "state": then.state.zh,
        "city": place.city,
        "office": f"{place.city}热线办公室",
        "issued": date(then.at),
    }


def _because(order: Order) -> str:
    """The cause, with what it rests on where somebody outside gave it."""
    source = (order.basis.get(name) for name in ("given_by", "outlet", "document"))
    rests_on = "，".join(mask_text(str(word)) for word in source if word)
    return f"{order.cause.zh}（{rests_on}）" if rests_on else order.cause.zh


def _mark(order: Order) -> str:
    if order.state == OrderState.WITHDRAWN:
        return f"本件已撤销。撤销原因：{mask_text(order.withdrawn or NONE)}"
    frozen = order.state == OrderState.FROZEN
    return "本件已由更高级别的督办取代，不再单独答复。" if frozen else ""


def _undone(case: Case, entry: Entry, then: Standing, deadline: Deadline | None) -> tuple[str, str]:
    """What the unit owed at that moment, and what it is asked to do."""
    since = f"截至{moment(then.at)}"
    if entry.action is Action.URGE or deadline is None:
        return f"经诉求人{then.urges}次催办，{since}仍未得到答复", OWED[1]
    if deadline.promise is Promise.ORDER:
        order = next((one for one in case.orders if str(one.id) == deadline.part), None)
        return f"{since}仍未回复督办（{order.number if order else NONE}）", "请立即回复督办。"
    if deadline.part:
        return f"其中交由你单位协助办理的部分，{since}仍未回告", "请立即回告办理情况。"
    undone, demand = LEFT_UNDONE.get(deadline.promise, OWED)
    return f"{since}{undone}", demand


def _part_of(case: Case, deadline: Deadline | None) -> str | None:
    """The unit whose part of the work is late; None where it is the lead's own."""
    if deadline is None or not deadline.part.startswith("part-"):
        return None
    part = case.open_part(int(deadline.part.removeprefix("part-")))
    return part.department if part else None


def _names(codes: Iterable[str], tree: Tree) -> str:
    return "、".join(called(code, tree) for code in codes) or NONE


def _local(at: datetime) -> datetime:
    return at.astimezone(ZONE)


def date(at: datetime) -> str:
    """2026年12月8日."""
    local = _local(at)
    return f"{local.year}年{local.month}月{local.day}日"


def moment(at: datetime | None) -> str:
    """2026年12月8日15时30分; midnight is 24时 of the day that it ends."""
    if at is None:
        return NONE
    local = _local(at)
    if not local.hour and not local.minute:
        return f"{date(local - timedelta(days=1))}24时"
    minutes = f"{local.minute:02d}分" if local.minute else ""
    return f"{date(local)}{local.hour}时{minutes}"
