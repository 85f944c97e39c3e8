"""Public consultations and polls: made, opened, closed; one vote a verified person; results."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from hotline.domain import poll
from hotline.domain.errors import NotPossible
from hotline.domain.people import Actor
from hotline.domain.poll import NoSuchPoll, Plan, PollStage
from hotline.domain.redaction import redacted
from hotline.domain.shanghai import city_day
from hotline.flow import citizen
from hotline.flow.centre import Centre
from hotline.store import acts, polls
from hotline.store.work import Work


async def listed(centre: Centre, public: bool, below: int | None, limit: int) -> Sequence[Any]:
    async with centre.look() as look:
        return await polls.listed(look.connection, public, below, limit)


async def shown(centre: Centre, poll_id: int, *, public: bool) -> tuple[Any, list[dict[str, Any]]]:
    """The poll and its results; to the public no draft (NoSuchPoll), and results once it ended."""
    async with centre.look() as look:
        row = await polls.one(look.connection, poll_id)
        if row is None or (public and row.stage == PollStage.DRAFT):
            raise NoSuchPoll
        if public and not ended(row, city_day(look.at)):
            return row, []
        return row, poll.results(row.questions, await polls.votes(look.connection, poll_id))


def ended(row: Any, today: Any) -> bool:
    return bool(row.stage == PollStage.CLOSED or row.closes_on < today)


async def texts(centre: Centre, actor: Actor, poll_id: int) -> list[str]:
    """What people wrote, identity taken out; for those who make polls."""
    poll.check_maker(actor)
    async with centre.look() as look:
        found = await polls.votes(look.connection, poll_id)
    return [one for vote in found for one in vote if isinstance(one, str) and one]


async def make(centre: Centre, actor: Actor, plan: Plan) -> int:
    poll.check_maker(actor)
    async with centre.work() as work:
        poll.check_plan(plan, city_day(work.at))
        row = asdict(plan) | {"kind": plan.kind.value, "stage": PollStage.DRAFT.value}
        row["questions"] = [
            {"kind": one.kind.value, "text": one.text, "choices": list(one.choices)}
            for one in plan.questions
        ]
        row |= {"author": actor.name, "made_at": work.at, "ended_at": None, "voters": 0}
        made = await polls.add(work.connection, row)
        await _record(work, actor, "made", made)
        return made


async def move(centre: Centre, actor: Actor, poll_id: int, to: PollStage) -> None:
    """Opened once, then closed; what was asked does not change any more."""
    poll.check_maker(actor)
    async with centre.work() as work:
        row = await polls.locked(work.connection, poll_id)
        if row is None:
            raise NoSuchPoll
        before = {PollStage.OPEN: PollStage.DRAFT, PollStage.CLOSED: PollStage.OPEN}.get(to)
        if row.stage != before:
            zh = "现在不能这样操作，请刷新后查看状态。"
            raise NotPossible(zh, f"Not possible while it is {row.stage}.")
        if to is PollStage.OPEN and row.closes_on < city_day(work.at):
            raise NotPossible("截止日期已过，请重新制作。", "Its days are over: make a new one.")
        when = {"ended_at": work.at} if to is PollStage.CLOSED else {}
        await polls.change(work.connection, poll_id, stage=to.value, **when)
        await _record(work, actor, to.value, poll_id, voters=row.voters)


async def vote(
    centre: Centre, poll_id: int, door: tuple[str, str, str], given: Mapping[int, list[str]]
) -> None:
    """`door`: number, query code and origin, by which the citizen is known (citizen.enter)."""
    slip = await citizen.enter(centre, *door)
    async with centre.work() as work:
        row = await polls.locked(work.connection, poll_id)
        if row is None or row.stage == PollStage.DRAFT:
            raise NoSuchPoll
        if not poll.takes_votes(row, city_day(work.at)):
            raise NotPossible("不在投票时间内。", "It takes no votes now.")
        who = await polls.person(work.connection, slip.case_id) if slip.case_id else None
        if who is None:
            zh = "这件诉求没有留电话或尚未登记，不能用来核实身份；请用留有电话的诉求参与。"
            raise NotPossible(zh, "That case has no telephone to know you by.", field="number")
        said = poll.answers_of(row.questions, given)
        clean = [redacted(one) if isinstance(one, str) else one for one in said]
        key = work.cipher.blind("vote", f"{poll_id}:{who}")
        if not await polls.vote(work.connection, poll_id, key, clean, work.at):
            raise NotPossible("您已参与过，每人一次。", "You have taken part; once a person.")


async def _record(work: Work, actor: Actor, what: str, poll_id: int, **more: Any) -> None:
    await acts.record(work.connection, work.at, actor, f"poll.{what}", {"poll": poll_id} | more)
