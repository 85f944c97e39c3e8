"""Scoring a sheet (质检单): kept as a draft, handed in, put back.

A false closure found on a sheet goes the way that such a finding always goes (认定虚假办结): the case
is taken up again under the highest order, in the transaction of the sheet.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from hotline.domain import inspection, law, scoresheet
from hotline.domain.acts.centre import Expose
from hotline.domain.case import Case
from hotline.domain.errors import NoSuchCase, NotPossible
from hotline.domain.inspection import APPEAL, NoSuchSheet, SheetState, Subject
from hotline.domain.masking import mask_words
from hotline.domain.people import Actor
from hotline.domain.scoresheet import FALSE_CLOSURE, Incomplete, Lack, Rubric, Said, Score
from hotline.domain.state import Action
from hotline.flow import mailing, phone, work
from hotline.flow.centre import Centre
from hotline.flow.phone import Pop
from hotline.store import acts, sheets
from hotline.store.outbox import Message
from hotline.store.work import Work


@dataclass(frozen=True)
class Sheet:
    """A sheet for one actor: what it says, what may be done with it, and until when it is appealed."""

    row: Any
    rules: Rubric
    said: Said
    score: Score
    steps: Sequence[str]
    until: datetime | None  # an appeal is in time before this
    versions: Sequence[Any]
    case: Case | None = None
    call: Pop | None = None
    exposable: bool = False  # the case stands where a false closure can still be found
    own: bool = False  # the reply was let through by this very inspector


def of_row(row: Any) -> tuple[Rubric, Said]:
    """What a row of the store is scored by, and what it says so far."""
    rules = scoresheet.rubric(row.rubric, Subject(row.subject))
    return rules, scoresheet.of_data(row.said) if row.said else Said()


def until(centre: Centre, row: Any) -> datetime | None:
    if row.submitted_at is None:
        return None
    return centre.rules.calendar.due(row.submitted_at, APPEAL)


def allowed(centre: Centre, actor: Actor, row: Any, at: datetime) -> list[str]:
    end = until(centre, row)
    return inspection.steps(actor, row, end is not None and at < end)


async def view(centre: Centre, actor: Actor, sheet_id: int) -> Sheet:
    """Raises NoSuchSheet for who may not read it. What the case says is the centre's to see here;
    a department opens its own case, and an agent the own call, where they always do."""
    async with centre.look() as look:
        row = await sheets.one(look.connection, actor, sheet_id)
        if row is None or not inspection.may_read(actor, row):
            raise NoSuchSheet
        steps = allowed(centre, actor, row, look.at)
        versions = await sheets.versions(look.connection, sheet_id)
    rules, said = of_row(row)
    score = scoresheet.score(rules, said)
    found = Sheet(row, rules, said, score, steps, until(centre, row), versions)
    if row.subject == Subject.CALL:
        call = await _call(centre, actor, row.call_id)
        return replace(found, call=call)
    case = await _case(centre, actor, row.number)
    if case is None:
        return found
    _, entries = await work.timeline(centre, row.number, actor)
    own = any(one.action is Action.APPROVE and one.actor == actor.name for one in entries)
    return replace(found, case=case, exposable=exposable(case), own=own)


async def _case(centre: Centre, actor: Actor, number: str) -> Case | None:
    """Without its citizen's name, which an answer may begin with."""
    try:
        case = (await work.view(centre, number, actor)).case
    except NoSuchCase:
        return None
    if case.reply:
        async with centre.look() as look:
            citizen = await look.vault.name_of(case.id or 0)
        answer = mask_words(str(case.reply.get("public_reply", "")), citizen)
        case.reply = {**case.reply, "public_reply": answer}
    return case


async def _call(centre: Centre, actor: Actor, call_id: str) -> Pop | None:
    try:
        return await phone.pop(centre, actor, call_id)
    except phone.NoSuchCall:
        return None


def exposable(case: Case) -> bool:
    return (case.state, Action.EXPOSE) in law.NEXT


async def opened(
    centre: Centre, unit: Work, actor: Actor, sheet_id: int, step: str
) -> tuple[Any, Rubric]:
    """The locked sheet, with its criteria, for a step that the actor may take."""
    row = await sheets.locked(unit.connection, actor, sheet_id)
    if row is None or not inspection.may_read(actor, row):
        raise NoSuchSheet
    inspection.check_step(step, allowed(centre, actor, row, unit.at))
    return row, scoresheet.rubric(row.rubric, Subject(row.subject))


def unmoved(row: Any, seen: int) -> None:
    """Written on a page that showed the version that still stands."""
    if row.version != seen:
        zh = "这份质检单已在别处改过，您填写的内容仍在下面，请对照后再提交。"
        raise NotPossible(zh, "It was changed elsewhere; compare, then send again.", field="seen")


async def nameless(unit: Work, row: Any, said: Said) -> Said:
    """Notes tell no number, and of a case not its citizen's name: the scored read them."""
    citizen = ""
    if row.number is not None:
        citizen = await unit.vault.name_of((await unit.cases.read(row.number)).id or 0)
    marks = {
        code: replace(one, note=mask_words(one.note, citizen)) for code, one in said.marks.items()
    }
    faults = {code: mask_words(text, citizen) for code, text in said.faults.items()}
    evidence, note = (mask_words(text, citizen) for text in (said.evidence, said.note))
    return Said(marks, faults, evidence, note)


async def save(centre: Centre, actor: Actor, sheet_id: int, seen: int, said: Said) -> None:
    """A draft: what is there must fit, what lacks may lack. Raises Incomplete."""
    async with centre.work() as unit:
        row, rules = await opened(centre, unit, actor, sheet_id, "save")
        unmoved(row, seen)
        scoresheet.check(rules, said, whole=False)
        clean = scoresheet.data(await nameless(unit, row, said))
        await sheets.change(unit.connection, sheet_id, said=clean)
        await record(unit, actor, "sheet_saved", sheet_id)


async def submit(
    centre: Centre, actor: Actor, sheet_id: int, seen: int, said: Said, *, sure: bool = False
) -> None:
    """Handed in, and not changed any more but by a ruling; with a false closure on it the case is
    taken up again, if the inspector is `sure`. Raises Incomplete with every lack."""
    async with centre.work() as unit:
        row, rules = await opened(centre, unit, actor, sheet_id, "submit")
        unmoved(row, seen)
        scoresheet.check(rules, said, whole=True)
        clean = await nameless(unit, row, said)
        exposed = await _expose(centre, unit, actor, row, clean, sure=sure)
        await put(unit, row, rules, clean, actor)
        moved = {"state": SheetState.SUBMITTED.value, "submitted_at": unit.at, "exposed": exposed}
        await sheets.change(unit.connection, sheet_id, **moved)
        score = scoresheet.score(rules, clean)
        about = {"total": score.total, "failed": score.failed, "exposed": exposed}
        await record(unit, actor, "sheet_submitted", sheet_id, **about)
        await tell(unit, row, whose(row), "收到一份质检单")


async def _expose(
    centre: Centre, unit: Work, actor: Actor, row: Any, said: Said, *, sure: bool
) -> bool:
    if FALSE_CLOSURE not in said.faults or row.number is None:
        return False
    case = await unit.cases.change(row.number)
    if not exposable(case):  # being done again already, or archived: the sheet stands alone
        return False
    if not sure:
        zh = "认定虚假办结会把诉求退回重办并签发督办单，请核对后勾选确认。"
        en = "The case would be taken up again under an order: tick that you are sure."
        raise Incomplete([Lack("sure", zh, en)])
    told = Expose(reason=said.faults[FALSE_CLOSURE], evidence=said.evidence)
    await work.act_in(centre, unit, case, told, actor)
    return True


async def put(unit: Work, row: Any, rules: Rubric, said: Said, actor: Actor) -> None:
    """What the sheet says from now on, kept as a version too."""
    score, told = scoresheet.score(rules, said), scoresheet.data(said)
    standing = {"said": told, "total": score.total, "failed": score.failed}
    n = len(await sheets.versions(unit.connection, row.id)) + 1
    kept = {**standing, "sheet_id": row.id, "n": n, "at": unit.at, "by": actor.name}
    await sheets.keep_version(unit.connection, kept)
    await sheets.change(unit.connection, row.id, **standing)


async def back(centre: Centre, actor: Actor, sheet_id: int, reason: str) -> None:
    """Put back among those that wait; an inspector who did is not handed it again."""
    async with centre.work() as unit:
        row, _ = await opened(centre, unit, actor, sheet_id, "back")
        own = [actor.name] if row.inspector == actor.name else []
        told: dict[str, Any] = {"state": SheetState.WAITING.value, "inspector": None}
        told["taken_at"] = None
        told |= {"said": {}, "passed": sorted({*row.passed, *own})}
        await sheets.change(unit.connection, sheet_id, **told)
        await record(unit, actor, "sheet_put_back", sheet_id, reason=reason)


def whose(row: Any) -> str:
    """Where the scored are told: the agent's own desk, the unit's."""
    return f"officer:{row.whose}" if row.subject == Subject.CALL else f"unit:{row.whose}"


async def tell(unit: Work, row: Any, audience: str, subject: str) -> None:
    """Without a word of the matter: it is read on the sheet, by who may."""
    told = f"sheet.{row.id}.{row.version}.{audience}"
    text = f"质检单 {row.id}，请在“质检单”页查看。"
    await mailing.post(unit, [Message(told, audience, "", subject, text)])


async def record(unit: Work, actor: Actor, what: str, sheet_id: int, **more: Any) -> None:
    about = {"sheet": sheet_id, **more}
    await acts.record(unit.connection, unit.at, actor, what, about)
