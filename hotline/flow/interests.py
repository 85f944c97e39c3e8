"""Keeping somebody out of a case: recorded at once, lifted by the director alone, both on record."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hotline.domain import access
from hotline.domain.case import Case
from hotline.domain.errors import NoSuchCase, NotAllowed, NotPossible
from hotline.domain.interest import LIFTERS, Interest
from hotline.domain.people import Actor
from hotline.flow import keptout
from hotline.flow.centre import Centre
from hotline.store import accounts, acts, interests, ties
from hotline.store.work import Work


@dataclass(frozen=True)
class Wish:
    """Whom to keep out, and why."""

    units: tuple[str, ...] = ()
    officers: tuple[str, ...] = ()
    reason: str = ""


async def keep_out(centre: Centre, number: str, wish: Wish, actor: Actor) -> Sequence[Interest]:
    """With every unit below the one that is named; a case that lies there is recalled first. What the
    case is merged into is kept from them as well, and what is merged into it."""
    tree = centre.rules.tree
    if not wish.units and not wish.officers:
        told = "请选择单位或填写账号。", "Choose a unit or name an account."
        raise NotPossible(*told, field="units")
    async with centre.work() as work:
        await ties.hold_parent(work.connection, number)
        case = await _seen(work, number, actor)
        tied = await _tied(work, case)
        for code in wish.units:
            if code not in tree.departments:
                raise NotPossible("没有这个单位。", "No such unit.", field="units")
        for name in wish.officers:
            if await accounts.by_name(work.connection, name) is None:
                raise NotPossible("没有这个账号。", "No such account.", field="officers")
        codes = sorted({one for code in wish.units for one in tree.subtree(code)})
        for one in (case, *tied):
            _not_there(one, codes)
        known = {(one.kind, one.of) for one in case.interests}
        for kind, of in [*(("unit", c) for c in codes), *(("officer", n) for n in wish.officers)]:
            if (kind, of) not in known:
                n = max((one.id for one in case.interests), default=0) + 1
                case.interests.append(Interest(n, kind, of, wish.reason, actor.name, work.at))
        about = {"number": number, "units": list(wish.units), "officers": list(wish.officers)}
        await acts.record(work.connection, work.at, actor, "kept_out", about)
        for one in tied:
            await keptout.share(work, one, case)
        await work.cases.save_all([case, *tied])
        return list(case.interests)


async def _tied(work: Work, case: Case) -> Sequence[Case]:
    """The parent, or what is merged into the case, in the order of their locks."""
    numbers = [case.parent] if case.parent else await work.cases.merged_into(case.number)
    return [await work.cases.change(number) for number in numbers]


def _not_there(case: Case, codes: Sequence[str]) -> None:
    at_work = {part.department for part in case.waiting_parts} | {case.lead or ""}
    if at_work & set(codes) and case.open:
        raise NotPossible(
            "诉求（或并入的主单）正在该单位办理，请先撤回派单，再登记回避。",
            "The case, or what it is merged into, is with this unit: recall it first.",
            field="units",
        )


async def let_in(centre: Centre, number: str, interest_id: int, actor: Actor) -> None:
    if actor.role not in LIFTERS:
        raise NotAllowed("回避由热线办主任解除。", "Lifted by the director.")
    async with centre.work() as work:
        case = await _seen(work, number, actor)
        found = [one for one in case.interests if one.id == interest_id]
        if not found:
            raise NotPossible("没有这项回避，请刷新。", "No such entry; reload.")
        await work.cases.forget_interest(case, interest_id)
        about: dict[str, Any] = {"number": number, "kind": found[0].kind, "of": found[0].of}
        await acts.record(work.connection, work.at, actor, "let_in", about)
        await work.cases.save(case)


async def of_case(centre: Centre, number: str, actor: Actor) -> Sequence[Interest]:
    async with centre.look() as look:
        case = await look.cases.read(number)
        if not access.may_see(actor, case):
            raise NoSuchCase
        return list(case.interests)


async def kept_from(centre: Centre, actor: Actor) -> set[str]:
    """The numbers that are not to be shown to somebody, whatever lists them."""
    async with centre.look() as look:
        return await interests.kept_from(look.connection, actor)


async def hides(centre: Centre, actor: Actor, call_id: str) -> bool:
    """Whether a call belongs to a case that somebody is kept out of."""
    async with centre.look() as look:
        return await interests.in_call(look.connection, actor, call_id)


async def _seen(work: Work, number: str, actor: Actor) -> Case:
    case = await work.cases.change(number)
    if not access.may_see(actor, case):
        raise NoSuchCase
    return case
