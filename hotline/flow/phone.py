"""What an agent does beside talking: looks a caller up, joins a call to a case, hands it to 110."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import structlog

from channels.telephone.command import Command, Do, NotTaken
from channels.telephone.fold import Outcome as CallOutcome
from hotline.domain.errors import NotAllowed, NotFound, NotPossible
from hotline.domain.people import Actor
from hotline.domain.words import Named, Role
from hotline.flow.centre import Centre
from hotline.store import acts, calllist, commands, find, interests, seats
from hotline.store.calllist import Asked
from hotline.store.calls import Call, opened
from hotline.store.vault import Vault
from hotline.store.work import Work

log = structlog.get_logger(__name__)
DESK = frozenset({Role.AGENT, Role.SHIFT_LEAD})  # who sits at a telephone
SEES_CALLS = frozenset({Role.SHIFT_LEAD, Role.SUPERVISOR, Role.INSPECTOR, Role.DIRECTOR})
AFTER, CALLS = timedelta(minutes=30), 20  # contract.md, "Who sees identity"; newest of one's own
LISTENERS = DESK | SEES_CALLS


class Service(Named):
    """Whom an emergency is handed to (紧急转接)."""

    POLICE = "110", "110 报警", "110 police"
    FIRE = "119", "119 火警", "119 fire"
    AMBULANCE = "120", "120 急救", "120 ambulance"


class NoSuchCall(NotFound):
    """No such call, or none that the caller may know of."""

    code = "no_such_call"

    def __init__(self) -> None:
        super().__init__("没有找到这次通话，请刷新。", "No such call; reload.")


@dataclass(frozen=True)
class Pop:
    """What stands on the screen when it rings: the call, and what we know of the number."""

    call: Call
    cases: Sequence[dict[str, Any]]  # of the number, newest first
    open_cases: int
    tied: Sequence[dict[str, Any]]  # what this call belongs to
    acts: Sequence[dict[str, Any]]
    calls_before: Sequence[Call]
    recordings: Sequence[dict[str, Any]]


async def call_of(look: Work, actor: Actor, call_id: str) -> Call:
    """The call, if it is the agent's own or the role sees all."""
    call = await calllist.one(look.connection, call_id)
    if call is None or not await may_see(look, actor, call):
        raise NoSuchCall
    return call


async def may_see(look: Work, actor: Actor, call: Call) -> bool:
    if await interests.in_call(look.connection, actor, call.call_id):
        return False
    if actor.role in SEES_CALLS:
        return True
    if actor.role not in DESK:
        return False
    own = await seats.keys(look.connection, actor.name)
    return bool({call.agent, *call.agents} & set(own))


async def just_spoke(work: Work, actor: Actor, case_id: int) -> bool:
    """With the citizen of this case: a call from the case's own number, that runs or is just over.

    By the number, never by what a call was tied to: that is the agent's own word.
    """
    own = await seats.keys(work.connection, actor.name)
    found, _ = await calllist.listed(work.connection, Asked(agents=own, limit=CALLS, actor=actor))
    numbers = {
        call.number_hash
        for call in found
        if call.number_hash and call.answered_at and work.at <= (call.ended_at or work.at) + AFTER
    }
    for number in numbers:
        if case_id in await work.vault.cases_of_hash(number):
            return True
    return False


async def pop(centre: Centre, actor: Actor, call_id: str) -> Pop:
    async with centre.look() as look:
        call = await call_of(look, actor, call_id)
        rows, before = [], list[Call]()
        if call.number_hash:
            ids = await Vault(look.connection, centre.cipher).cases_of_hash(call.number_hash)
            rows = await find.of_ids(look.connection, ids, actor)
            asked = Asked(number_hash=call.number_hash, limit=6, actor=actor)
            found, _ = await calllist.listed(look.connection, asked)
            before = [one for one in found if one.call_id != call_id][:5]
        hidden = await interests.kept_from(look.connection, actor)
        tied = await calllist.cases_of(look.connection, call_id)
        return Pop(
            call=call,
            cases=rows,
            open_cases=sum(row["closed_at"] is None for row in rows),
            tied=[one for one in tied if one["number"] not in hidden],
            acts=await calllist.acts_of(look.connection, call_id),
            calls_before=before,
            recordings=opened(centre.cipher, call)["recordings"],
        )


async def listed(centre: Centre, actor: Actor, asked: Asked) -> tuple[list[Call], str | None]:
    """The calls an actor may see: an agent's own, or all."""
    asked = replace(asked, actor=actor)
    async with centre.look() as look:
        if actor.role not in SEES_CALLS:
            own = await seats.keys(look.connection, actor.name)
            asked = replace(asked, agents=own)
        return await calllist.listed(look.connection, asked)


async def own(centre: Centre, actor: Actor, limit: int) -> list[Call]:
    """The calls that rang at the actor's own telephone, newest first."""
    async with centre.look() as look:
        keys = await seats.keys(look.connection, actor.name)
        found, _ = await calllist.listed(
            look.connection, Asked(agents=keys, limit=limit, actor=actor)
        )
    return found


async def of_case(centre: Centre, actor: Actor, number: str) -> list[Call]:
    """The calls that belong to a case, for those who may hear of calls."""
    if actor.role not in LISTENERS:
        return []
    async with centre.look() as look:
        found = await calllist.calls_of(look.connection, number)
        return [call for call in found if await may_see(look, actor, call)]


async def number_of(centre: Centre, actor: Actor, call_id: str) -> str:
    """The citizen's number in clear, for the form that the server fills in itself."""
    async with centre.look() as look:
        call = await call_of(look, actor, call_id)
    told = opened(centre.cipher, call)
    return str(told["to"] if call.direction == "out" else told["from"])


async def tie(centre: Centre, actor: Actor, call_id: str, number: str, kind: str) -> bool:
    """The call belongs to the case from now on; false: it did before."""
    async with centre.work() as work:
        told = {"call_id": call_id, "number": number, "kind": kind, "at": work.at}
        return await calllist.link(work.connection, {**told, "by": actor.name})


async def filed_as(centre: Centre, call_id: str) -> str | None:
    """The case that a call was filed as."""
    async with centre.look() as look:
        tied = await calllist.cases_of(look.connection, call_id)
    return next((one["number"] for one in tied if one["kind"] == "filed"), None)


async def act(centre: Centre, actor: Actor, call_id: str, kind: str, facts: dict[str, Any]) -> None:
    """Writes down what an agent did in a call: 劝导, 记录, 告诫, …"""
    if actor.role not in DESK:
        raise NotAllowed("通话处置由接听的话务员或值班长办理。", "Not your call.")
    async with centre.work() as work:
        await call_of(work, actor, call_id)
        told = {"call_id": call_id, "at": work.at, "by": actor.name, "kind": kind, "facts": facts}
        await calllist.add_act(work.connection, told)
        await acts.record(
            work.connection, work.at, actor, f"call_{kind}", {"call": call_id, **facts}
        )


async def emergency(centre: Centre, actor: Actor, call_id: str, service: Service) -> bool:
    """One key: the third one is asked into the call, and the moment is kept; true: the switch took it."""
    await act(centre, actor, call_id, "emergency", {"service": service.value})
    async with centre.look() as look:
        call = await call_of(look, actor, call_id)
        agent = await seats.station(look.connection, actor.name) or actor.name
    if call.phase == "ended":
        return False
    leg = str(opened(centre.cipher, call).get("leg", ""))
    return await ask(centre, actor, (Do.CONFERENCE, agent, call_id), service.value, leg)


async def ask(
    centre: Centre, actor: Actor, wish: tuple[Do, str, str], number: str = "", leg: str = ""
) -> bool:
    """Asks the switch, on record; what came of it the events will tell."""
    do, agent, call_id = wish
    command_id = secrets.token_hex(12)
    async with centre.work() as work:
        told = {"id": command_id, "do": do.value, "call_id": call_id, "agent": agent}
        await commands.add(work.connection, {**told, "by": actor.name, "at": work.at})
    problem = ""
    try:
        await centre.switch.ask(Command(command_id, do, agent, call_id, leg, number))
    except NotTaken as error:
        problem = str(error)
        log.warning("switch.refused", command=command_id, do=do.value, problem=problem)
    async with centre.work() as work:
        await commands.answered(work.connection, command_id, problem, work.at)
    return not problem


async def command(centre: Centre, actor: Actor, call_id: str, do: Do, number: str = "") -> None:
    """A key of the desk: transfer, hold, resume; raises NotPossible when the switch will not."""
    async with centre.work() as work:
        call = await call_of(work, actor, call_id)
        agent = await seats.station(work.connection, actor.name) or actor.name
        if call.phase == "ended":
            raise NotPossible("通话已经结束。", "The call is over.")
        about = {"call": call_id, "do": do.value}
        await acts.record(work.connection, work.at, actor, "call_command", about)
    leg = str(opened(centre.cipher, call).get("leg", ""))
    if not await ask(centre, actor, (do, agent, call_id), number, leg):
        raise NotPossible(
            "交换机没有执行，请在话机上操作。", "The switch would not; use the telephone's own key."
        )


def outcome_text(outcome: str) -> tuple[str, str]:
    return OUTCOMES[CallOutcome(outcome)]


OUTCOMES = {
    CallOutcome.OPEN: ("进行中", "going on"),
    CallOutcome.ANSWERED: ("已接听", "answered"),
    CallOutcome.ABANDONED: ("排队挂断", "abandoned"),
    CallOutcome.AFTER_HOURS: ("非服务时间", "after hours"),
    CallOutcome.OVERLOAD: ("线路繁忙", "lines full"),
    CallOutcome.FAULT: ("系统故障", "system fault"),
    CallOutcome.NOT_REACHED: ("未接通", "not reached"),
    CallOutcome.UNKNOWN: ("结果不明", "unknown"),
}
