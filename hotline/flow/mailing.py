"""Notices for desks, and the letters that tell of the grave ones outside: roster and officers."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

import structlog

from hotline.domain.roster import Duty, on_duty
from hotline.domain.shanghai import city_day
from hotline.domain.words import Role
from hotline.store import notices, outbox, rosters
from hotline.store.cipher import Unreadable
from hotline.store.outbox import Message
from hotline.store.work import Work

log = structlog.get_logger(__name__)

FROM_LEVEL = 2  # red: what is yellow or only reminds stays in the application
LEADERS_FROM = 4  # the leader in charge hears of 督办 from this level on


async def post(work: Work, messages: Sequence[Message], *, letters: bool = False) -> None:
    """To the desks; grave ones by letter too, all with `letters`, where a relay carries them."""
    await outbox.post(work.connection, messages, work.at, leaves=False)
    if "mail" not in work.ways:
        return  # nobody would ever carry them: nothing may wait for that
    grave = [one for one in messages if letters or (one.level or 0) >= FROM_LEVEL]
    copies = [copy for one in grave for copy in _copies(one, await _addresses(work, one))]
    await outbox.post(work.connection, copies, work.at, leaves=True, cipher=work.cipher)


def _copies(message: Message, addresses: Iterable[str]) -> Iterable[Message]:
    """One letter an address: numbered, because an address is nobody's business in an id."""
    unique = {address.lower(): address for address in addresses}
    for n, address in enumerate(unique.values(), 1):
        yield replace(
            message,
            message_id=f"{message.message_id}.mail.{n}",
            audience=f"mail:{message.audience}",
            address=address,
        )


async def _addresses(work: Work, message: Message) -> list[str]:
    kind, _, name = message.audience.partition(":")
    try:
        if kind == "role":
            return await notices.emails(
                work.connection, work.cipher, about=message.about, role=name
            )
        if kind == "leader":
            role = Role.LEADER.value
            mine = {"role": role, "department": name, "about": message.about}
            return await notices.emails(work.connection, work.cipher, **mine)
        own = await notices.emails(
            work.connection, work.cipher, about=message.about, department=name
        )
        return [*await _roster(work, name, message.level, city_day(work.at)), *own]
    except Unreadable as error:  # a key that is gone must not stop the case's own step
        log.error("mailing.unreadable", audience=message.audience, error=str(error))
        return []


async def _roster(work: Work, department: str, level: int | None, day: date) -> list[str]:
    roster = await rosters.read(work.connection, work.cipher, department)
    # A call task has no level: it is for everybody on duty.
    all_of_them = level is None or level >= LEADERS_FROM
    return [
        one.person.email
        for one in on_duty(roster.people, day)
        if one.person.email and (all_of_them or one.duty is not Duty.LEADER)
    ]
