"""Files and their rows agree: what no row knows goes after a day, and each week every file is read.

A kill between a file and its row leaves the file behind; a disk can spoil what lies on it. Each hour
one part in 168 of the shelves is read, so that a week sees them all (reliability row 66).
"""

import asyncio
from datetime import datetime

from hotline.domain.words import Role
from hotline.flow import alarms
from hotline.flow.centre import Centre
from hotline.store import alarms as kept
from hotline.store import files, logchecks
from hotline.store.alarms import Alarm

KIND = "files"
TOLD = (Role.SYSADMIN,)
SHELVES, HOURS = 256, 168


def shelves(at: datetime) -> list[str]:
    """The folders whose turn it is in this hour of the week; in a week each has its turn."""
    hour = int(at.timestamp() // 3600) % HOURS
    return [f"{n:02x}" for n in range(SHELVES) if n * HOURS // SHELVES == hour]


async def keep(centre: Centre) -> int:
    """Sweeps and reads what this hour asks for; returns how many orphans went."""
    gone = await _sweep(centre)
    async with centre.look() as look:
        listed = await kept.listed(look.connection, 1000)
        known = [one["key"] for one in listed if one["kind"] == KIND]
        rows = await files.on_shelves(look.connection, shelves(look.at), known)
    broken = {}
    for row in rows:
        what = await asyncio.to_thread(logchecks.differs, files.path(centre.files, row.sha256), row)
        if what:
            broken[row.sha256] = what
    if broken or known:
        await _tell(centre, broken)
    return gone


async def _sweep(centre: Centre) -> int:
    old = await asyncio.to_thread(files.older, centre.files, centre.now() - logchecks.ORPHAN_AGE)
    gone = 0
    for name in old:
        async with centre.look() as look:
            if await files.has_row(look.connection, name):
                continue
        gone += await asyncio.to_thread(
            files.discard, centre.files, name, centre.now() - logchecks.ORPHAN_AGE
        )
    return gone


async def _tell(centre: Centre, broken: dict[str, str]) -> None:
    async with centre.work() as work:
        for digest in broken:
            text = (
                f"附件文件 files/{digest[:2]}/{digest} 缺失或内容被改动。请从最近的备份取回放回原处，"
                "再运行 hotline verify，见手册“从备份恢复”。"
            )
            await alarms.sound(work, Alarm(KIND, digest, text), "附件文件告警", TOLD)
        await kept.end(work.connection, KIND, work.at, but=list(broken))
