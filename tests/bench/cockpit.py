"""The cockpit over a hundred thousand cases, a tenth of them open with lights and rungs, on both
databases: every figure of the page in one look."""

import tempfile
from datetime import timedelta
from functools import partial
from pathlib import Path

from sqlalchemy import insert, text

from hotline.domain.people import Actor
from hotline.domain.words import Role
from hotline.flow.centre import Centre
from hotline.store.tables import DeadlineRow, RungRow
from hotline.web import office_cockpit
from hotline.wiring import MovingClock
from tests.bench.casesearch import timed
from tests.bench.lookup import percentile, texts
from tests.bench.ticks import opened
from tests.makers import MONDAY
from tests.support import postgres
from tests.support.signed import fill

CASES, OPEN, BOUND, ROUNDS = 100_000, 10_000, 400, 40
KINDS = ("yellow", "red", "supervise")
DIRECTOR = Actor(Role.DIRECTOR, "bench", None, frozenset(), "127.0.0.1")
SPREAD = (
    "UPDATE cases SET lead = 'unit' || (id % 60), channel = CASE id % 3 WHEN 0 THEN 'web'"
    " WHEN 1 THEN 'phone' ELSE 'mailbox' END, district = 'd' || (id % 9), level = id % 7,"
    " state = CASE WHEN id > :ended THEN 'processing' ELSE 'archived' END, due_at = :due"
    " WHERE id > :after AND id <= :until"
)


async def stock(centre: Centre) -> None:
    """A minute apart, so that past weeks hold as many a day as today; rungs of ten thousand."""
    await fill(centre, list(texts(CASES, 1)), MONDAY - timedelta(minutes=CASES))
    rungs = [{"level": n, "kind": "red", "at": MONDAY.isoformat()} for n in range(4)]
    deadline = {
        **{"n": 1, "promise": "reply", "part": "", "state": "running", "started_at": MONDAY},
        **{"due_at": MONDAY, "limit_n": 5, "limit_unit": "working_days", "source": ""},
        **{"terms_version": "1", "calendar_version": "1", "provisional": False},
        **{"rungs": rungs, "changes": []},
    }
    lit = {"deadline_n": 1, "level": 1, "rung_at": MONDAY, "outcome": "notified", "entry_seq": 1}
    for start in range(1, CASES + 1, 5000):
        lights, deadlines = [], []
        for n in range(start, start + 5000):
            at = MONDAY - timedelta(minutes=CASES - n)
            told = {"case_id": n, "kind": KINDS[n % 3], "climbed_at": at}
            lights += [lit | told | {"rung": rung} for rung in range(2)]
            soon = MONDAY + timedelta(minutes=n % 600) if n > CASES - OPEN else None
            deadlines.append(deadline | {"case_id": n, "climbed": n % 4, "next_at": soon})
        async with centre.store.write() as connection:
            await connection.execute(insert(DeadlineRow), deadlines)
            await connection.execute(insert(RungRow), lights)
    due = f"{MONDAY:%Y-%m-%d %H:%M:%S}" if centre.store.sqlite else MONDAY
    for after in range(0, CASES, 5000):  # a served database gives up a statement that takes seconds
        async with centre.store.write() as connection:
            told = {"ended": CASES - OPEN, "due": due, "after": after, "until": after + 5000}
            await connection.execute(text(SPREAD), told)
    async with centre.store.write() as connection:
        await connection.execute(text("ANALYZE"))


async def told(centre: Centre) -> None:
    async with centre.look() as look:
        await office_cockpit.told(look.connection, DIRECTOR, look.at, centre.city)


async def show(kind: str, url: str, folder: Path) -> None:
    async with opened(url, folder, MovingClock(MONDAY)) as centre:
        await stock(centre)
        taken = [await timed(partial(told, centre)) for _ in range(ROUNDS)]
        print(f"{kind}: cockpit, p95 (bound {BOUND} ms) {percentile(taken[2:], 95):10.1f} ms")


async def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        await show("sqlite", f"sqlite:///{folder / 'cockpit.db'}", folder)
        if postgres.why_not():
            return
        with postgres.cluster() as server:
            await show("postgresql", server.create("cockpit"), folder)
