"""Typical cases: chosen, edited, identity removed, released by a second person, withdrawn, supported."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import structlog

from classifiers import ranking, terms
from classifiers.ranking import Part
from hotline.domain import access, typical
from hotline.domain.article import Rewritten, Stage
from hotline.domain.case import Case
from hotline.domain.errors import NoSuchCase, NotAllowed, NotPossible
from hotline.domain.people import Actor
from hotline.domain.typical import OPEN, NoSuchTypical, Telling, without_identity
from hotline.flow.centre import Centre
from hotline.store import acts, articleuse, typicals
from hotline.store.work import Work

log = structlog.get_logger(__name__)
WORDS = ("title", "problem", "handling")
LONGEST = 300  # signs of what is typed that are compared: the matter is said before that
NEAR = 40  # cases of the topics that are ranked
OFFERED = 3
LEAST = 8.0  # score: below it a case shares hardly a word
NEARLY = 0.3  # of the best one's score: below it the others are about something else
FEW = 1000  # cases: of fewer, what is rare is counted as if there were so many


@dataclass(frozen=True)
class Alike:
    """A released case that is like what is typed, with the passage that says so."""

    row: Any
    title: Sequence[Part]
    passage: Sequence[Part]
    score: float


async def listed(
    centre: Centre, actor: Actor, stage: str, below: int | None, limit: int
) -> Sequence[Any]:
    typical.check_editor(actor)
    async with centre.look() as look:
        return await typicals.listed(look.connection, actor, stage, below, limit)


async def released(centre: Centre, q: str, below: int | None, limit: int) -> Sequence[Any]:
    async with centre.look() as look:
        return await typicals.released(look.connection, q, below, limit)


async def opened(centre: Centre, typical_id: int) -> Any:
    """For anyone, while it is released; NoSuchTypical otherwise."""
    async with centre.look() as look:
        row = await typicals.one(look.connection, typical_id)
    if row is None or row.stage != Stage.RELEASED:
        raise NoSuchTypical
    return row


async def alike(centre: Centre, title: str, content: str, topics: Sequence[str]) -> Sequence[Alike]:
    """The most alike released cases, three at most, the best first.

    Only of the topics that the text seems to be about: words alone found other matters nearly
    always. Nothing typed is kept; a failure here never keeps a form from its work.
    """
    question = f"{title} {content}".strip()[:LONGEST]
    try:
        async with centre.look() as look:
            rows = await typicals.about(look.connection, topics, NEAR) if topics else []
        return await asyncio.to_thread(_ranked, question, rows) if rows else ()
    except Exception as error:
        log.error("typicals.not_offered", error=type(error).__name__, exc_info=error)
        return ()


def _ranked(question: str, rows: Sequence[Any]) -> list[Alike]:
    told = terms.asked(question)
    fields = [terms.known_by(row.title, [row.topic], row.problem) for row in rows]
    held = [{term for text in one.values() for term in text.split()} for one in fields]
    having = {term: sum(term in one for one in held) for term in told}
    rare = {term: ranking.rarity(FEW, n) for term, n in having.items() if n}
    signs = ranking.signs(question, (t for t in told if not t[0].isdigit() or t.isdigit()))
    found = [
        Alike(
            row,
            ranking.marked(row.title, signs),
            ranking.passage(row.problem, signs),
            round(ranking.score(told, rare, known), 2),
        )
        for row, known in zip(rows, fields, strict=True)
    ]
    found.sort(key=lambda one: (-one.score, -one.row.id))
    least = max(LEAST, found[0].score * NEARLY)
    return [one for one in found[:OFFERED] if one.score >= least]


async def shown(centre: Centre, actor: Actor, typical_id: int) -> Any:
    """For those who edit, whatever its stage."""
    typical.check_editor(actor)
    async with centre.look() as look:
        row = await typicals.one(look.connection, typical_id)
        await _of(look, actor, row)
        return row


async def choose(centre: Centre, actor: Actor, number: str) -> int:
    """A draft of an ended case, its identity already taken out; returns its number."""
    typical.check_editor(actor)
    async with centre.work() as work:
        case = await _case(work, actor, number)
        typical.check_chosen(case)
        other = await typicals.of_case(work.connection, number)
        if other is not None:
            zh = f"这件诉求已有典型案例（编号 {other}），请在那一篇上修改。"
            raise NotPossible(zh, f"Typical case {other} is made of it.", field="number")
        spoken = await articleuse.said(work.connection, [case.id or 0])
        said = (case.reply or {}).get("public_reply") or spoken.get(case.id or 0, "")
        told = await _clean(work, case, Telling(case.title[:100], case.content, said))
        row = told.__dict__ | {"number": number, "topic": case.topic, "supports": 0, "note": ""}
        row |= {"department": case.lead or "", "stage": Stage.DRAFT.value, "revision": 1}
        row |= {"writers": [actor.name], "written_at": work.at}
        made = await typicals.add(work.connection, row)
        await _record(work, actor, "chosen", made, number=number)
        return made


async def rewrite(centre: Centre, actor: Actor, typical_id: int, told: Telling, seen: int) -> bool:
    """Saves the words without identity; True: something was taken out of them."""
    typical.check_editor(actor)
    async with centre.work() as work:
        row, case = await _locked(work, actor, typical_id)
        if row.revision != seen:
            raise Rewritten
        if row.stage not in OPEN:
            zh = "已提交或已发布的案例不能修改；退回后再改，或撤下后重新选取。"
            raise NotPossible(zh, "It can be changed only as a draft or when returned.")
        clean = await _clean(work, case, told)
        writers = [*dict.fromkeys([*row.writers, actor.name])]
        values = clean.__dict__ | {"writers": writers, "written_at": work.at}
        await typicals.change(work.connection, typical_id, stage=Stage.DRAFT.value, **values)
        await _record(work, actor, "written", typical_id, revision=seen + 1)
        return clean != told


async def submit(centre: Centre, actor: Actor, typical_id: int) -> None:
    typical.check_editor(actor)
    async with centre.work() as work:
        row, _ = await _locked(work, actor, typical_id)
        _at(row, OPEN, "只有草稿和退回的案例可以提交。")
        if not (row.title.strip() and row.problem.strip() and row.handling.strip()):
            zh = "请写全标题、诉求内容和办理结果再提交。"
            raise NotPossible(zh, "Title, matter and outcome are needed.", field="handling")
        await typicals.change(work.connection, typical_id, stage=Stage.SUBMITTED.value)
        await _record(work, actor, "submitted", typical_id)


async def review(
    centre: Centre, actor: Actor, typical_id: int, verdict: str, note: str, *, seen: int
) -> None:
    """`release` or `return`, of the very revision that was read, by who wrote no word of it."""
    async with centre.work() as work:
        row, case = await _locked(work, actor, typical_id)
        typical.check_releaser(actor, row.writers)
        _at(row, (Stage.SUBMITTED,), "这篇案例没有待审核的内容。")
        if row.revision != seen:
            raise Rewritten
        moved: dict[str, Any] = {"reviewer": actor.name, "note": note}
        if verdict == "return":
            if not note:
                raise NotPossible("请写明退回的原因。", "Say why it goes back.", field="note")
            moved["stage"] = Stage.RETURNED.value
        else:
            typical.check_chosen(case)
            told = Telling(*(getattr(row, name) for name in WORDS))
            if await _clean(work, case, told) != told:
                zh = "文中仍有个人信息，请退回编辑后再发布。"
                raise NotPossible(zh, "There is identity left in it: send it back.")
            moved |= {"stage": Stage.RELEASED.value, "released_at": work.at}
        await typicals.change(work.connection, typical_id, **moved)
        await _record(work, actor, str(moved["stage"]), typical_id, note=note)


async def withdraw(centre: Centre, actor: Actor, typical_id: int, reason: str) -> None:
    """Nobody reads it any more; one person is enough, and at once."""
    if actor.role not in typical.RELEASERS:
        raise NotAllowed("您的岗位不能撤下典型案例。", "Your role does not withdraw it.")
    async with centre.work() as work:
        row, _ = await _locked(work, actor, typical_id)
        if row.stage == Stage.WITHDRAWN:
            raise NotPossible("这篇案例已经撤下。", "It is withdrawn already.")
        gone = {"stage": Stage.WITHDRAWN.value, "note": reason}
        await typicals.change(work.connection, typical_id, **gone)
        await _record(work, actor, "withdrawn", typical_id, note=reason)


async def support(centre: Centre, typical_id: int, visitor: str) -> bool:
    """Counted once a visitor, who is kept as a keyed hash only; False: counted before."""
    key = centre.cipher.blind("support", f"{typical_id}:{visitor}")
    async with centre.work() as work:
        row = await typicals.locked(work.connection, typical_id)
        if row is None or row.stage != Stage.RELEASED:
            raise NoSuchTypical
        return await typicals.support(work.connection, typical_id, key, work.at)


def _at(row: Any, stages: Sequence[Stage], zh: str) -> None:
    if row.stage not in stages:
        raise NotPossible(zh, f"Not possible while it is {row.stage}.")


async def _locked(work: Work, actor: Actor, typical_id: int) -> tuple[Any, Case]:
    row = await typicals.locked(work.connection, typical_id)
    return row, await _of(work, actor, row)


async def _of(work: Work, actor: Actor, row: Any) -> Case:
    """Its case; one of a case that the actor may not see answers like one that does not exist."""
    if row is None:
        raise NoSuchTypical
    try:
        return await _case(work, actor, row.number)
    except NoSuchCase:
        raise NoSuchTypical from None


async def _case(work: Work, actor: Actor, number: str) -> Case:
    case = await work.cases.read(number)
    if not access.may_see(actor, case):
        raise NoSuchCase
    return case


async def _clean(work: Work, case: Case, told: Telling) -> Telling:
    known = await work.vault.compared(case.id or 0)
    return without_identity(told, known)


async def _record(work: Work, actor: Actor, what: str, typical_id: int, **more: Any) -> None:
    about = {"typical": typical_id} | {name: one for name, one in more.items() if one}
    await acts.record(work.connection, work.at, actor, f"typical.{what}", about)
