"""A call about a case that is there already; a call back to a number nobody needs to see."""

from channels.telephone.command import Do
from hotline.domain.acts import citizen
from hotline.domain.errors import NotAllowed, NotPossible
from hotline.domain.people import Actor
from hotline.flow import missed, phone, work
from hotline.flow.centre import Centre
from hotline.store import acts, calllist, seats
from hotline.store import missed as tasks


async def tie(
    centre: Centre, actor: Actor, pair: tuple[str, str], *, urge: bool, text: str
) -> tuple[bool, bool]:
    """(fresh, urged): linked once; it counts as urging once, and only when the agent says so.

    Link and urging are one transaction: what the case refuses is not half done.
    """
    call_id, number = pair
    if actor.role not in phone.DESK:
        raise NotAllowed("关联来电由接听的话务员或值班长办理。", "Not your call.")
    async with centre.work() as unit:
        await phone.call_of(unit, actor, call_id)
        case = await work.to_change(unit, number, actor, None)
        told = {"call_id": call_id, "number": number, "at": unit.at, "by": actor.name}
        fresh = await calllist.link(unit.connection, {**told, "kind": "linked"})
        urged = urge and await calllist.mark(unit.connection, call_id, number, "urged")
        if urged:
            said = f"再次来电催办。{text}".strip()
            await work.act_in(centre, unit, case, citizen.Urge(content=said), actor)
        elif fresh:
            about = {"call": call_id, "case": number}
            await acts.record(unit.connection, unit.at, actor, "call_linked", about)
    return fresh, urged


async def call_back(centre: Centre, actor: Actor, missed_id: int) -> bool:
    """The switch is asked to ring the agent, then the citizen; what came of it the events tell."""
    if actor.role not in missed.CALLERS_BACK:
        raise NotAllowed("漏接回拨由话务员、回访员和值班长办理。", "Not your task.")
    async with centre.work() as unit:
        task = await tasks.one(unit.connection, missed_id)
        if task is None:
            raise missed.NoSuchMissed
        if task.state != "open":
            raise NotPossible("这项回拨任务已结束，请刷新。", "The task is over; reload.")
        agent = await seats.station(unit.connection, actor.name)
        if not agent:
            raise NotPossible("请先在接线台填写分机号。", "Tell your extension first.")
        number = await tasks.number(unit.connection, centre.cipher, missed_id)
        about = {"task": missed_id}
        await acts.record(unit.connection, unit.at, actor, "missed_call", about)
    return await phone.ask(centre, actor, (Do.CALL, agent, f"missed.{missed_id}"), number)
