"""Alarms to people: told once when something breaks, kept open until it is mended."""

from collections.abc import Iterable

from hotline.domain.words import Role
from hotline.flow import mailing
from hotline.store import alarms
from hotline.store.alarms import Alarm
from hotline.store.outbox import Message
from hotline.store.work import Work


async def sound(
    work: Work, alarm: Alarm, subject: str, roles: Iterable[Role], about: str = ""
) -> bool:
    """In the transaction of what it is about; a repeat is only counted. True: it is a new one."""
    alarm_id, fresh = await alarms.sound(work.connection, alarm, work.at)
    if fresh:
        messages = [
            Message(
                message_id=f"alarm.{alarm_id}.{role.value}",
                audience=f"role:{role.value}",
                about=about,
                subject=subject,
                text=alarm.text,
            )
            for role in roles
        ]
        await mailing.post(work, messages, letters=True)
    return fresh
