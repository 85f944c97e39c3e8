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
from tests.support.scale import Scale


def each_nth(path: Path, n: int, thinned: Path) -> list[dict[str, str]]:
    """Writes every n-th message of the file into another; returns those that were answered."""
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))[::n]
    with gzip.open(thinned, "wt", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return [row for row in rows if row["replied_at"]]


@pytest.mark.slow
@pytest.mark.soak
@pytest.mark.timeout(900)
async def test_waiting_times_of_the_real_messages_are_those_of_the_file(
    tmp_path: Path, sqlite_url: str, scale: Scale
) -> None:
    path = tmp_path / "messages.csv.gz"
    rows = each_nth(shared("data/replied_messages.csv.gz"), scale.each_nth_message, path)
    assert len(rows) > 100, "too few to say anything"
    settings = settings_in(tmp_path, sqlite_url)
    await replay.run(settings, Asked(path, type=Kind.COMPLAINT))

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
