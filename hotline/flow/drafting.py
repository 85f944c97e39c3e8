"""Articles as they are written: drafts, versions, what must fit the city, handing in for review."""

from collections.abc import Mapping, Sequence
from typing import Any

from hotline.domain import article
from hotline.domain.article import NAMED, OPEN, Draft, NoSuchArticle, Rewritten, Stage
from hotline.domain.errors import NotPossible
from hotline.domain.people import Actor
from hotline.flow import mailing
from hotline.flow.centre import Centre
from hotline.store import acts, articles, files
from hotline.store.outbox import Message
from hotline.store.work import Work


def _owned(actor: Actor, draft: Draft) -> str:
    return draft.department or actor.department or ""


async def write(centre: Centre, actor: Actor, draft: Draft) -> int:
    """A new article as a draft; returns its number."""
    async with centre.work() as work:
        return await begin(centre, work, actor, draft)


async def begin(centre: Centre, work: Work, actor: Actor, draft: Draft) -> int:
    values = await _values(centre, work, actor, draft, ())
    await _title_free(work, draft.title)
    article_id = await articles.begin(work.connection, values, work.at)
    await articles.add_version(work.connection, article_id, 1, values)
    await record(work, actor, "article.written", article_id, 1)
    return article_id


async def rewrite(centre: Centre, actor: Actor, article_id: int, draft: Draft, seen: int) -> None:
    """Saves the open version; where none is open, begins the next one. `seen`: its revision."""
    async with centre.work() as work:
        row = await locked(work, article_id)
        last = await newest(work, row)
        article.check_author(actor, row.department)
        if last.revision != seen:
            raise Rewritten
        values = await _values(centre, work, actor, draft, last.files)
        values["origin"] = last.origin
        await _title_free(work, draft.title, article_id)
        if last.stage in OPEN:
            n, note = row.latest, last.note
            await articles.change_version(
                work.connection, article_id, n, None, **values | {"note": note}
            )
        elif last.stage == Stage.SUBMITTED:
            zh = "这篇知识正在等待审核，退回后才能修改。"
            raise NotPossible(zh, "It waits for its review and cannot be changed meanwhile.")
        else:
            n = row.latest + 1
            await articles.add_version(work.connection, article_id, n, values)
        named = {} if row.released else {name: values[name] for name in NAMED}
        await articles.change(
            work.connection, article_id, latest=n, stage=Stage.DRAFT.value, **named
        )
        await record(work, actor, "article.written", article_id, n)


async def _values(
    centre: Centre, work: Work, actor: Actor, draft: Draft, held: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    owner = _owned(actor, draft)
    article.check(draft)
    article.check_author(actor, owner)
    if owner not in centre.rules.tree.departments:
        raise NotPossible("没有这个单位。", "No such department.", field="department")
    if draft.topic and not centre.city.topic_known(draft.topic):
        raise NotPossible("没有这个事项。", "No such topic.", field="topic")
    if draft.place and draft.place not in {str(one["name"]) for one in centre.city.districts}:
        raise NotPossible("没有这个区县。", "No such district.", field="place")
    values = articles.columns(draft, await _files(centre, work, draft, held))
    values |= {"department": owner, "stage": Stage.DRAFT.value, "author": actor.name}
    return values | {
        "written_at": work.at,
        "submitted_at": None,
        "reviewer": None,
        "reviewed_at": None,
        "note": "",
    }


async def _files(
    centre: Centre, work: Work, draft: Draft, held: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Files of the version before stay as they are; new ones must be nobody's yet."""
    known = {one["token"]: dict(one) for one in held}
    found = []
    for token in dict.fromkeys(draft.files):
        if token in known:
            found.append(known[token])
            continue
        kept = await files.find(work.connection, centre.cipher, token)
        if kept is None or kept.case_id is not None:
            raise NotPossible("没有这个附件。", "There is no such file.", field="attachments")
        named = ("token", "name", "size", "type", "sha256")
        found.append({name: getattr(kept, name) for name in named})
    return found


async def _title_free(work: Work, title: str, but: int = 0) -> None:
    other = await articles.titled(work.connection, title, but)
    if other is not None:
        zh = f"已有同名知识（编号 {other}），请修改那一篇或换一个标题。"
        raise NotPossible(zh, f"Article {other} has this title.", field="title")


async def locked(work: Work, article_id: int) -> Any:
    row = await articles.locked(work.connection, article_id)
    if row is None:
        raise NoSuchArticle
    return row


async def newest(work: Work, row: Any) -> Any:
    return await articles.version(work.connection, row.id, row.latest)


async def record(
    work: Work, actor: Actor, act: str, article_id: int, n: int, *, note: str = ""
) -> None:
    told = {"article": article_id, "version": n} | ({"note": note} if note else {})
    await acts.record(work.connection, work.at, actor, act, told)


async def submit(centre: Centre, actor: Actor, article_id: int) -> None:
    async with centre.work() as work:
        await hand_in(work, actor, article_id)
        row = await articles.one(work.connection, article_id)
        assert row is not None
        await tell(work, row, "role:inspector", f"知识待审核：{row.title}", "请在“知识库”页审核。")


async def hand_in(work: Work, actor: Actor, article_id: int) -> None:
    row = await locked(work, article_id)
    article.check_author(actor, row.department)
    last = await newest(work, row)
    if last.stage not in OPEN:
        raise NotPossible("只有草稿可以提交审核。", "Only a draft can be handed in.")
    moved = {"stage": Stage.SUBMITTED.value, "submitted_at": work.at}
    await articles.change_version(work.connection, article_id, row.latest, None, **moved)
    await articles.change(work.connection, article_id, stage=Stage.SUBMITTED.value)
    await record(work, actor, "article.submitted", article_id, row.latest)


async def tell(work: Work, row: Any, audience: str, subject: str, text: str) -> None:
    told = f"article.{row.id}.{row.latest}.{row.stage}.{audience}"
    message = Message(f"{told}.{work.at:%Y%m%d%H%M%S}", audience, "", subject, text)
    await mailing.post(work, [message])
