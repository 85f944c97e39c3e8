"""Departments merged, renamed or closed from a day on: planned ahead, agreed to, taken back."""

from dataclasses import replace
from datetime import date
from typing import Any

from hotline.domain import succession
from hotline.domain.errors import NotAllowed, NotPossible
from hotline.domain.people import Actor, Tree
from hotline.domain.shanghai import city_day
from hotline.domain.succession import Plan, Stage
from hotline.domain.words import Role
from hotline.flow.centre import Centre
from hotline.store import acts, catalogue, plans, rulebooks
from hotline.store.work import Work

AGREES = Role.SECADMIN


async def plan(centre: Centre, actor: Actor, wish: Plan) -> int:
    """Raises NotPossible with the field; one that moves staff waits for the second person."""
    if actor.role is not Role.SYSADMIN:
        raise NotAllowed("机构调整由系统管理员排定。", "The system administrator plans it.")
    state = Stage.ASKED if wish.touches_rights else Stage.PLANNED
    wish = replace(wish, asked_by=actor.name, state=state)
    async with centre.work() as work:
        await _check(work, wish)
        plan_id = await plans.add(work.connection, wish, work.at)
        await record(work, actor, "planned", replace(wish, id=plan_id))
    return plan_id


async def decide(centre: Centre, actor: Actor, plan_id: int, *, agreed: bool) -> None:
    """The second person's word, once; nobody agrees to what they asked for themselves."""
    if actor.role is not AGREES:
        raise NotAllowed("须由安全管理员复核。", "The security administrator decides.")
    async with centre.work() as work:
        to = Stage.PLANNED if agreed else Stage.REFUSED
        told = {"decided_by": actor.name, "decided_at": work.at}
        found = await plans.move(work.connection, plan_id, [Stage.ASKED], to, **told)
        if found is None:
            raise _stale()
        if found.asked_by == actor.name:
            raise NotAllowed("不能复核自己的申请。", "Not one's own request.")
        await record(work, actor, "agreed" if agreed else "refused", found)


async def undo(centre: Centre, actor: Actor, plan_id: int) -> None:
    """Until the day has come."""
    if actor.role is not Role.SYSADMIN:
        raise NotAllowed("由系统管理员撤销。", "The system administrator takes it back.")
    async with centre.work() as work:
        stages = [Stage.ASKED, Stage.PLANNED]
        told = {"decided_by": actor.name, "decided_at": work.at}
        found = await plans.move(work.connection, plan_id, stages, Stage.UNDONE, **told)
        if found is None or found.on_day <= city_day(work.at):
            raise _stale()
        await record(work, actor, "undone", found)


def _stale() -> NotPossible:
    return NotPossible(
        "这项计划已处理或已到生效日，请刷新查看。", "It is decided or in force already; reload."
    )


async def record(work: Work, actor: Actor, what: str, found: Plan, **more: Any) -> None:
    """On the record of acts, as every step of a plan is."""
    about = {
        "plan": found.id,
        "kind": found.kind.value,
        "department": found.department,
        "heir": found.heir,
        "name": found.name,
        "on_day": found.on_day.isoformat(),
    }
    await acts.record(work.connection, work.at, actor, f"department_{what}", about | more)


async def check(centre: Centre, wish: Plan) -> None:
    """Raises NotPossible for what could not be planned; nothing is kept."""
    async with centre.look() as look:
        await _check(look, wish)


async def _check(work: Work, wish: Plan) -> None:
    units = Tree.of(await catalogue.departments(work.connection))
    standing = await plans.standing(work.connection)
    succession.check(wish, units, standing, city_day(work.at))


async def preview(centre: Centre, code: str) -> dict[str, int]:
    """What would move if it were today."""
    async with centre.look() as look:
        held = await plans.holds(look.connection, code)
        book = await rulebooks.read(look.connection)
    rules = book.rules if book else ()
    named = [one for one in rules if code in (one["department"], *(one["co_departments"] or ()))]
    return held | {"rules": len(named)}


async def listed(centre: Centre, below: int | None, limit: int) -> tuple[list[Any], date]:
    async with centre.look() as look:
        return await plans.listed(look.connection, below, limit), city_day(look.at)
