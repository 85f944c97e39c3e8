"""One watch in a process of its own, sweeping at a fixed moment; with the locks taken out on demand.

`python -m tests.faults.sweeper URL FOLDER MOMENT honest|sabotaged`
"""

import asyncio
import sys
from datetime import datetime
from pathlib import Path

from sqlalchemy import select

from escalation.watch import Watch
from hotline.config import Settings
from hotline.flow.supervise import CaseAgenda
from hotline.store import casebook
from hotline.store.tables import CaseRow
from hotline.wiring import MovingClock, Parts, build


async def sweep(url: str, folder: str, moment: str) -> None:
    at = datetime.fromisoformat(moment)
    settings = Settings(database_url=url, data=Path(folder))
    centre = await build(settings, Parts(clock=MovingClock(at)))
    watch = Watch(CaseAgenda(centre), batch=20)
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)  # all start at the same moment
    for _ in range(20):
        outcome = await watch.tick(at)
        if not outcome.climbed and not outcome.gone and not outcome.failed:
            break
    await centre.close()


def sabotage() -> None:
    """Reads the case without writing first: nothing stands between two watches any more."""

    async def lock(self, statement, wanted):  # type: ignore[no-untyped-def]
        by_id = CaseRow.id if isinstance(wanted, int) else CaseRow.number
        found = await self._connection.execute(select(*CaseRow.__table__.c).where(by_id == wanted))
        row = found.one()
        await asyncio.sleep(0.005)
        return row

    casebook.CaseBook._lock = lock  # type: ignore[method-assign]


if __name__ == "__main__":
    if sys.argv[4] == "sabotaged":
        sabotage()
    asyncio.run(sweep(*sys.argv[1:4]))
