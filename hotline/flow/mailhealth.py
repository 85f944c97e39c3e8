"""Alarms of the post: a mailbox that cannot be looked into, a letter that lies in the tray."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from escalation.calendar import ZONE
from hotline.domain.words import Role
from hotline.flow import mailing
from hotline.flow.centre import Centre
from hotline.flow.tray import ALARM_AFTER, DESK, Why
from hotline.store import letters, mailboxes, traylist
from hotline.store.outbox import Message
from hotline.store.work import Work


async def alarm(centre: Centre) -> int:
    """Tells once of each; returns how many alarms were given."""
    async with centre.work() as work:
        broken = await mailboxes.to_tell(work.connection, work.at)
        lying = await traylist.to_tell(work.connection, work.at - ALARM_AFTER, work.at)
        messages = [one for box in broken for one in _broken(box)]
        messages += [one for row in lying for one in _lying(row)]
        await mailing.post(work, messages, letters=True)
    return len(broken) + len(lying)


def _broken(box: Any) -> Sequence[Message]:
    since = box.broken_since.astimezone(ZONE)
    return [
        Message(
            message_id=f"mailbox.{box.name}.{int(box.broken_since.timestamp())}.{role.value}",
            audience=f"role:{role.value}",
            about="",
            subject=f"邮箱不能收信：{box.name}",
            text=f"自 {since:%m-%d %H:%M} 起不能收信：{box.problem}。"
            "来信仍在邮件服务器上，恢复后会自动补收。可运行 hotline doctor --mail 检查。",
        )
        for role in (Role.SYSADMIN, Role.SHIFT_LEAD)
    ]


def _lying(row: Any) -> Sequence[Message]:
    desk = DESK.get(Why(row.tray), Role.DISPATCHER)
    return [
        Message(
            message_id=f"letter.{row.id}.overdue.{role.value}",
            audience=f"role:{role.value}",
            about="",
            subject=f"来信隔离超过 30 分钟：第 {row.id} 号",
            text=f"原因：{Why(row.tray).zh}。请到“来信隔离区”处理。",
        )
        for role in dict.fromkeys((desk, Role.SHIFT_LEAD))
    ]


@dataclass(frozen=True)
class Standing:
    """How the post stands: letters unread, the tray, every mailbox."""

    waiting: int
    oldest: datetime | None
    tray: int
    tray_oldest: datetime | None
    mailboxes: Sequence[Any]

    @property
    def broken(self) -> Sequence[Any]:
        return [box for box in self.mailboxes if box.broken_since is not None]

    def tray_late(self, now: datetime) -> bool:
        return self.tray_oldest is not None and now - self.tray_oldest > ALARM_AFTER


async def standing(look: Work) -> Standing:
    waiting, since = await letters.backlog(look.connection)
    lying, oldest = await traylist.standing(look.connection)
    return Standing(waiting, since, lying, oldest, await mailboxes.listed(look.connection))
