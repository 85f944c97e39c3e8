"""The real messages replayed: waiting times from the facts equal those counted from the file itself."""

import csv
import gzip
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import quantiles

import pytest

from hotline.commands import replay
from hotline.commands.opening import centre_of
from hotline.commands.replay import Asked
from hotline.domain.words import Kind
from hotline.flow import facts
from hotline.reports import figures
from hotline.reports.factqueries import Span
from hotline.wiring import MovingClock, Parts
from tests.commands.support import settings_in
from tests.conftest import shared


@pytest.mark.slow
@pytest.mark.timeout(900)
async def test_waiting_times_of_the_real_messages_are_those_of_the_file(
    tmp_path: Path, sqlite_url: str
) -> None:
    path = shared("data/replied_messages.csv.gz")
    settings = settings_in(tmp_path, sqlite_url)
    await replay.run(settings, Asked(path, type=Kind.COMPLAINT))
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["replied_at"]]

    def moment(told: str) -> datetime:
        return datetime.fromisoformat(told)

    took = [(moment(r["replied_at"]) - moment(r["sent_at"])).total_seconds() for r in rows]
    parts = Parts(clock=MovingClock(datetime(2030, 1, 1, tzinfo=UTC)), senders={})
    async with centre_of(settings, parts) as centre:
        await facts.catch_up(centre)
        span = Span(date(2000, 1, 1), date(2029, 12, 31), centre.now())
        async with centre.look() as look:
            waited, by_topic = await figures.answer_times(look.connection, span)
    cuts, day = quantiles(took, n=10, method="inclusive"), timedelta(days=1).total_seconds()
    assert waited.answered == len(took)
    assert waited.within == sum(one <= 15 * day for one in took)
    assert waited.median == round(cuts[4] / day, 2) and waited.p90 == round(cuts[8] / day, 2)
    assert sum(int(str(one["answered"])) for one in by_topic) == len(took)
