"""A citizen's requests about the own data: asked with the query code, answered within a deadline."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from hotline.domain import access, privacy
from hotline.domain.case import Case
from hotline.domain.errors import NoSuchCase, NotAllowed, NotFound, NotPossible
from hotline.domain.people import Actor
from hotline.domain.people import citizen as a_citizen
from hotline.domain.privacy import Outcome, Wish
from hotline.domain.words import Role
from hotline.flow import erasure, mailing
from hotline.flow.centre import Centre
from hotline.flow.citizen import own_case
from hotline.store import acts, erasing, interests, reveals
from hotline.store import privacy as kept
from hotline.store.outbox import Message
from hotline.store.privacy import Asked
from hotline.store.reveals import Asked as Looks
from hotline.store.vault import FIELDS
from hotline.store.work import Work

DAYS = 30  # GB/T 35273-2020, 8.7: answered within thirty days
OPEN_FOR = timedelta(days=7)  # how long a copy may be fetched after it was granted
MOST_WAITING = 5  # of one case at once


class NoSuchRequest(NotFound):
    """No such request."""

    code = "no_such_request"

    def __init__(self) -> None:
        super().__init__("没有找到这项申请，请刷新。", "No such request; reload.")


@dataclass(frozen=True)
class Standing:
    """What a citizen sees of the own requests, and what in law stands against erasing."""

    number: str
    requests: Sequence[Asked]
    limit: privacy.Limit | None
    may_fetch: bool


async def standing(centre: Centre, door: tuple[str, str, str]) -> Standing:
    """`door`: number, query code, and the address it is tried from."""
    case_id, number = await own_case(centre, *door)
    async with centre.look() as look:
        case = await look.cases.read(number)
        found = await kept.of_case(look.connection, look.cipher, case_id)
        return Standing(number, found, await _limit(look, case), _fetchable(look, found))


async def ask(
    centre: Centre, door: tuple[str, str, str], wish: Wish, words: Mapping[str, str]
) -> Asked:
    """One task with a deadline; a second of the same kind waits for the first."""
    case_id, number = await own_case(centre, *door)
    async with centre.work() as work:
        waiting = await kept.of_case(work.connection, work.cipher, case_id)
        if any(one.kind == wish and one.state == Outcome.WAITING for one in waiting):
            raise NotPossible(
                "同样的申请正在办理，请等待答复。", "The same request is waiting for an answer."
            )
        if sum(one.state == Outcome.WAITING for one in waiting) >= MOST_WAITING:
            raise NotPossible("待答复的申请太多。", "Too many requests are waiting.")
        due_at = work.at + timedelta(days=DAYS)
        told = {"at": work.at, "case_id": case_id, "number": number, "kind": wish.value}
        told |= {"due_at": due_at, "next_at": privacy.moments(work.at, due_at)[0]}
        made = await kept.add(work.connection, work.cipher, told, words)
        who = a_citizen(door[2])
        about = {"request": made, "number": number, "kind": wish.value}
        await acts.record(work.connection, work.at, who, "privacy_asked", about)
        first = (Role.SHIFT_LEAD,), "收到个人信息申请"
        await _tell(work, made, "asked", first, wish.zh)
        found = await kept.one(work.connection, work.cipher, made)
    assert found is not None
    return found


async def own_data(centre: Centre, door: tuple[str, str, str]) -> dict[str, Any]:
    """What is kept of the citizen, once it was granted; fetching it is on record like any look."""
    case_id, number = await own_case(centre, *door)
    async with centre.work() as work:
        if not _fetchable(work, await kept.of_case(work.connection, work.cipher, case_id)):
            raise NotPossible(
                "请先申请查阅或复制；同意后 7 天内可以取用。",
                "Ask for it first; it may be fetched within 7 days after it was granted.",
            )
        who = a_citizen(door[2])
        fields = (*FIELDS, "words")
        told = await work.vault.reveal(case_id, fields, "本人查阅", who, work.at)
        looks = await reveals.listed(work.connection, Looks(cases=(case_id,)), limit=200)
        lines = await work.cases.timeline(case_id)
        return {
            "number": number,
            "fields": told,
            "timeline": [{"at": one.at, "text": one.public} for one in lines if one.public],
            "looks": [
                {key: look[key] for key in ("at", "role", "fields", "purpose")} for look in looks
            ],
        }


async def listed(
    centre: Centre, actor: Actor, *, state: str = "", below: int | None = None, limit: int = 50
) -> Sequence[Asked]:
    async with centre.look() as look:
        return await kept.listed(
            look.connection, look.cipher, kept.Page(actor, state, below, limit)
        )


async def decide(centre: Centre, actor: Actor, row_id: int, outcome: Outcome, answer: str) -> Asked:
    """Granted is done at once: corrected, or erased; refused says why, and where to complain."""
    erased = None
    async with centre.work() as work:
        asked = await kept.one(work.connection, work.cipher, row_id)
        if asked is None or asked.number in await interests.kept_from(work.connection, actor):
            raise NoSuchRequest
        if asked.kind == Wish.ERASE and actor.role not in privacy.ERASERS:
            raise NotAllowed("删除申请由热线办主任决定。", "Erasure is the director's to decide.")
        told = {"state": outcome.value, "answer": answer, "decided_by": actor.name}
        if not await kept.decide(work.connection, row_id, {**told, "decided_at": work.at}):
            raise NotPossible("这项申请已经答复过，请刷新。", "Answered already; reload.")
        about = {"request": row_id, "number": asked.number, "kind": asked.kind}
        about["outcome"] = outcome.value
        await acts.record(work.connection, work.at, actor, "privacy_decided", about)
        if outcome is Outcome.GRANTED:
            erased = await _grant(work, asked, actor)
    await erasure.finish(centre, [erased])
    async with centre.look() as look:
        found = await kept.one(look.connection, look.cipher, row_id)
    assert found is not None
    return found


async def _grant(work: Work, asked: Asked, actor: Actor) -> erasing.Erased | None:
    if asked.kind == Wish.CORRECT:
        changes = {name: asked.words[name] for name in privacy.FIELDS if name in asked.words}
        await work.vault.correct(asked.case_id, changes)
    if asked.kind != Wish.ERASE:
        return None
    case = await work.cases.read(asked.number)
    held, gone = await _marks(work, case)
    privacy.check_erasable(case, held=held, erased=gone)
    return await erasure.erase(work, asked.number, "asked", actor)


async def hold(centre: Centre, actor: Actor, number: str, reason: str) -> None:
    """From now on nothing of the case is erased, neither by policy nor on request."""
    async with centre.work() as work:
        case = await _seen(work, number, actor)
        if await kept.held(work.connection, case.id or 0) is not None:
            raise NotPossible("这件诉求已在留存。", "It is held already.")
        await kept.hold(work.connection, case.id or 0, reason, actor, work.at)
        about = {"number": number, "reason": reason}
        await acts.record(work.connection, work.at, actor, "hold", about)


async def release(centre: Centre, actor: Actor, number: str) -> None:
    async with centre.work() as work:
        case = await _seen(work, number, actor)
        if not await kept.release(work.connection, case.id or 0, actor, work.at):
            raise NotPossible("这件诉求没有留存要求。", "It is not held.")
        await acts.record(work.connection, work.at, actor, "hold_ended", {"number": number})


async def remind(centre: Centre) -> int:
    """The ladder of what waits: told at two thirds of the time, when it is due, and three days after."""
    now, told = centre.now(), 0
    async with centre.look() as look:
        waiting = await kept.due(look.connection, look.cipher, now)
    for one in waiting:
        async with centre.work() as work:
            rungs = privacy.moments(one.at, one.due_at)
            taken = sum(moment <= now for moment in rungs)
            after = rungs[taken] if taken < len(rungs) else None
            if await kept.climb(work.connection, one, taken, after):
                said = privacy.TOLD[taken - 1], privacy.HEADLINES[taken - 1]
                await _tell(work, one.id, str(taken), said, Wish(one.kind).zh)
                told += 1
    return told


async def _tell(
    work: Work, row_id: int, step: str, told: tuple[tuple[Role, ...], str], kind: str
) -> None:
    roles, subject = told
    text = f"编号 {row_id} 的{kind}申请等待答复，请在“个人信息”页办理。"
    messages = [
        Message(f"privacy.{row_id}.{step}.{role.value}", f"role:{role.value}", "", subject, text)
        for role in roles
    ]
    await mailing.post(work, messages)


async def _seen(work: Work, number: str, actor: Actor) -> Case:
    case = await work.cases.read(number)
    if not access.may_see(actor, case):
        raise NoSuchCase
    return case


async def _marks(work: Work, case: Case) -> tuple[bool, bool]:
    case_id = case.id or 0
    on_hold = await kept.held(work.connection, case_id) is not None
    return on_hold, case_id in await erasing.erased_ids(work.connection)


async def _limit(look: Work, case: Case) -> privacy.Limit | None:
    held, gone = await _marks(look, case)
    return privacy.limit(case, held=held, erased=gone)


def _fetchable(look: Work, found: Sequence[Asked]) -> bool:
    return any(
        one.kind in (Wish.ACCESS, Wish.COPY)
        and one.state == Outcome.GRANTED
        and one.decided_at is not None
        and look.at < one.decided_at + OPEN_FOR
        for one in found
    )
