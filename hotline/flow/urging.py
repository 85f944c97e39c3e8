"""Urgings (催办) that came soon after another: one reminder of them all, once the time between is over.

It waits among the held notices, for whoever has the case by then; an answer makes it needless.
"""

from hotline.domain import urging
from hotline.domain.case import Case
from hotline.domain.promises import Rules
from hotline.domain.state import Action
from hotline.flow.waiting import SILENT
from hotline.store import held
from hotline.store.outbox import Message
from hotline.store.work import Work


async def follow(work: Work, case: Case, rules: Rules) -> list[Message]:
    """What the case's unsaved entries make of its urgings: a reminder that waits, or none any more."""
    due = urging.gathered_at(case, rules)
    if due is None or case.urged_at is None:
        return []
    message_id = f"{case.number}.urge.{int(case.urged_at.timestamp())}"
    audience = urging.audience(case)
    not_before = urging.told_at(case, due, rules)
    if not case.open or any(entry.action is Action.APPROVE for entry in case.entries):
        await held.drop(work.connection, message_id)
    elif any(entry.action not in SILENT for entry in case.entries):
        await held.readdress(work.connection, message_id, audience, not_before)
    if not any(entry.after.get("batched") for entry in case.entries):
        return []
    return [
        Message(
            message_id=message_id,
            audience=audience,
            about=case.number,
            subject=f"催办（合并提醒）：{case.number}",
            text=case.title[:60],
            not_before=not_before,
        )
    ]
