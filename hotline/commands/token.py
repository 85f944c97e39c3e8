"""A bearer token for a machine; told once, as the last word on standard output."""

from hotline.commands.opening import say
from hotline.commands.user import Wanted, check, record, writes
from hotline.config import Settings
from hotline.store import accounts
from hotline.store.accounts import NewOfficer


async def add(settings: Settings, wanted: Wanted) -> int:
    async with writes(settings) as (work, cipher):
        await check(work, wanted)
        new = NewOfficer(wanted.username, wanted.username, wanted.role, wanted.department)
        officer_id = await accounts.add(work.connection, cipher, new, work.at)
        secret, _ = await accounts.open_session(work.connection, officer_id, work.at, lasting=True)
        await record(work, "token_added", wanted)
    say(f"机器账号 {wanted.username} 的令牌（仅此一次） / token, told only now: {secret}")
    return 0
