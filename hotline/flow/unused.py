"""Accounts that nobody used for ninety days are locked (等保 8.1.4.2); who needs one again asks for it."""

from datetime import timedelta

from hotline.domain.people import SYSTEM
from hotline.domain.words import Role
from hotline.flow import mailing
from hotline.flow.centre import Centre
from hotline.store import accounts, acts, unused
from hotline.store.outbox import Message

UNUSED = timedelta(days=90)


async def lock(centre: Centre) -> list[str]:
    """Whom it locked; one administrator of security always stays, to let the others in again."""
    async with centre.work() as work:
        found = await unused.since(work.connection, work.at - UNUSED)
        kept = await unused.usable(work.connection, Role.SECADMIN)
        locked = []
        for officer in found:
            if officer.role is Role.SECADMIN and kept <= 1:
                continue
            kept -= officer.role is Role.SECADMIN
            await accounts.disable(work.connection, officer.id)
            about = {"username": officer.username, "why": "unused"}
            await acts.record(work.connection, work.at, SYSTEM, "account_disable", about)
            locked.append(officer.username)
        if locked:
            text = f"90 天未使用的账号已停用：{'、'.join(locked)}。需要时请在“管理”页重新启用。"
            key = f"account.unused.{work.at:%Y%m%d%H%M%S}"
            told = Message(key, f"role:{Role.SECADMIN.value}", "", "长期未用账号已停用", text)
            await mailing.post(work, [told])
    return locked
