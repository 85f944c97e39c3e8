"""Incoming -> saved and acknowledged (repeat-safe); then triage of what was received.

Receive, commit, acknowledge, then think: the acknowledgement waits for the raw row and for
nothing else. Whatever triage stumbles over, the receipt becomes a case in the dispatcher's queue.
"""

from dataclasses import replace
from typing import Any

import structlog

from channels.message import Incoming, Receipt
from hotline.domain import interest, perform, promises
from hotline.domain.acts import centre as acts
from hotline.domain.case import Case
from hotline.domain.errors import KeyExpired, KeyInFlight, KeyMismatch, NotAllowed
from hotline.domain.masking import mask_words
from hotline.domain.people import SYSTEM, Actor, Tree
from hotline.domain.promises import Step
from hotline.domain.state import State
from hotline.domain.words import Channel, Kind, Role, Urgency
from hotline.flow import correspondence, notify, repeats, rulewatch
from hotline.flow.centre import Centre
from hotline.flow.classify import Thought, Why, attempt, keep, may_go, shown
from hotline.flow.route import Route
from hotline.flow.written import letter_of
from hotline.store import agenda, counters, decisions, files, receipts
from hotline.store.vault import Identity
from hotline.store.work import Work

log = structlog.get_logger(__name__)
TRIES = 3
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
    letter = letter_of(incoming, scope, facts or {})
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


async def triage_pending(centre: Centre, limit: int = 64) -> int:
    """Triages the oldest receipts that wait, emergencies first; returns how many it took up."""
    async with centre.look() as view:
        waiting = await receipts.pending(view.connection, limit)
        centre.storm.look(*await receipts.backlog(view.connection), view.at)
    taken = 0
    for intake_id in centre.storm.first(waiting):
        await triage(centre, intake_id)
        taken += 1
        if centre.storm.stale(centre.now()):
            break  # looks again how much waits
    return taken


async def triage(centre: Centre, intake_id: int) -> None:
    """A receipt becomes a case; repeatable, because the receipt's state is looked at first."""
    async with centre.look() as view:
        letter = await receipts.open_raw(view.connection, centre.cipher, intake_id)
    if letter is None:
        return
    thought, problem = await attempt(centre, intake_id, letter)
    asked, calm = _asked(centre, letter, thought), not centre.storm.raging
    found = await repeats.before(centre, asked, looking=calm)
    try:
        await _settle(centre, intake_id, letter, thought, problem, found=found)
    except Exception as error:
        await _stumbled(centre, intake_id, letter, error)


async def _stumbled(
    centre: Centre, intake_id: int, letter: receipts.Opened, error: Exception
) -> None:
    """After the third try the bare case is made, with its reason, for a dispatcher."""
    log.error("triage.failed", intake=intake_id, error=type(error).__name__, exc_info=error)
    async with centre.work() as work:
        attempts = await receipts.tried(work.connection, intake_id, type(error).__name__)
    if attempts >= TRIES:
        plain = replace(letter, type=None, district="")
        await _settle(
            centre, intake_id, plain, None, f"自动分拣失败（{type(error).__name__}），请人工处理"
        )


def _asked(centre: Centre, letter: receipts.Opened, thought: Thought | None) -> repeats.Asked:
    """The complaint as it is compared with others; who reported something is linked to nothing."""
    reading = thought.reading if thought else None
    kind = letter.type or (reading.type.label if reading else "")
    district = letter.district or (reading.district.label if reading else "")
    return repeats.asked(
        centre,
        letter.title,
        letter.content,
        at=letter.clock_from,
        district=district,
        phone=letter.identity.get("phone"),
        email=letter.identity.get("email"),
        guarded=letter.anonymous or letter.confidential or kind == Kind.REPORT.value,
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
        case = _case_of(centre, letter, thought, problem)
        step = Step(SYSTEM, work.at, centre.rules)
        filed_by = letter.filed_by or SYSTEM
        perform.receive(case, replace(step, actor=filed_by), problem)
        why = may_go(
            centre, thought, letter.goes_by_itself, await decisions.switch(work.connection)
        )
        if thought is not None and why.goes and _accused(case, thought, centre.rules.tree):
            why = Why.ACCUSED
        if why is Why.SURE and _told_otherwise(letter, thought):
            why = Why.TOPIC
        if thought is not None and why.goes:
            _dispatch(case, thought.chosen, step)
        passed = promises.pass_over(case, work.at) if letter.backdated else []
        await notify.tell(work, case, centre.rules, quiet=letter.backdated)
        told = list(case.entries)
        await work.cases.add(case)
        await keep(work, case, thought, why, backdated=letter.backdated)
        if thought is not None and thought.chosen.failed:
            await rulewatch.failed(work, thought.chosen)
        for n, rung, taken in passed:
            await agenda.enter(work.connection, case, (n, rung), taken, work.at)
        await _put_identity(work, case, letter)
        await repeats.keep(work, case, found)
        if not letter.backdated:  # only now is there an address to write to
            await correspondence.tell(work, case, told)
        await counters.settle(work.connection, intake_id, letter.channel, "case", case.id)


def _case_of(
    centre: Centre, letter: receipts.Opened, thought: Thought | None, problem: str
) -> Case:
    reading = thought.reading if thought else None
    case = Case(
        number=letter.number,
        state=State.REGISTERED,
        type=Kind(letter.type or (reading.type.label if reading else Kind.COMPLAINT.value)),
        urgency=Urgency(reading.urgency.label if reading else Urgency.NORMAL.value),
        channel=Channel(letter.channel),
        received_at=letter.clock_from,
        title=mask_words(letter.title, letter.identity.get("name", "")),
        content=mask_words(letter.content, letter.identity.get("name", "")),
        district=letter.district or (reading.district.label if reading else ""),
        anonymous=letter.anonymous,
        confidential=letter.confidential,
        notes=dict(letter.notes),
    )
    if problem:
        case.notes["triage"] = problem
    if thought is not None:
        case.topic = thought.reading.topic.label
        case.suggestions = shown(thought, centre.rules.tree)
    return case


def _told_otherwise(letter: receipts.Opened, thought: Thought | None) -> bool:
    """The citizen was shown the guess and chose another topic: a person looks at it first."""
    said = letter.notes.get("said_topic", "")
    return bool(said and thought is not None and said != thought.reading.topic.label)


def _accused(case: Case, thought: Thought, tree: Tree) -> bool:
    """In a 举报 the unit that is named may be who is reported: a person decides where it goes."""
    text, unit = f"{case.title}\n{case.content}", thought.chosen.department or ""
    return case.type is Kind.REPORT and interest.named(tree, unit, text)


def _dispatch(case: Case, chosen: Route, step: Step) -> None:
    perform.perform(case, acts.Accept(), step)
    told = acts.Transfer(
        department=chosen.department or "",
        co_departments=chosen.co_departments,
        reason=chosen.reason,
    )
    perform.perform(case, told, step)


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
