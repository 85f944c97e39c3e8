"""Saved views 常用筛选: kept, deleted and brought back by the officer whose they are."""

from collections.abc import Mapping
from typing import Any

from hotline.domain.errors import NotPossible
from hotline.domain.people import Actor
from hotline.flow import casewords
from hotline.flow.centre import Centre
from hotline.store import savedviews

LONGEST = 40


async def listed(centre: Centre, actor: Actor) -> list[Any]:
    if actor.officer_id is None:
        return []
    async with centre.look() as look:
        return await savedviews.listed(look.connection, actor.officer_id)


async def save(centre: Centre, actor: Actor, name: str, filters: Mapping[str, str]) -> int:
    """Raises NotPossible with what to do instead."""
    name = " ".join(name.split())[:LONGEST]
    if actor.officer_id is None or not name:
        raise NotPossible("请给这组筛选起个名字。", "Give these filters a name.")
    if not filters:
        raise NotPossible(
            "还没有选择任何筛选条件，请先筛选再保存。", "Nothing is filtered yet: filter first."
        )
    if "caller" in filters or casewords.telephone(filters.get("q", "")):
        raise NotPossible(
            "含电话号码的查询不能保存，请去掉号码再保存。",
            "A search for a telephone number is not kept: take the number out.",
        )
    async with centre.work() as work:
        if await savedviews.count(work.connection, actor.officer_id) >= savedviews.MOST:
            raise NotPossible(
                f"最多保存 {savedviews.MOST} 组，请先删除不用的。",
                f"{savedviews.MOST} at most: delete one that you do not use.",
            )
        return await savedviews.save(work.connection, actor.officer_id, name, filters, work.at)


async def delete(centre: Centre, actor: Actor, view_id: int) -> Any:
    return await _turn(centre, actor, view_id, gone=True)


async def bring_back(centre: Centre, actor: Actor, view_id: int) -> Any:
    return await _turn(centre, actor, view_id, gone=False)


async def _turn(centre: Centre, actor: Actor, view_id: int, *, gone: bool) -> Any:
    async with centre.work() as work:
        owner, at = actor.officer_id or 0, work.at if gone else None
        row = await savedviews.turn(work.connection, owner, view_id, at)
    if row is None:
        raise NotPossible("没有这组筛选。", "There is no such view.")
    return row


async def gone(centre: Centre, actor: Actor, view_id: int) -> Any:
    """The view that was just deleted, for the page that offers to bring it back."""
    async with centre.look() as look:
        row = await savedviews.one(look.connection, actor.officer_id or 0, view_id)
    return row if row is not None and row.gone_at is not None else None
