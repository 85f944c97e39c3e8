"""What a citizen sees of the own case, and does with it: number and query code open the door."""

import asyncio
import hashlib
import json
import secrets
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

from escalation.promise import Promise
from hotline.domain import perform
from hotline.domain.acts import ACTION_OF, citizen
from hotline.domain.acts.asking import Act
from hotline.domain.case import Case, Entry
from hotline.domain.counting import why
from hotline.domain.errors import NoSuchCase, Refused
from hotline.domain.masking import mask_words
from hotline.domain.people import citizen as a_citizen
from hotline.domain.promises import Step
from hotline.domain.state import Action, State
from hotline.flow import causes, notify, ownwords
from hotline.flow.centre import Centre
from hotline.flow.enclosures import enclose
from hotline.flow.linked import hold, linked, spread
from hotline.store import doors, receipts
from hotline.store.cipher import plain_code
from hotline.store.followups import follow_up
from hotline.store.inbox import Letter
from hotline.store.work import Work

MADE_WAIT, MADE_PAUSE = 20, 0.1  # looks for a case that is being made, and seconds between them
NUMBER_WRONG, ADDRESS_WRONG = 5, 10  # wrong codes that close the door, for 15 minutes


class DoorShut(Refused):
    """Too many wrong codes for a number, or from an address."""

    code = "door_shut"

    def __init__(self, retry_after: int) -> None:
        super().__init__(
            "查询码输错次数过多，请 15 分钟后再试，或拨打 12345。",
            "Too many wrong codes; try again in 15 minutes or call 12345.",
        )
        self.retry_after = retry_after


@dataclass(frozen=True)
class Progress:
    """What the citizen may see, and nothing else."""

    number: str
    state: str
    state_text: str
    received_at: datetime
    type: str | None = None
    topic: str | None = None
    department: str | None = None
    due_at: datetime | None = None
    due_provisional: bool = False
    due_explanation: str | None = None
    timeline: list[dict[str, Any]] = field(default_factory=list)
    reply: str | None = None
    actions: list[Action] = field(default_factory=list)
    version: int = 0
    told: ownwords.OwnWords | None = None  # for the page behind the door alone
    notice: str = ""  # that it still waits to be passed on, and how long that takes


async def progress(
    centre: Centre, number: str, code: str, origin: str, language: str = "zh"
) -> Progress:
    """The case as its citizen sees it; a wrong code and a wrong number answer alike."""
    slip = await enter(centre, number, code, origin)
    if slip.case_id is None:
        waiting = State.REGISTERED
        return Progress(
            slip.number,
            waiting.value,
            waiting.name_in(language),
            slip.received_at,
            notice=centre.storm.told(centre.now(), language),
        )
    async with centre.look() as view:
        case = await view.cases.read(slip.number)
        entries = await view.cases.timeline(case.id or 0)
        told = await ownwords.told(view, case, entries)
        shown = replace(_shown(centre, case, list(entries), view.at, language), told=told)
        if case.state is State.MERGED and case.parent:
            parent = _shown(centre, await view.cases.read(case.parent), [], view.at, language)
            return replace(
                shown,
                department=parent.department,
                due_at=parent.due_at,
                due_provisional=parent.due_provisional,
                due_explanation=parent.due_explanation,
                reply=parent.reply,
            )
        return shown


async def citizen_act(
    centre: Centre, number: str, code: str, facts: Act, *, origin: str = "", key: str | None = None
) -> Progress:
    """Supplement, urge, withdraw, rate, reopen: each a follow-up receipt and one entry."""
    case_id, number = await own_case(centre, number, code, origin)
    await act_upon(centre, number, case_id, facts, origin=origin, key=key)
    return await progress(centre, number, code, origin)


async def act_upon(
    centre: Centre, number: str, case_id: int, facts: Act, *, origin: str, key: str | None = None
) -> None:
    """The act and its receipt in one commit; `key` makes a second sending of it change nothing."""
    told = json.loads(json.dumps(asdict(facts), default=str))
    letter = Letter(
        channel="web",
        key=f"{number}:{told_hash({'key': key}) if key else secrets.token_hex(16)}",
        content_hash=told_hash(told),
        received_at=centre.now(),
        raw={"about": number, "action": ACTION_OF[type(facts)].value, "told": told},
        outcome="followup",
    )
    async with centre.work() as work:
        if await follow_up(work.connection, centre.cipher, letter, case_id):
            await do(centre, work, number, facts, origin)


def told_hash(told: dict[str, Any]) -> str:
    body = json.dumps(told, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(body.encode("utf-8", "surrogatepass")).hexdigest()


async def own_case(centre: Centre, number: str, code: str, origin: str) -> tuple[int, str]:
    """The case behind the door, id and number. Who acts on what was filed this moment is not sent
    away for it: the case is waited for, a little; NotYet where that was not enough."""
    slip = await enter(centre, number, code, origin)
    tries = 0 if centre.storm.raging else MADE_WAIT
    while slip.case_id is None and tries and not centre.stopping.is_set():
        await asyncio.sleep(MADE_PAUSE)
        tries -= 1
        async with centre.look() as view:
            slip = await receipts.slip(view.connection, slip.number) or slip
    if slip.case_id is None:
        raise NotYet
    return slip.case_id, slip.number


class NotYet(Refused):
    """The receipt is on disk, its case not yet made."""

    code = "not_possible"

    def __init__(self) -> None:
        super().__init__(
            "诉求刚收到，正在登记，请稍后再试。", "Just received; try again in a moment."
        )


def _masked(facts: Act, own: str) -> Act:
    """Numbers and the own name in a citizen's words are masked in the timeline; the raw text is kept."""
    words = {
        name: mask_words(value, own)
        if isinstance(value, str) and name in ("content", "facts", "reason", "comment")
        else value
        for name, value in facts.__dict__.items()
    }
    return type(facts)(**words)


async def do(centre: Centre, work: Work, number: str, facts: Act, origin: str) -> None:
    """The citizen's act, whichever way it came; who it comes from was asked before."""
    await hold(work, number, facts)
    case = await work.cases.change(number)
    facts = _masked(facts, await work.vault.name_of(case.id or 0))
    step = Step(a_citizen(origin), work.at, centre.rules)
    archived = case.state is State.ARCHIVED
    await enclose(centre, work, case, facts)
    perform.perform(case, facts, step)
    await causes.follow(work, case, facts, step)
    await notify.tell(work, case, centre.rules)
    await work.cases.save(case)
    await spread(centre, work, case, facts)
    if archived and isinstance(facts, citizen.Reopen):
        await linked(centre, work, case, case.title, facts.facts)


async def enter(centre: Centre, number: str, code: str, origin: str) -> receipts.Slip:
    """The door: shut after five wrong codes for a number or ten from an address in 15 minutes."""
    now, number = centre.now(), number.strip()
    address = doors.by_address("address", origin)
    tries = ((f"number:{number[:40]}", NUMBER_WRONG), (address, ADDRESS_WRONG))
    async with centre.look() as view:
        for door, _ in tries:
            wait = await doors.shut_for(view.connection, door, now)
            if wait:
                raise DoorShut(wait)
        slip = await receipts.slip(view.connection, number)
    # A wrong number costs the same comparison as a wrong code.
    kept = slip.query_hash if slip else "0" * 64
    code_number = slip.code_number if slip else number
    if centre.cipher.same_code(code_number, plain_code(code), kept) and slip is not None:
        return slip
    async with centre.work() as work:
        for door, most in tries:
            await doors.wrong_guess(work.connection, door, now, most)
    raise NoSuchCase


def _shown(
    centre: Centre, case: Case, entries: list[Entry], at: datetime, language: str
) -> Progress:
    approved = bool(case.reply and case.reply.get("approved"))
    reply = case.latest(Promise.REPLY)
    return Progress(
        number=case.number,
        state=case.state.value,
        state_text=case.state.name_in(language),
        received_at=case.received_at,
        type=case.type.value,
        topic=case.topic or None,
        department=_unit(centre, case, at),
        due_at=case.due_at,
        due_provisional=bool(reply and reply.provisional),
        due_explanation=why(case, reply, centre.rules, language) if reply else None,
        timeline=ownwords.lines(entries),
        reply=case.reply["public_reply"] if approved and case.reply else None,
        actions=perform.citizen_actions(case, at, centre.rules),
        version=case.version,
    )


def _unit(centre: Centre, case: Case, at: datetime) -> str | None:
    """Under the name that it had when the case ended."""
    return centre.rules.tree.named(case.lead, case.closed_at or at) if case.lead else None
