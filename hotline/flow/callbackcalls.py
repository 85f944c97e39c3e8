"""One call-back (回访): the press that reveals the number and is the try, and what came of it.

contract.md: "Callback: the attempt itself reveals and records." The outcome is told by the same acts
as on the case's page; what the law says follows from it follows in the same transaction.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from escalation.calendar import ZONE
from escalation.terms import Terms
from hotline.domain import access, law
from hotline.domain.acts import centre as acts
from hotline.domain.acts import citizen
from hotline.domain.acts.asking import Act
from hotline.domain.case import Case
from hotline.domain.errors import NoSuchCase, NotAllowed, NotPossible
from hotline.domain.guards import can_follow_up
from hotline.domain.people import Actor
from hotline.domain.promises import Step
from hotline.domain.shanghai import city_day
from hotline.domain.state import Action, State
from hotline.domain.words import UNANSWERED, Named, Reached, Satisfaction
from hotline.flow import seen, work
from hotline.flow.callbacks import CALL, Line, check, one_of
from hotline.flow.centre import Centre
from hotline.store import acts as record
from hotline.store import callbacks
from hotline.store.callbacks import InHand
from hotline.store.work import Work

CONTENT = (Satisfaction.FAIR, Satisfaction.GOOD, Satisfaction.VERY_GOOD)


class Then(Named):
    """What becomes of the case of whoever was reached (回访处理)."""

    CLOSE = "close", "办结", "close it"
    REWORK = "rework", "退回重办", "send it back to be done again"


@dataclass(frozen=True)
class Called:
    """What the press of 呼叫 tells: shown while the call lasts, and nowhere kept."""

    phone: str
    name: str
    until: datetime
    n: int  # which try it is


@dataclass(frozen=True)
class Told:
    """What came of a call: the answers, and what becomes of the case."""

    facts: acts.FollowUp
    then: Then | None = None
    reason: str = ""  # of a rework, or of closing what is not solved


async def standing(centre: Centre, number: str, actor: Actor) -> Line | None:
    """Where the case stands in the plan; None: it is not in it (any more)."""
    check(actor)
    async with centre.look() as look:
        case = await look.cases.read(number)
        if not access.may_see(actor, case):
            raise NoSuchCase
        return await one_of(look, actor, centre.rules, case.id or 0)


async def call(centre: Centre, number: str, actor: Actor) -> Called:
    """Takes the case in hand and reveals its number, recorded; pressed again it is the same try."""
    check(actor)
    async with centre.work() as unit:
        case = await unit.cases.read(number)
        if not access.may_see(actor, case):
            raise NoSuchCase
        law.row_for(case.state, Action.FOLLOW_UP)
        can_follow_up(case, Step(actor, unit.at, centre.rules))
        line = await one_of(unit, actor, centre.rules, case.id or 0)
        _may_be_called(line, unit.at)
        if not access.may_reveal(actor, case):
            raise NotAllowed("这件诉求不能由您呼叫。", "This case is not yours to call.")
        hand = InHand(actor.name, unit.at + CALL, unit.at)
        other = await callbacks.take(unit.connection, case.id or 0, hand, unit.at)
        if other is not None:
            raise _in_anothers(other)
        n = case.attempts + 1
        purpose = f"回访呼叫（第 {n} 次）"
        told = await unit.vault.reveal(case.id or 0, ("phone", "name"), purpose, actor, unit.at)
        await seen.watch(unit, actor)
    return Called(told.get("phone", ""), told.get("name", ""), hand.until, n)


def _may_be_called(line: Line | None, at: datetime) -> None:
    """Raises NotPossible with what to do instead."""
    if line is None:
        raise NotPossible("这件诉求不在今日回访之列。", "The case is not among today's call-backs.")
    if not line.one.reachable:
        raise NotPossible(
            "诉求人没有留下电话号码，请登记“没有电话号码”后办结。",
            "The citizen left no telephone number; record that, and close.",
        )
    if not line.ready and at < line.due_at:
        clock = line.due_at.astimezone(ZONE)
        raise NotPossible(
            f"还没有到再次呼叫的时间（{clock:%m-%d %H:%M}），请先办其他诉求。",
            f"It is not to be called again before {clock:%m-%d %H:%M}; take another case.",
        )


def _in_anothers(hand: InHand) -> NotPossible:
    return NotPossible(
        f"{hand.holder} 正在回访这件诉求，请取下一件。",
        f"{hand.holder} is calling about this case; take the next one.",
    )


async def lay_back(centre: Centre, number: str, actor: Actor) -> bool:
    """Out of the own hand; True: a number had been shown, so that it was not dialled is on record."""
    check(actor)
    async with centre.work() as unit:
        case = await unit.cases.read(number)
        if not access.may_see(actor, case):
            raise NoSuchCase
        hand = await callbacks.in_hand(unit.connection, case.id or 0)
        if hand is None or hand.holder != actor.name:
            return False
        await callbacks.lay_back(unit.connection, case.id or 0, actor.name)
        if hand.called_at is not None:
            about = {"case": number}
            await record.record(unit.connection, unit.at, actor, "callback_undone", about)
        return hand.called_at is not None


async def heard(
    centre: Centre, number: str, actor: Actor, told: Told, version: int | None = None
) -> str:
    """Records what came of the call with what follows; the state that the case has then.

    Late is better than never: an outcome is taken after its time is over, until another calls.
    """
    check(actor)
    if wanting := lacking(told):
        raise wanting[0]
    async with centre.work() as unit:
        case = await work.to_change(unit, number, actor, version)
        line = await one_of(unit, actor, centre.rules, case.id or 0)
        await _called(unit, case, actor, told.facts.outcome, line)
        steps = [(one, actor) for one in _steps(case, told, centre.rules.terms)]
        drawn = case.state is State.CLOSED
        await work.act_all(centre, unit, case, steps)
        await callbacks.lay_back(unit.connection, case.id or 0)
        if drawn and told.facts.again_at is not None:
            day = city_day(told.facts.again_at)
            await callbacks.draw(unit.connection, day, [case.id or 0])
        return case.state.value


async def _called(
    unit: Work, case: Case, actor: Actor, outcome: Reached, line: Line | None
) -> None:
    """An outcome is that of a call of one's own; only of who cannot be called there is none."""
    if outcome is Reached.NO_NUMBER:
        if line is None or line.one.reachable:
            raise NotPossible(
                "诉求人留有电话号码，请先呼叫。", "There is a number; call first.", field="outcome"
            )
        return
    hand = await callbacks.in_hand(unit.connection, case.id or 0)
    if hand is not None and hand.holder != actor.name and hand.until > unit.at:
        raise _in_anothers(hand)
    if hand is None or hand.holder != actor.name or hand.called_at is None:
        raise NotPossible(
            "请先按“呼叫”，再登记结果。", "Press “call” before its outcome.", field="outcome"
        )


def _steps(case: Case, told: Told, terms: Terms) -> Iterator[Act]:
    """The try, and what the law lets follow: closed when it is over, done again for a reason."""
    facts, open_ = told.facts, case.state is State.FOLLOW_UP
    if facts.outcome is not Reached.REACHED:
        facts = acts.FollowUp(outcome=facts.outcome, again_at=facts.again_at, text=facts.text)
    yield replace(facts, should_do=facts.should_do and told.then is Then.REWORK and open_)
    last = case.attempts + 1 >= terms.follow_up_attempts
    over = facts.outcome in (Reached.DECLINED, Reached.NO_NUMBER)
    if open_ and (over or (facts.outcome in UNANSWERED and last)):
        yield acts.Close(text=_ended(facts.outcome))
    elif facts.outcome is Reached.REACHED and told.then is Then.REWORK:
        yield acts.Rework(reason=told.reason) if open_ else citizen.Reopen(facts=told.reason)
    elif facts.outcome is Reached.REACHED and open_:
        yield acts.Close(text=told.reason or None)


def _ended(outcome: Reached) -> str:
    return "回访次数已满，未能接通。" if outcome in UNANSWERED else f"{outcome.zh}。"


def lacking(told: Told) -> list[NotPossible]:
    """Solved and satisfied apart, each no with its reason; what is not content is decided on."""
    facts = told.facts
    if facts.outcome is not Reached.REACHED or facts.solved is None or facts.satisfaction is None:
        return []  # what was not asked the law itself asks for
    poor, found = facts.satisfaction not in CONTENT, []
    if not facts.solved and not facts.unsolved_reason:
        found.append(_wants("unsolved_reason", "请说明未解决的原因。", "Say why it is not solved."))
    if poor and not facts.discontent:
        found.append(_wants("discontent", "请说明不满意的原因。", "Say why not satisfied."))
    if facts.solved and not poor:
        if told.then is Then.REWORK:
            zh, en = "已解决且满意的不能重办。", "Solved and satisfied: nothing to do again."
            found.append(_wants("then", zh, en))
        return found
    if told.then is None:
        zh, en = "请选择办结，还是退回重办。", "Choose: close it, or have it done again."
        found.append(_wants("then", zh, en))
    if not told.reason:
        zh, en = "请写明办结或重办的理由。", "Give the grounds of closing or rework."
        found.append(_wants("reason", zh, en))
    return found


def _wants(field: str, zh: str, en: str) -> NotPossible:
    return NotPossible(zh, en, field=field)
