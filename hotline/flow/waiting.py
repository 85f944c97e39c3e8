"""When notices are told: those of a case timed as they are posted, the waiting ones released."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from hotline.domain import timing
from hotline.domain.case import Case
from hotline.domain.promises import Rules, name_of
from hotline.domain.state import Action
from hotline.flow import mailing
from hotline.flow.centre import Centre
from hotline.store import held
from hotline.store.outbox import Message
from hotline.store.work import Work

LINES = 100  # so many cases a digest names; the rest it counts
SILENT = frozenset({Action.RECEIVE, Action.REMIND, Action.SUPERVISE, Action.NOTE, Action.URGE})


async def timed(
    work: Work, case: Case, messages: Sequence[Message], rules: Rules
) -> Sequence[Message]:
    """Quiet hours, cooldown and digest put on the messages of a case; first what ended is lifted."""
    lit = case.level is not None or case.parts  # a part is reminded of without raising the level
    if lit and any(entry.action not in SILENT for entry in case.entries):
        await held.lift(work.connection, case.number, _ended(case), work.at)
    if timing.pressing(case):
        return messages
    before = await _before(work, case, messages)
    found = []
    for message in messages:
        last = None
        if message.promise is not None and not timing.digested(message.audience, message.level):
            last = await _last(work, before, message)
        when = timing.timing(work.at, message.audience, message.level, rules, last=last)
        told = replace(message, not_before=when.not_before, digest=when.digest)
        found.append(told)
        if told.promise is not None and told.digest is None:
            at = told.not_before or work.at
            before.append(
                held.Reminder(0, told.audience, told.promise, told.level or 0, at, waits=False)
            )
    return found


def _ended(case: Case) -> set[str] | None:
    """The promises of the case that no longer bind; None: it is closed, nothing does."""
    if not case.open:
        return None
    live = {name_of(deadline) for deadline in case.deadlines.values() if deadline.live}
    return {name_of(deadline) for deadline in case.deadlines.values()} - live


async def _before(work: Work, case: Case, messages: Sequence[Message]) -> list[held.Reminder]:
    """The reminders told or waiting; a case that had no level has had none."""
    first = any(entry.before.get("level", 0) is None for entry in case.entries) and not case.parts
    if not first and any(message.promise is not None for message in messages):
        return list(await held.reminders(work.connection, case.number))
    return []


async def _last(work: Work, before: list[held.Reminder], message: Message) -> Any:
    """When the audience was, or is to be, reminded last; what waits below this one is overtaken."""
    of_desk = [one for one in before if one.audience == message.audience]
    below = [
        one.id
        for one in of_desk
        if one.waits and one.promise == message.promise and one.level <= (message.level or 0)
    ]
    await held.overtake(work.connection, below)
    return max((one.at for one in of_desk if one.id not in below or not one.id), default=None)


async def release(centre: Centre) -> int:
    """Tells what waited long enough; whatever is cut off, the rows are still there to be told."""
    async with centre.work() as work:
        told = await held.release(work.connection, work.at)
        due = await held.due_digests(work.connection, work.at)
    for digest in due:
        async with centre.work() as work:
            rows = await held.fold(work.connection, digest)
            if rows:
                message = _digest(digest, rows)
                await mailing.post(work, [message])
    return told + len(due)


def _digest(digest: str, rows: Sequence[dict[str, Any]]) -> Message:
    """One a day and leader: each case once, with the highest light it stands at."""
    highest: dict[str, dict[str, Any]] = {}
    for row in rows:
        known = highest.get(row["about"])
        if known is None or (row["level"] or 0) >= (known["level"] or 0):
            highest[row["about"]] = row
    lines = [f"{row['subject']} {row['text']}" for row in highest.values()]
    more = [f"……共 {len(lines)} 件"] if len(lines) > LINES else []
    return Message(
        message_id=f"{digest}.{rows[-1]['id']}",
        audience=rows[0]["audience"],
        about="",
        subject=f"督办摘要：{len(lines)} 件",
        text="\n".join(lines[:LINES] + more),
        level=max(row["level"] or 0 for row in rows),
        digest=digest,
    )
