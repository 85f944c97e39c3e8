"""Causes of supervision beside time (督办事由): what an act raises, once per cause and round.

Levels are those of the domain rules, §3.2; counts are the profile's.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from hotline.domain import perform
from hotline.domain.acts import centre, citizen
from hotline.domain.acts.asking import Act
from hotline.domain.case import Case
from hotline.domain.people import SYSTEM
from hotline.domain.promises import Step
from hotline.domain.supervision import Remind
from hotline.domain.words import Cause, Reached

ORDERS_FROM = 3  # raised from this level on, a cause issues an order; below it reminds


@dataclass(frozen=True)
class Raised:
    """A cause that has come true, the level it weighs and what is demanded."""

    cause: Cause
    level: int
    demanded: str


@dataclass(frozen=True)
class Callers:
    """How many different people brought the matter, in all and lately (the profile's window)."""

    all: int
    lately: int


def follow(case: Case, facts: Act, step: Step) -> None:
    """Takes every cause that the act just done has brought; to be called in its transaction."""
    for raised in _of_act(case, facts, step):
        take(case, raised, step)


def crowded(case: Case) -> bool:
    """All that callers can raise in this round they have raised: nobody need be counted."""
    return all(_key(Cause.REPEATED, level, case) in case.raised for level in (3, 4))


def _key(cause: Cause, level: int, case: Case) -> str:
    return f"{cause.value}:{level}:{case.round}"


def gather(case: Case, callers: Callers, step: Step) -> None:
    """The same matter from several callers; a case that no unit has yet waits for its transfer."""
    if case.lead is None:
        return
    numbers = step.rules.terms.supervision
    if callers.all >= numbers.callers:
        told = f"已有 {callers.all} 人反映同一问题，请单位主要负责人督促解决。"
        take(case, Raised(Cause.REPEATED, 3, told), step)
    if callers.lately >= numbers.crowd:
        told = f"近期已有 {callers.lately} 人集中反映同一问题，请提交整改计划。"
        take(case, Raised(Cause.REPEATED, 4, told), step)


def _of_act(case: Case, facts: Act, step: Step) -> Iterator[Raised]:
    terms = step.rules.terms
    if isinstance(facts, citizen.Urge) and case.urges >= terms.supervision.urges:
        yield Raised(Cause.URGED, 2, "")
    elif isinstance(facts, centre.FollowUp) and facts.should_do and _discontent(facts):
        yield Raised(Cause.DISSATISFIED, 3, "回访不满意且应办未办，请说明原因并限期解决。")
    elif isinstance(facts, centre.Rework) and case.reworks >= terms.max_rework:
        demanded = f"已重办 {case.reworks} 次，请单位主要负责人督促解决。"
        yield Raised(Cause.REWORK, 3, demanded)
    elif isinstance(facts, centre.Expose):
        yield Raised(Cause.FALSE_CLOSURE, 6, f"经核查系虚假办结：{facts.reason}")


def _discontent(facts: centre.FollowUp) -> bool:
    content = facts.solved and (facts.satisfaction or "0") >= "3"
    return facts.outcome is Reached.REACHED and not content


def take(case: Case, raised: Raised, step: Step) -> None:
    """An order, or a reminder: below level 3, or where the case is supervised as highly already."""
    key = _key(raised.cause, raised.level, case)
    if key in case.raised or not case.open:
        return
    case.raised.append(key)
    system = Step(SYSTEM, step.at, step.rules)
    live = case.live_order
    if raised.level >= ORDERS_FROM and (live is None or live.level < raised.level):
        told = centre.Supervise(level=raised.level, cause=raised.cause, text=raised.demanded)
        perform.perform(case, told, system)
        return
    by_order = live.id if live is not None and raised.level >= ORDERS_FROM else None
    reminded = Remind(
        level=raised.level,
        kind="red" if raised.level < ORDERS_FROM else "supervise",
        promise=raised.cause.value,
        rung_at=step.at.isoformat(),
        notifies=True,
        overtaken=False,
        skipped=False,
        order=by_order,
    )
    perform.perform(case, reminded, system)
