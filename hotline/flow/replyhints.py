"""Hints on a case's reply, for who writes it, signs it off or approves it; nothing is kept of them."""

import asyncio
from collections.abc import Sequence

from hotline.domain.case import Case
from hotline.domain.words import Role
from hotline.flow import replyquality
from hotline.flow.centre import Centre
from hotline.flow.replyquality import Asked, Hint
from hotline.store import recentreplies

READERS = frozenset({Role.CLERK, Role.LEADER, Role.INSPECTOR, Role.SUPERVISOR, Role.DIRECTOR})


async def of(centre: Centre, case: Case, reply: str) -> Sequence[Hint]:
    """Read off the loop; `case` is one that the reader may see."""
    if not reply.strip():
        return []
    others: Sequence[str] = []
    if case.lead:
        async with centre.look() as look:
            others = await recentreplies.of_unit(look.connection, case.lead, case.number, look.at)
    asked = Asked(case.title, case.content)
    return await asyncio.to_thread(replyquality.hints, asked, reply, others)
