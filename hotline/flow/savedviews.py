"""Saved views 常用筛选: kept, deleted and brought back by the officer whose they are."""

from collections.abc import Mapping
from typing import Any

from hotline.domain.errors import NotPossible
from hotline.domain.people import Actor
from hotline.flow import casewords
from hotline.flow.centre import Centre
from hotline.store import savedviews
from hotline.store.wording import masked
from hotline.store.work import Work

LONGEST = 40  # signs of a name


async def listed(centre: Centre, actor: Actor) -> list[Any]:
    if actor.officer_id is None:
        return []
    async with centre.look() as look:
        return await savedviews.listed(look.connection, actor.officer_id)


async def save(centre: Centre, actor: Actor, name: str, filters: Mapping[str, str]) -> int:
    """Raises NotPossible with what to do instead; the same saved twice is one."""
    name = masked(" ".join(name.split()))  # as it will be kept: only so the same is seen as one
    if actor.officer_id is None or not name:
        raise NotPossible("请给这组筛选起个名字。", "Give these filters a name.")
    if len(name) > LONGEST:
        raise NotPossible(
            f"名字有 {len(name)} 个字，最多 {LONGEST} 个，请缩短后再保存。",
            f"The name has {len(name)} signs, {LONGEST} at most: make it shorter.",
        )
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
        for one in await savedviews.listed(work.connection, actor.officer_id):
            if one.name == name and dict(one.filters) == dict(filters):
                return int(one.id)
        await _check_room(work, actor.officer_id, name)
        made = await savedviews.add(work.connection, actor.officer_id, name, filters, work.at)
    if made is None:
        raise _taken(name)
    return made


async def _check_room(work: Work, officer_id: int, name: str) -> None:
    """No second one of a name: nothing is written over that somebody still goes by."""
    standing = await savedviews.listed(work.connection, officer_id)
    if any(one.name == name for one in standing):
        raise _taken(name)
    if len(standing) >= savedviews.MOST:
        raise NotPossible(
            f"最多保存 {savedviews.MOST} 组，请先删除一组不用的，再保存。",
            f"{savedviews.MOST} at most: delete one that you do not use, then save.",
        )


def _taken(name: str) -> NotPossible:
    return NotPossible(
        f"已有名为“{name}”的常用筛选，请换个名字，或先删除原来那组再保存。",
        f"There is a view “{name}” already: take another name, or delete that one first.",
    )


async def delete(centre: Centre, actor: Actor, view_id: int) -> Any:
    async with centre.work() as work:
        row = await savedviews.turn(work.connection, actor.officer_id or 0, view_id, work.at)
    return _known(row)


async def bring_back(centre: Centre, actor: Actor, view_id: int) -> Any:
    """Unless its name was taken meanwhile, or its place."""
    owner = actor.officer_id or 0
    async with centre.work() as work:
        row = _known(await savedviews.one(work.connection, owner, view_id))
        if row.gone_at is not None:
            await _check_room(work, owner, row.name)
        try:
            return _known(await savedviews.turn(work.connection, owner, view_id, None))
        except savedviews.Taken as error:
            raise _taken(row.name) from error


def _known(row: Any) -> Any:
    if row is None:
        raise NotPossible("没有这组筛选。", "There is no such view.")
    return row


async def gone(centre: Centre, actor: Actor, view_id: int) -> Any:
    """The view that was just deleted, for the page that offers to bring it back."""
    async with centre.look() as look:
        row = await savedviews.one(look.connection, actor.officer_id or 0, view_id)
    return row if row is not None and row.gone_at is not None else None
