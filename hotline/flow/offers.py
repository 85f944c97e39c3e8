"""What the knowledge base lacks: closed consultations as drafts without identity, open questions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hotline.domain import article
from hotline.domain.article import Draft
from hotline.domain.errors import NotPossible
from hotline.domain.people import Actor
from hotline.domain.redaction import redacted
from hotline.flow import drafting
from hotline.flow.centre import Centre
from hotline.store import acts, articles, articleuse
from hotline.store.work import Work

ENOUGH = 20  # signs: a shorter reply answers nobody else
PAGE = 30


@dataclass(frozen=True)
class Offer:
    """A closed consultation that may become an article; its words already without identity."""

    case_id: int
    number: str
    title: str
    body: str
    topic: str
    department: str
    received_at: datetime


def _offer(row: Any, said: str) -> Offer:
    reply = (row.details.get("reply") or {}).get("public_reply") or said
    return Offer(
        row.id,
        row.number,
        redacted(row.title)[:128],
        redacted(reply),
        row.topic,
        row.lead or "",
        row.received_at,
    )


async def _read(work: Work, actor: Actor, limit: int, number: str = "") -> list[Offer]:
    since = work.at - articleuse.SINCE
    rows = await articleuse.offers(work.connection, actor, since, limit, number)
    said = await articleuse.said(work.connection, [row.id for row in rows])
    found = [_offer(row, said.get(row.id, "")) for row in rows]
    return [one for one in found if len(one.body) >= ENOUGH]


async def offers(centre: Centre, actor: Actor) -> Sequence[Offer]:
    """Of the last year, newest first; not those whose reply says too little. A department sees,
    takes and passes over its own alone: what it passes over is offered to nobody any more."""
    async with centre.look() as look:
        return (await _read(look, actor, PAGE * 3))[:PAGE]


async def _one(work: Work, actor: Actor, number: str) -> Offer:
    found = await _read(work, actor, 1, number)
    if not found:
        zh = "这件咨询不能转为知识，或已有人处理。"
        raise NotPossible(zh, "It is no open offer.")
    return found[0]


async def take(centre: Centre, actor: Actor, number: str) -> int:
    """Somebody makes a draft of it; it goes the way of every article, to be reviewed by another."""
    async with centre.work() as work:
        offer = await _one(work, actor, number)
        owner = offer.department if offer.department in centre.rules.tree.departments else ""
        if actor.of_department and owner not in actor.units:
            owner = actor.department or ""
        topic = offer.topic if centre.city.topic_known(offer.topic) else ""
        title = await _free(work, offer)
        draft = Draft(
            title, offer.body, topic, owner or CENTRE, public=True, origin=f"诉求 {number}"
        )
        article_id = await drafting.begin(centre, work, actor, draft)
        if not await articleuse.see_to(
            work.connection, offer.case_id, article_id, actor.name, work.at
        ):
            raise NotPossible("这件咨询已有人处理。", "Somebody has seen to it.")
        return article_id


CENTRE = "rxzx"  # the hotline centre's own unit


async def _free(work: Work, offer: Offer) -> str:
    """An article of that title may be there: the draft's own says where it came from."""
    taken = await articles.titled(work.connection, offer.title)
    return offer.title if taken is None else f"{offer.title[:100]}（{offer.number}）"


async def pass_over(centre: Centre, actor: Actor, number: str) -> None:
    async with centre.work() as work:
        article.check_author(actor, actor.department or CENTRE)
        offer = await _one(work, actor, number)
        if await articleuse.see_to(work.connection, offer.case_id, None, actor.name, work.at):
            about = {"case": number}
            await acts.record(work.connection, work.at, actor, "article.passed_over", about)


async def gaps(centre: Centre) -> list[Any]:
    async with centre.look() as look:
        return await articleuse.gaps(look.connection)


async def end_gap(centre: Centre, actor: Actor, key: str, article_id: int | None = None) -> None:
    """It is answered now, or will not be."""
    async with centre.work() as work:
        article.check_author(actor, actor.department or CENTRE)
        if not await articleuse.end_gap(work.connection, key, actor.name, work.at, article_id):
            raise NotPossible("这个问题已有人处理。", "Somebody has seen to it.")
        about = {"question": key, "article": article_id}
        await acts.record(work.connection, work.at, actor, "article.gap_ended", about)
