"""Inspection (质检): what is drawn and by what plan, whose work it shows, who may do what with it; pure."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from escalation.calendar import Span, Unit
from hotline.domain import sampling
from hotline.domain.errors import NotAllowed, NotFound, NotPossible
from hotline.domain.people import Actor
from hotline.domain.words import DEPARTMENT, Named, Role

DRAWERS = frozenset({Role.INSPECTOR, Role.SHIFT_LEAD, Role.DIRECTOR})
SCORERS = frozenset({Role.INSPECTOR})
RULERS = frozenset({Role.SHIFT_LEAD, Role.DIRECTOR})
SCORED = DEPARTMENT | {Role.AGENT}
MOST, LONGEST = 2000, 400  # sheets of a drawing; days that it may reach over
HELD = 10  # sheets that an inspector may hold unfinished
APPEAL = Span(5, Unit.WORKING_DAY)  # after it was handed in


class Subject(Named):
    """What is looked at (质检对象)."""

    CASE = "case", "办结诉求", "closed cases"
    CALL = "call", "通话录音", "recorded calls"


class Stratum(Named):
    """Why a case or a call was drawn (抽取类别); the first two are looked for, the last is chance."""

    SIGN = "sign", "有异常迹象", "signs of false closure"
    DISCONTENT = "discontent", "不满意或未解决", "dissatisfied or unsolved"
    ROUTINE = "routine", "随机", "at random"


class SheetState(Named):
    """How far a score sheet (质检单) has come."""

    WAITING = "waiting", "待领取", "waiting"
    TAKEN = "taken", "评分中", "being scored"
    SUBMITTED = "submitted", "已提交", "handed in"


class Appeal(Named):
    """What became of an appeal (申诉复核)."""

    ASKED = "asked", "待复核", "to be ruled on"
    UPHELD = "upheld", "申诉成立", "upheld"
    REFUSED = "refused", "维持原评", "refused"


class NoSuchSheet(NotFound):
    """No such sheet or drawing, or none that this person may know of."""

    code = "no_such_sheet"

    def __init__(self) -> None:
        super().__init__("没有这份质检单或批次。", "There is no such sheet or drawing.")


@dataclass(frozen=True)
class Plan:
    """What is to be drawn: of the days from `first` to `last`, both included, `size` sheets, or
    `share` in a hundred of all; `reason` where the days were drawn from before."""

    subject: Subject
    first: date
    last: date
    size: int = 0
    share: int = 0
    reason: str = ""


@dataclass(frozen=True)
class Candidate:
    """A case or a call that may be drawn: its number, whose work it is, and why it would be."""

    key: str
    whose: str
    stratum: Stratum
    why: tuple[str, ...] = ()


def check_drawer(actor: Actor) -> None:
    if actor.role not in DRAWERS:
        raise NotAllowed("抽取由质检员、值班长或热线办主任办理。", "Your role draws no sample.")


def check_plan(plan: Plan, today: date, before: Sequence[Any]) -> None:
    """NotPossible names the field; `before` are the drawings whose days these would touch."""
    if plan.last < plan.first or plan.last > today:
        zh = "结束日期不能早于开始日期，也不能晚于今天。"
        raise NotPossible(zh, "It ends before it begins, or after today.", field="last")
    if (plan.last - plan.first).days > LONGEST:
        zh = f"一次最多抽取 {LONGEST} 天，请缩短期间。"
        raise NotPossible(zh, f"At most {LONGEST} days at once.", field="first")
    if bool(plan.size) == bool(plan.share):
        zh = "请填写件数或比例，两项中的一项。"
        raise NotPossible(zh, "A number or a share: one of the two.", field="size")
    if before and not plan.reason:
        one = before[0]
        zh = f"这段时间已有批次 {one.id}（{one.first} 至 {one.last}）。再次抽取请写明理由，原批次仍须评完。"
        raise NotPossible(
            zh, f"Drawing {one.id} touches these days: say why once more.", field="reason"
        )


def drawn(plan: Plan, found: Sequence[Candidate], seed: str) -> list[Candidate]:
    """By lot: half of them where something points at the case, half at random, each half by whose
    work it is; of each unit or agent and of each reason at least one, so that it may be a few more.
    They come in an order by lot too: what is scored first is a fair part. The same seed draws the
    same ones."""
    if not found:
        raise NotPossible(
            "这段时间没有可抽取的（已抽过的不再抽）。请换一段时间。",
            "Nothing to draw from in these days that was not drawn before.",
            field="first",
        )
    n = min(plan.size or math.ceil(len(found) * plan.share / 100), MOST, len(found))
    routine = [one for one in found if one.stratum is Stratum.ROUTINE]
    pointed = [one for one in found if one.stratum is not Stratum.ROUTINE]
    looked_for = min(len(pointed), max(math.ceil(n / 2), n - len(routine)))
    by_lot = sorted(found, key=lambda one: sampling.lot(seed, one.key))
    keys = _keys(pointed, looked_for, seed) | _keys(routine, n - looked_for, seed)
    for name in ("whose", "stratum"):
        there = {getattr(one, name) for one in found if one.key in keys}
        for one in by_lot:
            if getattr(one, name) not in there:
                keys.add(one.key)
                there.add(getattr(one, name))
    return [one for one in by_lot if one.key in keys]


def _keys(found: Sequence[Candidate], n: int, seed: str) -> set[str]:
    told = sampling.drawn((((one.stratum.value, one.whose), one.key) for one in found), n, seed, 0)
    return {key for keys in told.values() for key in keys}


def strata(found: Iterable[Candidate], chosen: Iterable[Candidate]) -> list[dict[str, Any]]:
    """Of each stratum and each whose work it is: how many there were, how many were drawn."""
    told: dict[tuple[str, str], dict[str, Any]] = {}
    for name, several in (("of", found), ("drawn", chosen)):
        for one in several:
            key = (one.stratum.value, one.whose)
            row = told.setdefault(key, {"stratum": key[0], "whose": key[1], "of": 0, "drawn": 0})
            row[name] += 1
    return [told[key] for key in sorted(told)]


def may_read(actor: Actor, sheet: Any) -> bool:
    """The centre's people every sheet; the scored their own, once it is handed in."""
    if actor.role in DRAWERS:
        return True
    if actor.role not in SCORED or sheet.state != SheetState.SUBMITTED:
        return False
    if actor.role is Role.AGENT:
        return bool(sheet.subject == Subject.CALL and sheet.whose == actor.name)
    return bool(sheet.subject == Subject.CASE and sheet.whose in actor.units)


def scores(actor: Actor, sheet: Any) -> bool:
    """It is in this inspector's hands."""
    return bool(
        actor.role in SCORERS and sheet.state == SheetState.TAKEN and sheet.inspector == actor.name
    )


def steps(actor: Actor, sheet: Any, in_time: bool) -> list[str]:
    """What the actor may do with a sheet now: save, submit, back, appeal, rule."""
    found = ["save", "submit", "back"] if scores(actor, sheet) else []
    if actor.role in RULERS and sheet.state == SheetState.TAKEN:
        found.append("back")
    if sheet.state == SheetState.SUBMITTED:
        if actor.role in SCORED and sheet.appeal is None and in_time:
            found.append("appeal")
        if actor.role in RULERS and sheet.appeal == Appeal.ASKED:
            found.append("rule")
    return found


def check_step(step: str, allowed: Sequence[str]) -> None:
    if step not in allowed:
        raise NotPossible(
            "这份质检单现在不能这样办理，请刷新后查看状态。",
            "Not possible with this sheet now; reload.",
        )
