"""Articles due for review: the owner is reminded; who lets the time of grace pass raises an alarm."""

from typing import Any

from hotline.domain.article import GRACE
from hotline.domain.shanghai import city_day
from hotline.domain.words import Role
from hotline.flow import alarms, mailing
from hotline.flow.centre import Centre
from hotline.store import alarms as kept
from hotline.store import articles
from hotline.store.alarms import Alarm
from hotline.store.outbox import Message
from hotline.store.work import Work

KIND = "knowledge"
TOLD = (Role.SHIFT_LEAD, Role.DIRECTOR)


async def watch(centre: Centre) -> tuple[int, int]:
    """How many were reminded now, and how many are past their grace."""
    async with centre.look() as look:
        today = city_day(look.at)
        waiting = await articles.due(look.connection, today)
        standing = (await kept.standing(look.connection)).get(KIND, 0)
    if not waiting and not standing:
        return 0, 0
    fresh = [row for row in waiting if row.reminded_on is None]
    late = [row for row in waiting if row.reminded_on and row.reminded_on + GRACE <= today]
    async with centre.work() as work:
        for row in fresh:
            await _remind(work, row)
        for row in late:
            await _alarm(centre, work, row)
        keys = {str(row.id) for row in late}
        await kept.end(work.connection, KIND, work.at, but=keys)
    return len(fresh), len(late)


async def _remind(work: Work, row: Any) -> None:
    """Once a review: the unit that owns it and who reviews for the centre."""
    await articles.change(work.connection, row.id, reminded_on=city_day(work.at))
    expires = f"将于 {row.expires_on} 失效，" if row.expires_on else ""
    text = (
        f"知识“{row.title}”（编号 {row.id}）{expires}已到复核日期 {row.review_on}。"
        f"请核对内容：仍然正确的点“确认有效”，有变化的修改后提交审核，不再适用的撤下。"
        f"{GRACE.days} 天内未处理将升级提醒。"
    )
    messages = [
        Message(f"article.{row.id}.due.{row.review_on}.{name}", audience, "", "知识到期复核", text)
        for name, audience in (("unit", f"unit:{row.department}"), ("centre", "role:inspector"))
    ]
    await mailing.post(work, messages)


async def _alarm(centre: Centre, work: Work, row: Any) -> None:
    owner = centre.rules.tree.top(row.department)
    text = (
        f"{owner}负责的知识“{row.title}”（编号 {row.id}）应于 {row.review_on} 复核，"
        f"提醒后 {GRACE.days} 天仍未处理。请督促复核、修改或撤下。"
    )
    await alarms.sound(work, Alarm(KIND, str(row.id), text), "知识超期未复核", TOLD)
