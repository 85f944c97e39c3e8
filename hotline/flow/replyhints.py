"""Hints on a case's reply, for who writes it, signs it off or approves it.

While it is written they are told and forgotten; with the reply that is sent they are kept, so that
who approves it reads what was noticed then, measured against the month before the reply.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from hotline.domain import access
from hotline.domain.acts.asking import Act
from hotline.domain.acts.department import Reply
from hotline.domain.case import Case
from hotline.domain.errors import NoSuchCase
from hotline.domain.people import Actor
from hotline.domain.words import Role
from hotline.flow import replyquality
from hotline.flow.centre import Centre
from hotline.flow.replyquality import Asked, Hint
from hotline.store import recentreplies

READERS = frozenset({Role.CLERK, Role.LEADER, Role.INSPECTOR, Role.SUPERVISOR, Role.DIRECTOR})
Kept = tuple[Mapping[str, Any], ...]  # of each hint its code and the words it quotes


async def of(centre: Centre, case: Case, reply: str, at: datetime | None = None) -> Sequence[Hint]:
    """Read off the loop; `case` is one that the reader may see; `at`: when the reply was sent."""
    if not reply.strip():
        return []
    others: Sequence[str] = []
    if case.lead:
        async with centre.look() as look:
            moment = at or look.at
            others = await recentreplies.of_unit(look.connection, case.lead, case.number, moment)
    asked = Asked(case.title, case.content)
    return await asyncio.to_thread(replyquality.hints, asked, reply, others)


async def before(centre: Centre, number: str, facts: Act, actor: Actor) -> Kept | None:
    """What is to be kept with a reply that is about to be sent; None with any other act.

    Counted before the transaction that keeps it, which holds the lock that everybody writes under.
    """
    if not isinstance(facts, Reply):
        return None
    try:
        async with centre.look() as look:
            case = await look.cases.read(number)
    except NoSuchCase:
        return None
    if not access.may_see(actor, case):
        return None
    found = await of(centre, case, facts.public_reply)
    return tuple({"code": one.code, "quoted": list(one.quoted)} for one in found)


async def sent(centre: Centre, case: Case) -> Sequence[Hint]:
    """Those of the case's last reply, as they were kept; of an older one counted as of its day."""
    reply = case.reply or {}
    kept = reply.get("hints")
    if kept is None:
        told = reply.get("at")
        at = datetime.fromisoformat(told) if told else None
        return await of(centre, case, reply.get("public_reply") or "", at)
    return replyquality.told_again((one["code"], tuple(one["quoted"])) for one in kept)
