"""Nobody alters the record unseen: each week every case is held against its chain, and who finds a
break tells people; nobody has to think of running `verify` for it.

A database's owner can change a row past the hotline. Each hour one part in 168 of the cases is
looked at, so that a week sees them all (reliability rows 2 and 21, invariants I4, I6, I7).
"""

import asyncio
from datetime import datetime

from hotline.domain.words import Role
from hotline.flow import alarms
from hotline.flow.centre import Centre
from hotline.store import alarms as kept
from hotline.store import ledger
from hotline.store.alarms import Alarm

KIND = "record"
TOLD = (Role.SYSADMIN, Role.AUDITOR)
HOURS = 168
PAUSE = 0.1  # seconds between two blocks: requests go first


def turn(blocks: list[int], at: datetime) -> list[int]:
    """The blocks whose turn it is in this hour of the week; in a week each has its turn."""
    hour = int(at.timestamp() // 3600) % HOURS
    return [n for n in blocks if n % HOURS == hour]


async def keep(centre: Centre) -> int:
    """Looks at what this hour asks for and at what was broken before; returns how many cases."""
    async with centre.look() as look:
        listed = await kept.listed(look.connection, 1000)
        known = [one["key"] for one in listed if one["kind"] == KIND]
        wanted = set(turn(await ledger.blocks(look.connection), look.at))
        if known:
            wanted |= set(await ledger.blocks(look.connection, known))
    cases, broken = 0, dict[str, str]()
    for n in sorted(wanted):
        if centre.stopping.is_set():
            return cases
        found = await ledger.block(centre.store, n)
        cases += found.cases
        broken |= {one.place: f"{one.invariant}: {one.what}" for one in found.broken}
        await asyncio.sleep(PAUSE)
    if broken or known:
        await _tell(centre, broken)
    return cases


async def _tell(centre: Centre, broken: dict[str, str]) -> None:
    async with centre.work() as work:
        for number, what in broken.items():
            text = f"诉求 {number} 的办理记录与校验链不符（{what}）。可能被改动，见手册“账目不平”。"
            await alarms.sound(work, Alarm(KIND, number, text), "办理记录告警", TOLD)
        await kept.end(work.connection, KIND, work.at, but=list(broken))
