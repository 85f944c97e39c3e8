"""Incoming -> saved and acknowledged (repeat-safe); then triage of what was received.

Receive, commit, acknowledge, then think: the acknowledgement waits for the raw row and for
nothing else. Whatever triage stumbles over, the receipt becomes a case in the dispatcher's queue.
"""

from dataclasses import replace
from typing import Any

import structlog

from channels.message import Incoming, Receipt
from hotline.domain import perform, promises
from hotline.domain.case import Case
from hotline.domain.errors import KeyExpired, KeyInFlight, KeyMismatch, NotAllowed
from hotline.domain.people import SYSTEM, Actor
from hotline.domain.promises import Step
from hotline.domain.words import Role
from hotline.flow import correspondence, newcase, notify, repeats, rulewatch
from hotline.flow.centre import Centre
from hotline.flow.classify import Thought, Why, attempt, keep, may_go
from hotline.flow.written import letter_of
from hotline.store import agenda, counters, decisions, files, receipts
from hotline.store.cipher import Unreadable
from hotline.store.vault import Identity
from hotline.store.work import Work

log = structlog.get_logger(__name__)
_in_flight: set[tuple[int, str, str]] = set()


async def receive(
    centre: Centre,
    incoming: Incoming,
    *,
    scope: str | None = None,
    facts: dict[str, Any] | None = None,
) -> Receipt:
    """On disk when it returns. With `scope` a repeat under the same key replays the first answer.

    `facts` are what the trunk adds to the receipt: who filed it, whether it may go by itself.
    """
    centre.reserve.check()
    # The notice in force when it came in stands on every receipt, whichever way it came.
    letter = letter_of(incoming, scope, {"notice": centre.notice, **(facts or {})})
    flying = (id(centre), scope or incoming.channel, incoming.key)
    if flying in _in_flight:
        raise KeyInFlight
    _in_flight.add(flying)
    try:
        kept = await centre.inbox.keep(letter)
        if kept.fresh:
            centre.storm.came(kept.id, incoming.title, incoming.content)
    finally:
        _in_flight.discard(flying)
    if kept.content_hash != letter.content_hash:
        raise KeyMismatch
    if scope and kept.query_code is None:
        raise KeyExpired(kept.number)
    return Receipt(kept.number, kept.query_code or "", kept.received_at, kept.fresh)


async def file(
    centre: Centre,
    incoming: Incoming,
    actor: Actor,
    *,
    scope: str | None = None,
    call_id: str | None = None,
) -> Receipt:
    """A complaint on a citizen's behalf; it waits for the agent or a dispatcher, never goes by itself."""
    if actor.role not in (Role.AGENT, Role.SHIFT_LEAD, Role.DISPATCHER):
        raise NotAllowed("登记诉求由话务员办理。", "Filing for a citizen is the agents' task.")
    facts = {
        "filed_by": actor.name,
        "role": actor.role.value,
        "origin": actor.origin,
        "call_id": call_id,
    }
    return await receive(centre, incoming, scope=scope, facts=facts)


async def triage_pending(centre: Centre, limit: int = 64, *, gives_way: bool = False) -> int:
    """Triages the oldest receipts that wait, emergencies first; returns how many it took up.

    `gives_way`: it rests while acknowledgements are slow.
    """
    async with centre.look() as view:
        waiting = await receipts.pending(view.connection, limit)
        centre.storm.look(*await receipts.backlog(view.connection), view.at)
    taken = 0
    for intake_id in centre.storm.first(waiting):
        taken += await triage(centre, intake_id)
        if centre.storm.stale(centre.now()) or centre.storm.hasty:
            break  # looks again how much waits, and takes an emergency first
        if gives_way:
            await centre.storm.rest(centre.inbox.delay)
    return taken


async def triage(centre: Centre, intake_id: int) -> bool:
    """A receipt becomes a case; repeatable, because the receipt's state is looked at first.

    False: it cannot be opened. It waits until its key is there again, and holds up none behind it.
    """
    try:
        async with centre.look() as view:
            letter = await receipts.open_raw(view.connection, centre.cipher, intake_id)
    except (Unreadable, ValueError, KeyError, TypeError) as error:
        await _unopened(centre, intake_id, error)
        return False
    if letter is None:
        return True
    thought, problem = await attempt(centre, intake_id, letter)
    asked, calm = newcase.asked(centre, letter, thought), not centre.storm.raging
    found = await repeats.before(centre, asked, looking=calm)
    try:
        await _settle(centre, intake_id, letter, thought, problem, found=found)
    except Exception as error:
        await _stumbled(centre, intake_id, letter, error)
    else:
        centre.setbacks.worked()
    return True


async def _unopened(centre: Centre, intake_id: int, error: Exception) -> None:
    """Counted and logged a few times, in that order, then only tried."""
    async with centre.look() as view:
        if await receipts.attempts(view.connection, intake_id) >= receipts.TRIES:
            return
    async with centre.work() as work:
        await receipts.tried(work.connection, intake_id, type(error).__name__)
    log.error("triage.unreadable", intake=intake_id, error=type(error).__name__)


async def _stumbled(
    centre: Centre, intake_id: int, letter: receipts.Opened, error: Exception
) -> None:
    """After the third try the bare case is made, with its reason, for a dispatcher.

    It is told once it is counted: where that cannot be written either, it is the database that is
    away, and whoever asks for triage tells so.
    """
    async with centre.work() as work:
        attempts = await receipts.tried(work.connection, intake_id, type(error).__name__)
    centre.setbacks.failed(error, intake=intake_id)
    if attempts >= receipts.TRIES:
        plain = replace(letter, type=None, district="")
        await _settle(
            centre, intake_id, plain, None, f"自动分拣失败（{type(error).__name__}），请人工处理"
        )


async def _settle(
    centre: Centre,
    intake_id: int,
    letter: receipts.Opened,
    thought: Thought | None,
    problem: str,
    *,
    found: repeats.Found | None = None,
) -> None:
    async with centre.work() as work:
        if not await receipts.claim(work.connection, intake_id):
            return
        case = newcase.case_of(centre, letter, thought, problem)
        step = Step(SYSTEM, work.at, centre.rules)
        filed_by = letter.filed_by or SYSTEM
        perform.receive(case, replace(step, actor=filed_by), problem)
        why = may_go(
            centre, thought, letter.goes_by_itself, await decisions.switch(work.connection)
        )
        if thought is not None and why.goes and newcase.accused(case, thought, centre.rules.tree):
            why = Why.ACCUSED
        if why is Why.SURE and newcase.told_otherwise(letter, thought):
            why = Why.TOPIC
        if thought is not None and why.goes:
            newcase.dispatch(case, thought.chosen, step)
        passed = promises.pass_over(case, work.at) if letter.backdated else []
        await notify.tell(work, case, centre.rules, quiet=letter.backdated)
        told = list(case.entries)
        await work.cases.add(case)
        await keep(work, case, thought, why, backdated=letter.backdated)
        if thought is not None and thought.chosen.failed:
            await rulewatch.failed(work, thought.chosen)
        rungs = [agenda.taken(case, (n, rung), one, work.at) for n, rung, one in passed]
        await agenda.enter(work.connection, rungs)
        await _put_identity(work, case, letter)
        await repeats.keep(work, case, found)
        if not letter.backdated:  # only now is there an address to write to
            await correspondence.tell(work, case, told)
        await counters.settle(work.connection, intake_id, letter.channel, "case", case.id)


async def _put_identity(work: Work, case: Case, letter: receipts.Opened) -> None:
    case_id = case.id or 0
    words = {"title": letter.title, "content": letter.content}
    identity = (
        Identity(**letter.identity)
        if not letter.anonymous
        else Identity(address=letter.identity.get("address", ""))
    )
    await work.vault.put(case_id, identity, words)
    await files.bind(work.connection, letter.attachments, case_id)
