"""Harassment of the line (骚扰来电): persuade, record, warn, restrict by rule; nobody is dropped silently."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hotline.domain.errors import NotAllowed, NotFound, NotPossible
from hotline.domain.people import Actor
from hotline.domain.words import Named, Role
from hotline.flow.centre import Centre
from hotline.flow.phone import DESK, call_of
from hotline.store import acts, restrict
from hotline.store.callrows import number_to_hash
from hotline.store.calls import opened
from hotline.store.restrict import Restriction

MOST_DAYS = 30  # domain rules §7
RULERS = frozenset({Role.SHIFT_LEAD, Role.DIRECTOR})


class Rule(Named):
    """What a number is held to (限制方式); in every one of them an emergency still gets through."""

    LAST = "last", "排队置后", "served after the others"
    MESSAGE = "message", "转语音留言", "leaves a message"
    DAILY = "daily", "每日限接三次", "three calls a day"


ANNOUNCE = {
    Rule.LAST: "您的来电将在其他来电之后接听；如遇紧急情况请直接拨打 110、119、120。",
    Rule.MESSAGE: "请在提示音后留言，我们会依规办理；如遇紧急情况请直接拨打 110、119、120。",
    Rule.DAILY: "您今日的来电将按限定次数接听；如遇紧急情况请直接拨打 110、119、120。",
}


class Step(Named):
    """The steps before a restriction (处置步骤)."""

    PERSUADE = "persuade", "劝导", "persuaded"
    RECORD = "record", "记录", "recorded"
    WARN = "warn", "告诫", "warned"


class NoSuchRestriction(NotFound):
    """No such restriction."""

    code = "no_such_restriction"

    def __init__(self) -> None:
        super().__init__("没有找到这项限制，请刷新。", "No such restriction; reload.")


@dataclass(frozen=True)
class Held:
    """What a number is held to now."""

    rule: Rule
    until: datetime
    announce: str


@dataclass(frozen=True)
class Wish:
    """What is asked for."""

    call_id: str
    rule: Rule
    reason: str
    days: int


async def of_number(centre: Centre, number: str) -> Held | None:
    """The restriction in force on a number, if there is one."""
    digits = number_to_hash(number)
    if not digits:
        return None
    async with centre.look() as look:
        hashed = centre.cipher.blind("phone", digits)
        found = await restrict.of_number(look.connection, hashed, look.at)
    return _held(found)


async def of_hash(centre: Centre, number_hash: str | None) -> Held | None:
    if number_hash is None:
        return None
    async with centre.look() as look:
        return _held(await restrict.of_number(look.connection, number_hash, look.at))


def _held(found: Restriction | None) -> Held | None:
    if found is None or found.until is None:
        return None
    rule = Rule(found.rule)
    return Held(rule, found.until, ANNOUNCE[rule])


async def ask(centre: Centre, actor: Actor, wish: Wish) -> int:
    """Asked by who took the call; it holds nobody until somebody else approves."""
    if actor.role not in DESK:
        raise NotAllowed("限制由接听的话务员或值班长提出。", "Asked for by who took the call.")
    if not 1 <= wish.days <= MOST_DAYS:
        raise NotPossible(
            f"限制期为 1 至 {MOST_DAYS} 天。", f"1 to {MOST_DAYS} days.", field="days"
        )
    async with centre.work() as work:
        call = await call_of(work, actor, wish.call_id)
        if call.number_hash is None:
            raise NotPossible("来电没有显示号码，无法限制。", "The number was withheld.")
        if not await restrict.warned(work.connection, call.number_hash):
            raise NotPossible(
                "请先劝导并告诫，登记告诫之后才能提出限制。",
                "Persuade and warn first; a restriction follows a recorded warning.",
            )
        if await restrict.asked_for(work.connection, call.number_hash):
            raise NotPossible("这个号码已有待审批的限制。", "One is waiting for approval already.")
        told = opened(centre.cipher, call)
        number = str(told["to"] if call.direction == "out" else told["from"])
        made = await restrict.add(
            work.connection,
            {
                "number_hash": call.number_hash,
                "locked": centre.cipher.lock(number, f"restriction.number.{call.number_hash}"),
                "masked": call.masked,
                "rule": wish.rule.value,
                "reason": wish.reason,
                "days": wish.days,
                "call_id": wish.call_id,
                "asked_by": actor.name,
                "asked_at": work.at,
            },
        )
        about = {"restriction": made, "call": wish.call_id, "rule": wish.rule.value}
        await acts.record(work.connection, work.at, actor, "restriction_asked", about)
    return made


async def rule(
    centre: Centre, actor: Actor, restriction_id: int, approve: bool, text: str
) -> Restriction:
    """Approved or refused by another than who asked; from then it runs, and ends by itself."""
    if actor.role not in RULERS:
        raise NotAllowed("限制由值班长或主任审批。", "Approved by the shift lead or the director.")
    async with centre.work() as work:
        found = await restrict.one(work.connection, restriction_id)
        if found is None:
            raise NoSuchRestriction
        if found.asked_by == actor.name:
            raise NotAllowed("不能审批自己提出的限制，请由他人审批。", "Not your own.")
        until = work.at + timedelta(days=found.days) if approve else None
        ruled = {"ruled_by": actor.name, "ruled_at": work.at, "ruling": text, "until": until}
        ruled["state"] = "approved" if approve else "refused"
        if not await restrict.change(work.connection, restriction_id, "asked", ruled):
            raise NotPossible("这项限制已审批过，请刷新。", "Ruled on already; reload.")
        about = {"restriction": restriction_id, "approved": approve}
        await acts.record(work.connection, work.at, actor, "restriction_ruled", about)
    return await _one(centre, restriction_id)


async def lift(centre: Centre, actor: Actor, restriction_id: int, text: str) -> Restriction:
    """Before it expires: on appeal, or because it was wrong."""
    if actor.role not in RULERS:
        raise NotAllowed("限制由值班长或主任解除。", "Lifted by the shift lead or the director.")
    async with centre.work() as work:
        if await restrict.one(work.connection, restriction_id) is None:
            raise NoSuchRestriction
        lifted = {"state": "lifted", "ruling": text, "until": work.at}
        if not await restrict.change(work.connection, restriction_id, "approved", lifted):
            raise NotPossible("这项限制没有生效，无需解除。", "It is not in force.")
        about = {"restriction": restriction_id}
        await acts.record(work.connection, work.at, actor, "restriction_lifted", about)
    return await _one(centre, restriction_id)


async def _one(centre: Centre, restriction_id: int) -> Restriction:
    async with centre.look() as look:
        found = await restrict.one(look.connection, restriction_id)
    if found is None:
        raise NoSuchRestriction
    return found


async def listed(
    centre: Centre, *, state: str = "", below: int | None = None, limit: int = 50
) -> Sequence[Restriction]:
    async with centre.look() as look:
        return await restrict.listed(look.connection, state, below, limit)
