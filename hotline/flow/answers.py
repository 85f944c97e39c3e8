"""Answers found again: the best articles for what is asked or typed, and what they were good for."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import structlog

from classifiers import ranking, terms
from classifiers.ranking import Part
from hotline import seed
from hotline.domain.article import NoSuchArticle, in_force
from hotline.domain.redaction import redacted
from hotline.domain.shanghai import city_day
from hotline.flow.centre import Centre
from hotline.store import articles, articleuse, search
from hotline.store.articleuse import ALL
from hotline.store.search import Wanted
from hotline.store.work import Work

log = structlog.get_logger(__name__)
LONGEST = 300  # signs of what is typed that are searched by: the matter is said before that
OFFERED = 3
LEAST = 8.0  # score: below it nothing is offered unasked
NEARLY = 0.4  # of the best one's score: below it the others are about something else
# A question counts as answered where an article covers so much of it, or scores so high: people
# ask in many words of their own, of which an article that answers holds a few.
COVERED, SCORED = 0.45, 16.0
TELLING = 4  # signs: a shorter question says too little to be kept


@dataclass(frozen=True)
class Asked:
    """A question, by whom (staff see what is for staff only), of which place and topic."""

    question: str
    internal: bool = False
    place: str = ""
    topic: str = ""


@dataclass(frozen=True)
class Answer:
    """An article that answers, with the passage that says so."""

    row: Any
    title: Sequence[Part]
    passage: Sequence[Part]
    score: float
    cover: float


async def find(centre: Centre, asked: Asked, most: int = 10) -> list[Answer]:
    """The best first; nothing that is not in force today, nothing for staff to citizens."""
    question = asked.question[:LONGEST]
    told = await asyncio.to_thread(terms.asked, question, seed.synonyms())
    if not told:
        return []
    async with centre.look() as look:
        wanted = Wanted(told, city_day(look.at), asked.internal, asked.place, asked.topic)
        hits = await search.find(look.connection, wanted, most)
        rows = await articles.in_force(look.connection, [hit.article_id for hit in hits])
    signs = ranking.signs(question, (t for t in told if not t[0].isdigit() or t.isdigit()))
    return [
        Answer(
            rows[hit.article_id],
            ranking.marked(rows[hit.article_id].title, signs),
            ranking.passage(rows[hit.article_id].body, signs),
            round(hit.score, 2),
            hit.cover,
        )
        for hit in hits
        if hit.article_id in rows
    ]


async def offered(centre: Centre, title: str, content: str, **known: Any) -> list[Answer]:
    """The three best for what is typed so far; a failure here never keeps a form from its work."""
    question = f"{title} {content}".strip()
    if len(question) < TELLING:
        return []
    try:
        found = await find(centre, Asked(question, **known), OFFERED)
        least = max(LEAST, found[0].score * NEARLY) if found else 0.0
        return [one for one in found if one.score >= least]
    except Exception as error:
        log.error("answers.not_offered", error=type(error).__name__, exc_info=error)
        return []


async def ask(centre: Centre, asked: Asked, most: int = 10) -> list[Answer]:
    """An explicit question: counted, and kept without who asked where nothing answers it."""
    found = await find(centre, asked, most)
    good = any(one.cover >= COVERED or one.score >= SCORED for one in found)
    async with centre.work() as work:
        day = city_day(work.at)
        await articleuse.count(work.connection, day, ALL, "asked")
        if good:
            await articleuse.count(work.connection, day, ALL, "found")
        elif len(asked.question.strip()) >= TELLING:
            await missed(work, asked.question)
    return found


async def newest(centre: Centre, below: int | None, limit: int) -> list[Any]:
    """What citizens may read today, newest first."""
    async with centre.look() as look:
        today = city_day(look.at)
        return await articles.readable(look.connection, today, below, limit)


async def missed(work: Work, question: str) -> None:
    """Kept redacted; the same words in another order are the same question."""
    plain = redacted(" ".join(question.split()))[:200]
    key = " ".join(sorted(set(await asyncio.to_thread(terms.terms, plain)))) or plain
    await articleuse.gap(work.connection, key, plain, work.at)


async def readable(centre: Centre, article_id: int, *, internal: bool) -> Any:
    """The version in force today, if whoever asks may read it."""
    async with centre.look() as look:
        row = (await articles.in_force(look.connection, [article_id])).get(article_id)
        today = city_day(look.at)
    if row is None or not in_force(today, row.effective_on, row.expires_on):
        raise NoSuchArticle
    if not (row.public or internal):
        raise NoSuchArticle
    return row


async def opened(centre: Centre, article_id: int, *, internal: bool) -> Any:
    """The same, counted as opened."""
    row = await readable(centre, article_id, internal=internal)
    async with centre.work() as work:
        await articleuse.count(work.connection, city_day(work.at), article_id, "opened")
    return row


async def judged(centre: Centre, article_id: int, kind: str, *, internal: bool) -> None:
    """`kind`: used, helpful or unhelpful; of an article that whoever says so may see."""
    async with centre.work() as work:
        today = city_day(work.at)
        row = await articles.one(work.connection, article_id)
        if row is None or row.released is None or not (row.public or internal):
            raise NoSuchArticle
        await articleuse.count(work.connection, today, article_id, kind)
