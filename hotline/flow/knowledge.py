"""The knowledge base: articles are reviewed by a second person, released, confirmed, withdrawn."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from classifiers import terms
from hotline.domain import article
from hotline.domain.article import NAMED, Draft, NoSuchArticle, Rewritten, Stage
from hotline.domain.errors import NotAllowed, NotPossible
from hotline.domain.people import OPERATOR, SYSTEM, Actor
from hotline.domain.shanghai import city_day
from hotline.domain.words import Role
from hotline.flow import drafting
from hotline.flow.centre import Centre
from hotline.store import articles, search
from hotline.store.work import Work


@dataclass(frozen=True)
class Shown:
    """An article with its versions, newest first."""

    row: Any
    versions: Sequence[Any]

    @property
    def newest(self) -> Any:
        return self.versions[0]

    @property
    def in_force(self) -> Any | None:
        return next((one for one in self.versions if one.n == self.row.released), None)


async def shown(centre: Centre, article_id: int) -> Shown:
    async with centre.look() as look:
        row = await articles.one(look.connection, article_id)
        if row is None:
            raise NoSuchArticle
        return Shown(row, await articles.versions(look.connection, article_id))


async def listed(
    centre: Centre, asked: Mapping[str, Any], below: int | None, limit: int
) -> list[Any]:
    async with centre.look() as look:
        return await articles.listed(look.connection, asked, below, limit)


async def counts(centre: Centre) -> dict[str, int]:
    async with centre.look() as look:
        return await articles.counts(look.connection)


async def review(centre: Centre, actor: Actor, article_id: int, verdict: str, note: str) -> None:
    """`release` or `return`; what goes back says why."""
    if verdict == "release":
        await release(centre, actor, article_id, note)
    elif note:
        await give_back(centre, actor, article_id, note)
    else:
        raise NotPossible("请写明退回的原因。", "Say why it goes back.", field="note")


async def give_back(centre: Centre, actor: Actor, article_id: int, note: str) -> None:
    async with centre.work() as work:
        row, last = await _for_review(work, actor, article_id)
        moved = {"stage": Stage.RETURNED.value, "note": note} | _looked_at(work, actor)
        await articles.change_version(work.connection, article_id, last.n, None, **moved)
        await articles.change(work.connection, article_id, stage=Stage.RETURNED.value)
        await drafting.record(work, actor, "article.returned", article_id, last.n, note=note)
        await drafting.tell(
            work, row, f"unit:{row.department}", f"知识被退回：{last.title}", f"原因：{note}"
        )


def _looked_at(work: Work, actor: Actor) -> dict[str, Any]:
    return {"reviewer": actor.name, "reviewed_at": work.at}


async def _for_review(work: Work, actor: Actor, article_id: int) -> tuple[Any, Any]:
    row = await drafting.locked(work, article_id)
    last = await drafting.newest(work, row)
    article.check_reviewer(actor, last.author)
    if last.stage != Stage.SUBMITTED:
        raise NotPossible("这篇知识没有待审核的版本。", "Nothing of it waits for a review.")
    return row, last


async def release(centre: Centre, actor: Actor, article_id: int, note: str = "") -> None:
    """By somebody other than its author; from now on it is found, and the version before is not."""
    before = await shown(centre, article_id)
    fields = await asyncio.to_thread(index_of, before.newest)
    async with centre.work() as work:
        row, last = await _for_review(work, actor, article_id)
        if (last.n, last.revision) != (before.newest.n, before.newest.revision):
            raise Rewritten
        await put_in_force(work, actor, row, last, note)
        await search.keep(work.connection, article_id, fields)


def index_of(version: Any) -> Mapping[str, str]:
    keys = article.keys(version.keywords, version.questions)
    return terms.known_by(version.title, keys, version.body)


async def put_in_force(work: Work, actor: Actor, row: Any, last: Any, note: str = "") -> None:
    today = city_day(work.at)
    if last.expires_on and last.expires_on < today:
        raise NotPossible("这篇知识已过失效日期，不能发布。", "It has expired already.")
    if row.released:
        old = {"stage": Stage.REPLACED.value}
        await articles.change_version(work.connection, row.id, row.released, None, **old)
    moved = {"stage": Stage.RELEASED.value, "note": note} | _looked_at(work, actor)
    await articles.change_version(work.connection, row.id, last.n, None, **moved)
    named = {name: getattr(last, name) for name in NAMED}
    await articles.change(
        work.connection,
        row.id,
        stage=Stage.RELEASED.value,
        released=last.n,
        released_at=work.at,
        review_on=article.next_review(today, last.expires_on),
        reminded_on=None,
        **named,
    )
    await drafting.record(work, actor, "article.released", row.id, last.n, note=note)


async def confirm(centre: Centre, actor: Actor, article_id: int) -> None:
    """Read again and still right: the next review is half a year on."""
    async with centre.work() as work:
        row = await drafting.locked(work, article_id)
        article.check_author(actor, row.department)
        if row.released is None:
            raise NotPossible("这篇知识尚未发布。", "It is not released.")
        today = city_day(work.at)
        if row.expires_on and row.expires_on < today:
            zh = "这篇知识已过失效日期，请修改后重新提交审核，或撤下。"
            raise NotPossible(zh, "It has expired: rewrite or withdraw it.")
        due = article.next_review(today, row.expires_on)
        await articles.change(work.connection, article_id, review_on=due, reminded_on=None)
        await drafting.record(work, actor, "article.confirmed", article_id, row.released)


async def withdraw(centre: Centre, actor: Actor, article_id: int, reason: str) -> None:
    """Nobody finds it any more; what was written stays in the record."""
    async with centre.work() as work:
        row = await drafting.locked(work, article_id)
        if actor.role not in article.REVIEWERS and actor.role is not Role.LEADER:
            raise NotAllowed("您的岗位不能撤下知识。", "Your role does not withdraw articles.")
        article.check_author(actor, row.department)
        if row.stage == Stage.WITHDRAWN:
            raise NotPossible("这篇知识已经撤下。", "It is withdrawn already.")
        gone = {"stage": Stage.WITHDRAWN.value, "note": reason}
        for n in {row.latest, row.released or row.latest}:
            await articles.change_version(work.connection, article_id, n, None, **gone)
        await articles.change(
            work.connection, article_id, stage=Stage.WITHDRAWN.value, released=None, review_on=None
        )
        await search.forget(work.connection, [article_id])
        await drafting.record(work, actor, "article.withdrawn", article_id, row.latest, note=reason)


async def known_articles(
    centre: Centre, drafts: Sequence[Draft], *, author: Actor = OPERATOR, reviewer: Actor = SYSTEM
) -> int:
    """Articles that two people already stand behind, as a city's first stock: all at once."""
    async with centre.work() as work:
        made: dict[int, Any] = {}
        for draft in drafts:
            article_id = await drafting.begin(centre, work, author, draft)
            await drafting.hand_in(work, author, article_id)
            row = await articles.one(work.connection, article_id)
            assert row is not None
            last = await drafting.newest(work, row)
            await put_in_force(work, reviewer, row, last)
            made[article_id] = last
        fields = await asyncio.to_thread(lambda: {n: index_of(one) for n, one in made.items()})
        await search.keep_all(work.connection, fields)
    return len(made)
